// biome-ignore-all lint/style/noNonNullAssertion: typed arrays, indexed inside their length
/** What the cells of the map are of: where each begins and ends in steps, and what stands in one. Pure. */

/** Columns of one statistic; arrays are [L, C]. */
export interface Columns {
  readonly edges: Float64Array;
  readonly counts: Float64Array;
  readonly columns: number;
  readonly layers: number;
  readonly shown: Float32Array;
  readonly low: Float32Array;
  readonly high: Float32Array;
  readonly broken: Uint8Array;
  readonly held: boolean;
  readonly firstStep: number;
  readonly lastStep: number;
  /** Steps that were asked for, null = the whole run. */
  readonly range: readonly [number, number] | null;
}

/** Each column is one snapshot, and its first edge is that snapshot's step. */
export function isExact(of: Columns): boolean {
  for (let c = 0; c < of.columns; c += 1) if (of.counts[c]! > 1) return false;
  return true;
}

/** [C + 1], steps. A snapshot of its own stands in the middle of its cell, so that the cursor at its step crosses it and
 * the last one is seen too; columns of several go from edge to edge. */
export function cellEdges(of: Columns): Float64Array {
  if (!isExact(of) || (of.columns < 2 && of.range === null)) return of.edges;
  const { edges, columns } = of;
  const found = new Float64Array(columns + 1);
  for (let c = 1; c < columns; c += 1) found[c] = (edges[c - 1]! + edges[c]!) / 2;
  // A part begins and ends between snapshots: its first and last one are the nearest that are here.
  found[0] = Math.max(of.firstStep, Math.min(edges[0]!, of.range?.[0] ?? edges[0]!));
  const last = edges[columns - 1]!;
  found[columns] = Math.max(last, Math.min(of.lastStep, of.range?.[1] ?? last));
  return found;
}

/** Place of the cell that holds a step, the nearest one where it falls outside; -1 = there is none. */
export function cellAt(edges: ArrayLike<number>, step: number): number {
  const columns = edges.length - 1;
  let [low, high] = [0, columns];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (edges[middle + 1]! <= step) low = middle + 1;
    else high = middle;
  }
  return Math.min(columns - 1, low);
}

/** [C]: each column itself, or the nearest with snapshots where it has none: what lies between two snapshots is no gap. */
export function nearestFilled(of: Columns): Int32Array {
  const found = new Int32Array(of.columns).fill(-1);
  let before = -1;
  for (let c = 0; c < of.columns; c += 1) {
    if (of.counts[c]! > 0) before = c;
    found[c] = before;
  }
  let after = -1;
  for (let c = of.columns - 1; c >= 0; c -= 1) {
    if (of.counts[c]! > 0) after = c;
    const left = found[c]!;
    if (left < 0 || (after >= 0 && after - c < c - left)) found[c] = after;
  }
  return found;
}

/** The step that a column stands for: its snapshot's, or its middle. */
export function stepOf(of: Columns, column: number): number {
  const first = of.edges[column]!;
  if (of.counts[column]! <= 1) return first;
  return Math.round((first + of.edges[column + 1]! - 1) / 2);
}

/** The next column with snapshots in it, in a direction; the same one where there is no other. */
export function nextColumn(of: Columns, column: number, by: number): number {
  let [at, found, left] = [column, column, Math.abs(by)];
  const way = Math.sign(by);
  while (left > 0) {
    at += way;
    if (at < 0 || at >= of.columns) break;
    if (of.counts[at]! === 0) continue;
    found = at;
    left -= 1;
  }
  return found;
}

export interface Cell {
  readonly layer: number;
  readonly column: number;
  readonly step: number;
  /** Snapshots in the column; where there are several the column goes from `first` to `last` step. */
  readonly count: number;
  readonly first: number;
  readonly last: number;
  /** NaN = not measured. */
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly broken: boolean;
  /** First step at which it had this value already, null = measured here. */
  readonly since: number | null;
  /** Largest is 1; 0 = it has no value. */
  readonly rank: number;
  readonly among: number;
}

export function cellOf(of: Columns, layer: number, column: number): Cell {
  const at = layer * of.columns + column;
  const value = of.shown[at]!;
  let [rank, among] = [Number.isNaN(value) ? 0 : 1, 0];
  for (let other = 0; other < of.layers; other += 1) {
    const theirs = of.shown[other * of.columns + column]!;
    if (Number.isNaN(theirs)) continue;
    among += 1;
    if (theirs > value) rank += 1;
  }
  return {
    layer,
    column,
    step: stepOf(of, column),
    count: of.counts[column]!,
    first: of.edges[column]!,
    last: of.edges[column + 1]! - 1,
    value,
    low: of.low[at]!,
    high: of.high[at]!,
    broken: of.broken[at] === 1,
    since: of.held ? heldSince(of, layer, column) : null,
    rank,
    among,
  };
}

function heldSince(of: Columns, layer: number, column: number): number | null {
  const base = layer * of.columns;
  const value = of.shown[base + column]!;
  if (Number.isNaN(value)) return null;
  let first = column;
  for (let c = column - 1; c >= 0; c -= 1) {
    if (of.counts[c] === 0) continue;
    if (of.shown[base + c] !== value) break;
    first = c;
  }
  return first === column ? null : stepOf(of, first);
}
