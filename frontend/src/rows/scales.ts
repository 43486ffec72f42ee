/** Scales that colours and sizes are read off: two ends, evenly or by orders of magnitude. Pure. */

import { extent } from "../axis";
import { robustEnds } from "../colors/color";

export interface Scale {
  /** In the values' own unit; low < high, and above 0 where log. */
  readonly low: number;
  readonly high: number;
  readonly log: boolean;
}

/** Ends that lie farther apart than this are shown by orders of magnitude: evenly, half of the rows would look alike. */
const FAR_APART = 30;

/** One scale for all of `lists`, by their robust ends. Values are 0 or more. */
export function scaleOver(lists: readonly ArrayLike<number>[]): Scale | null {
  const ends = union(lists.map(robustEnds));
  const positive = union(lists.map((values) => robustEnds(above0(values))));
  if (positive && positive[1] > positive[0] * FAR_APART) return { low: positive[0], high: positive[1], log: true };
  return ends && { low: ends[0], high: ends[1], log: false };
}

/** A scale for what grows from 0 over `lists`: from 0, or from the low end of the last list where that one's values
 * differ by orders of magnitude. */
export function scaleFrom0(lists: readonly ArrayLike<number>[]): Scale | null {
  const last = robustEnds(above0(lists.at(-1) ?? []));
  const high = union(lists.map((values) => robustEnds(above0(values))))?.[1];
  if (high === undefined) return union(lists.map(robustEnds)) && { low: 0, high: 1, log: false };
  if (last && last[1] > last[0] * FAR_APART) return { low: last[0], high, log: true };
  return { low: 0, high, log: false };
}

/** Every value has a place of its own: for ids. */
export function scaleOfAll(values: ArrayLike<number>): Scale | null {
  const ends = extent([values]);
  return ends && { low: ends[0], high: ends[1] > ends[0] ? ends[1] : ends[0] + 1, log: false };
}

/** Where a value lies, 0 to 1; NaN where it isn't known. What has no logarithm is the least there is. */
export function shareOn(scale: Scale, value: number): number {
  if (!Number.isFinite(value)) return Number.NaN;
  if (scale.log && value <= 0) return 0;
  const share = scale.log
    ? Math.log(value / scale.low) / Math.log(scale.high / scale.low)
    : (value - scale.low) / (scale.high - scale.low);
  return Math.min(1, Math.max(0, share));
}

/** The value at a share of the scale. */
export function valueOn(scale: Scale, share: number): number {
  return scale.log ? scale.low * (scale.high / scale.low) ** share : scale.low + (scale.high - scale.low) * share;
}

function above0(values: ArrayLike<number>): Float64Array {
  return Float64Array.from(values).filter((value) => value > 0);
}

function union(pairs: readonly ([number, number] | null)[]): [number, number] | null {
  return extent(pairs.filter((pair) => pair !== null));
}
