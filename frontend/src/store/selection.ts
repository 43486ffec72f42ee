/** What the person points at, chose and looks for, and what the server knows of those rows. */

import { batch, computed, signal } from "@preact/signals";
import { chooseNothing, chooseRows, chosen } from "./chosen";
import { endIsolation } from "./filters";
import { hits, query } from "./search";
import { cloud } from "./timeline";

/** One row at one step, as `rows` answers. Ranks count from 1; neighbours are rows. */
export interface RowDetails {
  readonly row: number;
  readonly step: number;
  readonly firstStep: number;
  readonly norm: number;
  readonly gradNorm: number;
  readonly updateNorm: number;
  readonly rank: number;
  /** The vector as it was recorded, [D]. */
  readonly values: Float32Array;
  readonly neighbours: readonly Neighbour[];
  readonly firstNeighbours: readonly Neighbour[];
  /** Of which step the neighbours are, where it is another: a file keeps them at some steps. */
  readonly neighboursStep?: number | undefined;
}

export interface Neighbour {
  readonly row: number;
  readonly similarity: number;
}

/** One row through the run. */
export interface RowHistory {
  readonly row: number;
  readonly steps: Float64Array;
  readonly norms: Float32Array;
  readonly gradNorms: Float32Array;
  readonly updateNorms: Float32Array;
  /** From where it was at the first step. */
  readonly displacements: Float32Array;
  readonly low: Float32Array;
  readonly high: Float32Array;
}

export const selected = signal<number | null>(null);
export const hovered = signal<{ row: number; x: number; y: number } | null>(null);
export const pinned = signal(false);

/** Whom the inspector tells of. */
export const subject = computed<number | null>(() => {
  const row = pinned.value ? selected.value : (hovered.value?.row ?? selected.value);
  return row !== null && row < (cloud.value?.set.rows ?? 0) ? row : null;
});
export const details = signal<ReadonlyMap<number, RowDetails>>(new Map());
export const histories = signal<ReadonlyMap<number, RowHistory>>(new Map());
const MOST_HELD = 16;

export function select(row: number | null): void {
  batch(() => {
    selected.value = row;
    if (row === null) pinned.value = false;
  });
}

export function hover(row: number | null, x: number, y: number): void {
  const before = hovered.peek();
  if (row === null) hovered.value = null;
  else if (before?.row !== row || before.x !== x || before.y !== y) hovered.value = { row, x, y };
}

export function togglePin(): void {
  batch(() => {
    const row = subject.peek();
    if (!pinned.peek() && row !== null) selected.value = row;
    pinned.value = !pinned.peek() && row !== null;
  });
}

/** A click on a point, or on none. extend: it joins what is chosen, or leaves it; the one selected before comes along. */
export function point(row: number | null, extend: boolean): void {
  batch(() => {
    if (row === null) {
      // With Shift it was aimed at a point and missed it.
      if (extend) return;
      if (selected.peek() !== null && !pinned.peek()) select(null);
      else if (!pinned.peek()) chooseNothing();
      return;
    }
    if (!extend) {
      select(row);
      return;
    }
    const before = selected.peek();
    if (chosen.peek().length === 0 && before !== null && before !== row) chooseRows([before]);
    const leaves = chosen.peek().includes(row);
    chooseRows([row], leaves ? "remove" : "add");
    if (!leaves) select(row);
    else if (before === row && !pinned.peek()) select(null);
  });
}

/** Selects the best hit. */
export function selectFirstHit(): void {
  const first = hits.peek()[0];
  if (first !== undefined) select(first);
}

/** All hits are what is chosen now. */
export function chooseHits(): void {
  if (hits.peek().length > 0) chooseRows(hits.peek());
}

export function forgetRows(): void {
  batch(() => {
    selected.value = null;
    hovered.value = null;
    pinned.value = false;
    chooseNothing();
    endIsolation();
    details.value = new Map();
    histories.value = new Map();
  });
}

export function keepDetails(entry: RowDetails): void {
  details.value = kept(details.peek(), entry);
}

export function keepHistory(entry: RowHistory): void {
  histories.value = kept(histories.peek(), entry);
}

function kept<T extends { row: number }>(held: ReadonlyMap<number, T>, entry: T): Map<number, T> {
  const next = new Map(held);
  next.delete(entry.row);
  next.set(entry.row, entry);
  for (const row of next.keys()) {
    if (next.size <= MOST_HELD) break;
    next.delete(row);
  }
  return next;
}

/** Lets go of what was selected, chosen and looked for; what is known of the rows stays. false = there was nothing. */
export function letGo(): boolean {
  const nothing = selected.peek() === null && query.peek() === "" && chosen.peek().length === 0;
  batch(() => {
    selected.value = null;
    pinned.value = false;
    query.value = "";
    chooseNothing();
  });
  return !nothing;
}
