/** The run beside the one on screen: which it is, its cloud, where the one time cursor stands in it, and which of its rows are whose. */

import { batch, computed, signal } from "@preact/signals";
import { runColor } from "../colors/color";
import { type Matching, matchRows, rowsThere } from "../comparing/matching";
import { strokesOf } from "../comparing/strokes";
import type { Bracket } from "../time/snapshots";
import type { Model, RunInfo } from "../wire.gen";
import { run, runName, runs } from "./runs";
import { theme } from "./settings";
import { axesDrawn, type Cloud, cloud, cursorStep, mixOf } from "./timeline";

/** As chosen; where no such run is there, or it is the one on screen itself, nothing is compared. */
export const otherName = signal<string | null>(null);
/** Both panes are looked at from one place. */
export const linked = signal(true);
/** The table of what differs lies over the picture, where the inspector has no place of its own. */
export const factsOpen = signal(false);
/** Of which of the two there is room for one: the pane of a phone, the layers, the findings. */
export const paneShown = signal<"a" | "b">("a");

export const other = computed<RunInfo | null>(() =>
  otherName.value === runName.value ? null : (runs.value.find((info) => info.run === otherName.value) ?? null),
);
export const comparing = computed(() => run.value !== null && other.value !== null);

export const otherModel = signal<Model | null>(null);
export const otherCloud = signal<Cloud | null>(null);
/** Grows with each snapshot of the other run that came or went. */
export const otherVersion = signal(0);
/** Whether both are drawn along the axes of A, and if not why. */
export const sharedAxes = signal<{ readonly shared: boolean; readonly reason: string | null }>({
  shared: false,
  reason: null,
});
/** Why the other run can't be shown. */
export const otherProblem = signal<string | null>(null);

/** Place of A's cursor among B's snapshots: by step, its ends beyond them. */
export const otherPlace = computed(() => {
  otherVersion.value;
  const [set, at] = [otherCloud.value?.set, cursorStep.value];
  return set && set.total > 0 && at !== null ? set.placeOf(at) : 0;
});
export const otherBracket = computed<Bracket | null>(() => {
  otherVersion.value;
  return otherCloud.value?.set.bracket(otherPlace.value) ?? null;
});
/** Step of B's snapshot that is nearest to the cursor; null = not known yet. */
export const otherStep = computed<number | null>(() => {
  otherVersion.value;
  const step = otherCloud.value?.set.knownStep(Math.round(otherPlace.value)) ?? Number.NaN;
  return Number.isNaN(step) ? null : step;
});
/** The cursor stands where B has nothing: which of its ends is shown instead. */
export const otherEnd = computed<{ readonly step: number; readonly last: boolean } | null>(() => {
  otherVersion.value;
  const [set, at] = [otherCloud.value?.set, cursorStep.value];
  if (!set || set.total === 0 || at === null) return null;
  const [first, last] = [set.stepAt(0), set.stepAt(set.total - 1)];
  return at > last ? { step: last, last: true } : at < first ? { step: first, last: false } : null;
});
/** The cursor has come to B's last snapshot. */
export const otherAtEnd = computed(() => {
  const set = otherCloud.value?.set;
  return otherEnd.value?.last === true || (set !== undefined && Math.round(otherPlace.value) >= set.total - 1);
});
export const otherVariance = computed<number | null>(() => {
  const [set, around] = [otherCloud.value?.set, otherBracket.value];
  if (!set || !around || set.width > 3) return null;
  const axes = axesDrawn.value;
  if (axes === 2 && (otherCloud.value?.parts.length ?? 1) > 1) return null;
  const [before, after] = [set.varianceShown(around.before, axes), set.varianceShown(around.after, axes)];
  const shown = before + (after - before) * mixOf(around, otherPlace.value);
  return Number.isNaN(shown) ? null : shown;
});

/** Whose rows are whose; null until both clouds are here. */
export const matching = computed<Matching | null>(() => {
  const [a, b] = [cloud.value, otherCloud.value];
  return a && b && comparing.value ? matchRows(a, b) : null;
});
/** How much larger B's cloud is. */
export const sizeRatio = computed(() => {
  const ratio = (otherCloud.value?.basis.radius ?? Number.NaN) / (cloud.value?.basis.radius ?? Number.NaN);
  return ratio > 0 && Number.isFinite(ratio) ? ratio : 1;
});

export const rowOfOther = (row: number | null): number | null => {
  const there = row === null ? -1 : (matching.value?.toB[row] ?? -1);
  return there < 0 ? null : there;
};
export const rowOfFirst = (row: number | null): number | null => {
  const here = row === null ? -1 : (matching.peek()?.toA[row] ?? -1);
  return here < 0 ? null : here;
};
export const rowsOfFirst = (rows: readonly number[]): number[] =>
  matching.peek() ? rowsThere(rows, (matching.peek() as Matching).toA) : [];

export function compareWith(name: string | null): void {
  batch(() => {
    otherName.value = name;
    if (name !== null) return;
    paneShown.value = "a";
    factsOpen.value = false;
  });
}

/** The newest run that isn't on screen yet; false = there is none. */
export function compareWithNewest(): boolean {
  const rest = runs.peek().filter((info) => info.run !== runName.peek());
  const newest = rest.toSorted((one, two) => (two.last_wall_time ?? 0) - (one.last_wall_time ?? 0))[0];
  if (newest) compareWith(newest.run);
  return newest !== undefined;
}

export function setLinked(value: boolean): void {
  linked.value = value;
}

export function openFacts(open: boolean): void {
  factsOpen.value = open;
}

export function setPaneShown(which: "a" | "b"): void {
  paneShown.value = which;
}

export function setOtherModel(model: Model | null): void {
  otherModel.value = model;
}

export function setOtherProblem(sentence: string | null): void {
  otherProblem.value = sentence;
}

export function showOther(next: Cloud | null, shared: boolean, reason: string | null): void {
  batch(() => {
    otherCloud.value = next;
    sharedAxes.value = { shared, reason };
    otherVersion.value++;
  });
}

export function touchOther(): void {
  otherVersion.value++;
}

const RUN_COLORS = 6;
const ordinalOf = (name: string) =>
  Math.max(
    0,
    runs.value.findIndex((info) => info.run === name),
  );

export interface RunStroke {
  readonly color: string;
  readonly dash: readonly number[];
}

/** Runs told apart from each other, in this order: the first have the first choice. */
export function runStrokes(names: readonly string[]): RunStroke[] {
  return strokesOf(names.map(ordinalOf), RUN_COLORS).map(({ color, dash }) => ({
    color: runColor(color, theme.value),
    dash,
  }));
}

/** A keeps its own colour; B has another one even where six runs lie between. */
export const pairColors = computed<readonly [string, string]>(() => {
  const [a, b] = runStrokes([runName.value ?? "", otherName.value ?? ""]);
  return [a?.color ?? "", b?.color ?? ""];
});

export const shortRunName = (name: string | null | undefined): string =>
  name === "." ? "logdir itself" : (name ?? "");
