// biome-ignore-all lint/style/noNonNullAssertion: typed arrays, indexed inside their length
/** In which order rows ask for a label: selected, hovered, its neighbours, trails, search hits; then by priority, then by nearness. */

import type { DepthOrder } from "./order";
import type { SceneProps } from "./types";

export type LabelKind = "selected" | "hovered" | "neighbour" | "hit" | "plain";

/** Hits beyond these find no place anyway. */
const MOST_HITS = 200;

export class LabelOrder {
  /** Rows named before all others, in order, with their kinds. */
  readonly first: number[] = [];
  readonly kinds: LabelKind[] = [];
  /** The other rows, first come first; the first `restCount` are valid. [R] */
  rest = new Uint32Array(0);
  restCount = 0;
  /** Dense rank of a row's priority, 0 = highest; rows of equal priority share it. [R] */
  #rank = new Uint32Array(0);
  #ranks = 0;
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
    this.#ranks = rows > 0 ? rank + 1 : 0;
    this.#starts = new Uint32Array(this.#ranks * 2 + 1);
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
    for (const trail of props.trails) this.#add(trail.row, "plain");
    for (let k = 0; k < Math.min(props.hits.length, MOST_HITS); k += 1) this.#add(props.hits[k]!, "hit");
  }

  /** Before each picture: the unnamed rows by priority; among equals those labelled before (`places[row] >= 0`) come first, then the
   *  nearer ones. O(R), no allocation. */
  sort(depthOrder: DepthOrder, places: Int8Array): void {
    const starts = this.#starts.fill(0);
    const { rows, count } = depthOrder;
    this.restCount = 0;
    for (let k = 0; k < count; k += 1) {
      const row = rows[k]!;
      if (this.#named[row] === 1) continue;
      starts[this.#bucket(row, places) + 1]! += 1;
      this.restCount += 1;
    }
    for (let b = 0; b < this.#ranks * 2; b += 1) starts[b + 1]! += starts[b]!;
    for (let k = count - 1; k >= 0; k -= 1) {
      const row = rows[k]!;
      if (this.#named[row] === 1) continue;
      const bucket = this.#bucket(row, places);
      this.rest[starts[bucket]!] = row;
      starts[bucket]! += 1;
    }
  }

  #bucket(row: number, places: Int8Array): number {
    return this.#rank[row]! * 2 + (places[row]! >= 0 ? 0 : 1);
  }

  #add(row: number | null, kind: LabelKind): void {
    if (row === null || row < 0 || row >= this.#named.length || this.#named[row] === 1) return;
    this.#named[row] = 1;
    this.first.push(row);
    this.kinds.push(kind);
  }
}
