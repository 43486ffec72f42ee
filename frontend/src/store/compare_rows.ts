/** The rows of both runs in numbers, at the cursor once it rests: the norms of all, and of the row that is looked at what is known of it in
 * the other run. */

import { computed, effect, signal } from "@preact/signals";
import { getRowHistory, getRows } from "../api";
import type { RowNumbers } from "../rows/row_numbers";
import { matching, otherCloud, otherStep, rowOfOther } from "./compare";
import { exactStep, latest, PLAYING_MS, REST_MS } from "./latest";
import { numbersOf } from "./load_numbers";
import { detailsOf } from "./load_rows";
import { playing } from "./playback";
import { type RowDetails, type RowHistory, selected, subject } from "./selection";
import { showing } from "./settings";
import { type Cloud, cloud, ordinal, partOf } from "./timeline";

interface Numbers {
  readonly of: Cloud;
  readonly numbers: RowNumbers;
}

const firstNumbers = signal<Numbers | null>(null);
const secondNumbers = signal<Numbers | null>(null);
const second = signal<{ readonly of: Cloud; readonly list: readonly RowDetails[] } | null>(null);
const past = signal<{ readonly of: Cloud; readonly history: RowHistory } | null>(null);

/** Of all rows at the snapshot nearest to the cursor, as far as they have come. */
export const numbersOfFirst = computed(() =>
  firstNumbers.value?.of === cloud.value ? (firstNumbers.value?.numbers ?? null) : null,
);
export const numbersOfOther = computed(() =>
  secondNumbers.value?.of === otherCloud.value ? (secondNumbers.value?.numbers ?? null) : null,
);
/** Mean length of the rows that are in both runs; null = not known yet. */
export const meanNorms = computed<readonly [number | null, number | null]>(() => {
  const found = matching.value;
  return [mean(numbersOfFirst.value?.norms, found?.toB), mean(numbersOfOther.value?.norms, found?.toA)];
});

function mean(norms: Float32Array | undefined, there: Int32Array | undefined): number | null {
  let [sum, count] = [0, 0];
  for (let row = 0; norms && row < norms.length; row++) {
    const norm = norms[row] as number;
    if (!Number.isFinite(norm) || (there && (there[row] ?? -1) < 0)) continue;
    sum += norm;
    count++;
  }
  return count > 0 ? sum / count : null;
}

/** The row that is told of, as it is in the other run: numbered as that run numbers it. */
export const otherDetails = (row: number | null): RowDetails | null => {
  const there = rowOfOther(row);
  return second.value?.of === otherCloud.value ? (second.value?.list.find((one) => one.row === there) ?? null) : null;
};
export const otherHistory = computed<RowHistory | null>(() => {
  const there = rowOfOther(subject.value);
  return past.value?.of === otherCloud.value && past.value?.history.row === there
    ? (past.value?.history ?? null)
    : null;
});

/** Starts; returns what stops it. */
export function followOtherRows(): () => void {
  const norms = latest(readNumbers);
  const rows = latest(readRows);
  const history = latest(readHistory);
  const stop = effect(() => {
    const [a, b] = [cloud.value, otherCloud.value];
    const [stepA, stepB] = [exactStep(), otherStep.value];
    const asked = [rowOfOther(subject.value), rowOfOther(selected.value)];
    if (!a || !b || stepA === null || stepB === null || !showing.value) return;
    const delay = playing.value ? PLAYING_MS : REST_MS;
    const whose = `${a.run} ${a.generation} ${a.embedding.path} ${b.run} ${b.generation}`;
    norms.want(`${whose} ${stepA} ${stepB}`, 2 * delay);
    if (asked.some((row) => row !== null)) rows.want(`${whose} ${stepB} ${asked}`, delay);
    if (asked[0] !== null) history.want(`${whose} ${asked[0]} ${Math.floor(b.set.total / 16)}`, REST_MS);
  });
  return () => {
    stop();
    for (const one of [norms, rows, history]) one.stop();
  };
}

async function readNumbers(signal: AbortSignal): Promise<void> {
  const [a, b] = [cloud.peek(), otherCloud.peek()];
  const [stepA, stepB] = [a?.set.knownStep(ordinal.peek()) ?? Number.NaN, otherStep.peek()];
  if (!a || !b || Number.isNaN(stepA) || stepB === null) return;
  const [one, two] = await Promise.all([numbersOf(a, stepA, signal), numbersOf(b, stepB, signal)]);
  if (signal.aborted) return;
  firstNumbers.value = { of: a, numbers: one };
  secondNumbers.value = { of: b, numbers: two };
}

async function readRows(signal: AbortSignal): Promise<void> {
  const [b, step] = [otherCloud.peek(), otherStep.peek()];
  const rows = [...new Set([rowOfOther(subject.peek()), rowOfOther(selected.peek())])].filter((row) => row !== null);
  if (!b || step === null || rows.length === 0) return;
  const found: RowDetails[] = [];
  for (const part of b.parts) {
    const own = rows.map((row) => partOf(b, row)).filter((place) => place.part === part);
    if (own.length === 0) continue;
    const indices = own.map(({ index }) => index);
    found.push(...detailsOf(await getRows(b.run, part.embedding.path, step, indices, signal), part.first));
  }
  if (!signal.aborted) second.value = { of: b, list: found };
}

async function readHistory(signal: AbortSignal): Promise<void> {
  const b = otherCloud.peek();
  const row = rowOfOther(subject.peek());
  if (!b || row === null) return;
  const { part, index } = partOf(b, row);
  const reply = await getRowHistory(b.run, part.embedding.path, index, signal);
  if (signal.aborted) return;
  const history = {
    row,
    steps: reply.numbers("steps"),
    norms: reply.floats("norms"),
    gradNorms: reply.floats("grad_norms"),
    updateNorms: reply.floats("update_norms"),
    displacements: reply.floats("displacements"),
    low: reply.floats("norm_low"),
    high: reply.floats("norm_high"),
  };
  past.value = { of: b, history };
}
