/** Draws the map on its canvas: sharp on any screen, in one piece, in buffers that are used again. */

import { markOutside } from "../heat/marks";
import { columnsOf, type HeatCells, type HeatInk, paintHeat } from "../heat/paint";
import type { HeatRows } from "../heat/rows";
import type { HeatScale } from "../heat/scale";

export interface HeatPicture {
  /** CSS px. */
  readonly width: number;
  readonly height: number;
  /** CSS px of the map above the upper edge. */
  readonly top: number;
  readonly axis: readonly [number, number];
  readonly edges: ArrayLike<number>;
  /** Where a column has no snapshot, the one that stands for it. */
  readonly filled: Int32Array;
  readonly rows: HeatRows;
  readonly cells: HeatCells;
  readonly scale: HeatScale | null;
  readonly ink: HeatInk;
  /** [L, C], null = nothing is marked. */
  readonly outside: Uint8Array | null;
}

export class HeatCanvas {
  /** Pictures drawn so far. */
  drawn = 0;
  #image: ImageData | null = null;

  draw(canvas: HTMLCanvasElement, picture: HeatPicture): void {
    const ratio = Math.min(3, window.devicePixelRatio || 1);
    const [width, height] = [Math.round(picture.width * ratio), Math.round(picture.height * ratio)];
    if (width <= 0 || height <= 0) return;
    if (canvas.width !== width) canvas.width = width;
    if (canvas.height !== height) canvas.height = height;
    const context = canvas.getContext("2d");
    if (!context) return;
    if (this.#image?.width !== width || this.#image.height !== height) this.#image = new ImageData(width, height);
    const pixels = new Uint32Array(this.#image.data.buffer);
    const { axis, cells, rows, top } = picture;
    const columnOf = columnsOf(picture.edges, axis[0], axis[1], width);
    for (let x = 0; x < width; x += 1) {
      const column = columnOf[x] as number;
      if (column >= 0) columnOf[x] = picture.filled[column] as number;
    }
    paintHeat(pixels, width, rows, cells, columnOf, picture.scale, picture.ink, ratio, top);
    if (picture.outside) markOutside(pixels, width, rows, picture.outside, cells.columns, columnOf, ratio, top);
    context.putImageData(this.#image, 0, 0);
    this.drawn += 1;
  }
}
