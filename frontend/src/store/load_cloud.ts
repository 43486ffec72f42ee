/** Brings the snapshots of the chosen embedding: first a few over the whole run, then the rest from the cursor
 * outwards, then what is new. A new basis or generation is read beside the old one and then eased in. */

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

/** Shows this embedding and keeps it up to date until another is asked for. `at`: step to begin at, null = the end. */
export async function loadCloud(
  run: string,
  embedding: Embedding,
  at: number | null,
  hooks: CloudHooks,
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
      const shown = await readCoarse(run, embedding, begin, signal);
      hooks.shown?.();
      await keepUp(shown, signal);
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

async function readCoarse(
  run: string,
  embedding: Embedding,
  begin: number | null,
  signal: AbortSignal,
): Promise<Cloud> {
  const stride = coarseStride(infoOf(run)?.snapshots ?? 1);
  const first = await getPositions({ run, embedding: embedding.path, stride }, signal);
  const rows = first.header.arrays.find((info) => info.name === "positions")?.shape[1] ?? embedding.shape[0] ?? 0;
  const set = new SnapshotSet(rows);
  put(set, first, 0, stride);
  const shown = makeCloud(run, embedding, set, first.header.basis, first.header.generation);
  // A long reply was cut, and the run's end is rarely a multiple of the stride: read on to the last snapshot.
  await readNewer(shown, first.header.total, signal, stride);
  const before = cloud.peek();
  const same = before?.run === run && before.embedding.path === embedding.path;
  const target = begin === null ? set.total - 1 : set.nearest(begin);
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
function put(set: SnapshotSet, reply: Reply<PositionsHeader>, first: number, stride: number): number {
  const steps = reply.numbers("steps");
  const wallTimes = reply.numbers("wall_times");
  const positions = reply.floats("positions");
  const width = set.rows * 3;
  for (let t = 0; t < steps.length; t++) {
    const ordinal = first + t * stride;
    if (set.has(ordinal)) continue;
    set.put(ordinal, steps[t] as number, wallTimes[t] as number, positions.slice(t * width, (t + 1) * width));
  }
  return steps.length;
}

/** Never returns but by an error or the end of `signal`. */
async function keepUp(shown: Cloud, signal: AbortSignal): Promise<void> {
  const { set, run } = shown;
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
      await readNewer(shown, info?.snapshots ?? 0, signal);
      continue;
    }
    const stride = coarseStride(set.total);
    const spare = most - Math.min(most, Math.ceil(set.total / stride));
    const reach = set.total <= most ? Number.POSITIVE_INFINITY : Math.floor(spare / 2);
    const missing = set.has(ordinal.peek()) ? chunk : Math.min(chunk, 32);
    const range = set.nextRange(place.peek(), missing, reach);
    if (!range) {
      await slept(signal);
      continue;
    }
    const { from, to } = range;
    const reply = await getPositions({ run, embedding: shown.embedding.path, from, to }, signal);
    if (!sameTruth(reply.header, shown)) throw new Outdated();
    const had = set.loaded;
    put(set, reply, range.first, 1);
    if (set.loaded === had)
      throw new Error(`The server has no snapshot in steps ${from ?? "first"} to ${to ?? "last"}.`);
    set.drop(place.peek(), most, coarseStride(set.total));
    touchSnapshots();
  }
}

/** Everything after the last known snapshot; much of it at once is thinned first, the loader fills in later. */
async function readNewer(shown: Cloud, expected: number, signal: AbortSignal, thinned?: number): Promise<void> {
  const { set, run, embedding } = shown;
  let total = expected;
  for (;;) {
    const last = set.lastKnown();
    const known = (last?.ordinal ?? -1) + 1;
    if (thinned !== undefined && known >= total) return;
    const left = total - known;
    const stride = thinned !== undefined && left > thinned ? thinned : coarseStride(left, 256);
    const from = last === null ? null : last.step + 1;
    const reply = await getPositions({ run, embedding: embedding.path, from, stride }, signal);
    if (!sameTruth(reply.header, shown)) throw new Outdated();
    const count = put(set, reply, Math.ceil(known / stride) * stride, stride);
    if (count > 0 && cloud.peek() === shown) {
      set.drop(place.peek(), mostHeld(set), coarseStride(set.total));
      touchSnapshots();
      followGrowth();
    }
    total = reply.header.total;
    if (set.total >= total || count === 0) return;
  }
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
