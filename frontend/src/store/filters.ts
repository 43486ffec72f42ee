/** Which rows are drawn at all: those of the classes that are not hidden and, while something is isolated, only that. */

import { batch, computed, signal } from "@preact/signals";
import { sizeOf, type Tokens } from "../words/token_sets";
import type { TokenClass } from "../words/tokens";
import { rowsOnScreen } from "./chosen";
import { bracket, cloud, loadedVersion } from "./timeline";

/** By name, so that another run's tokens of the same class are hidden as well. */
export const hiddenClasses = signal<ReadonlySet<string>>(new Set());

/** What alone is shown, and what it is called: a group's name, or null for what was chosen. */
export interface Isolated {
  readonly tokens: Tokens;
  readonly name: string | null;
}
export const isolated = signal<Isolated | null>(null);
/** Its rows on screen; where there are none, in another embedding, nothing is isolated. */
const isolatedRows = computed(() => (isolated.value ? rowsOnScreen(isolated.value.tokens) : []));
export const isolating = computed(() => isolatedRows.value.length > 0);

export interface ClassRows {
  readonly tokenClass: TokenClass;
  readonly rows: number;
  readonly hidden: boolean;
}

/** The classes that have rows, each name once. */
export const classRows = computed<readonly ClassRows[]>(() => {
  const words = cloud.value?.words;
  if (!words) return [];
  const counts = new Map<string, number>();
  for (const index of words.classOf) {
    const { name } = words.classes[index] as TokenClass;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const named = new Map(words.classes.map((one) => [one.name, one]));
  return [...named.values()]
    .map((tokenClass) => ({
      tokenClass,
      rows: counts.get(tokenClass.name) ?? 0,
      hidden: hiddenClasses.value.has(tokenClass.name),
    }))
    .filter(({ rows }) => rows > 0);
});

/** Rows that no class filter hides, 1 = so, [R]; whatever is isolated. */
const byClass = computed<Uint8Array>(() => {
  const now = cloud.value;
  const shown = new Uint8Array(now?.set.rows ?? 0).fill(1);
  if (!now || hiddenClasses.value.size === 0) return shown;
  const hidden = now.words.classes.map((one) => hiddenClasses.value.has(one.name));
  for (let row = 0; row < shown.length; row++) if (hidden[now.words.classOf[row] as number]) shown[row] = 0;
  return shown;
});

/** Rows that the run beside this one has as well, 1 = so; null = all, or nothing stands beside it. */
const inBoth = signal<Uint8Array | null>(null);

export function showInBoth(rows: Uint8Array | null): void {
  inBoth.value = rows;
}

/** 1 = drawn, [R]. */
export const visible = computed<Uint8Array>(() => {
  const both = inBoth.value;
  if (both?.length !== wanted.value.length) return wanted.value;
  return wanted.value.map((on, row) => on & (both[row] as number));
});

const wanted = computed<Uint8Array>(() => {
  if (!isolating.value) return byClass.value;
  const shown = new Uint8Array(byClass.value.length);
  for (const row of isolatedRows.value) shown[row] = byClass.value[row] as number;
  return shown;
});

export interface Shown {
  /** Visible rows whose values are finite at the cursor. */
  readonly rows: number;
  /** All rows that can be drawn at the cursor. */
  readonly finite: number;
  /** Finite rows that a class filter hides. */
  readonly hiddenByClass: number;
  readonly all: number;
}

const before = computed(() => bracket.value?.before ?? null);

export const shownRows = computed<Shown>(() => {
  loadedVersion.value;
  const set = cloud.value?.set;
  const positions = before.value === null ? undefined : set?.positions(before.value);
  if (!set || !positions) return { rows: 0, finite: 0, hiddenByClass: 0, all: set?.rows ?? 0 };
  const width = positions.length / set.rows;
  let [rows, finite, hiddenByClass] = [0, 0, 0];
  for (let row = 0; row < set.rows; row++) {
    if (!Number.isFinite(positions[row * width])) continue;
    finite++;
    if (visible.value[row] === 1) rows++;
    if (byClass.value[row] === 0) hiddenByClass++;
  }
  return { rows, finite, hiddenByClass, all: set.rows };
});

export const filtered = computed(() => isolating.value || classRows.value.some(({ hidden }) => hidden));

export function toggleClass(name: string): void {
  const next = new Set(hiddenClasses.peek());
  if (!next.delete(name)) next.add(name);
  hiddenClasses.value = next;
}

/** Hides the other classes; where they are hidden already, shows them again. */
export function onlyClass(name: string): void {
  const others = classRows.peek().filter(({ tokenClass }) => tokenClass.name !== name);
  const hidden = hiddenClasses.peek();
  const alone = !hidden.has(name) && others.every((one) => one.hidden);
  hiddenClasses.value = new Set(alone ? [] : others.map(({ tokenClass }) => tokenClass.name));
}

/** What a click on a class does, in the legend and in the panel: Alt, or the second click of two, means only this one. */
export function clickClass(name: string, event: { readonly altKey: boolean; readonly detail: number }): void {
  if (event.altKey || event.detail === 2) {
    // The first click of two has toggled it already.
    if (event.detail === 2 && !event.altKey) toggleClass(name);
    onlyClass(name);
  } else if (event.detail < 2) toggleClass(name);
}

export function showAllClasses(): void {
  hiddenClasses.value = new Set();
}

/** Shows the classes that these rows are of. */
export function showClassesOf(rows: readonly number[]): void {
  const words = cloud.peek()?.words;
  const next = new Set(hiddenClasses.peek());
  for (const row of rows) next.delete(words?.classes[words.classOf[row] as number]?.name ?? "");
  hiddenClasses.value = next;
}

export function isolate(tokens: Tokens, name: string | null = null): void {
  isolated.value = sizeOf(tokens) > 0 ? { tokens, name } : null;
}

export function endIsolation(): void {
  isolated.value = null;
}

export function showAll(): void {
  batch(() => {
    showAllClasses();
    endIsolation();
  });
}
