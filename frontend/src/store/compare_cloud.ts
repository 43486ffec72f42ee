/** Brings the snapshots of the other run: a few over the whole run, then those round the one time cursor, then what is new. Its memory is
 * bounded apart from the first run's. Where the rows agree they are drawn along the first run's axes. */

import { effect, untracked } from "@preact/signals";
import { ApiError, getPositions, type PositionsQuery } from "../api";
import { reasonOf } from "../comparing/footnote";
import { counterpart, whyApart } from "../comparing/matching";
import type { Reply } from "../pvz1";
import { coarseStride, type Range, SnapshotSet } from "../time/snapshots";
import type { Embedding, Model, PositionsHeader, RunInfo } from "../wire.gen";
import { other, otherModel, otherPlace, setOtherProblem, showOther, touchOther } from "./compare";
import { put } from "./load_cloud";
import { rest } from "./load_run";
import { runs } from "./runs";
import { showing } from "./settings";
import { type Cloud, cloud, makeCloud, type Part } from "./timeline";
import { linear } from "./umap";

const MOST_BYTES = 48 * 2 ** 20;
const REPLY_BYTES = 2 * 2 ** 20;
const MOST_FIRST = 48;
const LEAST = 8;
const OUTLINE = 48;
/** Where nothing is yet, so few that they are there at once. */
const URGENT = 32;
const RETRY_MS = 2000;

interface Wanted {
  readonly info: RunInfo;
  /** The cloud beside which it is shown. */
  readonly first: Cloud;
  readonly embeddings: readonly Embedding[];
  readonly query: PositionsQuery;
  readonly shared: boolean;
}

/** What was read is no longer true, of one run or the other. */
class Outdated extends Error {}

let wake: (() => void) | null = null;

/** Starts; returns what stops it. */
export function followOtherCloud(): () => void {
  let controller: AbortController | null = null;
  let last = "";
  const stop = effect(() => {
    const [info, first, model] = [other.value, cloud.value, otherModel.value];
    const projection = linear.value;
    if (!showing.value) return;
    const known = info && first && model?.run === info.run ? { info, first, model } : null;
    const paths = first?.parts.map((part) => part.embedding.path).join("\n");
    const key = known
      ? [
          info?.run,
          info?.generation,
          model?.session_id,
          first?.run,
          first?.generation,
          first?.basis.version,
          projection,
          paths,
        ].join("\n")
      : "";
    if (key === last) return;
    last = key;
    controller?.abort();
    untracked(() => {
      showOther(null, false, null);
      if (!known) return;
      controller = new AbortController();
      void read(known.info, known.first, known.model, projection, controller.signal);
    });
  });
  const stopWaking = effect(() => {
    otherPlace.value;
    other.value;
    untracked(() => wake?.());
  });
  return () => {
    stop();
    stopWaking();
    controller?.abort();
  };
}

/** Never ends but with `signal`, or where there is nothing to show. */
async function read(info: RunInfo, first: Cloud, model: Model, projection: string, signal: AbortSignal): Promise<void> {
  const there = model.embeddings.map((embedding) => ({ embedding }));
  const embeddings = first.parts.flatMap((part) => counterpart(part, there)?.embedding ?? []);
  if (embeddings[0] === undefined) {
    setOtherProblem(`It has no ${first.embedding.path}.`);
    return;
  }
  while (!signal.aborted) {
    try {
      const { wanted, shown } = await readCoarse(info, first, embeddings, projection, signal);
      setOtherProblem(null);
      await keepUp(shown, wanted, signal);
    } catch (error) {
      if (signal.aborted) return;
      // No answer at all is told by the connection's own notice.
      const silent = error instanceof Outdated || (error instanceof ApiError && error.status === 0);
      if (!silent) setOtherProblem(error instanceof Error ? error.message : String(error));
      await rest(RETRY_MS, signal);
    }
  }
}

interface Coarse {
  readonly wanted: Wanted;
  readonly shown: Cloud;
}

/** Along the first run's axes; along its own where the server says why not. */
async function readCoarse(
  info: RunInfo,
  first: Cloud,
  embeddings: readonly Embedding[],
  projection: string,
  signal: AbortSignal,
): Promise<Coarse> {
  const [one, two] = embeddings as [Embedding, Embedding | undefined];
  const chosen = projection === "joint" ? {} : { projection };
  const query: PositionsQuery = { run: info.run, embedding: one.path, ...chosen };
  const wanted = { info, first, embeddings };
  if (first.parts.length > 1 || first.embedding.path !== one.path) {
    const reason = first.parts.length > 1 ? "two embeddings are shown" : "another embedding";
    const own = two ? { ...query, with: two.path, layout: "apart" as const } : query;
    return beginOwn({ ...wanted, query: own, shared: false }, reason, signal);
  }
  const apart = whyApart(one, first.embedding);
  if (apart !== null) return beginOwn({ ...wanted, query, shared: false }, apart, signal);
  try {
    return await begin({ ...wanted, query: { ...query, basis_of: first.run }, shared: true }, null, signal);
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 400) throw error;
    return beginOwn({ ...wanted, query, shared: false }, reasonOf(error.message), signal);
  }
}

/** A step of the first run that this one hasn't can't give it axes: the whole run does. */
async function beginOwn(wanted: Wanted, reason: string, signal: AbortSignal): Promise<Coarse> {
  try {
    return await begin(wanted, reason, signal);
  } catch (error) {
    if (!wanted.query.projection?.startsWith("step:") || !(error instanceof ApiError) || error.status !== 404)
      throw error;
    const { projection: _, ...query } = wanted.query;
    return begin({ ...wanted, query }, reason, signal);
  }
}

async function begin(wanted: Wanted, reason: string | null, signal: AbortSignal): Promise<Coarse> {
  const { info, first, embeddings } = wanted;
  const rows = embeddings.reduce((sum, one) => sum + (one.rows?.length ?? one.shape[0] ?? 1), 0);
  const bytes = Math.max(1, rows * first.set.width * 4);
  const stride = coarseStride(
    info.snapshots,
    Math.max(LEAST, Math.min(MOST_FIRST, Math.floor((2 * REPLY_BYTES) / bytes))),
  );
  const reply = await ask(wanted, { stride }, signal);
  const { basis, generation } = reply.header;
  if (wanted.shared && basis.version !== first.basis.version) throw new Outdated();
  const [, held = rows, width = 3] = reply.header.arrays.find(({ name }) => name === "positions")?.shape ?? [];
  const set = new SnapshotSet(held, width);
  put(set, reply, stride);
  const [one] = embeddings as [Embedding];
  const shown = makeCloud(info.run, one, set, basis, generation, partsOf(reply.header, embeddings, held));
  showOther(shown, wanted.shared, reason);
  return { wanted, shown };
}

function partsOf(header: PositionsHeader, embeddings: readonly Embedding[], rows: number): Part[] {
  let first = 0;
  return embeddings.map((embedding, i) => {
    const told = header.parts?.[i];
    const part = { embedding, first, rows: told?.rows ?? rows - first, ratios: told?.variance_ratios ?? [] };
    first += part.rows;
    return part;
  });
}

async function ask(
  { query }: Wanted,
  range: { from?: number; to?: number; stride?: number },
  signal: AbortSignal,
): Promise<Reply<PositionsHeader>> {
  const reply = await getPositions({ ...query, ...range }, signal);
  signal.throwIfAborted();
  return reply;
}

async function keepUp(shown: Cloud, wanted: Wanted, signal: AbortSignal): Promise<void> {
  const { set, run } = shown;
  const most = Math.max(LEAST, Math.floor(MOST_BYTES / Math.max(1, set.snapshotBytes)));
  const chunk = Math.max(1, Math.min(1024, Math.floor(REPLY_BYTES / Math.max(1, set.snapshotBytes))));
  let heard = wanted.info.snapshots;
  while (!signal.aborted) {
    const info = runs.peek().find((one) => one.run === run);
    const grown = info !== undefined && info.snapshots > Math.max(heard, set.total);
    const stride = coarseStride(set.total, Math.max(1, Math.min(OUTLINE, Math.floor(most * 0.8))));
    const range = nextRange(set, otherPlace.peek(), chunk, most, stride);
    if (grown) {
      heard = info.snapshots;
      const newer = coarseStride(info.snapshots - set.total, 256);
      take(shown, wanted, await ask(wanted, { from: set.knownStep(set.total - 1) + 1, stride: newer }, signal), newer);
    } else if (range) {
      const [from, to] = [set.knownStep(range.first), set.knownStep(range.last)];
      const had = set.loaded;
      take(shown, wanted, await ask(wanted, { from, to }, signal), 1);
      if (set.loaded === had) throw new Error(`The server has no snapshot in steps ${from} to ${to}.`);
    } else {
      await slept(signal);
      continue;
    }
    set.drop(otherPlace.peek(), most, stride);
    touchOther();
  }
}

function take(shown: Cloud, wanted: Wanted, reply: Reply<PositionsHeader>, stride: number): void {
  const { basis, generation } = reply.header;
  const whose = wanted.shared ? wanted.first.basis.version : shown.basis.version;
  if (basis.version !== whose || generation !== shown.generation) throw new Outdated();
  put(shown.set, reply, stride);
}

/** What the cursor stands on, then the run's outline, then round the cursor as far as memory goes. */
export function nextRange(set: SnapshotSet, place: number, chunk: number, most: number, stride: number): Range | null {
  if (!set.has(Math.round(place))) return set.nextRange(place, Math.min(chunk, URGENT));
  const keyframe = stride > 1 ? set.nextKeyframe(place, stride) : null;
  if (keyframe !== null) return { first: keyframe, last: keyframe };
  const outline = Math.ceil(set.total / stride) + 1;
  const reach = set.total <= most ? Number.POSITIVE_INFINITY : Math.max(0, Math.floor((most - outline - 1) / 2));
  return set.nextRange(place, chunk, reach);
}

function slept(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      signal.removeEventListener("abort", done);
      wake = null;
      resolve();
    };
    wake = done;
    signal.addEventListener("abort", done);
  });
}
