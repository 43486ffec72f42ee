/** Many snapshots as few columns: the same rules as the server's `analysis/step_bins.py`, compared with it in a test. Pure. */

import { placeOf } from "./reply";

const [SPIKE_RATIO, SPIKE_DISTANCES] = [2, 6];
const HELD_BELOW = 0.6;

/** Edges of at most `most` columns over first <= step <= last. */
export function stepEdges(steps: Float64Array, most: number, first: number, last: number): Float64Array {
  const inside = steps.subarray(placeOf(steps, first), placeOf(steps, last + 1));
  if (inside.length <= most) return Float64Array.from(inside.length > 0 ? [...inside, last + 1] : [first, last + 1]);
  const count = Math.min(most, last - first + 1);
  return Float64Array.from({ length: count + 1 }, (_, k) => first + Math.floor((k * (last - first + 1)) / count));
}

/** What each column is made of: the places of its first snapshot and of the one after its last, [C + 1]. */
export const beginnings = (steps: Float64Array, edges: Float64Array) =>
  Int32Array.from(edges, (edge) => placeOf(steps, edge));

/** One series [T] in columns, written into three rows of C. */
export interface Target {
  readonly shown: Float32Array;
  readonly low: Float32Array;
  readonly high: Float32Array;
}

export function binInto(target: Target, values: Float32Array, begin: Int32Array, log: boolean): void {
  const usual = log ? 0 : usualDistance(values, begin[0] as number, begin.at(-1) as number);
  for (let c = 0; c + 1 < begin.length; c++) {
    let [low, high, sum, finite, many] = [Infinity, -Infinity, 0, 0, 0];
    for (let t = begin[c] as number; t < (begin[c + 1] as number); t++) {
      const value = values[t] as number;
      if (!Number.isFinite(value)) continue;
      finite++;
      low = Math.min(low, value);
      high = Math.max(high, value);
      if (log && value <= 0) continue;
      sum += log ? Math.log(value) : value;
      many++;
    }
    const none = finite === 0;
    const mean = many === 0 ? 0 : log ? Math.exp(sum / many) : sum / many;
    const chosen =
      finite < 2 ? mean : log ? outstandingRatio(mean, low, high) : outstandingDistance(mean, low, high, usual);
    target.shown[c] = none ? Number.NaN : chosen;
    target.low[c] = none ? Number.NaN : low;
    target.high[c] = none ? Number.NaN : high;
  }
}

/** A statistic that isn't measured in each snapshot. */
export function isSparse(values: Float32Array): boolean {
  let finite = 0;
  for (const value of values) if (Number.isFinite(value)) finite++;
  return finite > 0 && finite / values.length < HELD_BELOW;
}

/** Each gap filled by what was measured last before it. */
export function held(values: Float32Array): Float32Array {
  let last = Number.NaN;
  return values.map((value) => {
    if (Number.isFinite(value)) last = value;
    return last;
  });
}

function outstandingRatio(mean: number, low: number, high: number): number {
  const above = mean === 0 ? 0 : high / mean;
  const least = low > 0 ? low : mean;
  const below = least === 0 ? 0 : mean / least;
  if (Math.max(above, below) <= SPIKE_RATIO) return mean;
  return above >= below ? high : low;
}

function outstandingDistance(mean: number, low: number, high: number, usual: number): number {
  const [above, below] = [high - mean, mean - low];
  if (Math.max(above, below) <= SPIKE_DISTANCES * usual) return mean;
  return above >= below ? high : low;
}

/** The median distance of neighbours in time; beside a gap it is infinite. */
function usualDistance(values: Float32Array, begin: number, end: number): number {
  const jumps = new Float64Array(Math.max(0, end - begin - 1));
  for (let i = 0; i < jumps.length; i++) {
    const jump = Math.abs((values[begin + i + 1] as number) - (values[begin + i] as number));
    jumps[i] = Number.isFinite(jump) ? jump : Infinity;
  }
  if (jumps.length === 0) return 0;
  jumps.sort();
  const half = jumps.length >> 1;
  const upper = jumps[half] as number;
  return jumps.length % 2 === 1 ? upper : ((jumps[half - 1] as number) + upper) / 2;
}
