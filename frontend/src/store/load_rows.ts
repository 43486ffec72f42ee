/** Brings what the server knows of single rows: the inspector's numbers. */

import { effect } from "@preact/signals";
import { getRowHistory, getRows } from "../api";
import type { Reply } from "../pvz1";
import type { RowsHeader } from "../wire.gen";
import { exactStep, latest, PLAYING_MS, REST_MS } from "./latest";
import { playing } from "./playback";
import { run } from "./runs";
import {
  details,
  histories,
  keepDetails,
  keepHistory,
  type Neighbour,
  type RowDetails,
  selected,
  subject,
} from "./selection";
import { showing } from "./settings";
import { cloud, ordinal } from "./timeline";

/** Starts; returns what stops it. */
export function followRows(): () => void {
  const stops = [followDetails(), followHistory()];
  return () => {
    for (const stop of stops) stop();
  };
}

function followDetails(): () => void {
  const asker = latest(async (signal) => {
    const now = cloud.peek();
    const step = now?.set.knownStep(ordinal.peek()) ?? Number.NaN;
    const rows = wantedRows().filter((row) => details.peek().get(row)?.step !== step);
    if (!now || Number.isNaN(step) || rows.length === 0) return;
    const reply = await getRows(now.run, now.embedding.path, step, rows, signal);
    if (signal.aborted || cloud.peek()?.set !== now.set) return;
    for (const entry of detailsOf(reply)) keepDetails(entry);
  });
  const stop = effect(() => {
    const step = exactStep();
    if (step === null || !showing.value) return;
    const rows = [subject.value, selected.value].filter((row) => row !== null);
    const key = `${cloud.value?.run} ${cloud.value?.embedding.path} ${cloud.value?.generation} ${rows} ${step}`;
    if (rows.length > 0) asker.want(key, playing.peek() ? PLAYING_MS : REST_MS);
  });
  return () => {
    stop();
    asker.stop();
  };
}

function wantedRows(): number[] {
  return [...new Set([subject.peek(), selected.peek()])].filter((row) => row !== null);
}

export function detailsOf(reply: Reply<RowsHeader>): RowDetails[] {
  const { header } = reply;
  const norms = reply.floats("norms");
  const gradNorms = reply.floats("grad_norms");
  const updateNorms = reply.floats("update_norms");
  const ranks = reply.ints("norm_ranks");
  return header.rows.map((row, r) => ({
    row,
    step: header.step,
    firstStep: header.first_step,
    norm: norms[r] as number,
    gradNorm: gradNorms[r] as number,
    updateNorm: updateNorms[r] as number,
    rank: ranks[r] as number,
    neighbours: neighboursOf(reply.ints("neighbours"), reply.floats("cosines"), r, header.rows.length),
    firstNeighbours: neighboursOf(reply.ints("first_neighbours"), reply.floats("first_cosines"), r, header.rows.length),
  }));
}

function neighboursOf(rows: Int32Array, cosines: Float32Array, r: number, count: number): Neighbour[] {
  const k = rows.length / count;
  const found: Neighbour[] = [];
  for (let i = r * k; i < (r + 1) * k; i++) {
    if ((rows[i] as number) >= 0) found.push({ row: rows[i] as number, similarity: cosines[i] as number });
  }
  return found;
}

function followHistory(): () => void {
  const asker = latest(async (signal) => {
    const now = cloud.peek();
    const row = subject.peek();
    if (!now || row === null) return;
    const reply = await getRowHistory(now.run, now.embedding.path, row, signal);
    if (signal.aborted || cloud.peek()?.set !== now.set) return;
    keepHistory({
      row,
      steps: reply.numbers("steps"),
      norms: reply.floats("norms"),
      gradNorms: reply.floats("grad_norms"),
      updateNorms: reply.floats("update_norms"),
      low: reply.floats("norm_low"),
      high: reply.floats("norm_high"),
    });
  });
  const stop = effect(() => {
    const row = subject.value;
    const now = cloud.value;
    if (row === null || !now || !showing.value) return;
    // A growing run moves these lines slowly: every 16th snapshot is often enough.
    const age = Math.floor((run.value?.snapshots ?? 0) / 16);
    const held = histories.peek().has(row);
    asker.want(`${now.run} ${now.embedding.path} ${now.generation} ${row} ${age}`, held ? 1000 : REST_MS);
  });
  return () => {
    stop();
    asker.stop();
  };
}
