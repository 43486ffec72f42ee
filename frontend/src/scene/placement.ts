// biome-ignore-all lint/style/noNonNullAssertion: typed arrays, indexed inside their length
/** Where a label may stand: one of eight places round its point that touches nothing it must not. Pure; allocates only to grow. */

import type { Projected } from "./projected";
import type { Insets } from "./types";

/** Room between a point's edge and its label, CSS px. */
const GAP = 4;
/** A label may cover so much of a point, CSS px; one that stands there since the last picture a little more, or it would tremble. */
const COVER = 2;
const COVER_KEPT = 4;
const CELL = 20;
/** Rectangles over more cells than these are looked at one by one: there are only few. */
const WIDE = 200;
/** Added to a place that was taken over other points. */
const OVER = 8;

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
  /** Boxes of each cell as linked lists: the cell's first node, and of each node its box and the next node. */
  #heads = new Int32Array(0);
  #nodes = new Int32Array(2 * 1024);
  #nodeCount = 0;
  /** Boxes too wide for the cells. */
  #wide: number[] = [];

  /** Starts anew on an empty canvas with the points at their places. O(R). */
  reset(width: number, height: number, points: Projected): void {
    this.#boxCount = this.#nodeCount = this.#wide.length = 0;
    this.#width = width;
    this.#height = height;
    this.#points = points;
    this.#columns = Math.max(1, Math.ceil(width / CELL));
    this.#rows = Math.max(1, Math.ceil(height / CELL));
    const cells = this.#columns * this.#rows;
    if (this.#starts.length < cells + 1) this.#starts = new Uint32Array(cells + 1);
    if (this.#heads.length < cells) this.#heads = new Int32Array(cells);
    this.#heads.fill(-1);
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
    this.#enter(this.#boxCount);
    this.#boxCount += 1;
  }

  /** Whether a rectangle lies on the canvas and touches nothing that is blocked; points don't count. */
  isFree(left: number, top: number, right: number, bottom: number): boolean {
    return (
      left >= 2 &&
      top >= 2 &&
      right <= this.#width - 2 &&
      bottom <= this.#height - 2 &&
      !this.#touchesBox(left, top, right, bottom)
    );
  }

  /** Finds a place for a label of width × height round (px, py), `radius` away; takes it (see x, y) and says which, or -1: one of PLACES, or
   *  that and 8 where it stands over other points, which only `overPoints` allows. `sticky` is tried first: the place of the last picture.
   *  `own` isn't minded: the row the label belongs to. */
  place(
    px: number,
    py: number,
    radius: number,
    width: number,
    height: number,
    own: number,
    sticky: number,
    belowFirst = false,
    overPoints = false,
  ): number {
    if (sticky >= 0 && (overPoints || sticky < OVER)) {
      const cover = overPoints ? Infinity : COVER_KEPT;
      if (this.#try(px, py, radius, width, height, own, sticky % OVER, cover)) return sticky;
    }
    const places = belowFirst ? BELOW_FIRST : RIGHT_FIRST;
    for (const place of places) if (this.#try(px, py, radius, width, height, own, place, COVER)) return place;
    if (!overPoints) return -1;
    for (const place of places) if (this.#try(px, py, radius, width, height, own, place, Infinity)) return place + OVER;
    return -1;
  }

  /** For the one label that is never left out: as near under (px, py), or over it, as the free part of the canvas allows, whatever it
   *  touches. Takes it; says which place as `place` does. */
  squeeze(px: number, py: number, radius: number, width: number, height: number, insets: Insets): number {
    const between = (value: number, low: number, high: number) => Math.max(low, Math.min(high, value));
    const lowest = this.#height - insets.bottom - 2 - height;
    const under = py + radius + GAP;
    const over = under > lowest;
    const x = between(px - width / 2, insets.left + 2, this.#width - insets.right - 2 - width);
    const y = between(over ? py - radius - GAP - height : under, insets.top + 2, lowest);
    this.block(x, y, x + width, y + height);
    this.x = x;
    this.y = y;
    return OVER + (over ? 1 : 3);
  }

  #try(
    px: number,
    py: number,
    radius: number,
    width: number,
    height: number,
    own: number,
    place: number,
    cover: number,
  ): boolean {
    const [dx, dy] = PLACES[place]!;
    const reach = (radius + GAP) * (dx !== 0 && dy !== 0 ? Math.SQRT1_2 : 1);
    const left = px + dx * reach - (width * (1 - dx)) / 2;
    const top = py + dy * reach - (height * (1 - dy)) / 2;
    const right = left + width;
    const bottom = top + height;
    if (!this.isFree(left, top, right, bottom)) return false;
    if (cover < Infinity && this.#coversPoint(left + cover, top + cover, right - cover, bottom - cover, own))
      return false;
    this.block(left, top, right, bottom);
    this.x = left;
    this.y = top;
    return true;
  }

  #enter(box: number): void {
    const i = box * 4;
    const c0 = this.#column(this.#boxes[i]!);
    const c1 = this.#column(this.#boxes[i + 2]!);
    const r0 = this.#line(this.#boxes[i + 1]!);
    const r1 = this.#line(this.#boxes[i + 3]!);
    if ((c1 - c0 + 1) * (r1 - r0 + 1) > WIDE) {
      this.#wide.push(box);
      return;
    }
    for (let r = r0; r <= r1; r += 1) {
      for (let c = c0; c <= c1; c += 1) {
        if ((this.#nodeCount + 1) * 2 > this.#nodes.length) {
          const larger = new Int32Array(this.#nodes.length * 2);
          larger.set(this.#nodes);
          this.#nodes = larger;
        }
        const cell = r * this.#columns + c;
        this.#nodes[this.#nodeCount * 2] = box;
        this.#nodes[this.#nodeCount * 2 + 1] = this.#heads[cell]!;
        this.#heads[cell] = this.#nodeCount;
        this.#nodeCount += 1;
      }
    }
  }

  #touchesBox(left: number, top: number, right: number, bottom: number): boolean {
    for (let k = 0; k < this.#wide.length; k += 1) {
      if (this.#touches(this.#wide[k]!, left, top, right, bottom)) return true;
    }
    const [c1, r1] = [this.#column(right), this.#line(bottom)];
    for (let r = this.#line(top); r <= r1; r += 1) {
      for (let c = this.#column(left); c <= c1; c += 1) {
        for (let node = this.#heads[r * this.#columns + c]!; node >= 0; node = this.#nodes[node * 2 + 1]!) {
          if (this.#touches(this.#nodes[node * 2]!, left, top, right, bottom)) return true;
        }
      }
    }
    return false;
  }

  #touches(box: number, left: number, top: number, right: number, bottom: number): boolean {
    const [b, i] = [this.#boxes, box * 4];
    return left < b[i + 2]! && right > b[i]! && top < b[i + 3]! && bottom > b[i + 1]!;
  }

  #column(x: number): number {
    return Math.min(this.#columns - 1, Math.max(0, Math.floor(x / CELL)));
  }

  #line(y: number): number {
    return Math.min(this.#rows - 1, Math.max(0, Math.floor(y / CELL)));
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
        const x = points.x[row]!;
        const y = points.y[row]!;
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
    const x = points.x[row]!;
    const y = points.y[row]!;
    if (x < -CELL || y < -CELL || x > this.#width + CELL || y > this.#height + CELL) return -1;
    return this.#line(y) * this.#columns + this.#column(x);
  }
}
