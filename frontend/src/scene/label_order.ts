// biome-ignore-all lint/style/noNonNullAssertion: typed arrays, indexed inside their length
/** In which order rows ask for a label: selected, hovered, its neighbours, search hits, or trails while nothing is searched for; then groups' rows, then by priority and nearness. */

import { DENSITY_ROWS } from "./palette";
import type { Projected } from "./projected";
import type { SceneProps } from "./types";
import type { Shot } from "./visual";

export type LabelKind = "selected" | "hovered" | "neighbour" | "hit" | "plain";

/** Hits beyond these find no place anyway. */
const MOST_HITS = 200;
/** A group's row is as important as one so many times as important without a group: preferred, but the rest of the cloud keeps its names. */
const OF_GROUP = 8;

export class LabelOrder {
  /** Rows named before all others, in order, with their kinds. */
  readonly first: number[] = [];
  readonly kinds: LabelKind[] = [];
  /** The other rows in view, first come first; the first `restCount` are valid. [R] */
  rest = new Uint32Array(0);
  restCount = 0;
  /** How many rows are drawn anywhere, and how many of them in view. */
  drawn = 0;
  inView = 0;
  /** Dense rank of a row's priority, 0 = highest; rows of equal priority share it. [R] */
  #rank = new Uint32Array(0);
  #ranks = 0;
  #byRank = new Uint32Array(0);
  #starts = new Uint32Array(0);
  #named = new Uint8Array(0);

  /** When priorities changed: ranks every row. O(R log R). */
  rankBy(priority: Float32Array, rows: number): void {
    if (this.#rank.length !== rows) {
      this.#rank = new Uint32Array(rows);
      this.rest = new Uint32Array(rows);
      this.#named = new Uint8Array(rows);
    }
    const sorted = Uint32Array.from({ length: rows }, (_, row) => row);
    sorted.sort((a, b) => priority[b]! - priority[a]! || a - b);
    let rank = 0;
    for (let k = 0; k < rows; k += 1) {
      if (k > 0 && priority[sorted[k]!] !== priority[sorted[k - 1]!]) rank += 1;
      this.#rank[sorted[k]!] = rank;
    }
    this.#byRank = sorted;
    this.#ranks = rows > 0 ? rank + 1 : 0;
    this.#starts = new Uint32Array(this.#ranks * 2 * OF_GROUP + 1);
  }

  /** When selection, hover, links, trails or hits changed. */
  name(props: Readonly<SceneProps>): void {
    for (const row of this.first) this.#named[row] = 0;
    this.first.length = 0;
    this.kinds.length = 0;
    this.#add(props.selected, "selected");
    this.#add(props.hovered, "hovered");
    for (const link of props.links) this.#add(link.row, "neighbour");
    if (props.labelMode === "off") return;
    for (let k = 0; k < Math.min(props.hits.length, MOST_HITS); k += 1) this.#add(props.hits[k]!, "hit");
    // What a search didn't find recedes, trail or not.
    if (props.hits.length === 0) for (const trail of props.trails) this.#add(trail.row, "plain");
  }

  /** Before each picture: the unnamed rows in view by priority, those of groups sooner; a row labelled in the last picture
   *  (`places[row] >= 0`) gives way only to rows twice as important; among equals the nearer come first. O(R), no allocation. */
  sort(shot: Readonly<Shot>, places: Int8Array): void {
    const { rows, count } = shot.order;
    const { points, rings } = shot;
    const { width, height } = shot.view;
    const starts = this.#starts.fill(0);
    this.restCount = this.drawn = this.inView = 0;
    if (shot.props.rows > DENSITY_ROWS) {
      this.#takeByRank(points, rings.of, 1, width, height);
      this.#takeByRank(points, rings.of, 0, width, height);
      return;
    }
    for (let k = 0; k < count; k += 1) {
      const row = rows[k]!;
      this.drawn += 1;
      if (!isInView(points, row, width, height)) continue;
      this.inView += 1;
      if (this.#named[row] === 1) continue;
      starts[this.#bucket(row, places, rings.of) + 1]! += 1;
      this.restCount += 1;
    }
    for (let b = 0; b < this.#ranks * 2 * OF_GROUP; b += 1) starts[b + 1]! += starts[b]!;
    for (let k = count - 1; k >= 0; k -= 1) {
      const row = rows[k]!;
      if (this.#named[row] === 1 || !isInView(points, row, width, height)) continue;
      const bucket = this.#bucket(row, places, rings.of);
      this.rest[starts[bucket]!] = row;
      starts[bucket]! += 1;
    }
  }

  /** Very many rows have no depth order: they come by priority alone, groups' rows (`wanted` 1) before others (0). */
  #takeByRank(points: Projected, ringed: Uint16Array, wanted: 0 | 1, width: number, height: number): void {
    for (let k = 0; k < this.#byRank.length; k += 1) {
      const row = this.#byRank[k]!;
      if (points.radius[row] === 0 || ringed[row]! > 0 !== (wanted === 1)) continue;
      this.drawn += 1;
      if (!isInView(points, row, width, height)) continue;
      this.inView += 1;
      if (this.#named[row] === 1) continue;
      this.rest[this.restCount] = row;
      this.restCount += 1;
    }
  }

  #bucket(row: number, places: Int8Array, ringed: Uint16Array): number {
    const rank = this.#rank[row]!;
    const own = places[row]! >= 0 ? rank + (rank & 1) : 2 * rank + 1;
    return ringed[row]! > 0 ? own : own * OF_GROUP;
  }

  #add(row: number | null, kind: LabelKind): void {
    if (row === null || row < 0 || row >= this.#named.length || this.#named[row] === 1) return;
    this.#named[row] = 1;
    this.first.push(row);
    this.kinds.push(kind);
  }
}

export function isInView(points: Projected, row: number, width: number, height: number): boolean {
  const radius = points.radius[row]!;
  const x = points.x[row]!;
  const y = points.y[row]!;
  return radius > 0 && x >= -radius && y >= -radius && x <= width + radius && y <= height + radius;
}
