/** What is handed from the stage to everything that draws. */

import type { Object3D } from "three";
import type { Box } from "./box";
import type { DepthOrder } from "./order";
import type { Palette } from "./palette";
import type { View } from "./pose";
import type { Projected } from "./projected";
import type { Segments } from "./segments";
import type { SceneProps } from "./types";

/** All that one drawn picture depends on; the same object each time, refilled. */
export interface Shot {
  props: SceneProps;
  palette: Palette;
  view: View;
  box: Box;
  points: Projected;
  /** Back to front; empty over DENSITY_ROWS rows. */
  order: DepthOrder;
  /** Every radius is multiplied by it. */
  sizeFactor: number;
  /** 1 … 1.2: how far the hovered point has grown. */
  hoverScale: number;
  /** Depths between which things fade toward the canvas. */
  near: number;
  far: number;
  /** Canvas px per CSS px of the overlay; a painter may have been given fewer. */
  pixelRatio: number;
  grid: Segments;
  axes: Segments;
  trails: Segments;
  links: Segments;
}

/** One thing drawn in 3D. Owns its GPU resources; never fetches, never reads the store. */
export interface Visual {
  readonly object: Object3D;
  /** Takes over what changed; cheap when nothing of its own did. */
  update(props: Readonly<SceneProps>, changed: ReadonlySet<keyof SceneProps>): void;
  /** Just before each drawn picture; allocates nothing. */
  draw(shot: Readonly<Shot>): void;
  dispose(): void;
}

/** A way to put the cloud on its own canvas: WebGL or Canvas 2D. */
export interface Painter {
  readonly canvas: HTMLCanvasElement;
  /** Size in CSS px. */
  resize(width: number, height: number, pixelRatio: number): void;
  update(props: Readonly<SceneProps>, changed: ReadonlySet<keyof SceneProps>): void;
  draw(shot: Readonly<Shot>): void;
  dispose(): void;
}
