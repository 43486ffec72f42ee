// biome-ignore-all lint/style/noNonNullAssertion: typed arrays, indexed inside their length
/** Which rows a picture draws when it can't draw all: a fair part of them, and always those that somebody asked for. */

import { DENSITY_ROWS } from "./palette";
import type { SceneProps } from "./types";

/** So many hits and marked rows are always drawn; of more than these a fair part. */
const MOST_KEPT = 5000;
/** Classes of rows, drawn from the last to the first as far as the share goes. */
const [HIDDEN, OTHER, PREFERRED, KEPT] = [0, 1, 2, 3] as const;

/** Props that decide what is in the order, and in which class. `hovered` counts only where not all rows are drawn or placed. */
const SHAPING = ["visible", "hits", "marks", "selected", "links", "trails", "courses"] as const;

export class Sample {
  /** The drawn rows are those from `start` to `end`. Within a class they stand shuffled, so that every tail is a fair sample; those
   *  asked for stand last: over the others. [R] */
  readonly rows: Uint32Array;
  start = 0;
  end = 0;
  /** Grows with each new order, so that a drawing knows when to look again. */
  version = 0;
  /** All rows, shuffled: every start of it is a fair sample. [R] */
  readonly fair: Uint32Array;
  readonly #class: Uint8Array;
  /** Rows that somebody asked for: the last ones. */
  asked = 0;
  #always = 0;

  constructor(rows: number) {
    this.rows = new Uint32Array(rows);
    this.fair = shuffled(rows);
    this.#class = new Uint8Array(rows);
  }

  /** Drawn rows. */
  get count(): number {
    return this.end - this.start;
  }

  /** Drawn share of the visible rows. */
  get share(): number {
    return this.end === 0 ? 1 : this.count / this.end;
  }

  /** Sorts the rows into their classes anew if one of the changed props asks for it. O(R). */
  update(props: Readonly<SceneProps>, changed: ReadonlySet<keyof SceneProps>): void {
    const asked =
      SHAPING.some((key) => changed.has(key)) ||
      (changed.has("hovered") && (this.start > 0 || props.rows > DENSITY_ROWS));
    if (asked || this.version === 0) this.#arrange(props);
  }

  /** Draws the given share of the visible rows, and never less than those always drawn. */
  take(share: number): void {
    const most = Math.max(this.#always, Math.ceil(this.end * Math.min(1, share)));
    this.start = this.end - Math.min(this.end, most);
  }

  #arrange(props: Readonly<SceneProps>): void {
    const kinds = this.#class;
    for (let row = 0; row < kinds.length; row += 1) kinds[row] = props.visible[row] === 1 ? OTHER : HIDDEN;
    const raise = (row: number | null, kind: number) => {
      if (row !== null && kinds[row] !== undefined && kinds[row] !== HIDDEN) kinds[row] = Math.max(kinds[row]!, kind);
    };
    for (const row of props.hits) raise(row, PREFERRED);
    for (const mark of props.marks) for (const row of mark.rows) raise(row, PREFERRED);
    for (const course of props.courses) for (const row of course) raise(row, PREFERRED);
    for (const link of props.links) raise(link.row, KEPT);
    for (const trail of props.trails) raise(trail.row, KEPT);
    raise(props.selected, KEPT);
    raise(props.hovered, KEPT);
    let at = 0;
    let [preferred, kept] = [0, 0];
    for (const kind of [OTHER, PREFERRED, KEPT]) {
      const before = at;
      for (let k = 0; k < this.fair.length; k += 1) {
        const row = this.fair[k]!;
        if (kinds[row] !== kind) continue;
        this.rows[at] = row;
        at += 1;
      }
      if (kind === PREFERRED) preferred = at - before;
      if (kind === KEPT) kept = at - before;
    }
    this.end = at;
    this.start = 0;
    this.asked = kept + preferred;
    this.#always = kept + Math.min(MOST_KEPT, preferred);
    this.version += 1;
  }
}

/** 0 … rows - 1 in an order that looks like chance and is always the same: pictures of one moment are alike. Fisher and Yates' shuffle on
 *  a 32-bit linear congruential generator (constants from Numerical Recipes). */
export function shuffled(rows: number): Uint32Array {
  const order = new Uint32Array(rows);
  let state = 0x9e3779b9;
  for (let k = 0; k < rows; k += 1) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const other = Math.floor((state / 4294967296) * (k + 1));
    order[k] = order[other]!;
    order[other] = k;
  }
  return order;
}
