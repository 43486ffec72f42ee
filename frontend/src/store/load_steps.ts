/** The time axis of a run of which no embedding is on screen: none was recorded, or it can't be read. */

import { effect, untracked } from "@preact/signals";
import { getSteps } from "../api";
import { SnapshotSet } from "../time/snapshots";
import type { Wanted } from "./load_run";
import { followGrowth, following, loopOver, setFollowing, settle } from "./playback";
import { embeddings, model, problems, run } from "./runs";
import { cloud, showSteps, step, timeOf, touchSnapshots } from "./timeline";

/** A run that grows is asked about again after so long. */
const GROWTH_MS = 500;
const RETRY_MS = 2000;
const NO_ROWS = new Float32Array(0);

/** Starts; returns what stops it. `wanted`: the step that a link asked for. */
export function followSteps(wanted: Wanted): () => void {
  let held: { readonly run: string; readonly generation: number; readonly set: SnapshotSet } | null = null;
  let controller: AbortController | null = null;
  let timer = 0;
  let last = "";

  function leave(): void {
    controller?.abort();
    window.clearTimeout(timer);
    timer = 0;
    last = "";
    if (held) showSteps(null, 0);
    held = null;
  }

  async function read(name: string): Promise<void> {
    controller?.abort();
    const mine = new AbortController();
    controller = mine;
    try {
      const known = held?.generation === run.peek()?.generation ? (held?.set ?? null) : null;
      const from = known ? known.knownStep(known.total - 1) + 1 : null;
      const reply = await getSteps(name, from, mine.signal);
      if (mine.signal.aborted) return;
      const { first, generation } = reply.header;
      if (known && (generation !== held?.generation || first !== known.total)) {
        // What was there before is no longer true: from the start.
        held = null;
        return read(name);
      }
      const set = known ?? new SnapshotSet(0);
      const [steps, wallTimes] = [reply.numbers("steps"), reply.numbers("wall_times")];
      for (const [i, step] of steps.entries()) set.put(first + i, step, wallTimes[i] as number, NO_ROWS);
      if (known) {
        touchSnapshots();
        followGrowth();
      } else if (set.total > 0) {
        held = { run: name, generation, set };
        begin(name, set);
      }
    } catch (error) {
      if (mine.signal.aborted) return;
      // The connection's own notice tells of a lost server.
      console.warn(error);
      timer = window.setTimeout(() => void read(name), RETRY_MS);
    }
  }

  /** At the step of a link, where the person has put the cursor, or at the end. */
  function begin(name: string, set: SnapshotSet): void {
    const same = timeOf.peek() === name;
    const at = wanted.step ?? (same && !following.peek() ? step.peek() : null);
    if (!same || wanted.step !== null) setFollowing(at === null);
    wanted.step = null;
    showSteps({ run: name, set }, at === null ? set.total - 1 : set.nearest(at));
    settle(same);
    if (wanted.part) loopOver(...wanted.part);
    wanted.part = null;
  }

  const stop = effect(() => {
    const info = run.value;
    const missing = embeddings.value.length === 0 || problems.value.has("cloud");
    if (!info || model.value?.run !== info.run || cloud.value !== null || !missing) {
      untracked(leave);
      return;
    }
    if (held !== null && held.run !== info.run) untracked(leave);
    const key = `${info.run} ${info.generation} ${info.snapshots} ${info.last_step}`;
    if (key === last || info.snapshots === 0) return;
    const first = held === null;
    last = key;
    window.clearTimeout(timer);
    timer = window.setTimeout(() => void read(info.run), first ? 0 : GROWTH_MS);
  });
  return () => {
    stop();
    leave();
  };
}
