/** Curves and pictures of the matrices, from the file. */

import { ApiError } from "../api";
import type { Reply } from "../pvz1";
import type { ArrayInfo, ThumbGrid } from "../wire.gen";
import { placeOf, replyOf } from "./reply";
import { thumbCells } from "./unpacking";

export interface CurvesHeader {
  readonly tags: readonly string[];
  /** Points logged of each. */
  readonly totals: readonly number[];
}

export function scalarsFrom(
  part: Reply<CurvesHeader & { arrays: ArrayInfo[] }>,
  run: string,
  tag: string,
  points: number,
): Reply<never> {
  const at = part.header.tags.indexOf(tag);
  if (at < 0) throw new ApiError(404, `This file keeps no curve ${tag}.`);
  const values = part.numbers(`values_${at}`);
  const kept = keepExtremes(values, points);
  const taken = (name: string) => {
    const all = part.numbers(`${name}_${at}`);
    return Float64Array.from(kept, (place) => all[place] as number);
  };
  return replyOf(
    { run, tag, total: part.header.totals[at] },
    { steps: taken("steps"), wall_times: taken("wall_times"), values: taken("values") },
  );
}

/** Places of at most `most` points: of each equal bucket the first, lowest, highest and last, and one that isn't finite. */
export function keepExtremes(values: Float64Array, most: number): number[] {
  const places: number[] = [];
  if (values.length <= most) {
    for (let i = 0; i < values.length; i++) places.push(i);
    return places;
  }
  const width = Math.ceil(values.length / Math.max(1, Math.floor(most / 5)));
  for (let first = 0; first < values.length; first += width) {
    const last = Math.min(first + width, values.length) - 1;
    let [low, high, broken] = [first, first, first];
    let [least, largest] = [Infinity, -Infinity];
    for (let i = last; i >= first; i--) {
      const value = values[i] as number;
      if (!Number.isFinite(value)) broken = i;
      else {
        if (value <= least) [least, low] = [value, i];
        if (value >= largest) [largest, high] = [value, i];
      }
    }
    places.push(...[...new Set([first, low, high, broken, last])].sort((one, other) => one - other));
  }
  return places;
}

export interface ThumbsPartHeader {
  readonly thumbs: readonly ThumbGrid[];
}

/** At or before `step`, null = the last; before the first, the first. */
export function thumbsFrom(
  part: Reply<ThumbsPartHeader & { arrays: ArrayInfo[] }>,
  run: string,
  step: number | null,
): Reply<never> {
  const steps = part.numbers("steps");
  const { thumbs } = part.header;
  if (steps.length === 0)
    return replyOf({ run, generation: 0, step: null, thumbs: [] }, { cells: new Float32Array(0), steps });
  const at = Math.max(0, step === null ? steps.length - 1 : placeOf(steps, step + 1) - 1);
  const counts = thumbs.map(({ rows, columns }) => rows * columns);
  const cells = counts.reduce((sum, count) => sum + count, 0);
  const levels = part.bytes("levels").subarray(at * cells, (at + 1) * cells);
  const ranges = part.floats("ranges").subarray(at * counts.length * 2, (at + 1) * counts.length * 2);
  const found = thumbCells(levels, ranges, counts);
  return replyOf({ run, generation: 0, step: steps[at], thumbs }, { cells: found, steps });
}
