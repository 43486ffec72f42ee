/** Which rows moved fastest lately, and the path they took. Pure. */

import type { Trail } from "../scene/types";
import type { SnapshotSet } from "./snapshots";
import { drawAlong, type Frame } from "./tour_math";

const PROBES = 9;
const LONGEST = 64;

/** A round number of steps, about a fifth of the run: 1, 2, 4 or 5 times a power of ten. */
export function trailWindow(firstStep: number, lastStep: number): number {
  const wanted = Math.max(1, (lastStep - firstStep) / 5);
  const power = 10 ** Math.floor(Math.log10(wanted));
  let best = power;
  for (const factor of [1, 2, 4, 5, 10]) if (factor * power <= wanted * 1.001) best = factor * power;
  return Math.max(1, Math.round(best));
}

/** Loaded ordinals in [first, last], thinned evenly to at most `most`, always with both ends. */
export function loadedBetween(set: SnapshotSet, first: number, last: number, most: number): number[] {
  const all: number[] = [];
  for (let ordinal = Math.max(0, Math.ceil(first)); ordinal <= Math.min(set.total - 1, Math.floor(last)); ordinal++) {
    if (set.has(ordinal)) all.push(ordinal);
  }
  if (all.length <= most) return all;
  return Array.from({ length: most }, (_, i) => all[Math.round((i * (all.length - 1)) / (most - 1))] as number);
}

/** The `count` rows with the longest path over [first, last], fastest first; rows hidden or not finite don't count. */
export function fastestRows(
  set: SnapshotSet,
  first: number,
  last: number,
  count: number,
  visible: ArrayLike<number>,
): number[] {
  const ordinals = loadedBetween(set, first, last, PROBES);
  if (ordinals.length < 2) return [];
  const lengths = new Float64Array(set.rows);
  for (let i = 1; i < ordinals.length; i++) {
    const a = set.positions(ordinals[i - 1] as number) as Float32Array;
    const b = set.positions(ordinals[i] as number) as Float32Array;
    for (let row = 0, at = 0; row < set.rows; row++) {
      let squared = 0;
      for (const end = at + set.width; at < end; at++) {
        const moved = (b[at] as number) - (a[at] as number);
        squared += moved * moved;
      }
      lengths[row] = (lengths[row] as number) + Math.sqrt(squared);
    }
  }
  const rows = Array.from({ length: set.rows }, (_, row) => row);
  return rows
    .filter((row) => visible[row] && (lengths[row] as number) > 0)
    .sort((one, other) => (lengths[other] as number) - (lengths[one] as number))
    .slice(0, count);
}

/** The rows' paths from `first` to the place of the cursor, where the head is interpolated as the points are. frame: the
 * directions drawn where a snapshot has more than three. */
export function trailsOf(
  set: SnapshotSet,
  rows: readonly number[],
  first: number,
  place: number,
  frame: Frame | null = null,
): Trail[] {
  const bracket = set.bracket(place);
  if (!bracket || rows.length === 0) return [];
  const ordinals = loadedBetween(set, first, bracket.before, LONGEST);
  const span = bracket.after - bracket.before;
  const mix = span > 0 ? Math.min(1, Math.max(0, (place - bracket.before) / span)) : 0;
  const { width } = set;
  const point = new Float32Array(3);
  return rows.map((row) => {
    const points: number[] = [];
    const push = (before: number, after: number, share: number) => {
      const a = (set.positions(before) as Float32Array).subarray(row * width, (row + 1) * width);
      const b = (set.positions(after) as Float32Array).subarray(row * width, (row + 1) * width);
      if (frame && width > 3) drawAlong(point, a, b, share, width, frame);
      else for (let c = 0; c < 3; c++) point[c] = (a[c] as number) + ((b[c] as number) - (a[c] as number)) * share;
      if (point.every(Number.isFinite)) points.push(...point);
    };
    for (const ordinal of ordinals) push(ordinal, ordinal, 0);
    if (mix > 0) push(bracket.before, bracket.after, mix);
    return { row, points: Float32Array.from(points) };
  });
}
