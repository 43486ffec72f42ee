/** Norms of all rows at some steps of a run, from which those of any step are read off. Pure. */

import { extent } from "./axis";
import { robustEnds } from "./color";

/** All rows at one step, [R] each. */
export interface RowNumbers {
  readonly step: number;
  readonly norms: Float32Array;
  readonly gradNorms: Float32Array;
}

/** `list` in order of step with `entry` in it. */
export function withNumbers(list: readonly RowNumbers[], entry: RowNumbers): RowNumbers[] {
  return [...list.filter((held) => held.step !== entry.step), entry].sort((one, other) => one.step - other.step);
}

/** Ordinals spread over a run, at most 2 `most` of them. They stay the same while the run grows, but for new ones. */
export function spread(total: number, most: number): number[] {
  const stride = 2 ** Math.ceil(Math.log2(Math.max(1, total / most)));
  return Array.from({ length: Math.ceil(total / stride) }, (_, i) => i * stride);
}

/** Values at `step`: exact where they are held, on a straight line between, those of the nearest step beyond the ends. */
export function numbersAt(
  list: readonly RowNumbers[],
  which: "norms" | "gradNorms",
  step: number,
): Float32Array | null {
  const after = list.find((held) => held.step >= step) ?? list.at(-1);
  if (!after) return null;
  const before = list[list.indexOf(after) - 1];
  if (!before || after.step <= step) return after[which];
  const share = (step - before.step) / (after.step - before.step);
  const [low, high] = [before[which], after[which]];
  return low.map((value, row) => value + ((high[row] as number) - value) * share);
}

/** The lowest and the highest of the robust ends at the steps that are held; positive values only for a log scale. */
export function numbersEnds(
  list: readonly RowNumbers[],
  which: "norms" | "gradNorms",
  positive: boolean,
): [number, number] | null {
  const ends = list.map((held) => robustEnds(positive ? held[which].filter((value) => value > 0) : held[which]));
  return extent(ends.filter((pair) => pair !== null));
}
