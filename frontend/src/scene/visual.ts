/** What is handed from the stage to everything that draws. */

import type { Object3D } from "three";
import type { Box } from "./box";
import type { DepthOrder } from "./order";
import type { Palette } from "./palette";
import type { View } from "./pose";
import type { Projected } from "./projected";
import type { Rings } from "./rings";
import type { Sample } from "./sample";
import type { Segments } from "./segments";
import type { SceneProps } from "./types";

/** All that one drawn picture depends on; the same object each time, refilled. */
export interface Shot {
  props: SceneProps;
  palette: Palette;
  view: View;
  box: Box;
  /** Where the rows are. Over DENSITY_ROWS rows in 3D only those that somebody asked for are placed here: `Stage.everyPoint` places all. */
  points: Projected;
  /** The drawn rows back to front; empty over DENSITY_ROWS rows. */
  order: DepthOrder;
  /** Which rows are drawn. */
  sample: Sample;
  /** Rows that nobody asked for are labelled too. */
  labels: boolean;
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
  courses: Segments;
  /** Who is ringed. */
  rings: Rings;
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
  /** The row seen in front at (x, y) in the last picture, else the one seen nearest within `reach` CSS px, else null. Waits for the GPU.
   *  Absent where the places in `Shot.points` are as good. */
  pick?(x: number, y: number, reach: number): number | null;
  /** The same without waiting: `done` is called later, or never when the GPU went away. */
  point?(x: number, y: number, reach: number, done: (row: number | null) => void): void;
  dispose(): void;
}
