/** The loss curves of other runs than the one on screen: of the run beside it and of those that were ticked, ten runs in all. */

import { computed, effect, signal, untracked } from "@preact/signals";
import { getScalarTags } from "../api";
import type { RunInfo } from "../wire.gen";
import { comparing, other, otherName, type RunStroke, runStrokes } from "./compare";
import { type Curve, train, validation } from "./curves";
import { readCurve, rest } from "./load_run";
import { runName, runs } from "./runs";
import { showing } from "./settings";

export const MOST_RUNS = 10;
const POINTS = 1000;
const GROWTH_MS = 3000;
const RETRY_MS = 4000;
/** How many runs are asked about at once. */
const AT_ONCE = 2;

export interface RunCurves {
  readonly run: string;
  readonly train: Curve | null;
  readonly validation: Curve | null;
  readonly stroke: RunStroke;
  /** "A", "B", or none. */
  readonly letter: "A" | "B" | "";
}

/** As ticked. */
export const ticked = signal<readonly string[]>([]);
const known = signal<ReadonlyMap<string, { readonly train: Curve | null; readonly validation: Curve | null }>>(
  new Map(),
);

/** B and the ticked ones that there are, without A. */
export const overlaid = computed<readonly string[]>(() => {
  const there = new Set(runs.value.map((info) => info.run));
  const wanted = [...(comparing.value && otherName.value ? [otherName.value] : []), ...ticked.value];
  const names = [...new Set(wanted)].filter((name) => there.has(name) && name !== runName.value);
  return names.slice(0, MOST_RUNS - 1);
});

/** More than one run's curves are in the picture. */
export const overlaying = computed(() => overlaid.value.length > 0);

/** What the dock draws where it draws several: A first, then B, then the others. */
export const runCurves = computed<readonly RunCurves[]>(() => {
  const first = runName.value;
  if (first === null || !overlaying.value) return [];
  const names = [first, ...overlaid.value];
  const strokes = runStrokes(names);
  return names.map((run, i) => {
    const curves = i === 0 ? { train: train.value, validation: validation.value } : known.value.get(run);
    const letter = i === 0 ? "A" : comparing.value && run === otherName.value ? "B" : "";
    return {
      run,
      train: curves?.train ?? null,
      validation: curves?.validation ?? null,
      stroke: strokes[i] as RunStroke,
      letter,
    };
  });
});

export const otherCurves = computed(() => known.value.get(other.value?.run ?? "") ?? null);

/** false = there are ten already. */
export function tick(name: string, on: boolean): boolean {
  const rest = ticked.peek().filter((one) => one !== name);
  if (on && overlaid.peek().length >= MOST_RUNS - 1) return false;
  ticked.value = on ? [...rest, name] : rest;
  return true;
}

export function tickAll(names: readonly string[]): void {
  ticked.value = [...new Set(names)].slice(0, MOST_RUNS - 1);
}

/** Starts; returns what stops it. */
export function followRunCurves(): () => void {
  const readers = new Map<string, Reader>();
  const stop = effect(() => {
    const wanted = new Set(overlaid.value);
    const infos = runs.value.filter((info) => wanted.has(info.run));
    if (!showing.value) return;
    untracked(() => {
      for (const [name, reader] of readers) {
        if (wanted.has(name)) continue;
        reader.stop();
        readers.delete(name);
        forget(name);
      }
      for (const info of infos) {
        const reader = readers.get(info.run) ?? new Reader(info.run);
        readers.set(info.run, reader);
        reader.heard(info);
      }
    });
  });
  return () => {
    stop();
    for (const reader of readers.values()) reader.stop();
  };
}

let asking = 0;

/** Reads one run's curves when it changed, one reply at a time. */
class Reader {
  readonly #ended = new AbortController();
  #last = "";
  #read = "";
  #busy = false;

  constructor(readonly run: string) {}

  heard(info: RunInfo): void {
    this.#last = `${info.last_wall_time} ${info.snapshots} ${info.last_step} ${info.generation} ${info.live}`;
    if (!this.#busy) void this.#keepUp();
  }

  stop(): void {
    this.#ended.abort();
  }

  async #keepUp(): Promise<void> {
    const { signal } = this.#ended;
    this.#busy = true;
    while (!signal.aborted && this.#read !== this.#last) {
      const now = this.#last;
      if (asking >= AT_ONCE) {
        await rest(50, signal);
        continue;
      }
      asking++;
      let failed = false;
      try {
        const tags = await getScalarTags(this.run, signal);
        const [loss, held] = await Promise.all(
          [tags.train, tags.validation].map((tag) => readCurve(this.run, tag, signal, POINTS)),
        );
        if (!signal.aborted)
          known.value = new Map(known.peek()).set(this.run, { train: loss ?? null, validation: held ?? null });
        this.#read = now;
      } catch (error) {
        if (!signal.aborted) console.warn(error);
        failed = true;
      } finally {
        asking--;
      }
      await rest(failed ? RETRY_MS : GROWTH_MS, signal);
    }
    this.#busy = false;
  }
}

function forget(name: string): void {
  const next = new Map(known.peek());
  if (next.delete(name)) known.value = next;
}
