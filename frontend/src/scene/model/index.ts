/** The layers of a model: props in, events out. 3D where it can be, else an SVG diagram of the same layout. */

import { listenForGestures } from "../gestures";
import { Ground } from "../ground";
import { listenForKeys } from "../keys";
import { crossFade, FocusFrame, layOver } from "../surface";
import { Thrift } from "../thrift";
import { Viewport } from "../viewport";
import { Diagram } from "./flat/diagram";
import { createSolidPainter, type SolidPainter } from "./gl/painter";
import { nextSlab } from "./next_slab";
import { Overlay } from "./overlay";
import { Stage } from "./stage";
import type { Hit, ModelEvents, ModelHandle, ModelProps, ScreenRect } from "./types";

const FINGER_REACH = 8;
/** Only px can be left out: words and lines cost next to nothing. */
const LOAD = { labels: false, trails: false, rows: 0 } as const;

export const createModelScene = (container: HTMLElement, props: ModelProps, events: ModelEvents): ModelHandle =>
  new ModelScene(container, props, events);

class ModelScene implements ModelHandle {
  readonly #ended = new AbortController();
  readonly #stage: Stage;
  readonly #ground = new Ground();
  readonly #overlay = new Overlay();
  readonly #diagram: Diagram;
  readonly #viewport: Viewport;
  readonly #focus: FocusFrame;
  readonly #surface = document.createElement("div");
  #solid: SolidPainter | null = null;
  #lost = false;
  #pointed: Hit | null = null;
  #pointer: { x: number; y: number } | null = null;
  #dragging = false;
  readonly #thrift = new Thrift(() => this.#viewport.invalidate());
  /** Share of the px that the blocks were last drawn with. */
  #shownPixels = 1;

  constructor(
    readonly container: HTMLElement,
    props: ModelProps,
    readonly events: ModelEvents,
  ) {
    const { signal } = this.#ended;
    this.#stage = new Stage(props);
    this.#focus = new FocusFrame(container, signal);
    layOver(container, this.#ground.canvas, 0);
    this.#diagram = new Diagram({
      reached: (layer) => {
        if (!this.#focus.byPointer) events.onHover(layer === null ? null : { layer });
      },
      choose: (layer) => events.onChoose({ layer }),
    });
    layOver(container, this.#surface, 1);
    this.#surface.style.touchAction = "none";
    this.#surface.append(this.#diagram.element);
    Object.assign(this.#diagram.element.style, { position: "absolute", inset: "0" });
    layOver(container, this.#overlay.canvas, 2);
    this.#overlay.canvas.style.pointerEvents = "none";
    this.#startSolid();
    this.#viewport = new Viewport(container, {
      resize: (width, height, pixelRatio) => {
        this.#stage.width = width;
        this.#stage.height = height;
        this.#solid?.resize(width, height, pixelRatio);
        this.#shownPixels = 1;
        this.#diagram.faces.resize(width, height, pixelRatio);
        this.#overlay.resize(width, height, pixelRatio);
        this.#ground.show(width, height, this.#stage.palette);
        this.#stage.refit(0, performance.now());
      },
      draw: (now, waited) => this.#draw(now, waited),
    });
    this.#focus.color(this.#stage.palette);
    this.#choose();
    this.#listen(signal);
    this.#viewport.start();
    if (this.#solid === null) events.onFallback("no-webgl");
  }

  get frames(): number {
    return this.#viewport.frames;
  }

  get drawing(): "2d" | "3d" {
    return this.#stage.flat ? "2d" : "3d";
  }

  update(changed: Partial<ModelProps>): void {
    const keys = this.#stage.update(changed, performance.now());
    if (keys.size === 0) return;
    if (keys.has("theme")) {
      this.#focus.color(this.#stage.palette);
      this.#ground.show(this.#viewport.width, this.#viewport.height, this.#stage.palette);
    }
    this.#solid?.update(this.#stage, keys);
    if (keys.has("mode")) this.#choose();
    else if (this.#stage.flat) this.#diagram.update(this.#stage, keys);
    if (keys.has("selected") && this.#stage.flat && this.#stage.props.selected !== null)
      this.#diagram.follow(this.#stage.props.selected);
    this.#viewport.invalidate();
  }

  fit(): void {
    this.#stage.fit(performance.now());
    this.#viewport.invalidate();
  }

  focus(layer: number): void {
    if (this.#stage.focus(layer, performance.now())) this.#viewport.invalidate();
  }

  zoom(factor: number): void {
    const { view } = this.#stage;
    this.#stage.zoom(factor, view.centreX, view.centreY, true, performance.now());
    this.#viewport.invalidate();
  }

  place(layer: number): ScreenRect | null {
    const box = this.#stage.boxOf(layer);
    return box && this.#viewport.width > 0 ? this.#stage.rectOf(box) : null;
  }

  placeOfBlock(block: number): ScreenRect | null {
    const { boxes } = this.#stage;
    const tile = boxes.find((box) => box.tile?.block === block);
    const box = tile ?? boxes.find(({ plate }) => plate && plate.first <= block && block <= plate.last);
    return box && this.#viewport.width > 0 ? this.#stage.rectOf(box) : null;
  }

  obstacles(): readonly ScreenRect[] {
    const { boxes } = this.#stage;
    const outer = boxes.filter(({ plate, slab }) => plate !== null || slab?.block === null);
    return outer.map((box) => this.#stage.rectOf(box));
  }

  picture(scale: number): HTMLCanvasElement {
    const { width, height, pixelRatio } = this.#viewport;
    const composed = document.createElement("canvas");
    composed.width = Math.max(1, Math.round(width * scale));
    composed.height = Math.max(1, Math.round(height * scale));
    const context = composed.getContext("2d");
    if (context === null || context.isContextLost()) throw new Error("The picture is too large for this browser.");
    this.#stage.prepare(performance.now());
    this.#shownPixels = 1;
    this.#sizedAs(scale);
    this.#paint(scale);
    const solid = this.#stage.flat ? this.#diagram.faces.canvas : this.#solid?.canvas;
    for (const layer of [this.#ground.canvas, solid, this.#overlay.canvas])
      if (layer) context.drawImage(layer, 0, 0, composed.width, composed.height);
    this.#sizedAs(pixelRatio);
    this.#paint(pixelRatio);
    return composed;
  }

  destroy(): void {
    this.#ended.abort();
    this.#thrift.dispose();
    this.#viewport.dispose();
    this.#solid?.dispose();
    this.#diagram.dispose();
    this.#overlay.dispose();
    this.#ground.dispose();
    this.#surface.remove();
    this.#focus.dispose();
  }

  #sizedAs(ratio: number): void {
    const { width, height } = this.#viewport;
    this.#solid?.resize(width, height, ratio);
    this.#diagram.faces.resize(width, height, ratio);
    this.#overlay.resize(width, height, ratio);
  }

  #draw(now: number, waited: number): boolean {
    const { width, height, pixelRatio } = this.#viewport;
    const stage = this.#stage;
    const { pixels } = this.#thrift.begin(waited, LOAD, stage.props.mayEconomize && !stage.flat);
    if (pixels !== this.#shownPixels) this.#solid?.resize(width, height, pixelRatio * pixels);
    this.#shownPixels = pixels;
    const moving = stage.prepare(now);
    this.#paint(pixelRatio);
    this.events.onPicture();
    if (this.#pointer !== null && !this.#dragging) this.#point();
    return moving;
  }

  #paint(ratio: number): void {
    const flat = this.#stage.flat;
    if (flat) this.#diagram.draw(this.#stage);
    else this.#solid?.draw(this.#stage, ratio * this.#shownPixels);
    this.#overlay.draw(this.#stage, ratio);
  }

  #startSolid(): void {
    this.#solid = createSolidPainter(
      () => {
        this.#lost = true;
        this.#choose();
        this.events.onFallback("context-lost");
      },
      () => {
        this.#solid?.dispose();
        this.#solid = null;
        this.#startSolid();
        if (this.#solid === null) return;
        this.#lost = false;
        this.#choose();
        this.events.onFallback(null);
      },
    );
    if (this.#solid === null) return;
    this.#surface.prepend(this.#solid.canvas);
    Object.assign(this.#solid.canvas.style, { position: "absolute", inset: "0" });
    const { width, height, pixelRatio } = this.#viewport ?? { width: 0, height: 0, pixelRatio: 1 };
    if (width > 0) this.#solid.resize(width, height, pixelRatio);
    this.#solid.update(this.#stage, everything(this.#stage.props));
  }

  #choose(): void {
    const { props } = this.#stage;
    const solid = this.#solid !== null && !this.#lost && props.mode === "3d";
    this.#stage.flat = !solid;
    if (!solid) this.#diagram.update(this.#stage, everything(props));
    const atOnce = props.reducedMotion || this.#lost;
    if (this.#solid) crossFade(this.#solid.canvas, solid, atOnce);
    const { element } = this.#diagram;
    crossFade(element, !solid, atOnce);
    element.inert = solid;
    // The container itself is reached only where there are no slabs to go to.
    this.container.tabIndex = solid ? 0 : -1;
    this.#viewport?.invalidate();
  }

  #point(): void {
    const hit = this.#pointer === null ? null : this.#stage.pick(this.#pointer.x, this.#pointer.y, 0);
    if (same(hit, this.#pointed)) return;
    this.#pointed = hit;
    this.#surface.style.cursor = hit === null ? "grab" : "pointer";
    this.events.onHover(hit);
  }

  #listen(signal: AbortSignal): void {
    const stage = this.#stage;
    const now = () => performance.now();
    const redraw = () => this.#viewport.invalidate();
    this.#surface.style.cursor = "grab";
    this.#surface.addEventListener("pointerdown", () => this.container.focus({ preventScroll: true }), {
      signal,
      capture: true,
    });
    listenForGestures(
      this.#surface,
      {
        tool: () => "turn",
        orbit: (dx, dy) => {
          stage.orbit(dx, dy);
          redraw();
        },
        pan: (dx, dy) => {
          stage.pan(dx, dy);
          redraw();
        },
        zoom: (factor, x, y, smooth) => {
          stage.zoom(factor, x, y, smooth, now());
          redraw();
        },
        point: (place) => {
          this.#pointer = place;
          if (!this.#dragging) this.#point();
        },
        choose: (x, y, touch) => this.events.onChoose(stage.pick(x, y, touch ? FINGER_REACH : 0)),
        chooseTwice: (x, y, touch) => {
          const hit = stage.pick(x, y, touch ? FINGER_REACH : 0);
          if (hit === null) this.fit();
          else if ("layer" in hit) this.focus(hit.layer);
        },
        dragging: (held) => {
          this.#dragging = held;
          this.#surface.style.cursor = held ? "grabbing" : "grab";
        },
        loopFrom: () => {},
        loopTo: () => {},
        loopDone: () => {},
        loopDropped: () => {},
      },
      signal,
    );
    const keys = {
      byKeyboard: () => !this.#focus.byPointer,
      step: (dx: number, dy: number, from = stage.props.selected) => {
        const next = nextSlab(stage.props.layout.slabs, from, dx, -dy);
        if (next === null) return;
        // The pointer that rests on another slab has its say again when it moves.
        this.#pointer = null;
        this.#point();
        this.events.onChoose({ layer: next });
      },
      clear: () => false,
      extend: () => {},
      zoom: (factor: number) => this.zoom(factor),
      focus: () => {
        const layer = stage.props.selected ?? stage.props.hovered;
        if (layer !== null) this.focus(layer);
      },
      fit: () => this.fit(),
    };
    listenForKeys(this.container, keys, signal);
    this.#diagram.listen(keys, signal);
    document.fonts?.addEventListener(
      "loadingdone",
      () => {
        this.#overlay.fontsChanged();
        redraw();
      },
      { signal },
    );
  }
}

function everything(props: ModelProps): ReadonlySet<keyof ModelProps> {
  return new Set(Object.keys(props) as (keyof ModelProps)[]);
}

function same(one: Hit | null, other: Hit | null): boolean {
  if (one === null || other === null) return one === other;
  if ("layer" in one) return "layer" in other && one.layer === other.layer;
  return "block" in other && one.block === other.block;
}
