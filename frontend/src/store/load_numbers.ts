/** Brings the norms that rows are coloured by: at the cursor once it rests, and at a few steps over the whole run, so
 * that colours neither jump nor are rescaled in playback. */

import { effect, signal } from "@preact/signals";
import { getRowNorms } from "../api";
import { type RowNumbers, spread, withNumbers } from "../row_numbers";
import type { SnapshotSet } from "../snapshots";
import { exactStep, latest, REST_MS } from "./latest";
import { playing } from "./playback";
import { colorBy, showing } from "./settings";
import { cloud, ordinal } from "./timeline";

const SPREAD = 12;
const MOST_HELD = 64;

/** What is known of the snapshots in `of`, in order of step. */
export const rowNumbers = signal<{ of: SnapshotSet; list: readonly RowNumbers[] } | null>(null);

/** Starts; returns what stops it. */
export function followNumbers(): () => void {
  const asker = latest(read);
  const stop = effect(() => {
    const by = colorBy.value;
    if (by !== "norm" && by !== "gradient") return;
    const now = cloud.value;
    const step = exactStep();
    if (!now || step === null || !showing.value) return;
    const place = playing.value ? "playing" : step;
    // Once all snapshots are here, all steps of the spread are known.
    const whole = now.set.loaded === now.set.total;
    asker.want(`${now.run} ${now.embedding.path} ${now.generation} ${place} ${whole}`, 2 * REST_MS);
  });
  return () => {
    stop();
    asker.stop();
  };
}

async function read(signal: AbortSignal): Promise<void> {
  const now = cloud.peek();
  if (!now) return;
  const { set } = now;
  const places = spread(set.total, SPREAD);
  for (const place of [ordinal.peek(), ...places]) {
    const step = set.knownStep(place);
    if (Number.isNaN(step) || held(set).some((entry) => entry.step === step)) continue;
    const reply = await getRowNorms(now.run, now.embedding.path, step, signal);
    if (signal.aborted || cloud.peek()?.set !== set) return;
    keep(set, { step, norms: reply.floats("norms"), gradNorms: reply.floats("grad_norms") });
  }
}

function held(set: SnapshotSet): readonly RowNumbers[] {
  const known = rowNumbers.peek();
  return known?.of === set ? known.list : [];
}

function keep(set: SnapshotSet, entry: RowNumbers): void {
  let list = withNumbers(held(set), entry);
  if (list.length > MOST_HELD) {
    const steps = new Set([entry.step, ...spread(set.total, SPREAD).map((place) => set.knownStep(place))]);
    list = list.filter((one) => steps.has(one.step));
  }
  rowNumbers.value = { of: set, list };
}
