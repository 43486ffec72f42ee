// biome-ignore-all lint/style/noNonNullAssertion: typed arrays, indexed inside their length
/** Where a label may stand: one of eight places round its point that touches nothing it must not. Pure; allocates only to grow. */

import type { Projected } from "./projected";

/** Room between a point's edge and its label, CSS px. */
const GAP = 4;
/** A label may cover so much of a point, CSS px. */
const COVER = 2;
const CELL = 20;

/** Directions from the point, in the order tried: right, above, left, below, then the corners. */
export const PLACES: readonly (readonly [number, number])[] = [
  [1, 0],
  [0, -1],
  [-1, 0],
  [0, 1],
  [1, -1],
  [-1, -1],
  [1, 1],
  [-1, 1],
];
/** The selected label hangs below its point where it can. */
export const BELOW_FIRST: readonly number[] = [3, 1, 0, 2, 6, 7, 4, 5];
const RIGHT_FIRST: readonly number[] = [0, 1, 2, 3, 4, 5, 6, 7];

export class Placement {
  /** Upper left corner of the label placed last, CSS px. */
  x = 0;
  y = 0;
  #boxes = new Float32Array(4 * 128);
  #boxCount = 0;
  #width = 0;
  #height = 0;
  #points: Projected | null = null;
  #columns = 0;
  #rows = 0;
  #starts = new Uint32Array(0);
  #members = new Uint32Array(0);

  /** Starts anew on an empty canvas with the points at their places. O(R). */
  reset(width: number, height: number, points: Projected): void {
    this.#boxCount = 0;
    this.#width = width;
    this.#height = height;
    this.#points = points;
    this.#columns = Math.max(1, Math.ceil(width / CELL));
    this.#rows = Math.max(1, Math.ceil(height / CELL));
    const cells = this.#columns * this.#rows;
    if (this.#starts.length < cells + 1) this.#starts = new Uint32Array(cells + 1);
    if (this.#members.length < points.rows) this.#members = new Uint32Array(points.rows);
    const starts = this.#starts.fill(0);
    for (let row = 0; row < points.rows; row += 1) {
      const cell = this.#cellOf(row);
      if (cell >= 0) starts[cell + 1]! += 1;
    }
    for (let cell = 0; cell < cells; cell += 1) starts[cell + 1]! += starts[cell]!;
    for (let row = 0; row < points.rows; row += 1) {
      const cell = this.#cellOf(row);
      if (cell >= 0) {
        this.#members[starts[cell]!] = row;
        starts[cell]! += 1;
      }
    }
    // Each start now stands at its cell's end: shift back.
    for (let cell = cells; cell > 0; cell -= 1) starts[cell] = starts[cell - 1]!;
    starts[0] = 0;
  }

  /** No label may touch this rectangle, CSS px. */
  block(left: number, top: number, right: number, bottom: number): void {
    if ((this.#boxCount + 1) * 4 > this.#boxes.length) {
      const larger = new Float32Array(this.#boxes.length * 2);
      larger.set(this.#boxes);
      this.#boxes = larger;
    }
    const i = this.#boxCount * 4;
    this.#boxes[i] = left;
    this.#boxes[i + 1] = top;
    this.#boxes[i + 2] = right;
    this.#boxes[i + 3] = bottom;
    this.#boxCount += 1;
  }

  /** Finds a place for a label of width × height round (px, py), `radius` away; takes it (see x, y) and says which of PLACES it is, or -1.
   *  `sticky` is tried first: the place of the last picture. `own` isn't minded: the row the label belongs to. */
  place(
    px: number,
    py: number,
    radius: number,
    width: number,
    height: number,
    own: number,
    sticky: number,
    belowFirst = false,
  ): number {
    if (sticky >= 0 && this.#try(px, py, radius, width, height, own, sticky)) return sticky;
    for (const place of belowFirst ? BELOW_FIRST : RIGHT_FIRST) {
      if (place !== sticky && this.#try(px, py, radius, width, height, own, place)) return place;
    }
    return -1;
  }

  #try(px: number, py: number, radius: number, width: number, height: number, own: number, place: number): boolean {
    const [dx, dy] = PLACES[place]!;
    const reach = (radius + GAP) * (dx !== 0 && dy !== 0 ? Math.SQRT1_2 : 1);
    const left = px + dx * reach - (width * (1 - dx)) / 2;
    const top = py + dy * reach - (height * (1 - dy)) / 2;
    const [right, bottom] = [left + width, top + height];
    if (!(left >= 2 && top >= 2 && right <= this.#width - 2 && bottom <= this.#height - 2)) return false;
    for (let i = 0; i < this.#boxCount * 4; i += 4) {
      const b = this.#boxes;
      if (left < b[i + 2]! && right > b[i]! && top < b[i + 3]! && bottom > b[i + 1]!) return false;
    }
    if (this.#coversPoint(left + COVER, top + COVER, right - COVER, bottom - COVER, own)) return false;
    this.block(left, top, right, bottom);
    this.x = left;
    this.y = top;
    return true;
  }

  #coversPoint(left: number, top: number, right: number, bottom: number, own: number): boolean {
    const points = this.#points!;
    const reach = points.maxRadius;
    const c0 = Math.max(0, Math.floor((left - reach) / CELL));
    const c1 = Math.min(this.#columns - 1, Math.floor((right + reach) / CELL));
    const r0 = Math.max(0, Math.floor((top - reach) / CELL));
    const r1 = Math.min(this.#rows - 1, Math.floor((bottom + reach) / CELL));
    for (let r = r0; r <= r1; r += 1) {
      // Cells of one line lie side by side, and so do their members.
      const start = this.#starts[r * this.#columns + c0]!;
      const end = this.#starts[r * this.#columns + c1 + 1]!;
      for (let m = start; m < end; m += 1) {
        const row = this.#members[m]!;
        if (row === own) continue;
        const [x, y] = [points.x[row]!, points.y[row]!];
        const dx = x < left ? left - x : x > right ? x - right : 0;
        const dy = y < top ? top - y : y > bottom ? y - bottom : 0;
        if (dx * dx + dy * dy < points.radius[row]! ** 2) return true;
      }
    }
    return false;
  }

  /** Cell of a drawn point, -1 when it isn't drawn or its middle is off the canvas by more than a cell. */
  #cellOf(row: number): number {
    const points = this.#points!;
    if (points.radius[row] === 0) return -1;
    const [x, y] = [points.x[row]!, points.y[row]!];
    if (x < -CELL || y < -CELL || x > this.#width + CELL || y > this.#height + CELL) return -1;
    const column = Math.min(this.#columns - 1, Math.max(0, Math.floor(x / CELL)));
    const line = Math.min(this.#rows - 1, Math.max(0, Math.floor(y / CELL)));
    return line * this.#columns + column;
  }
}
