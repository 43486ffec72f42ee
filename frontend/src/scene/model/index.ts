/** The layers of a model: props in, events out. 3D where it can be, else an SVG diagram of the same layout. */

import { Ground } from "../ground";
import type { Path, Vectors } from "../shapes";
import { crossFade, FocusFrame, layOver } from "../surface";
import { Thrift } from "../thrift";
import type { Pose } from "../types";
import { Viewport } from "../viewport";
import { Diagram } from "./flat/diagram";
import { createSolidPainter, type SolidPainter } from "./gl/painter";
import { listenToPerson } from "./interaction";
import { Overlay } from "./overlay";
import { sameHit } from "./pick";
import { composed, paintAll, type Sheets, shapesOfModel } from "./picture";
import { Stage } from "./stage";
import type { Hit, ModelEvents, ModelHandle, ModelProps, ScreenRect } from "./types";

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
    return this.#viewport.width > 0 ? this.#stage.rectOfBlock(block) : null;
  }

  obstacles(): readonly ScreenRect[] {
    return this.#stage.obstacles();
  }

  get pose(): Pose | null {
    const { camera } = this.#stage;
    return camera.moved ? camera.goal : null;
  }

  show(pose: Pose): void {
    this.#stage.show(pose);
    this.#viewport.invalidate();
  }

  picture(scale: number): HTMLCanvasElement {
    return this.#takenAt(scale, (sheets, lines) => {
      const { width, height } = this.#viewport;
      return composed([this.#ground.canvas, ...sheets], lines, this.#overlay.canvas, width, height, scale);
    });
  }

  shapes(scale: number): Vectors {
    return this.#takenAt(scale, (sheets, lines) => {
      const { width, height } = this.#viewport;
      const faces = composed(sheets, [], null, width, height, scale);
      return shapesOfModel(this.#stage, this.#overlay, faces, lines);
    });
  }

  film(onto: CanvasRenderingContext2D, scale: number): void {
    this.#viewport.resting = true;
    this.#takenAt(
      scale,
      (sheets, lines) =>
        paintAll([this.#ground.canvas, ...sheets], lines, this.#overlay.canvas, this.#stage.view, onto),
      false,
    );
  }

  /** Draws everything at `scale` canvas px per CSS px, lets it be copied, and draws it as it was: in one go. */
  #takenAt<T>(scale: number, take: (sheets: Sheets, lines: readonly Path[]) => T, again = true): T {
    const { pixelRatio } = this.#viewport;
    this.#stage.prepare(performance.now());
    this.#shownPixels = 1;
    this.#sizedAs(scale);
    this.#paint(scale);
    const { flat } = this.#stage;
    const solid = flat ? this.#diagram.faces.canvas : this.#solid?.canvas;
    try {
      return take([solid], flat ? this.#diagram.lines(this.#stage) : []);
    } finally {
      if (again) this.#sizedAs(pixelRatio);
      if (again) this.#paint(pixelRatio);
    }
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
    if (sameHit(hit, this.#pointed)) return;
    this.#pointed = hit;
    this.#surface.style.cursor = hit === null ? "grab" : "pointer";
    this.events.onHover(hit);
  }

  #listen(signal: AbortSignal): void {
    const redraw = () => this.#viewport.invalidate();
    listenToPerson(
      {
        container: this.container,
        surface: this.#surface,
        stage: this.#stage,
        diagram: this.#diagram,
        byPointer: () => this.#focus.byPointer,
        point: (at) => {
          this.#pointer = at;
          if (!this.#dragging) this.#point();
        },
        dragging: (held) => {
          this.#dragging = held;
          this.#surface.style.cursor = held ? "grabbing" : "grab";
        },
        choose: (hit) => this.events.onChoose(hit),
        focus: (layer) => this.focus(layer),
        zoom: (factor) => this.zoom(factor),
        fit: () => this.fit(),
        redraw,
      },
      signal,
    );
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
