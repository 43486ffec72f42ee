/** How the rows look at the cursor: colours, sizes, label order, trails. Derived only, nothing is written here. */

import { computed } from "@preact/signals";
import { clusterColor, paint, UNKNOWN_COLOR } from "../colors/color";
import { type Scale, scaleOfAll, shareOn } from "../rows/scales";
import type { Trail } from "../scene/types";
import { fastestRows, trailsOf, trailWindow } from "../time/trails_math";
import { classColor, rgb } from "../words/tokens";
import { visible } from "./filters";
import { clusters } from "./load_clusters";
import { MEASURES, type Measure } from "./measures";
import {
  type ColorBy,
  colorBy,
  palette,
  type SizeBy,
  sizeBy,
  theme,
  trailRows as trailCountWanted,
  trails,
} from "./settings";
import { bracket, cloud, frame, loadedVersion, ordinal, place, stepRange, still } from "./timeline";

/** Up to here points have their full size; then they shrink, to less than half at 3,000 rows. */
const FULL_SIZE_ROWS = 150;
const EMPTY = new Float32Array(0);
const UNKNOWN = rgb(UNKNOWN_COLOR);

/** Counts are in the training text; a sample without them can't be coloured or sized by them. */
export const counted = computed(() => cloud.value?.counts?.some(Number.isFinite) ?? false);
/** Some of the rows have labels, and so classes. */
export const named = computed(() => cloud.value?.parts.some((part) => part.embedding.labels) ?? true);

/** A choice that this embedding can't serve falls back to its class, or to one size. */
export const shownColorBy = computed<ColorBy>(() =>
  colorBy.value === "count" && cloud.value && !counted.value ? "class" : colorBy.value,
);
export const shownSizeBy = computed<SizeBy>(() =>
  sizeBy.value === "count" && cloud.value && !counted.value ? "same" : sizeBy.value,
);
/** Rows without labels have no class: they are coloured by their place instead. */
export const colorsByClass = computed(() => shownColorBy.value === "class" && named.value);

const ids: Measure = {
  values: computed(() => Float32Array.from(cloud.value?.ids ?? [])),
  scale: computed(() => scaleOfAll(cloud.value?.ids ?? [])),
};

/** What a continuous colour is read off; null = the colours are those of classes or clusters. */
export const colorMeasure = computed<Measure | null>(() => {
  const by = shownColorBy.value;
  if (by === "cluster" || colorsByClass.value) return null;
  return by === "class" ? ids : MEASURES[by];
});
/** What sizes are read off; null = one size. */
export const sizeMeasure = computed<Measure | null>(() => {
  const by = shownSizeBy.value;
  return by === "same" ? null : MEASURES[by];
});

export const colors = computed<Uint8Array>(() => {
  const now = cloud.value;
  if (!now) return new Uint8Array(0);
  const result = new Uint8Array(now.set.rows * 3);
  const measure = colorMeasure.value;
  if (measure) {
    const [values, scale] = [measure.values.value, measure.scale.value];
    for (let row = 0; row < now.set.rows; row++)
      paint(result, row, palette.value, theme.value, shareOf(values, scale, row));
    return result;
  }
  const byClass = shownColorBy.value === "class";
  const table = byClass
    ? now.words.classes.map((one) => rgb(classColor(one, theme.value)))
    : (clusters.value?.clusters.sizes ?? []).map((_, i) => rgb(clusterColor(i, theme.value)));
  const of = byClass ? now.words.classOf : (clusters.value?.clusters.of ?? []);
  for (let row = 0; row < now.set.rows; row++) result.set(table[of[row] ?? -1] ?? UNKNOWN, row * 3);
  return result;
});

/** Radius in CSS px, [R]. A row whose value isn't known has the smallest. */
export const sizes = computed<Float32Array>(() => {
  const now = cloud.value;
  if (!now) return EMPTY;
  const shrink = Math.max(0.37, Math.min(1, (FULL_SIZE_ROWS / now.set.rows) ** 0.33));
  const [small, large] = [5.5 * shrink, 13.5 * shrink];
  const measure = sizeMeasure.value;
  const scale = measure?.scale.value ?? null;
  const values = measure?.values.value ?? null;
  if (!scale || !values) return new Float32Array(now.set.rows).fill(8 * shrink);
  return Float32Array.from({ length: now.set.rows }, (_, row) => {
    const share = shareOf(values, scale, row);
    return small + (large - small) * (Number.isNaN(share) ? 0 : share);
  });
});

function shareOf(values: Float32Array | null, scale: Scale | null, row: number): number {
  return values && scale ? shareOn(scale, values[row] ?? Number.NaN) : Number.NaN;
}

/** Drawn rows that have no value for the colour, or no cluster: they are grey. */
export const uncolored = computed(() => {
  const now = cloud.value;
  if (!now || colorsByClass.value) return 0;
  const values = colorMeasure.value?.values.value ?? clusters.value?.clusters.of;
  const unknown = colorMeasure.value ? Number.isNaN : (value: number) => value < 0;
  let count = 0;
  for (let row = 0; values && row < now.set.rows; row++) {
    if (visible.value[row] && unknown(values[row] as number)) count++;
  }
  return count;
});

/** Frequent rows are named first; without counts the earlier ids. */
export const labelPriority = computed<Float32Array>(() => {
  const now = cloud.value;
  if (!now) return EMPTY;
  // Rows without a count come after those that have one.
  return Float32Array.from({ length: now.set.rows }, (_, row) => {
    const count = now.counts?.[row] ?? Number.NaN;
    return Number.isNaN(count) ? -row - 1 : count;
  });
});

const before = computed(() => bracket.value?.before ?? null);

/** Rows that can be drawn at the cursor: those whose values are finite. */
export const finiteRows = computed(() => {
  loadedVersion.value;
  const set = cloud.value?.set;
  const positions = before.value === null ? undefined : set?.positions(before.value);
  if (!set || !positions) return 0;
  let count = 0;
  for (let at = 0; at < positions.length; at += set.width) if (Number.isFinite(positions[at])) count++;
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
  if (!set || trailRows.value.length === 0 || still.value) return [];
  return trailsOf(set, trailRows.value, trailStart.value, place.value, set.width > 3 ? frame.value.weights : null);
});
