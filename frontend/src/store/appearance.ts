/** How the rows look at the cursor: colours, sizes, label order, trails. Derived only, nothing is written here. */

import { computed } from "@preact/signals";
import { extent } from "../axis";
import { paint, robustEnds } from "../color";
import { numbersAt, numbersEnds, type RowNumbers } from "../row_numbers";
import type { Trail } from "../scene/types";
import { classColor, rgb } from "../tokens";
import { fastestRows, trailsOf, trailWindow } from "../trails_math";
import { visible } from "./filters";
import { rowNumbers } from "./load_numbers";
import { type ColorBy, colorBy, palette, sizeBy, theme, trailRows as trailCountWanted, trails } from "./settings";
import { bracket, cloud, loadedVersion, ordinal, place, stepRange } from "./timeline";

export interface Scale {
  readonly low: number;
  readonly high: number;
  readonly log: boolean;
}

/** Up to here points have their full size; then they shrink, to less than half at 3,000 rows. */
const FULL_SIZE_ROWS = 150;
const EMPTY = new Float32Array(0);

/** A choice that this embedding can't serve falls back to its class. */
export const shownColorBy = computed<ColorBy>(() =>
  colorBy.value === "count" && !cloud.value?.embedding.counts ? "class" : colorBy.value,
);
/** Rows without labels have no class: they are coloured by their place instead. */
export const colorsByClass = computed(() => shownColorBy.value === "class" && !!cloud.value?.embedding.labels);

const NO_NUMBERS: readonly RowNumbers[] = [];
const numbers = computed(() => {
  const known = rowNumbers.value;
  return known && known.of === cloud.value?.set ? known.list : NO_NUMBERS;
});

const movementFrom = computed(() => (shownColorBy.value === "displacement" ? bracket.value?.before : undefined));

const values = computed<Float32Array | null>(() => {
  const now = cloud.value;
  if (!now || colorsByClass.value) return null;
  switch (shownColorBy.value) {
    case "class":
      return Float32Array.from(now.ids);
    case "cluster":
      return null;
    case "count":
      return Float32Array.from(now.embedding.counts ?? [], (count) => Math.log10(1 + count));
    case "displacement":
      return movementFrom.value === undefined ? null : movement(movementFrom.value);
    case "norm":
      return numbersAt(numbers.value, "norms", now.set.stepAt(ordinal.value));
    case "gradient":
      return numbersAt(numbers.value, "gradNorms", now.set.stepAt(ordinal.value))?.map(Math.log10) ?? null;
  }
});

/** Distance on screen's three directions from the first snapshot, [R]. */
function movement(at: number): Float32Array | null {
  const set = cloud.value?.set;
  const first = set?.positions(0);
  const now = set?.positions(at);
  if (!set || !first || !now) return null;
  return Float32Array.from({ length: set.rows }, (_, row) =>
    Math.hypot(...[0, 1, 2].map((c) => (now[row * 3 + c] as number) - (first[row * 3 + c] as number))),
  );
}

/** The ends of movement hold for the whole run, so that colours grow with the cursor instead of being rescaled. */
const movementScale = computed(() => {
  if (shownColorBy.value !== "displacement") return null;
  loadedVersion.value;
  const set = cloud.value?.set;
  const around = set?.bracket(set.total - 1);
  const moved = around ? movement(around.before) : null;
  const ends = moved && robustEnds(moved);
  return ends ? { low: 0, high: ends[1], log: false } : null;
});

/** So do those of norms. Gradients differ by orders of magnitude: their scale is logarithmic. */
const numbersScale = computed<Scale | null>(() => {
  const log = shownColorBy.value === "gradient";
  const ends = numbersEnds(numbers.value, log ? "gradNorms" : "norms", log);
  if (!ends) return null;
  return log ? { low: Math.log10(ends[0]), high: Math.log10(ends[1]), log } : { low: ends[0], high: ends[1], log };
});

export const scale = computed<Scale | null>(() => {
  const now = values.value;
  if (!now) return null;
  if (shownColorBy.value === "displacement") return movementScale.value;
  if (shownColorBy.value === "norm" || shownColorBy.value === "gradient") return numbersScale.value;
  const ends = shownColorBy.value === "class" ? extent([now]) : robustEnds(now);
  if (!ends) return null;
  return { low: ends[0], high: ends[1], log: shownColorBy.value === "count" };
});

export const colors = computed<Uint8Array>(() => {
  const now = cloud.value;
  if (!now) return new Uint8Array(0);
  const result = new Uint8Array(now.set.rows * 3);
  if (colorsByClass.value) {
    const byClass = now.words.classes.map((one) => rgb(classColor(one, theme.value)));
    for (let row = 0; row < now.set.rows; row++) result.set(byClass[now.words.classOf[row] as number] ?? [], row * 3);
    return result;
  }
  const shown = values.value;
  const ends = scale.value;
  for (let row = 0; row < now.set.rows; row++) {
    const value = shown?.[row] ?? Number.NaN;
    // A gradient of 0 has no logarithm: it is the least there is.
    const share = ends
      ? value === Number.NEGATIVE_INFINITY
        ? 0
        : (value - ends.low) / (ends.high - ends.low)
      : Number.NaN;
    paint(result, row, palette.value, share);
  }
  return result;
});

/** Radius in CSS px, [R]. */
export const sizes = computed<Float32Array>(() => {
  const now = cloud.value;
  if (!now) return EMPTY;
  const shrink = Math.max(0.37, Math.min(1, (FULL_SIZE_ROWS / now.set.rows) ** 0.33));
  const [small, large] = [5.5 * shrink, 13.5 * shrink];
  const counts = sizeBy.value === "count" ? now.embedding.counts : null;
  if (!counts) return new Float32Array(now.set.rows).fill(8 * shrink);
  const logs = counts.map((count) => Math.log(1 + count));
  const low = Math.min(...(robustEnds(logs) ?? [0]));
  const high = Math.max(...(robustEnds(logs) ?? [1]));
  return Float32Array.from(logs, (log) => {
    const share = Math.min(1, Math.max(0, (log - low) / (high - low)));
    return small + (large - small) * share;
  });
});

/** Frequent rows are named first; without counts the earlier ids. */
export const labelPriority = computed<Float32Array>(() => {
  const now = cloud.value;
  if (!now) return EMPTY;
  const counts = now.embedding.counts;
  return Float32Array.from({ length: now.set.rows }, (_, row) => (counts ? (counts[row] as number) : -row));
});

const before = computed(() => bracket.value?.before ?? null);

/** Rows that can be drawn at the cursor: those whose values are finite. */
export const finiteRows = computed(() => {
  loadedVersion.value;
  const set = cloud.value?.set;
  const positions = before.value === null ? undefined : set?.positions(before.value);
  if (!set || !positions) return 0;
  let count = 0;
  for (let at = 0; at < positions.length; at += 3) if (Number.isFinite(positions[at])) count++;
  return count;
});

/** Steps that trails reach back. */
export const trailSteps = computed(() => {
  const range = stepRange.value;
  return range ? trailWindow(...range) : 1;
});

const trailStart = computed(() => {
  const set = cloud.value?.set;
  loadedVersion.value;
  return set && set.total > 1 ? set.placeOf(set.stepAt(ordinal.value) - trailSteps.value) : 0;
});

const trailRows = computed<readonly number[]>(() => {
  const set = cloud.value?.set;
  loadedVersion.value;
  if (!set || !trails.value) return [];
  return fastestRows(set, trailStart.value, ordinal.value, trailCountWanted.value, visible.value);
});

export const trailCount = computed(() => trailRows.value.length);

export const trailPaths = computed<readonly Trail[]>(() => {
  const set = cloud.value?.set;
  if (!set || trailRows.value.length === 0) return [];
  return trailsOf(set, trailRows.value, trailStart.value, place.value);
});
