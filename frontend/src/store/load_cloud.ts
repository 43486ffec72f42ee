/** Brings the snapshots of the chosen embedding: first a few over the whole run and the one asked for, then the rest from
 * the cursor outwards, then what is new. A new basis or generation is read beside the old one and then eased in. */

import { getPositions } from "../api";
import type { Reply } from "../pvz1";
import { coarseStride, SnapshotSet } from "../snapshots";
import type { Embedding, PositionsHeader, RunInfo } from "../wire.gen";
import { followGrowth, following, setFollowing, settle } from "./playback";
import { runs } from "./runs";
import {
  type Cloud,
  cloud,
  drawnPositions,
  makeCloud,
  ordinal,
  place,
  setReading,
  showCloud,
  step,
  touchSnapshots,
} from "./timeline";

const MOST_BYTES = 96 * 2 ** 20;
const REPLY_BYTES = 3 * 2 ** 20;
/** The first picture is of this many snapshots, or of fewer where each is large. */
const MOST_FIRST = 64;
const LEAST_FIRST = 8;
/** Around a cursor that stands where nothing is: so few that they are there at once. */
const URGENT = 32;

/** What was there before is no longer true: read again from the start. */
class Outdated extends Error {}

let controller: AbortController | null = null;
let wakeUp: (() => void) | null = null;

/** Something changed that may call for other snapshots: the cursor moved, the run grew. */
export function wakeLoader(): void {
  wakeUp?.();
}

export interface CloudHooks {
  /** A cloud has been read and is on screen. */
  shown?(): void;
  /** An attempt ended with this error; resolving to false gives up. `signal` ends when another cloud is wanted. */
  failed(error: unknown, signal: AbortSignal): Promise<boolean>;
}

/** Shows this embedding and keeps it up to date until another is asked for. `at`: step to begin at, null = the end.
 * `projection`: as the server's route takes it. */
export async function loadCloud(
  run: string,
  embedding: Embedding,
  at: number | null,
  hooks: CloudHooks,
  projection = "joint",
): Promise<void> {
  controller?.abort();
  const mine = new AbortController();
  controller = mine;
  const { signal } = mine;
  let begin: number | null = at;
  while (!signal.aborted) {
    try {
      await firstSnapshot(run, signal);
      setReading(true);
      const shown = await readCoarse({ run, embedding, projection }, begin, signal);
      hooks.shown?.();
      await keepUp(shown, projection, signal);
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
  if (before?.run !== run || before.embedding.path !== embedding.path) return otherwise;
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
}

/** A reply that came as another cloud was asked for is no longer wanted. */
async function ask(
  { run, embedding, projection }: Wanted,
  range: { from?: number | null; to?: number | null; stride?: number },
  signal: AbortSignal,
): Promise<Reply<PositionsHeader>> {
  const chosen = projection === "joint" ? {} : { projection };
  const reply = await getPositions({ run, embedding: embedding.path, ...chosen, ...range }, signal);
  signal.throwIfAborted();
  return reply;
}

async function readCoarse(wanted: Wanted, begin: number | null, signal: AbortSignal): Promise<Cloud> {
  const { run, embedding } = wanted;
  const sampled = embedding.rows?.length ?? embedding.shape[0] ?? 1;
  const most = Math.max(LEAST_FIRST, Math.min(MOST_FIRST, Math.floor((2 * REPLY_BYTES) / Math.max(1, sampled * 12))));
  const stride = coarseStride(infoOf(run)?.snapshots ?? 1, most);
  const first = await ask(wanted, { stride }, signal);
  const rows = first.header.arrays.find((info) => info.name === "positions")?.shape[1] ?? sampled;
  const set = new SnapshotSet(rows);
  put(set, first, stride);
  const shown = makeCloud(run, embedding, set, first.header.basis, first.header.generation);
  const target = begin === null ? set.total - 1 : set.nearest(begin);
  // The step asked for is there from the first picture on, though it is rarely one of the few.
  if (target >= 0 && !set.has(target)) await readRange(shown, wanted, { first: target, last: target }, signal);
  const before = cloud.peek();
  const same = before?.run === run && before.embedding.path === embedding.path;
  if (!same) setFollowing(begin === null);
  showCloud(shown, target, same ? drawnPositions() : null);
  settle(same);
  setReading(false);
  return shown;
}

/** Snapshots that may be held at once; a few of the whole run even where each is large. */
function mostHeld(set: SnapshotSet): number {
  return Math.max(80, Math.floor(MOST_BYTES / Math.max(1, set.rows * 12)));
}

function sameTruth(one: PositionsHeader, other: { basis: { version: number }; generation: number }): boolean {
  return one.basis.version === other.basis.version && one.generation === other.generation;
}

/** Copies each snapshot out of the reply, so that one can be dropped without the others. */
function put(set: SnapshotSet, reply: Reply<PositionsHeader>, stride: number): void {
  const { first } = reply.header;
  set.know(first, reply.numbers("range_steps"));
  const steps = reply.numbers("steps");
  const wallTimes = reply.numbers("wall_times");
  const positions = reply.floats("positions");
  const shown = reply.floats("variance_shown");
  const width = set.rows * 3;
  for (let t = 0; t < steps.length; t++) {
    const ordinal = Math.ceil(first / stride) * stride + t * stride;
    if (set.has(ordinal)) continue;
    const own = positions.slice(t * width, (t + 1) * width);
    set.put(ordinal, steps[t] as number, wallTimes[t] as number, own, shown[t]);
  }
}

/** Never returns but by an error or the end of `signal`. */
async function keepUp(shown: Cloud, projection: string, signal: AbortSignal): Promise<void> {
  const { set, run } = shown;
  const wanted = { run, embedding: shown.embedding, projection };
  const most = mostHeld(set);
  const chunk = Math.max(1, Math.min(1024, Math.floor(REPLY_BYTES / Math.max(1, set.rows * 12))));
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
    const range = nextRange(set, most, chunk);
    if (!range) {
      await slept(signal);
      continue;
    }
    await readRange(shown, wanted, range, signal);
    set.drop(place.peek(), most, coarseStride(set.total));
    touchSnapshots();
  }
}

/** First what the cursor stands on, then the outline of the run, then everything from the cursor outwards. */
function nextRange(set: SnapshotSet, most: number, chunk: number): { first: number; last: number } | null {
  const stride = coarseStride(set.total);
  const spare = most - Math.min(most, Math.ceil(set.total / stride));
  const reach = set.total <= most ? Number.POSITIVE_INFINITY : Math.floor(spare / 2);
  if (!set.has(ordinal.peek())) return set.nextRange(place.peek(), Math.min(chunk, URGENT), reach);
  const keyframe = set.nextKeyframe(place.peek(), stride);
  if (keyframe !== null && stride > 1) return { first: keyframe, last: keyframe };
  return set.nextRange(place.peek(), chunk, reach);
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
  set.drop(place.peek(), mostHeld(set), coarseStride(set.total));
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
