/** Brings what the server knows of single rows: the inspector's numbers. */

import { effect } from "@preact/signals";
import { getRowHistory, getRows } from "../api";
import type { Reply } from "../pvz1";
import type { RowsHeader } from "../wire.gen";
import { comparedStep, detailsThen, forgetThen, keepThen } from "./comparison";
import { followChoice } from "./group_shown";
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
import { type Cloud, cloud, ordinal, partOf } from "./timeline";
import { embeddingsSeen } from "./view";

/** Starts; returns what stops it. */
export function followRows(): () => void {
  const stops = [followDetails(), followHistory(), followChoice()];
  return () => {
    for (const stop of stops) stop();
  };
}

function followDetails(): () => void {
  const asker = latest(async (signal) => {
    const now = cloud.peek();
    const step = now?.set.knownStep(ordinal.peek()) ?? Number.NaN;
    if (!now || Number.isNaN(step)) return;
    const wanted = wantedRows();
    const known = (row: number) => details.peek().get(row);
    for (const entry of await ask(
      now,
      step,
      wanted.filter((row) => known(row)?.step !== step),
      signal,
    ))
      keepDetails(entry);
    // Where it started, and the step it is compared with: those don't change with the cursor.
    const compared = comparedStep.peek();
    for (const row of wanted) {
      const first = known(row)?.firstStep;
      for (const then of new Set([first, compared])) {
        if (then === undefined || then === null || detailsThen(row, then)) continue;
        for (const entry of await ask(now, then, [row], signal)) keepThen(entry);
      }
    }
  });
  let same = "";
  const stop = effect(() => {
    const now = cloud.value;
    const step = exactStep();
    if (step === null || !now || !embeddingsSeen.value) return;
    const of = `${now.run} ${now.parts.map((part) => part.embedding.path)} ${now.generation}`;
    if (of !== same) forgetThen();
    same = of;
    const rows = [subject.value, selected.value].filter((row) => row !== null);
    if (rows.length > 0)
      asker.want(`${of} ${rows} ${step} ${comparedStep.value}`, playing.peek() ? PLAYING_MS : REST_MS);
  });
  return () => {
    stop();
    asker.stop();
  };
}

function wantedRows(): number[] {
  return [...new Set([subject.peek(), selected.peek()])].filter((row) => row !== null);
}

/** Rows of the cloud at one step, each asked of its own embedding; none once another cloud is on screen. */
async function ask(now: Cloud, step: number, rows: readonly number[], signal: AbortSignal): Promise<RowDetails[]> {
  const found: RowDetails[] = [];
  for (const part of now.parts) {
    const own = rows.map((row) => partOf(now, row)).filter((place) => place.part === part);
    if (own.length === 0) continue;
    const indices = own.map((place) => place.index);
    const reply = await getRows(now.run, part.embedding.path, step, indices, signal);
    found.push(...detailsOf(reply, part.first));
  }
  return signal.aborted || cloud.peek()?.set !== now.set ? [] : found;
}

/** first: the row of the cloud that the embedding's rows begin at. */
export function detailsOf(reply: Reply<RowsHeader & { neighbours_step?: number }>, first: number): RowDetails[] {
  const { header } = reply;
  const count = header.rows.length;
  const norms = reply.floats("norms");
  const gradNorms = reply.floats("grad_norms");
  const updateNorms = reply.floats("update_norms");
  const ranks = reply.ints("norm_ranks");
  const values = reply.floats("values");
  const dimensions = count > 0 ? values.length / count : 0;
  const near = (rows: string, cosines: string, r: number) =>
    neighboursOf(reply.ints(rows), reply.floats(cosines), r, count, first);
  return header.rows.map((row, r) => ({
    row: first + row,
    step: header.step,
    firstStep: header.first_step,
    norm: norms[r] as number,
    gradNorm: gradNorms[r] as number,
    updateNorm: updateNorms[r] as number,
    rank: ranks[r] as number,
    values: values.slice(r * dimensions, (r + 1) * dimensions),
    neighbours: near("neighbours", "cosines", r),
    firstNeighbours: near("first_neighbours", "first_cosines", r),
    neighboursStep: header.neighbours_step,
  }));
}

function neighboursOf(rows: Int32Array, cosines: Float32Array, r: number, count: number, first: number): Neighbour[] {
  const k = rows.length / count;
  const found: Neighbour[] = [];
  for (let i = r * k; i < (r + 1) * k; i++) {
    if ((rows[i] as number) >= 0) found.push({ row: first + (rows[i] as number), similarity: cosines[i] as number });
  }
  return found;
}

function followHistory(): () => void {
  const asker = latest(async (signal) => {
    const now = cloud.peek();
    const row = subject.peek();
    if (!now || row === null) return;
    const { part, index } = partOf(now, row);
    const reply = await getRowHistory(now.run, part.embedding.path, index, signal);
    if (signal.aborted || cloud.peek()?.set !== now.set) return;
    keepHistory({
      row,
      steps: reply.numbers("steps"),
      norms: reply.floats("norms"),
      gradNorms: reply.floats("grad_norms"),
      updateNorms: reply.floats("update_norms"),
      displacements: reply.floats("displacements"),
      low: reply.floats("norm_low"),
      high: reply.floats("norm_high"),
    });
  });
  const stop = effect(() => {
    const row = subject.value;
    const now = cloud.value;
    if (row === null || !now || !embeddingsSeen.value) return;
    // A growing run moves these lines slowly: every 16th snapshot is often enough.
    const age = Math.floor((run.value?.snapshots ?? 0) / 16);
    const held = histories.peek().has(row);
    const paths = now.parts.map((part) => part.embedding.path);
    asker.want(`${now.run} ${paths} ${now.generation} ${row} ${age}`, held ? 1000 : REST_MS);
  });
  return () => {
    stop();
    asker.stop();
  };
}
