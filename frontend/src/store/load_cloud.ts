/** Brings the snapshots of the chosen embedding: first a few over the whole run and the one asked for, then the rest from
 * the cursor outwards, then what is new. A new basis or generation is read beside the old one and then eased in. */

import { getPositions } from "../api";
import type { Reply } from "../pvz1";
import { coarseStride, SnapshotSet } from "../time/snapshots";
import type { Embedding, PositionsHeader, RunInfo } from "../wire.gen";
import { focusOf, mostHeld, nextRange, outlineStride } from "./holding";
import { followGrowth, following, playing, setFollowing, settle } from "./playback";
import { type PartsLayout, runs } from "./runs";
import {
  type Cloud,
  cloud,
  drawnPositions,
  makeCloud,
  ordinal,
  type Part,
  sameParts,
  setReading,
  showCloud,
  step,
  timeOf,
  touchSnapshots,
} from "./timeline";

const REPLY_BYTES = 3 * 2 ** 20;
/** The first picture is of this many snapshots, or of fewer where each is large. */
const MOST_FIRST = 64;
const LEAST_FIRST = 8;
/** Numbers of a row that a tour asks for, at most. */
const TOUR_WIDTH = 8;

/** What was there before is no longer true: read again from the start. */
class Outdated extends Error {}

let controller: AbortController | null = null;
let wakeUp: (() => void) | null = null;
/** Leaves what is only being read ahead, where the cursor wants something else. */
let hurry: (() => void) | null = null;

/** Something changed that may call for other snapshots: the cursor moved, the run grew. */
export function wakeLoader(): void {
  hurry?.();
  wakeUp?.();
}

export interface CloudHooks {
  /** A cloud has been read and is on screen. */
  shown?(): void;
  /** An attempt ended with this error; resolving to false gives up. `signal` ends when another cloud is wanted. */
  failed(error: unknown, signal: AbortSignal): Promise<boolean>;
}

/** Another embedding in the same picture. */
export interface Beside {
  readonly embedding: Embedding;
  readonly layout: PartsLayout;
}

/** Shows this embedding and keeps it up to date until another is asked for. `at`: step to begin at, null = the end.
 * `projection`: as the server's route takes it. */
export async function loadCloud(
  run: string,
  embedding: Embedding,
  at: number | null,
  hooks: CloudHooks,
  projection = "joint",
  beside: Beside | null = null,
): Promise<void> {
  controller?.abort();
  const mine = new AbortController();
  controller = mine;
  const { signal } = mine;
  const wanted = { run, embedding, projection, beside };
  let begin: number | null = at;
  while (!signal.aborted) {
    try {
      await firstSnapshot(run, signal);
      setReading(true);
      const shown = await readCoarse(wanted, begin, signal);
      hooks.shown?.();
      await keepUp(shown, wanted, signal);
    } catch (error) {
      if (signal.aborted) return;
      begin = placeKept(run, embedding, begin);
      if (!(error instanceof Outdated) && !(await hooks.failed(error, signal))) break;
    }
  }
  if (controller === mine) setReading(false);
}

/** What is on screen stays where the person has put it. Not done in `loadCloud` itself: a function that sleeps holds
 * every variable it ever had, here the replaced cloud with all its snapshots. */
function placeKept(run: string, embedding: Embedding, otherwise: number | null): number | null {
  const before = cloud.peek();
  // Without a cloud the steps alone may be on screen.
  if (timeOf.peek() !== run || (before && before.embedding.path !== embedding.path)) return otherwise;
  return following.peek() ? null : step.peek();
}

export function stopLoading(): void {
  controller?.abort();
  controller = null;
  setReading(false);
}

function infoOf(run: string): RunInfo | undefined {
  return runs.peek().find((info) => info.run === run);
}

/** A run that has only just begun, or lost its snapshots to a restart, has nothing to ask for. */
async function firstSnapshot(run: string, signal: AbortSignal): Promise<void> {
  while (!signal.aborted && infoOf(run)?.snapshots === 0) {
    setReading(false);
    if (cloud.peek()) showCloud(null, 0, null);
    await slept(signal);
  }
}

interface Wanted {
  readonly run: string;
  readonly embedding: Embedding;
  readonly projection: string;
  readonly beside: Beside | null;
}

const shownTogether = ({ embedding, beside }: Wanted) => (beside ? [embedding, beside.embedding] : [embedding]);

const rowsOf = (one: Embedding) => one.rows?.length ?? one.shape[0] ?? 1;

/** A reply that came as another cloud was asked for is no longer wanted. */
async function ask(
  { run, embedding, projection, beside }: Wanted,
  range: { from?: number | null; to?: number | null; stride?: number },
  signal: AbortSignal,
): Promise<Reply<PositionsHeader>> {
  const chosen = projection === "joint" ? {} : { projection };
  const second = beside ? { with: beside.embedding.path, layout: beside.layout } : {};
  const reply = await getPositions({ run, embedding: embedding.path, ...second, ...chosen, ...range }, signal);
  signal.throwIfAborted();
  return reply;
}

async function readCoarse(wanted: Wanted, begin: number | null, signal: AbortSignal): Promise<Cloud> {
  const { run, embedding } = wanted;
  const together = shownTogether(wanted);
  const sampled = together.reduce((sum, one) => sum + rowsOf(one), 0);
  const bytes = Math.max(1, sampled * (wanted.projection === "tour" ? TOUR_WIDTH : 3) * 4);
  const most = Math.max(LEAST_FIRST, Math.min(MOST_FIRST, Math.floor((2 * REPLY_BYTES) / bytes)));
  const stride = coarseStride(infoOf(run)?.snapshots ?? 1, most);
  // Whoever follows a run stands at its end: that is asked for at the same time.
  const end = begin === null && stride > 1 ? (infoOf(run)?.last_step ?? null) : null;
  const [first, tail] = await Promise.all([
    ask(wanted, { stride }, signal),
    end === null ? null : ask(wanted, { from: end }, signal),
  ]);
  const [, rows = sampled, width = 3] = first.header.arrays.find((info) => info.name === "positions")?.shape ?? [];
  const set = new SnapshotSet(rows, width);
  put(set, first, stride);
  if (tail && sameTruth(tail.header, first.header)) put(set, tail, 1);
  const { basis, generation } = first.header;
  const shown = makeCloud(run, embedding, set, basis, generation, partsOf(first.header, together, rows));
  const target = begin === null ? set.total - 1 : set.nearest(begin);
  // The step asked for is there from the first picture on, though it is rarely one of the few.
  if (target >= 0 && !set.has(target)) await readRange(shown, wanted, { first: target, last: target }, signal);
  const before = cloud.peek();
  const same = before?.run === run && sameParts(before.parts, together);
  const sameEmbedding = before?.run === run && before.embedding.path === embedding.path;
  if (!sameEmbedding) setFollowing(begin === null);
  showCloud(shown, target, same ? drawnPositions() : null);
  settle(sameEmbedding);
  setReading(false);
  return shown;
}

function partsOf(header: PositionsHeader, together: readonly Embedding[], rows: number): Part[] {
  let first = 0;
  return together.map((embedding, i) => {
    const told = header.parts?.[i];
    const part = { embedding, first, rows: told?.rows ?? rows - first, ratios: told?.variance_ratios ?? [] };
    first += part.rows;
    return part;
  });
}

function sameTruth(one: PositionsHeader, other: { basis: { version: number }; generation: number }): boolean {
  return one.basis.version === other.basis.version && one.generation === other.generation;
}

/** Copies each snapshot out of the reply, so that one can be dropped without the others. */
export function put(set: SnapshotSet, reply: Reply<PositionsHeader>, stride: number): void {
  const { first } = reply.header;
  set.know(first, reply.numbers("range_steps"));
  const steps = reply.numbers("steps");
  const wallTimes = reply.numbers("wall_times");
  const positions = reply.floats("positions");
  const shown = reply.floats("variance_shown");
  const width = set.rows * set.width;
  for (let t = 0; t < steps.length; t++) {
    const ordinal = Math.ceil(first / stride) * stride + t * stride;
    if (set.has(ordinal)) continue;
    const own = positions.slice(t * width, (t + 1) * width);
    set.put(ordinal, steps[t] as number, wallTimes[t] as number, own, shown[t]);
  }
}

/** Never returns but by an error or the end of `signal`. */
async function keepUp(shown: Cloud, wanted: Wanted, signal: AbortSignal): Promise<void> {
  const { set, run } = shown;
  const most = mostHeld(set);
  const chunk = Math.max(1, Math.min(1024, Math.floor(REPLY_BYTES / Math.max(1, set.snapshotBytes))));
  let heard = growthMark(infoOf(run));
  let grown = infoOf(run)?.snapshots !== set.total;
  while (!signal.aborted) {
    const info = infoOf(run);
    if (info && info.generation !== shown.generation) throw new Outdated();
    if (grown || growthMark(info) !== heard) {
      heard = growthMark(info);
      grown = false;
      await readNewer(shown, wanted, info?.snapshots ?? 0, signal);
      continue;
    }
    const range = nextRange(set, chunk);
    if (!range) {
      await slept(signal);
      continue;
    }
    if (!(await readUnlessUrgent(shown, wanted, range, signal))) continue;
    set.drop(focusOf(set), most, outlineStride(set));
    touchSnapshots();
  }
}

/** Reads on unless the person goes to where nothing is loaded, which is then more urgent; false = given up for that. What
 * they wait for already is never given up, nor is anything while playing: it would never come. */
async function readUnlessUrgent(
  shown: Cloud,
  wanted: Wanted,
  range: { first: number; last: number },
  signal: AbortSignal,
): Promise<boolean> {
  const { set } = shown;
  const trip = new AbortController();
  const stop = () => trip.abort();
  const ahead = set.has(ordinal.peek());
  signal.addEventListener("abort", stop);
  hurry = () => {
    const at = ordinal.peek();
    if (ahead && !playing.peek() && !set.has(at) && (at < range.first || at > range.last)) stop();
  };
  try {
    await readRange(shown, wanted, range, trip.signal);
    return true;
  } catch (error) {
    if (signal.aborted || !trip.signal.aborted) throw error;
    return false;
  } finally {
    hurry = null;
    signal.removeEventListener("abort", stop);
  }
}

async function readRange(
  shown: Cloud,
  wanted: Wanted,
  { first, last }: { first: number; last: number },
  signal: AbortSignal,
): Promise<void> {
  const { set } = shown;
  const [from, to] = [set.knownStep(first), set.knownStep(last)];
  const reply = await ask(wanted, { from, to }, signal);
  if (!sameTruth(reply.header, shown)) throw new Outdated();
  const had = set.loaded;
  put(set, reply, 1);
  if (set.loaded === had) throw new Error(`The server has no snapshot in steps ${from} to ${to}.`);
}

/** Everything after the last known snapshot; much of it at once is thinned first, the loader fills in later. */
async function readNewer(shown: Cloud, wanted: Wanted, expected: number, signal: AbortSignal): Promise<void> {
  const { set } = shown;
  const known = set.total;
  const stride = coarseStride(expected - known, 256);
  const from = known > 0 ? set.knownStep(known - 1) + 1 : null;
  const reply = await ask(wanted, { from, stride }, signal);
  if (!sameTruth(reply.header, shown)) throw new Outdated();
  put(set, reply, stride);
  if (set.total === known || cloud.peek() !== shown) return;
  set.drop(focusOf(set), mostHeld(set), outlineStride(set));
  touchSnapshots();
  followGrowth();
}

function growthMark(info: RunInfo | undefined): string {
  return info ? `${info.snapshots} ${info.last_step} ${info.generation}` : "";
}

function slept(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    // Thousands of naps share one signal: none may leave a listener behind.
    const wake = () => {
      signal.removeEventListener("abort", wake);
      resolve();
    };
    wakeUp = wake;
    signal.addEventListener("abort", wake);
  });
}
