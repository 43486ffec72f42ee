/** What the heat map shows of the statistics that are here: which columns, on which scale, in which order. */

import { computed, signal } from "@preact/signals";
import { cellAt, cellEdges, isExact, nearestFilled, nextColumn, stepOf } from "../heat/cells";
import { countOutside } from "../heat/outside";
import { heatScaleOf, type RobustScale } from "../heat/scale";
import { type Outside, outsidePart, outsideWhole } from "./heat_bands";
import { layers, shownLayers } from "./layers";
import { playing, seekStep } from "./playback";
import { layersModel as model, layersRun as run } from "./side";
import { type Heat, heat, heatRange, onLogScale, setHeatRange, stat, stats, zoomedHeat } from "./statistics";
import { stepAxis } from "./step_axis";
import { cursorStep } from "./timeline";

/** Lines in the order of the model, or by their value at the cursor, the largest first. */
export type HeatOrder = "model" | "value";
export const heatOrder = signal<HeatOrder>("model");
/** Cells outside of their healthy band are marked. */
export const bandsMarked = signal(true);

/** Where a phase of the run ends there is a line. */
export const phaseLines = signal(true);

export const setPhaseLines = (next: boolean) => {
  phaseLines.value = next;
};
export const setHeatOrder = (next: HeatOrder) => {
  heatOrder.value = next;
};
export const setBandsMarked = (next: boolean) => {
  bandsMarked.value = next;
};

/** Of this run and of its model as it is now: a restart may have brought another one. */
const fits = (of: Heat | null): of is Heat =>
  of !== null && of.run === run.value?.run && of.layers === layers.value.length && of.total > 0;

/** The whole run of whatever statistic is here; null = nothing yet. */
export const wholeHeat = computed<Heat | null>(() => (fits(heat.value) ? heat.value : null));

/** What is drawn: finer columns where they are here for all of the part that is looked at. */
export const shownHeat = computed<Heat | null>(() => {
  const whole = wholeHeat.value;
  const part = zoomedHeat.value;
  const range = heatRange.value;
  if (!range || !whole || !fits(part) || part.stat !== whole.stat || part.range === null) return whole;
  // Every snapshot is here already, or none of the part's.
  if (isExact(whole) || part.counts.every((count) => count === 0)) return whole;
  return part.range[0] <= range[0] && part.range[1] >= range[1] ? part : whole;
});

/** What is shown is still of the statistic before. */
export const heatStale = computed(() => wholeHeat.value !== null && wholeHeat.value.stat !== stat.value);

/** First and last step of the map. */
export const mapAxis = computed<readonly [number, number] | null>(() => heatRange.value ?? stepAxis.value);

export const mapEdges = computed(() => (shownHeat.value ? cellEdges(shownHeat.value) : null));
/** Where a column has no snapshot, the column that stands for it. */
export const filledColumns = computed(() => (shownHeat.value ? nearestFilled(shownHeat.value) : null));

/** The column under a step; -1 = none. */
export function columnUnder(step: number): number {
  const edges = mapEdges.value;
  if (!edges) return -1;
  return filledColumns.value?.[cellAt(edges, step)] ?? -1;
}

export const cursorColumn = computed(() => (cursorStep.value === null ? -1 : columnUnder(cursorStep.value)));

export const logShown = computed(() => {
  const whole = wholeHeat.value;
  return whole !== null && onLogScale(whole) && (whole.log || positive(whole));
});

/** Ratios of values that may be negative say nothing. */
function positive(of: Heat): boolean {
  let some = false;
  for (const value of of.low) {
    if (value < 0) return false;
    some ||= value > 0;
  }
  return some;
}

/** Of the whole run and the layers shown, so that zooming leaves the colours alone; null = no value that it could show. */
export const scaleWanted = computed<RobustScale | null>(() => {
  const whole = wholeHeat.value;
  return whole && heatScaleOf(whole.shown, shownLayers.value, whole.columns, logShown.value);
});

/** What occurs that is no colour of the scale: the legend tells only of what can be seen. */
export const beside = computed(() => {
  const whole = wholeHeat.value;
  const found = { zero: false, missing: false, broken: false };
  if (!whole) return found;
  for (const layer of shownLayers.value) {
    for (let c = 0; c < whole.columns; c += 1) {
      const at = layer * whole.columns + c;
      if (whole.broken[at] === 1) found.broken = true;
      else if (Number.isNaN(whole.shown[at])) found.missing ||= (whole.counts[c] as number) > 0;
      else if (whole.shown[at] === 0) found.zero = true;
    }
  }
  return found;
});

let lastOrder: readonly number[] = [];
/** Places of the layers in the order of their lines. By value: as at the cursor where it rests; playing doesn't shuffle. */
export const lineOrder = computed<readonly number[]>(() => {
  const shown = shownLayers.value;
  const of = shownHeat.value;
  if (heatOrder.value === "model" || !of) return shown;
  if (playing.value && lastOrder.length === shown.length) return lastOrder;
  const column = cursorColumn.value;
  const value = (layer: number) => of.shown[layer * of.columns + column] ?? Number.NaN;
  const key = (layer: number) => (Number.isNaN(value(layer)) ? Number.NEGATIVE_INFINITY : value(layer));
  lastOrder = [...shown].sort((one, other) => key(other) - key(one) || one - other);
  return lastOrder;
});

/** Of what is drawn; null = there is no band. */
export const outsideShown = computed<Outside | null>(() => {
  const of = shownHeat.value;
  const found = of === wholeHeat.value ? outsideWhole.value : outsidePart.value;
  return found !== null && found.of === of ? found : null;
});

/** "5 of 27": of the layers shown that have a band, at the cursor; null = there is no band. */
export const outsideNow = computed(() => {
  const marked = outsideShown.value;
  const column = cursorColumn.value;
  if (!marked || column < 0) return null;
  return countOutside(marked.of, marked.cells, marked.applies, shownLayers.value, column);
});

/** The statistic that was asked for isn't one of this run's. */
export const lacking = computed(() => model.value !== null && !stats.value.includes(stat.value));

/** By whole columns with snapshots in them. */
export function stepColumns(by: number): void {
  const of = shownHeat.peek();
  const column = cursorColumn.peek();
  if (of && column >= 0) seekStep(stepOf(of, nextColumn(of, column, by)));
}

const LEAST_STEPS = 4;

/** Shows these steps, in either order; all of them again where little is left out. */
export function zoomTo(one: number, other: number): void {
  const axis = stepAxis.peek();
  if (!axis) return;
  const length = axis[1] - axis[0];
  const wanted = Math.min(length, Math.max(Math.min(LEAST_STEPS, length), Math.abs(other - one)));
  const first = Math.min(axis[1] - wanted, Math.max(axis[0], Math.min(one, other)));
  setHeatRange(wanted >= length * 0.995 ? null : [first, first + wanted]);
}

/** Nearer (factor < 1) or farther; the step under `about` keeps its place. */
export function zoomBy(factor: number, about: number): void {
  const now = mapAxis.peek();
  if (now) zoomTo(about - (about - now[0]) * factor, about + (now[1] - about) * factor);
}

/** By a share of what is shown. */
export function moveBy(share: number): void {
  const now = heatRange.peek();
  if (!now) return;
  const by = (now[1] - now[0]) * share;
  const axis = stepAxis.peek() ?? now;
  const kept = Math.min(axis[1] - now[1], Math.max(axis[0] - now[0], by));
  setHeatRange([now[0] + kept, now[1] + kept]);
}
