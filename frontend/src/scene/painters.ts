/** Which drawing is on: WebGL where it can be, Canvas 2D where it must or is wanted; and the passage between them. */

import { createFlatPainter } from "./flat/painter";
import { createGlPainter } from "./gl/painter";
import { pick } from "./picking";
import { crossFade, layOver } from "./surface";
import type { SceneProps } from "./types";
import type { Painter, Shot } from "./visual";

export interface PainterHooks {
  readonly container: HTMLElement;
  /** Current props, for a drawing that joins late. */
  props(): SceneProps;
  /** The GPU went away or came back: the view has to be chosen anew. */
  changed(reason: "context-lost" | null): void;
}

export class Painters {
  #solid: Painter | null = null;
  #plane: Painter | null = null;
  #lost = false;
  #flat = false;
  #size: readonly [number, number, number] = [1, 1, 1];

  constructor(readonly hooks: PainterHooks) {
    this.#start();
  }

  /** 3D can be drawn now. */
  get solidWorks(): boolean {
    return this.#solid !== null && !this.#lost;
  }

  /** CSS px, and canvas px for each of them. */
  get size(): readonly [number, number, number] {
    return this.#size;
  }

  get current(): Painter {
    if (!this.#flat && this.#solid !== null) return this.#solid;
    this.#plane ??= this.#introduce(createFlatPainter());
    return this.#plane;
  }

  choose(flat: boolean): void {
    this.#flat = flat;
    const shown = this.current;
    const atOnce = this.hooks.props().reducedMotion || !this.solidWorks;
    for (const painter of [this.#solid, this.#plane]) {
      if (painter !== null) crossFade(painter.canvas, painter === shown, atOnce);
    }
  }

  resize(width: number, height: number, pixelRatio: number): void {
    this.#size = [width, height, pixelRatio];
    this.#solid?.resize(width, height, pixelRatio);
    this.#plane?.resize(width, height, pixelRatio);
  }

  update(props: Readonly<SceneProps>, changed: ReadonlySet<keyof SceneProps>): void {
    this.#solid?.update(props, changed);
    this.#plane?.update(props, changed);
  }

  draw(shot: Readonly<Shot>): void {
    this.current.draw(shot);
  }

  /** The row in front at (x, y) in the last picture, else the one nearest within `reach` CSS px, else null. */
  pick(shot: Readonly<Shot>, x: number, y: number, reach: number): number | null {
    const { current } = this;
    return current.pick === undefined ? pick(shot.points, x, y, reach) : current.pick(x, y, reach);
  }

  /** The same without waiting for the GPU: told at once or a moment later. */
  point(shot: Readonly<Shot>, x: number, y: number, reach: number, done: (row: number | null) => void): void {
    const { current } = this;
    if (current.point === undefined) done(pick(shot.points, x, y, reach));
    else current.point(x, y, reach, done);
  }

  dispose(): void {
    this.#solid?.dispose();
    this.#plane?.dispose();
  }

  #start(): void {
    const made = createGlPainter(
      () => {
        this.#lost = true;
        this.hooks.changed("context-lost");
      },
      () => this.#restart(),
    );
    if (made !== null) this.#solid = this.#introduce(made);
  }

  /** A context that came back is empty: a new drawing on a new canvas is simpler than filling it. */
  #restart(): void {
    this.#solid?.dispose();
    this.#solid = null;
    this.#start();
    if (this.#solid === null) return;
    this.#lost = false;
    this.hooks.changed(null);
  }

  /** Another drawing joins: laid over the container, sized, and told everything. */
  #introduce(painter: Painter): Painter {
    layOver(this.hooks.container, painter.canvas, 1);
    painter.resize(...this.#size);
    const props = this.hooks.props();
    painter.update(props, new Set(Object.keys(props) as (keyof SceneProps)[]));
    return painter;
  }
}
