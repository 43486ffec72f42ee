/** Brings the numbers of all rows that colours, sizes and lines are read off: at the cursor once it rests, and at a few
 * steps over the whole run, so that colours neither jump nor are rescaled in playback. */

import { computed, effect, signal } from "@preact/signals";
import { ApiError, getRowNorms } from "../api";
import { joined, type RowNumbers, spread, withNumbers } from "../rows/row_numbers";
import type { SnapshotSet } from "../time/snapshots";
import { groupShown } from "./group_shown";
import { exactStep, latest, REST_MS } from "./latest";
import { playing } from "./playback";
import { selected } from "./selection";
import { colorBy, sizeBy, tableOpen } from "./settings";
import { type Cloud, cloud, loadedVersion, ordinal, type Part, place, total } from "./timeline";
import { embeddingsSeen } from "./view";

const SPREAD = 12;
const MOST_HELD = 64;
const NONE: readonly RowNumbers[] = [];

const known = signal<{ of: SnapshotSet; list: readonly RowNumbers[] } | null>(null);

/** What is known of the cloud on screen, in order of step. */
export const rowNumbers = computed<readonly RowNumbers[]>(() => {
  const held = known.value;
  return held && held.of === cloud.value?.set ? held.list : NONE;
});

const spreadSteps = computed(() => {
  loadedVersion.value;
  const set = cloud.value?.set;
  const steps = set ? spread(total.value, SPREAD).map((at) => set.knownStep(at)) : [];
  return new Set(steps);
});

/** Only the steps over the whole run: scales stand on these, whatever else was looked at. */
export const spreadNumbers = computed<readonly RowNumbers[]>(() =>
  rowNumbers.value.filter((held) => spreadSteps.value.has(held.step)),
);

/** The cursor stands on a snapshot whose own numbers are here: nothing is interpolated. */
export const numbersExact = computed(() => {
  const step = exactStep();
  return place.value === ordinal.value && rowNumbers.value.some((held) => held.step === step);
});

const ASKED = new Set(["norm", "gradient", "displacement"]);
/** Scales stand on the whole run; the rest asks for the cursor alone. */
const overRun = computed(() => ASKED.has(colorBy.value) || ASKED.has(sizeBy.value));
const wanted = computed(
  () => overRun.value || selected.value !== null || groupShown.value.length > 0 || tableOpen.value,
);

/** Starts; returns what stops it. */
export function followNumbers(): () => void {
  const asker = latest(read);
  const stop = effect(() => {
    if (!wanted.value) return;
    const now = cloud.value;
    const step = exactStep();
    if (!now || step === null || !embeddingsSeen.value) return;
    const at = playing.value ? "playing" : step;
    // Once all snapshots are here, all steps of the spread are known.
    const whole = now.set.loaded === now.set.total;
    const paths = now.parts.map((part) => part.embedding.path);
    asker.want(`${now.run} ${paths} ${now.generation} ${at} ${whole} ${overRun.value}`, 2 * REST_MS);
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
  const places = overRun.peek() ? spread(set.total, SPREAD) : [];
  // The ends of the run first: scales hardly change with what comes between.
  const order = [ordinal.peek(), ...places.slice(0, 1), ...places.slice(-1), ...places];
  for (const at of order) {
    const step = set.knownStep(at);
    if (Number.isNaN(step) || held(set).some((entry) => entry.step === step)) continue;
    const entry = await numbersOf(now, step, signal);
    if (signal.aborted || cloud.peek()?.set !== set) return;
    keep(set, entry);
  }
}

/** Of all rows of a cloud at one of its steps. */
export async function numbersOf(now: Cloud, step: number, signal: AbortSignal): Promise<RowNumbers> {
  const asked = now.parts.map(async (part) => ({
    rows: part.rows,
    numbers: await partNumbers(now, part, step, signal),
  }));
  return joined(step, await Promise.all(asked));
}

/** null: this part has no snapshot at that step. */
async function partNumbers({ run, parts }: Cloud, { embedding }: Part, step: number, signal: AbortSignal) {
  try {
    const reply = await getRowNorms(run, embedding.path, step, signal);
    return {
      norms: reply.floats("norms"),
      gradNorms: reply.floats("grad_norms"),
      displacements: reply.floats("displacements"),
    };
  } catch (error) {
    if (parts.length > 1 && error instanceof ApiError && error.status === 404) return null;
    throw error;
  }
}

function held(set: SnapshotSet): readonly RowNumbers[] {
  const now = known.peek();
  return now?.of === set ? now.list : NONE;
}

function keep(set: SnapshotSet, entry: RowNumbers): void {
  let list = withNumbers(held(set), entry);
  if (list.length > MOST_HELD) {
    const steps = new Set([entry.step, ...spread(set.total, SPREAD).map((at) => set.knownStep(at))]);
    list = list.filter((one) => steps.has(one.step));
  }
  known.value = { of: set, list };
}
