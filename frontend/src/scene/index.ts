/** The embedding cloud: props in, events out. Lays its canvases into the container and takes pointer and keyboard there. */

import { listenForGestures } from "./gestures";
import { Ground } from "./ground";
import { listenForKeys } from "./keys";
import { Overlay } from "./overlay";
import { Painters } from "./painters";
import { neighbour, pick } from "./picking";
import { takePicture } from "./picture";
import { Quality } from "./quality";
import { Stage } from "./stage";
import { FocusFrame, layOver } from "./surface";
import type { CreateScene, Pose, SceneEvents, SceneHandle, SceneProps } from "./types";
import { Viewport } from "./viewport";

/** How far beside a point still counts, CSS px. */
const POINTER_REACH = 4;
const FINGER_REACH = 16;
/** Without a picture for so long, nothing is moving. */
const CALM_MS = 180;

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
  readonly #quality = new Quality();
  /** Share of the pixel ratio the cloud was last drawn with. */
  #shown = 1;
  #settling = false;
  /** Runs while pictures follow each other. */
  #calm = 0;

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

  get quality(): number {
    return this.#quality.share;
  }

  update(changed: Partial<SceneProps>): void {
    const keys = this.#stage.update(changed, performance.now());
    if (keys.size === 0) return;
    if (keys.has("mode")) this.#chooseView();
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
  }

  show(pose: Pose): void {
    this.#stage.show(pose);
    this.#viewport.invalidate();
  }

  picture(scale: number): Promise<Blob> {
    this.#stage.prepare(performance.now(), this.#viewport.pixelRatio);
    this.#shown = 1;
    return takePicture(this.#ground, this.#painters, this.#overlay, this.#stage.shot, scale);
  }

  place(row: number): { x: number; y: number } | null {
    if (this.#viewport.width === 0) return null;
    this.#stage.prepare(performance.now(), this.#viewport.pixelRatio);
    const { points } = this.#stage.shot;
    const [x, y, radius] = [points.x[row], points.y[row], points.radius[row]];
    if (x === undefined || y === undefined || radius === undefined || radius === 0) return null;
    const outside = x < 0 || y < 0 || x > this.#viewport.width || y > this.#viewport.height;
    return outside ? null : { x, y };
  }

  destroy(): void {
    this.#ended.abort();
    clearTimeout(this.#calm);
    this.#viewport.dispose();
    this.#painters.dispose();
    this.#overlay.dispose();
    this.#ground.dispose();
    this.#focus.dispose();
  }

  #draw(now: number, waited: number): boolean {
    this.#thin(waited);
    const moving = this.#stage.prepare(now, this.#viewport.pixelRatio);
    this.#painters.draw(this.#stage.shot);
    this.#overlay.draw(this.#stage.shot);
    this.#point();
    return moving;
  }

  /** Slow pictures get fewer px; a moment after the last of them the full ones come back. */
  #thin(waited: number): void {
    if (this.#calm !== 0) this.#quality.note(waited);
    clearTimeout(this.#calm);
    const { width, height, pixelRatio } = this.#viewport;
    const share = this.#settling ? 1 : this.#quality.share;
    this.#settling = false;
    if (share !== this.#shown) this.#painters.resize(width, height, pixelRatio * share);
    this.#shown = share;
    this.#calm = window.setTimeout(() => {
      this.#calm = 0;
      if (this.#shown === 1) return;
      this.#settling = true;
      this.#viewport.invalidate();
    }, CALM_MS);
  }

  #chooseView(): void {
    const flat = this.#stage.props.mode === "2d" || !this.#painters.solidWorks;
    this.#stage.setFlat(flat);
    this.#painters.choose(flat);
    this.#viewport.invalidate();
  }

  /** Tells which row is under the resting pointer; after each picture too, since rows move under it. */
  #point(): void {
    if (this.#dragging) return;
    const at = this.#pointer;
    const row = at === null ? null : pick(this.#stage.shot.points, at.x, at.y, POINTER_REACH);
    if (row === this.#pointed) return;
    this.#pointed = row;
    this.#overlay.canvas.style.cursor = row === null ? "grab" : "pointer";
    this.events.onHover(row, at?.x ?? 0, at?.y ?? 0);
  }

  #listen(container: HTMLElement, signal: AbortSignal): void {
    const stage = this.#stage;
    const moved = () => {
      this.#viewport.invalidate();
      if (!stage.flat) this.events.onPose?.(stage.camera.goal);
    };
    const surface = this.#overlay.canvas;
    surface.style.cursor = "grab";
    surface.addEventListener("pointerdown", () => container.focus({ preventScroll: true }), { signal, capture: true });
    listenForGestures(
      surface,
      {
        orbit: (dx, dy) => {
          stage.orbit(dx, dy);
          moved();
        },
        pan: (dx, dy) => {
          stage.pan(dx, dy);
          moved();
        },
        zoom: (factor, x, y, smooth) => {
          stage.zoom(factor, x, y, smooth, performance.now());
          moved();
        },
        point: (at) => {
          this.#pointer = at;
          this.#point();
        },
        choose: (x, y, touch) =>
          this.events.onSelect(pick(stage.shot.points, x, y, touch ? FINGER_REACH : POINTER_REACH), false),
        chooseTwice: (x, y) => {
          if (pick(stage.shot.points, x, y, POINTER_REACH) === null) this.fit();
        },
        dragging: (now) => {
          this.#dragging = now;
          surface.style.cursor = now ? "grabbing" : "grab";
        },
      },
      signal,
    );
    listenForKeys(
      container,
      {
        arrows: () => !this.#focus.byPointer,
        step: (dx, dy) => {
          const { view, points } = stage.shot;
          const row = neighbour(points, stage.props.selected, dx, dy, view.centreX, view.centreY);
          if (row !== null) this.events.onSelect(row, false);
        },
        clear: () => this.events.onSelect(null, false),
        zoom: (factor) => {
          const { view } = stage.shot;
          stage.zoom(factor, view.centreX, view.centreY, true, performance.now());
          moved();
        },
        fit: () => this.fit(),
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
