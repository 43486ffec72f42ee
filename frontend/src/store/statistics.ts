/** Statistics of all layers over the run, as far as they are here. */

import { computed, signal } from "@preact/signals";
import { layersModel as model } from "./side";

/** One statistic of all layers in columns of steps. Arrays are [L, C], NaN = not measured. */
export interface Heat {
  readonly run: string;
  readonly generation: number;
  readonly stat: string;
  /** A ratio says more than a difference. */
  readonly log: boolean;
  /** Measured now and then only: each value holds until the next. */
  readonly held: boolean;
  readonly total: number;
  readonly firstStep: number;
  readonly lastStep: number;
  /** Columns hold edges[c] <= step < edges[c + 1]. */
  readonly edges: Float64Array;
  readonly shown: Float32Array;
  readonly low: Float32Array;
  readonly high: Float32Array;
  readonly broken: Uint8Array;
  /** [C], snapshots in each column. */
  readonly counts: Float64Array;
  readonly columns: number;
  readonly layers: number;
  /** What was asked for, null = the whole run. */
  readonly range: readonly [number, number] | null;
}

/** What the heat map shows, and the layers view where it is painted by a statistic. */
export const stat = signal("grad_norm");
/** What paints the layers: their entries as they look, or `stat`. */
export const paintBy = signal<"weights" | "stat">("weights");
/** The whole run. */
export const heat = signal<Heat | null>(null);
/** The part that the map is zoomed to, in steps; null = the whole run. */
export const heatRange = signal<readonly [number, number] | null>(null);
/** The same statistic over that part, in finer columns. */
export const zoomedHeat = signal<Heat | null>(null);

/** How values become colours; auto: as suits the statistic, a ratio where that says more than a difference. */
export type HeatColors = "auto" | "log" | "linear";
export const HEAT_COLORS: readonly HeatColors[] = ["auto", "log", "linear"];
export const heatColors = signal<HeatColors>("auto");
/** Whether these values are to be shown on a logarithmic scale. */
export const onLogScale = (of: Heat): boolean => (heatColors.value === "auto" ? of.log : heatColors.value === "log");

export function setHeatColors(next: HeatColors): void {
  heatColors.value = next;
}

/** The statistics this run has. */
export const stats = computed<readonly string[]>(() => model.value?.stats ?? []);

export function setStat(name: string): void {
  stat.value = name;
}

export function setPaintBy(by: "weights" | "stat"): void {
  paintBy.value = by;
}

export function setHeatRange(range: readonly [number, number] | null): void {
  heatRange.value = range;
}

/** Column that holds a step, the nearest one with snapshots where it falls between; -1 = there is none. */
export function columnAt(of: Heat, step: number): number {
  let low = 0;
  let high = of.columns;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((of.edges[middle + 1] as number) <= step) low = middle + 1;
    else high = middle;
  }
  return Math.min(of.columns - 1, low);
}

/** What a layer's statistic is at a step; NaN = not measured. */
export function valueAtStep(of: Heat, layer: number, step: number): number {
  const column = columnAt(of, step);
  return column < 0 ? Number.NaN : (of.shown[layer * of.columns + column] as number);
}
