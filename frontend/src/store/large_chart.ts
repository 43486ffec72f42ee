/** The chart that stands in a window of its own: which statistic, which part of the run, and that part in finer columns. */

import { batch, effect, signal } from "@preact/signals";
import { getLayer } from "../api";
import { latest, REST_MS } from "./latest";
import type { Course } from "./layer_course";
import { layers } from "./layers";
import { courseOf } from "./load_layer";
import { layersRun as run } from "./side";

const COLUMNS = 1440;

/** null = the window is closed. */
export const largeStat = signal<string | null>(null);
/** The layer it is about stays when the pointer leaves. */
export const largeLayer = signal<number | null>(null);
export const largeLog = signal<boolean | null>(null);
/** Steps, null = the whole run. */
export const largeRange = signal<readonly [number, number] | null>(null);
export const largeCourse = signal<Course | null>(null);

export function openLarge(stat: string, layer: number): void {
  batch(() => {
    largeLayer.value = layer;
    largeStat.value = stat;
    largeLog.value = null;
    largeRange.value = null;
    largeCourse.value = null;
  });
}

export function closeLarge(): void {
  largeStat.value = null;
}

export function setLargeStat(stat: string): void {
  batch(() => {
    largeStat.value = stat;
    largeLog.value = null;
  });
}

export function setLargeLog(log: boolean): void {
  largeLog.value = log;
}

/** Of the steps that there are; less than two steps are not a part. */
export function setLargeRange(range: readonly [number, number] | null): void {
  const info = run.peek();
  const [first, last] = [info?.first_step ?? 0, info?.last_step ?? 0];
  if (range === null) largeRange.value = null;
  else {
    const [from, to] = [Math.max(first, Math.floor(range[0])), Math.min(last, Math.ceil(range[1]))];
    if (to - from < 2) return;
    largeRange.value = from <= first && to >= last ? null : [from, to];
  }
}

/** factor: 0.5 = half as many steps, about `at`; 2 = twice as many. */
export function zoomLarge(factor: number, at: number): void {
  const info = run.peek();
  const [first, last] = largeRange.peek() ?? [info?.first_step ?? 0, info?.last_step ?? 0];
  const span = (last - first) * factor;
  const middle = Math.min(last, Math.max(first, at));
  const from = middle - span * ((middle - first) / Math.max(1, last - first));
  setLargeRange([from, from + span]);
}

/** By a share of what is shown: -0.5 = half of it earlier. */
export function moveLarge(share: number): void {
  const info = run.peek();
  const range = largeRange.peek();
  if (!range || !info) return;
  const span = range[1] - range[0];
  const from = Math.max(info.first_step ?? 0, Math.min((info.last_step ?? 0) - span, range[0] + span * share));
  setLargeRange([from, from + span]);
}

export function followLarge(): () => void {
  const asker = latest(async (signal) => {
    const [name, range] = [run.peek()?.run, largeRange.peek()];
    const path = layers.peek()[largeLayer.peek() ?? -1]?.path;
    if (!name || !path || largeStat.peek() === null) return;
    const part = range ? { from: range[0], to: range[1] } : {};
    const found = courseOf(await getLayer({ run: name, path, columns: COLUMNS, ...part }, signal));
    if (!signal.aborted && run.peek()?.run === name && largeRange.peek() === range) largeCourse.value = found;
  });
  const stop = effect(() => {
    const info = run.value;
    const path = layers.value[largeLayer.value ?? -1]?.path;
    if (!info || !path || largeStat.value === null) return;
    asker.want(`${info.run} ${info.generation} ${path} ${largeRange.value} ${info.snapshots}`, REST_MS);
  });
  return () => {
    stop();
    asker.stop();
  };
}
