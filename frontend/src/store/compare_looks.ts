/** How the rows of the other run look: as the same tokens do in the first, so that what differs is where they are. Derived only. */

import { computed } from "@preact/signals";
import { paint } from "../colors/color";
import { carried, rowsThere } from "../comparing/matching";
import { shareOn } from "../rows/scales";
import type { Link, Mark, Trail } from "../scene/types";
import { fastestRows, trailsOf, trailWindow } from "../time/trails_math";
import { colorMeasure, colors, labelPriority, shownColorBy, shownSizeBy, sizeMeasure, sizes } from "./appearance";
import { matching, otherBracket, otherCloud, otherPlace, otherVersion, rowOfOther } from "./compare";
import { numbersOfOther, otherDetails } from "./compare_rows";
import { neighboursShown } from "./comparison";
import { visible } from "./filters";
import { marksBeside } from "./groups";
import { hits } from "./search";
import { selected } from "./selection";
import { palette, theme, trailRows, trails } from "./settings";
import { frame } from "./timeline";

const bytes = (length: number) => new Uint8Array(length);
const floats = (length: number) => new Float32Array(length);
const greys = (length: number) => new Uint8Array(length).fill(128);
const NO_BYTES = new Uint8Array(0);
const NO_FLOATS = new Float32Array(0);

/** What is measured in each run on its own, and so may differ for the same token. */
const MEASURED = { norm: "norms", gradient: "gradNorms", displacement: "displacements" } as const;
type Measured = keyof typeof MEASURED;
const isMeasured = (by: string): by is Measured => by in MEASURED;

const ownValues = (by: string): Float32Array | null =>
  isMeasured(by) ? (numbersOfOther.value?.[MEASURED[by]] ?? null) : null;

/** Measured ones by B's own numbers on A's scale; the rest as in A. */
export const otherColors = computed<Uint8Array>(() => {
  const found = matching.value;
  if (!found) return NO_BYTES;
  const [values, scale] = [ownValues(shownColorBy.value), colorMeasure.value?.scale.value];
  if (!values || !scale) return carried(colors.value, found.toA, 3, greys);
  const result = new Uint8Array(found.toA.length * 3);
  for (let row = 0; row < found.toA.length; row++) {
    paint(result, row, palette.value, theme.value, shareOn(scale, values[row] ?? Number.NaN));
  }
  return result;
});

export const otherSizes = computed<Float32Array>(() => {
  const found = matching.value;
  if (!found) return NO_FLOATS;
  const [values, scale] = [ownValues(shownSizeBy.value), sizeMeasure.value?.scale.value];
  const same = carried(sizes.value, found.toA, 1, floats);
  if (!values || !scale) return same;
  let [small, large] = [Infinity, 0];
  for (const size of sizes.value) {
    small = Math.min(small, size);
    large = Math.max(large, size);
  }
  return same.map((_, row) => {
    const share = shareOn(scale, values[row] ?? Number.NaN);
    return small + (large - small) * (Number.isNaN(share) ? 0 : share);
  });
});

/** Tokens of both runs that are shown in A; the others are hidden in both. */
export const otherVisible = computed<Uint8Array>(() =>
  matching.value ? carried(visible.value, matching.value.toA, 1, bytes) : NO_BYTES,
);

export const otherPriority = computed<Float32Array>(() =>
  matching.value ? carried(labelPriority.value, matching.value.toA, 1, floats) : NO_FLOATS,
);

const NO_ROWS: readonly number[] = [];
export const otherHits = computed<readonly number[]>(() =>
  matching.value && hits.value.length > 0 ? rowsThere(hits.value, matching.value.toB) : NO_ROWS,
);

const NO_MARKS: readonly Mark[] = [];
export const otherMarks = computed<readonly Mark[]>(() => {
  const found = matching.value;
  if (!found || marksBeside.value.length === 0) return NO_MARKS;
  return marksBeside.value.map((mark) => ({ color: mark.color, rows: rowsThere(mark.rows, found.toB) }));
});

const NO_LINKS: readonly Link[] = [];
/** To the neighbours that it has in this run. */
export const otherLinks = computed<readonly Link[]>(() => {
  const known = rowOfOther(selected.value) === null ? null : otherDetails(selected.value);
  return known ? known.neighbours.slice(0, neighboursShown.value) : NO_LINKS;
});

const NO_TRAILS: readonly Trail[] = [];
/** Its own fastest: they may be others than in A. */
export const otherTrails = computed<readonly Trail[]>(() => {
  otherVersion.value;
  const set = otherCloud.value?.set;
  if (!set || !trails.value || set.total < 2 || !otherBracket.value) return NO_TRAILS;
  const reach = trailWindow(set.stepAt(0), set.stepAt(set.total - 1));
  const start = set.placeOf(set.stepAt(otherPlace.value) - reach);
  const rows = fastestRows(set, start, otherPlace.value, trailRows.value, otherVisible.value);
  return trailsOf(set, rows, start, otherPlace.value, set.width > 3 ? frame.value.weights : null);
});
