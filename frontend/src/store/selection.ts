/** What the person points at, chose and looks for, and what the server knows of those rows. */

import { batch, computed, signal } from "@preact/signals";
import { search } from "../tokens";
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
  readonly neighbours: readonly Neighbour[];
  readonly firstNeighbours: readonly Neighbour[];
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
  readonly low: Float32Array;
  readonly high: Float32Array;
}

export const selected = signal<number | null>(null);
export const hovered = signal<{ row: number; x: number; y: number } | null>(null);
export const pinned = signal(false);
export const query = signal("");

/** Whom the inspector tells of. */
export const subject = computed<number | null>(() => {
  const row = pinned.value ? selected.value : (hovered.value?.row ?? selected.value);
  return row !== null && row < (cloud.value?.set.rows ?? 0) ? row : null;
});
export const hits = computed<readonly number[]>(() => {
  const now = cloud.value;
  if (!now || query.value === "") return [];
  return search(query.value, now.embedding.labels, now.words.display, now.ids);
});
export const noMatch = computed(() => query.value !== "" && cloud.value !== null && hits.value.length === 0);

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

export function setQuery(text: string): void {
  query.value = text;
}

/** Chooses the best hit. */
export function selectFirstHit(): void {
  const first = hits.peek()[0];
  if (first !== undefined) select(first);
}

export function forgetRows(): void {
  batch(() => {
    selected.value = null;
    hovered.value = null;
    pinned.value = false;
    query.value = "";
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

/** Lets go of what was chosen and looked for; what is known of the rows stays. */
export function letGo(): void {
  batch(() => {
    selected.value = null;
    pinned.value = false;
    query.value = "";
  });
}
