/** Brings what the server knows of single rows: the inspector's numbers, and the values rows are coloured by. */

import { effect } from "@preact/signals";
import { getRowHistory, getRowNorms, getRows } from "../api";
import type { Reply } from "../pvz1";
import type { RowsHeader } from "../wire.gen";
import { rowNumbers, setRowNumbers } from "./curves";
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
import { colorBy, showing } from "./settings";
import { cloud, loadedVersion, ordinal } from "./timeline";

const REST_MS = 90;
const PLAYING_MS = 350;

/** Starts; returns what stops it. */
export function followRows(): () => void {
  const stops = [followDetails(), followHistory(), followNumbers()];
  return () => {
    for (const stop of stops) stop();
  };
}

/** The step of the snapshot nearest to the cursor, once it is certain. */
function exactStep(): number | null {
  loadedVersion.value;
  const step = cloud.value?.set.knownStep(ordinal.value) ?? Number.NaN;
  return Number.isNaN(step) ? null : step;
}

/** Runs `ask` for the newest key only, after a rest (or at intervals while the key keeps changing in playback). */
function latest(ask: (signal: AbortSignal) => Promise<void>): { want(key: string, delay: number): void; stop(): void } {
  let wanted = "";
  let timer = 0;
  let controller: AbortController | null = null;
  function start(): void {
    timer = 0;
    controller?.abort();
    const mine = new AbortController();
    controller = mine;
    ask(mine.signal).catch((error: unknown) => {
      // The connection's own notice tells of a lost server; what is on screen stays.
      if (!mine.signal.aborted) console.warn(error);
    });
  }
  return {
    want(key, delay) {
      if (key === wanted) return;
      wanted = key;
      if (timer !== 0 && delay === PLAYING_MS) return;
      window.clearTimeout(timer);
      timer = window.setTimeout(start, delay);
    },
    stop() {
      window.clearTimeout(timer);
      controller?.abort();
    },
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

/** Norm and Gradient of all rows at the cursor: asked once it rests. */
function followNumbers(): () => void {
  const asker = latest(async (signal) => {
    const now = cloud.peek();
    const by = colorBy.peek();
    const step = now?.set.knownStep(ordinal.peek()) ?? Number.NaN;
    if (!now || Number.isNaN(step)) return;
    const reply = await getRowNorms(now.run, now.embedding.path, step, signal);
    const values = reply.floats(by === "norm" ? "norms" : "grad_norms");
    if (!signal.aborted && cloud.peek()?.set === now.set) setRowNumbers({ colorBy: by, step, values });
  });
  const stop = effect(() => {
    const by = colorBy.value;
    if (by !== "norm" && by !== "gradient") {
      if (rowNumbers.peek()) setRowNumbers(null);
      return;
    }
    const step = exactStep();
    if (step === null || !showing.value) return;
    const key = `${cloud.value?.run} ${cloud.value?.embedding.path} ${cloud.value?.generation} ${by} ${step}`;
    asker.want(key, playing.peek() ? PLAYING_MS : 2 * REST_MS);
  });
  return () => {
    stop();
    asker.stop();
  };
}
