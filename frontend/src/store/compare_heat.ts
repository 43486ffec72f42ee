/** The other run's statistic over its whole run, and which of the two the heat map shows, or how they differ. */

import { batch, computed, effect, signal } from "@preact/signals";
import { getHeat } from "../api";
import { cellEdges, nearestFilled } from "../heat/cells";
import { type Difference, differenceOf, evenScale } from "../heat/difference";
import { type HeatScale, heatScale } from "../heat/scale";
import type { Layer } from "../wire.gen";
import { comparing, other, otherModel, setPaneShown } from "./compare";
import { filledColumns, logShown, mapEdges, scaleWanted, shownHeat } from "./heat_view";
import { latest } from "./latest";
import { layers, shownLayers } from "./layers";
import { heatOf } from "./load_statistics";
import { model } from "./runs";
import { side } from "./side";
import { columnAt, type Heat, stat } from "./statistics";
import { heatSeen } from "./view";

export type HeatShown = "a" | "b" | "difference";
const COLUMNS = 1440;
const GROWTH_MS = 1500;

const differs = signal(true);
/** "a" where nothing is compared. */
export const heatShown = computed<HeatShown>(() => (comparing.value && differs.value ? "difference" : side.value));
export const otherHeat = signal<Heat | null>(null);

export function showHeat(which: HeatShown): void {
  batch(() => {
    differs.value = which === "difference";
    if (which !== "difference") setPaneShown(which);
  });
}

export const statInOther = computed(() => otherModel.value?.stats.includes(stat.value) ?? false);

export const heatDifference = computed<Difference | null>(() => {
  const [a, b, one, two] = [shownHeat.value, otherHeat.value, model.value, otherModel.value];
  if (!a || !b || !one || !two || heatShown.value !== "difference") return null;
  if (a.run !== one.run || b.run !== two.run || a.stat !== b.stat) return null;
  if (a.layers !== one.layers.length || b.layers !== two.layers.length) return null;
  const paths = (of: typeof one) => of.layers.map((layer) => layer.path);
  return differenceOf(a, b, paths(one), paths(two), logShown.value);
});

/** A map as it is drawn: its own layers, columns and cells. */
export interface ComparedHeat {
  readonly layers: readonly Layer[];
  /** Places of the layers that are shown. */
  readonly lines: readonly number[];
  readonly edges: Float64Array;
  /** Where a column has no snapshot, the one that stands for it. */
  readonly filled: Int32Array;
  readonly shown: Float32Array;
  readonly broken: Uint8Array;
  readonly columns: number;
}

export const comparedHeat = computed<ComparedHeat | null>(() => {
  if (heatShown.value === "difference") {
    const [found, edges, filled] = [heatDifference.value, mapEdges.value, filledColumns.value];
    if (!found || !edges || !filled) return null;
    return { ...found, layers: layers.value, lines: shownLayers.value, edges, filled };
  }
  const [of, two] = [otherHeat.value, otherModel.value];
  if (!of || !two || of.run !== two.run || of.stat !== stat.value || of.layers !== two.layers.length) return null;
  // What is filtered away of A is filtered away of B; what A hasn't is shown.
  const hidden = new Set(layers.value.map((layer) => layer.path));
  for (const place of shownLayers.value) hidden.delete(layers.value[place]?.path ?? "");
  const lines = [...two.layers.keys()].filter((place) => !hidden.has(two.layers[place]?.path ?? ""));
  const { shown, broken, columns } = of;
  return { layers: two.layers, lines, edges: cellEdges(of), filled: nearestFilled(of), shown, broken, columns };
});

/** B alone has A's scale, so that a colour means the same in both. */
export const otherScale = computed<HeatScale | null>(() => {
  const of = comparedHeat.value;
  if (!of) return null;
  if (heatShown.value === "difference") return evenScale(of.shown, logShown.value);
  return scaleWanted.value ?? heatScale(of.shown, logShown.value);
});

/** Place of one of its layers in A's model; null = A hasn't got it. */
export function placeInFirst(of: ComparedHeat, place: number): number | null {
  const at = layers.value.findIndex((layer) => layer.path === of.layers[place]?.path);
  return at < 0 ? null : at;
}

/** What both have of a layer at a step; NaN = not measured. */
export function valuesAt(path: string, step: number): readonly [number, number] {
  const value = (of: Heat | null, among: readonly Layer[] | undefined) => {
    const layer = among?.findIndex((one) => one.path === path) ?? -1;
    if (!of || layer < 0 || step < of.firstStep || step > of.lastStep) return Number.NaN;
    const column = nearestFilled(of)[columnAt(of, step)] ?? -1;
    return column < 0 ? Number.NaN : (of.shown[layer * of.columns + column] as number);
  };
  return [value(shownHeat.value, model.value?.layers), value(otherHeat.value, otherModel.value?.layers)];
}

/** Starts; returns what stops it. */
export function followOtherHeat(): () => void {
  const whole = latest(async (signal) => {
    const name = other.peek()?.run;
    if (!name) return;
    const found = heatOf(await getHeat({ run: name, stat: stat.peek(), columns: COLUMNS }, signal));
    if (!signal.aborted && other.peek()?.run === name) otherHeat.value = found;
  });
  let last = "";
  const stop = effect(() => {
    const info = other.value;
    if (!info || otherModel.value?.run !== info.run) {
      otherHeat.value = null;
      last = "";
      return;
    }
    if (!heatSeen.value || heatShown.value === "a" || !statInOther.value) return;
    const what = `${info.run} ${info.generation} ${otherModel.value.session_id} ${stat.value}`;
    const grown = what === last;
    last = what;
    whole.want(`${what} ${info.snapshots} ${info.last_step}`, grown ? GROWTH_MS : 0);
  });
  return () => {
    stop();
    whole.stop();
  };
}
