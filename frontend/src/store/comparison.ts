/** With which step a row's neighbours are compared, how many of them are shown, and what is known of rows there. */

import { computed, signal } from "@preact/signals";
import type { RowDetails } from "./selection";
import { cloud } from "./timeline";

const FEW = 4;
const ALL = 10;

const kept = signal<{ readonly run: string; readonly step: number } | null>(null);

/** The step that was kept to compare others with; of another run it says nothing. */
export const keptStep = computed<number | null>(() =>
  kept.value !== null && kept.value.run === cloud.value?.run ? kept.value.step : null,
);
const wantsFirst = signal(true);
/** null = the run's first step. */
export const comparedStep = computed<number | null>(() => (wantsFirst.value ? null : keptStep.value));

export const allNeighbours = signal(false);
export const neighboursShown = computed(() => (allNeighbours.value ? ALL : FEW));

export function compareWithFirst(): void {
  wantsFirst.value = true;
}

export function compareWithKept(): void {
  wantsFirst.value = keptStep.value === null;
}

/** From now on neighbours are compared with `step` of the run on screen. */
export function keepStep(step: number): void {
  const run = cloud.peek()?.run;
  if (run === undefined) return;
  kept.value = { run, step };
  wantsFirst.value = false;
}

export function showAllNeighbours(all: boolean): void {
  allNeighbours.value = all;
}

/** Rows as they were at other steps than the one at the cursor, newest last. */
const others = signal<readonly RowDetails[]>([]);
const MOST_OTHERS = 48;

export function detailsThen(row: number, step: number): RowDetails | null {
  return others.value.find((one) => one.row === row && one.step === step) ?? null;
}

export function keepThen(entry: RowDetails): void {
  const rest = others.peek().filter((one) => one.row !== entry.row || one.step !== entry.step);
  others.value = [...rest, entry].slice(-MOST_OTHERS);
}

export function forgetThen(): void {
  others.value = [];
}
