// biome-ignore-all lint/style/noNonNullAssertion: typed arrays, indexed inside their length
/** How a statistic of one run differs from another's, layer by layer over the steps that both have. Pure. */

import { HIGH_SHARE, type RobustScale } from "./scale";

/** Columns of one run's statistic; arrays are [L, C]. */
export interface RunColumns {
  readonly edges: Float64Array;
  readonly columns: number;
  readonly shown: Float32Array;
  readonly broken: Uint8Array;
  readonly firstStep: number;
  readonly lastStep: number;
}

export interface Difference {
  /** [L, C] of A's layers in A's columns: log2(B / A) where `log`, else B − A. NaN = not measured in both. */
  readonly shown: Float32Array;
  /** 1 = not finite in one of them. */
  readonly broken: Uint8Array;
  readonly columns: number;
  readonly edges: Float64Array;
  readonly log: boolean;
  /** Steps that both have, null = none. */
  readonly range: readonly [number, number] | null;
  /** Layers by path that only one of them has. */
  readonly onlyA: readonly string[];
  readonly onlyB: readonly string[];
  readonly matched: number;
}

/** pathsA, pathsB: of the layers, in the order of the arrays. log: a ratio says more than a difference; a value that isn't positive has
 * none. */
export function differenceOf(
  a: RunColumns,
  b: RunColumns,
  pathsA: readonly string[],
  pathsB: readonly string[],
  log: boolean,
): Difference {
  const { columns } = a;
  const shown = new Float32Array(pathsA.length * columns).fill(Number.NaN);
  const broken = new Uint8Array(pathsA.length * columns);
  const there = new Map(pathsB.map((path, layer) => [path, layer]));
  const [first, last] = [Math.max(a.firstStep, b.firstStep), Math.min(a.lastStep, b.lastStep)];
  const range = last >= first ? ([first, last] as const) : null;
  const spans = spansOf(a, b, range);
  let matched = 0;
  for (const [layer, path] of pathsA.entries()) {
    const other = there.get(path);
    if (other === undefined) continue;
    matched += 1;
    for (let c = 0; c < columns; c += 1) {
      const [begin, end] = [spans[2 * c]!, spans[2 * c + 1]!];
      if (end <= begin) continue;
      const at = layer * columns + c;
      shown[at] = changeOf(a.shown[at]!, meanOf(b, other, begin, end, log), log);
      if (a.broken[at] === 1 || anyBroken(b, other, begin, end)) broken[at] = 1;
    }
  }
  const inA = new Set(pathsA);
  return {
    shown,
    broken,
    columns,
    edges: a.edges,
    log,
    range,
    onlyA: pathsA.filter((path) => !there.has(path)),
    onlyB: pathsB.filter((path) => !inA.has(path)),
    matched,
  };
}

/** [2 C]: the columns of B that lie over each column of A, the end excluded; none outside of what both have. */
function spansOf(a: RunColumns, b: RunColumns, range: readonly [number, number] | null): Int32Array {
  const spans = new Int32Array(2 * a.columns);
  if (!range) return spans;
  let begin = 0;
  for (let c = 0; c < a.columns; c += 1) {
    const [from, to] = [a.edges[c]!, a.edges[c + 1]!];
    if (to <= range[0] || from > range[1]) continue;
    while (begin < b.columns && b.edges[begin + 1]! <= from) begin += 1;
    let end = begin;
    while (end < b.columns && b.edges[end]! < to) end += 1;
    spans[2 * c] = begin;
    spans[2 * c + 1] = end;
  }
  return spans;
}

/** Geometric where a ratio says more; of what was measured. */
function meanOf(b: RunColumns, layer: number, begin: number, end: number, log: boolean): number {
  let [sum, count] = [0, 0];
  for (let c = begin; c < end; c += 1) {
    const value = b.shown[layer * b.columns + c]!;
    if (!Number.isFinite(value)) continue;
    if (log && value <= 0) return end - begin === 1 ? value : Number.NaN;
    sum += log ? Math.log(value) : value;
    count += 1;
  }
  if (count === 0) return Number.NaN;
  return log ? Math.exp(sum / count) : sum / count;
}

function anyBroken(b: RunColumns, layer: number, begin: number, end: number): boolean {
  for (let c = begin; c < end; c += 1) if (b.broken[layer * b.columns + c] === 1) return true;
  return false;
}

/** Two zeros don't differ; what is zero in one of them only has no ratio. */
function changeOf(a: number, b: number, log: boolean): number {
  if (!log) return b - a;
  if (a === 0 && b === 0) return 0;
  return a > 0 && b > 0 ? Math.log2(b / a) : Number.NaN;
}

/** Zero in the middle and the same room on both sides, so that equal steps of colour are equal differences; one spike doesn't flatten the
 * rest. null = no value. */
export function evenScale(values: ArrayLike<number>, log: boolean): RobustScale | null {
  const sizes: number[] = [];
  let [least, most] = [Infinity, -Infinity];
  for (let i = 0; i < values.length; i += 1) {
    const value = values[i] as number;
    if (!Number.isFinite(value)) continue;
    sizes.push(Math.abs(value));
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  if (sizes.length === 0) return null;
  const sorted = Float64Array.from(sizes).sort();
  const robust = sorted[Math.round((sorted.length - 1) * HIGH_SHARE)]!;
  // A ratio of less than a tenth is hardly worth a colour.
  const high = Math.max(robust, log ? Math.log2(1.1) : 1e-30);
  return { low: -high, high, log: false, clipped: least < -high || most > high, least, most };
}
