/** Which rows are ringed, and in which colour: the groups made ready for drawing row by row. */

import type { Mark, Rgb } from "./types";

/** Of a ring outside its point, CSS px: from the point's edge to the line's middle, and the line. */
export const RING_GAP = 2.5;
export const RING_WIDTH = 1.5;

export class Rings {
  /** Number of a row's ring in `colors`, counted from 1; 0 = none. [R] */
  of = new Uint16Array(0);
  /** Ringed rows, each once, ascending. */
  rows = new Uint32Array(0);
  colors: readonly Rgb[] = [];
  /** Grows with each change, so that a drawing knows when to look again. */
  version = 0;

  /** When marks or rows changed: later marks lie over earlier ones. O(R + marked rows). */
  update(marks: readonly Mark[], rows: number): void {
    if (this.of.length !== rows) this.of = new Uint16Array(rows);
    else this.of.fill(0);
    this.colors = marks.map((mark) => mark.color);
    for (const [k, mark] of marks.entries()) {
      for (const row of mark.rows) if (row >= 0 && row < rows) this.of[row] = k + 1;
    }
    let count = 0;
    for (const ring of this.of) if (ring > 0) count += 1;
    this.rows = new Uint32Array(count);
    count = 0;
    for (let row = 0; row < rows; row += 1) {
      if (this.of[row] === 0) continue;
      this.rows[count] = row;
      count += 1;
    }
    this.version += 1;
  }
}
