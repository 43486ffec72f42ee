/** The embedding cloud: props in, events out. Lays its canvases into the container and takes pointer and keyboard there. */

import { Ground } from "./ground";
import { listenToPerson } from "./interaction";
import { Overlay } from "./overlay";
import { Painters } from "./painters";
import { film, takePicture, takeShapes } from "./picture";
import { FULL } from "./quality";
import type { Drawing } from "./shapes";
import { Stage } from "./stage";
import { FocusFrame, layOver } from "./surface";
import { Thrift } from "./thrift";
import type { CreateScene, Economy, Pose, SceneEvents, SceneHandle, SceneProps } from "./types";
import { Viewport } from "./viewport";

/** How far beside a point still counts, CSS px. */
const POINTER_REACH = 4;
const FINGER_REACH = 16;
/** After pictures the pointer is asked about so much later, ms, and then once for all of them: it costs the GPU a part of a picture. */
const POINT_MS = 120;

export const createScene: CreateScene = (container, props, events) => new EmbeddingScene(container, props, events);

class EmbeddingScene implements SceneHandle {
  readonly #ended = new AbortController();
  readonly #stage: Stage;
  readonly #painters: Painters;
  readonly #ground = new Ground();
  readonly #overlay = new Overlay();
  readonly #viewport: Viewport;
  readonly #focus: FocusFrame;
  #pointer: { x: number; y: number } | null = null;
  /** Row told by the last onHover. */
  #pointed: number | null = null;
  #dragging = false;
  readonly #thrift = new Thrift(() => this.#viewport.invalidate());
  /** Share of the pixel ratio the cloud was last drawn with. */
  #shown = 1;
  /** What the last picture left out, as told. */
  #economy: Economy = FULL;
  readonly #load = { labels: true, trails: false, rows: 0 };
  #pointSoon: ReturnType<typeof setTimeout> | 0 = 0;

  constructor(
    container: HTMLElement,
    props: SceneProps,
    readonly events: SceneEvents,
  ) {
    const { signal } = this.#ended;
    this.#stage = new Stage(props);
    this.#focus = new FocusFrame(container, signal);
    layOver(container, this.#ground.canvas, 0);
    this.#painters = new Painters({
      container,
      props: () => this.#stage.props,
      changed: (reason) => {
        this.#chooseView();
        events.onFallback(reason);
      },
    });
    layOver(container, this.#overlay.canvas, 2);
    this.#overlay.canvas.style.touchAction = "none";
    this.#overlay.update(props, new Set(Object.keys(props) as (keyof SceneProps)[]));
    this.#focus.color(this.#stage.shot.palette);
    this.#viewport = new Viewport(container, {
      resize: (width, height, pixelRatio) => {
        this.#stage.width = width;
        this.#stage.height = height;
        this.#painters.resize(width, height, pixelRatio);
        this.#shown = 1;
        this.#ground.show(width, height, this.#stage.shot.palette);
        this.#overlay.resize(width, height, pixelRatio);
        this.#stage.refit(0, performance.now());
      },
      draw: (now, waited) => this.#draw(now, waited),
    });
    this.#chooseView();
    this.#listen(container, signal);
    this.#viewport.start();
    if (!this.#painters.solidWorks) events.onFallback("no-webgl");
  }

  get frames(): number {
    return this.#viewport.frames;
  }

  get pose(): Pose {
    return this.#stage.camera.goal;
  }

  get quality(): number {
    return this.#thrift.pixels;
  }

  get economy(): Economy {
    return this.#economy;
  }

  update(changed: Partial<SceneProps>): void {
    const keys = this.#stage.update(changed, performance.now());
    if (keys.size === 0) return;
    if (keys.has("mode")) this.#chooseView();
    if (keys.has("tool")) {
      this.#overlay.lasso.drop();
      this.#overlay.canvas.style.cursor = this.#restingCursor();
    }
    if (keys.has("theme")) {
      const { palette } = this.#stage.shot;
      this.#focus.color(palette);
      this.#ground.show(this.#viewport.width, this.#viewport.height, palette);
    }
    this.#painters.update(this.#stage.props, keys);
    this.#overlay.update(this.#stage.props, keys);
    this.#viewport.invalidate();
  }

  fit(): void {
    this.#stage.fit(performance.now());
    this.#viewport.invalidate();
    this.events.onPose?.(null);
  }

  focus(rows: readonly number[]): void {
    if (this.#stage.focus(rows, performance.now())) this.#moved();
  }

  show(pose: Pose): void {
    this.#stage.show(pose);
    this.#viewport.invalidate();
  }

  drawing(): Drawing {
    const { shot } = this.#stage;
    this.#stage.prepare(performance.now(), this.#viewport.pixelRatio, FULL, true);
    this.#stage.everyPoint();
    return takeShapes(this.#overlay, shot);
  }

  picture(scale: number): HTMLCanvasElement {
    this.#stage.prepare(performance.now(), this.#viewport.pixelRatio, FULL, true);
    this.#shown = 1;
    return takePicture(this.#ground, this.#painters, this.#overlay, this.#stage.shot, scale);
  }

  film(onto: CanvasRenderingContext2D, scale: number): void {
    this.#viewport.resting = true;
    this.#stage.prepare(performance.now(), scale, FULL, true);
    film(this.#ground, this.#painters, this.#overlay, this.#stage.shot, scale, onto);
  }

  place(row: number): { x: number; y: number } | null {
    return this.#viewport.width === 0 ? null : this.#stage.place(row, performance.now());
  }

  destroy(): void {
    this.#ended.abort();
    this.#thrift.dispose();
    clearTimeout(this.#pointSoon);
    this.#viewport.dispose();
    this.#painters.dispose();
    this.#overlay.dispose();
    this.#ground.dispose();
    this.#focus.dispose();
  }

  #draw(now: number, waited: number): boolean {
    const stage = this.#stage;
    const { width, height, pixelRatio } = this.#viewport;
    const { props, shot } = stage;
    this.#load.labels = props.labelMode !== "off";
    this.#load.trails = props.trails.length > 0;
    this.#load.rows = shot.sample.end;
    const economy = this.#thrift.begin(waited, this.#load, props.mayEconomize);
    if (economy.pixels !== this.#shown) this.#painters.resize(width, height, pixelRatio * economy.pixels);
    this.#shown = economy.pixels;
    const moving = stage.prepare(now, pixelRatio, economy);
    this.#painters.draw(shot);
    this.#overlay.draw(shot);
    this.#tell(economy, shot.sample.share);
    this.#pointSoon ||= setTimeout(() => {
      this.#pointSoon = 0;
      this.#point();
    }, POINT_MS);
    return moving;
  }

  /** Says what the picture leaves out, by the governor or because so many points wouldn't be told apart, if that is news. */
  #tell(economy: Economy, rows: number): void {
    const told = this.#economy;
    const { pixels, labels, trails } = economy;
    const crowded = rows < economy.rows;
    const same = told.pixels === pixels && told.labels === labels && told.trails === trails && told.rows === rows;
    if (same && (told.crowded ?? false) === crowded) return;
    this.#economy = { pixels, labels, trails, rows, crowded };
    this.events.onEconomy?.(this.#economy);
  }

  #moved(): void {
    this.#viewport.invalidate();
    this.events.onPose?.(this.#stage.camera.goal);
  }

  #restingCursor(): string {
    return this.#stage.props.tool === "lasso" ? "crosshair" : "grab";
  }

  #chooseView(): void {
    const flat = this.#stage.props.mode === "2d" || !this.#painters.solidWorks;
    this.#stage.setFlat(flat);
    this.#painters.choose(flat);
    this.#viewport.invalidate();
  }

  /** Tells which row is under the resting pointer; after pictures too, since rows move under it. */
  #point(): void {
    const at = this.#pointer;
    if (this.#dragging) return;
    if (at === null) this.#pointAt(null);
    else this.#painters.point(this.#stage.shot, at.x, at.y, POINTER_REACH, this.#answer);
  }

  /** The GPU's answer may come when the pointer has gone or grabbed the cloud. */
  readonly #answer = (row: number | null): void => {
    if (this.#pointer !== null && !this.#dragging && !this.#ended.signal.aborted) this.#pointAt(row);
  };

  #pointAt(row: number | null): void {
    if (row === this.#pointed) return;
    this.#pointed = row;
    this.#overlay.canvas.style.cursor = row === null ? this.#restingCursor() : "pointer";
    this.events.onHover(row, this.#pointer?.x ?? 0, this.#pointer?.y ?? 0);
  }

  #listen(container: HTMLElement, signal: AbortSignal): void {
    const stage = this.#stage;
    const surface = this.#overlay.canvas;
    surface.style.cursor = this.#restingCursor();
    listenToPerson(
      {
        container,
        surface,
        stage,
        lasso: this.#overlay.lasso,
        focus: this.#focus,
        events: this.events,
        pick: (x, y, touch) => this.#painters.pick(stage.shot, x, y, touch ? FINGER_REACH : POINTER_REACH),
        point: (at) => {
          this.#pointer = at;
          this.#point();
        },
        dragging: (now) => {
          this.#dragging = now;
          surface.style.cursor = now && stage.props.tool === "turn" ? "grabbing" : this.#restingCursor();
        },
        moved: () => this.#moved(),
        redraw: () => this.#viewport.invalidate(),
      },
      signal,
    );
    // Words drawn before their font arrived are drawn again.
    document.fonts?.addEventListener(
      "loadingdone",
      () => {
        this.#overlay.fontsChanged();
        this.#viewport.invalidate();
      },
      { signal },
    );
  }
}
