/** The cloud on screen and the time cursor: a place in the list of its snapshots. */

import { batch, computed, signal } from "@preact/signals";
import { joinedVocabulary } from "../rows/cloud_parts";
import type { Bracket, SnapshotSet } from "../time/snapshots";
import { drawAlong, type Frame, firstThree, sharesAlong } from "../time/tour_math";
import type { Basis, Embedding } from "../wire.gen";
import type { Vocabulary } from "../words/tokens";
import { drawnMode } from "./picture";

/** The rows of one embedding within a cloud: first … first + rows - 1. */
export interface Part {
  readonly embedding: Embedding;
  readonly first: number;
  readonly rows: number;
  /** Shares of its own variance over the run along the directions drawn, where the server told them. */
  readonly ratios?: readonly number[];
}

export interface Cloud {
  readonly run: string;
  /** Of the first part. */
  readonly embedding: Embedding;
  /** One, or token and position embeddings in one picture. */
  readonly parts: readonly Part[];
  readonly set: SnapshotSet;
  readonly basis: Basis;
  readonly generation: number;
  /** Token or position id per row. */
  readonly ids: readonly number[];
  readonly words: Vocabulary;
  /** Times in the training text per row, NaN = not logged; null = of none. */
  readonly counts: Float64Array | null;
}

/** Which part a row of the cloud belongs to, and which row of that embedding's sample it is. */
export function partOf(shown: Cloud, row: number): { part: Part; index: number } {
  const part = shown.parts.findLast((one) => one.first <= row) as Part;
  return { part, index: row - part.first };
}

/** The picture of before a new basis, from which the new one is eased in. */
export interface Morph {
  readonly from: Float32Array;
  readonly startedAt: number;
}

export const cloud = signal<Cloud | null>(null);
/** Grows with each snapshot that came or went: whoever reads the set reads this first. */
export const loadedVersion = signal(0);
export const reading = signal(false);
export const morph = signal<Morph | null>(null);
export const place = signal(0);

/** Weights of the components in the three directions drawn, where a snapshot has more than three; a tour moves them. */
export const frame = signal<{ readonly weights: Frame }>({ weights: firstThree(8) });
/** A picture of one step that isn't made of the snapshots, [R * 3]: it stays while the cursor moves. */
export interface Still {
  readonly positions: Float32Array;
  readonly run: string;
  readonly step: number;
  /** Of this cloud's rows. */
  readonly of: SnapshotSet;
}
const kept = signal<Still | null>(null);
/** What of it is drawn: rows of another cloud are none of its business. */
export const still = computed<Still | null>(() => (kept.value?.of.rows === cloud.value?.set.rows ? kept.value : null));

/** The steps of a run of which no rows are on screen: a set of snapshots without rows. */
const bare = signal<{ readonly run: string; readonly set: SnapshotSet } | null>(null);
/** The snapshots that the time cursor goes over. */
export const snapshots = computed<SnapshotSet | null>(() => cloud.value?.set ?? bare.value?.set ?? null);
/** The run they are of. */
export const timeOf = computed<string | null>(() => cloud.value?.run ?? bare.value?.run ?? null);

export const total = computed(() => {
  loadedVersion.value;
  return snapshots.value?.total ?? 0;
});
export const loadedCount = computed(() => {
  loadedVersion.value;
  return cloud.value?.set.loaded ?? 0;
});
/** The snapshot nearest to the cursor. */
export const ordinal = computed(() => Math.max(0, Math.min(total.value - 1, Math.round(place.value))));
/** Its step; an estimate while `exact` is false. */
export const step = computed<number | null>(() => {
  loadedVersion.value;
  const value = snapshots.value?.stepAt(ordinal.value) ?? Number.NaN;
  return Number.isNaN(value) ? null : Math.round(value);
});
/** Step at the cursor itself, between snapshots too: where the line on the time axis stands. */
export const cursorStep = computed<number | null>(() => {
  loadedVersion.value;
  const value = snapshots.value?.stepAt(place.value) ?? Number.NaN;
  return Number.isNaN(value) ? null : value;
});
export const bracket = computed<Bracket | null>(() => {
  loadedVersion.value;
  return cloud.value?.set.bracket(place.value) ?? null;
});
/** The snapshots beside the cursor are not here yet: what is drawn lies between farther ones. */
export const approximate = computed(() => {
  const around = bracket.value;
  return around !== null && around.after - around.before > 1;
});
/** In 2D the third component isn't drawn. */
export const axesDrawn = computed<2 | 3>(() => (drawnMode.value === "2d" ? 2 : 3));
/** Share of the variance between the rows at the cursor that is drawn; null where nothing varies or it isn't known. */
export const varianceShown = computed<number | null>(() => {
  loadedVersion.value;
  const set = cloud.value?.set;
  const around = bracket.value;
  // Of a tour the server knows all components' share, not that of what is drawn of them.
  if (!set || !around || set.width > 3) return null;
  const axes = axesDrawn.value;
  // Of two tables the mean of their own shares is known, not that of an axis.
  if (axes === 2 && (cloud.value?.parts.length ?? 1) > 1) return null;
  const [before, after] = [set.varianceShown(around.before, axes), set.varianceShown(around.after, axes)];
  const shown = before + (after - before) * mixOf(around, place.value);
  return Number.isNaN(shown) ? null : shown;
});
/** The same of the rows of the whole run together, as the names of the axes have it. */
export const varianceOverRun = computed<number | null>(() => {
  const now = cloud.value;
  if (!now) return null;
  const ratios = now.basis.variance_ratios;
  const drawn = now.set.width > 3 ? sharesAlong(frame.value.weights, ratios) : ratios;
  return drawn.slice(0, axesDrawn.value).reduce((sum, ratio) => sum + ratio, 0);
});
export const stepRange = computed<[number, number] | null>(() => {
  loadedVersion.value;
  const set = snapshots.value;
  if (!set || set.loaded === 0) return null;
  return [set.stepAt(0), set.stepAt(set.total - 1)];
});

/** parts: in the order of their rows, the first of `embedding`. */
export function makeCloud(
  run: string,
  embedding: Embedding,
  set: SnapshotSet,
  basis: Basis,
  generation: number,
  parts: readonly Part[] = [{ embedding, first: 0, rows: set.rows }],
): Cloud {
  const partIds = parts.map((part) => part.embedding.rows ?? Array.from({ length: part.rows }, (_, row) => row));
  const words = joinedVocabulary(parts.map((part, i) => ({ ...part, ids: partIds[i] as number[] })));
  const counted = parts.some((part) => part.embedding.counts);
  const counts = counted ? new Float64Array(set.rows).fill(Number.NaN) : null;
  for (const part of parts) if (part.embedding.counts) counts?.set(part.embedding.counts, part.first);
  return { run, embedding, parts, set, basis, generation, ids: partIds.flat(), words, counts };
}

/** The same embeddings, whatever was sampled of them. */
export const sameParts = (one: readonly Part[], other: readonly Embedding[]) =>
  one.length === other.length && one.every((part, i) => part.embedding.path === other[i]?.path);

export function setStill(next: Still | null): void {
  const from = drawnPositions();
  batch(() => {
    kept.value = next;
    // Only where there is a picture to ease from and another one to ease to.
    if (from && cloud.peek()?.set.rows === from.length / 3) morph.value = { from, startedAt: performance.now() };
  });
}

export function setFrame(weights: Frame): void {
  frame.value = { weights };
}

/** Shows another cloud; with `from`, the points are eased from there. */
export function showCloud(next: Cloud | null, at: number, from: Float32Array | null): void {
  batch(() => {
    cloud.value = next;
    place.value = Math.max(0, at);
    morph.value = from && next && from.length === next.set.rows * 3 ? { from, startedAt: performance.now() } : null;
    loadedVersion.value++;
  });
}

/** Steps without rows, for as long as there is no cloud; null = none. */
export function showSteps(of: { readonly run: string; readonly set: SnapshotSet } | null, at: number): void {
  batch(() => {
    bare.value = of;
    if (cloud.peek() !== null) return;
    place.value = Math.max(0, at);
    loadedVersion.value++;
  });
}

/** The picture of now is left behind, and the next one is eased in from it. */
export function easeFromHere(): void {
  const from = drawnPositions();
  if (from) morph.value = { from, startedAt: performance.now() };
}

export function endMorph(): void {
  morph.value = null;
}

export function touchSnapshots(): void {
  loadedVersion.value++;
}

export function setReading(value: boolean): void {
  reading.value = value;
}

export function setPlace(value: number): void {
  place.value = Math.max(0, Math.min(Math.max(0, total.peek() - 1), value));
}

/** What is drawn now, as one array: [R * 3]. */
export function drawnPositions(): Float32Array | null {
  if (still.peek()) return (still.peek() as Still).positions;
  const around = bracket.peek();
  const set = cloud.peek()?.set;
  if (!around || !set) return null;
  const from = set.positions(around.before) as Float32Array;
  const to = set.positions(around.after) as Float32Array;
  const mix = mixOf(around, place.peek());
  if (set.width > 3) {
    const drawn = new Float32Array(set.rows * 3);
    drawAlong(drawn, from, to, mix, set.width, frame.peek().weights);
    return drawn;
  }
  return Float32Array.from(from, (value, i) => value + ((to[i] as number) - value) * mix);
}

export function mixOf(around: Bracket, at: number): number {
  const span = around.after - around.before;
  return span > 0 ? Math.min(1, Math.max(0, (at - around.before) / span)) : 0;
}
