/** What each block did with one fixed batch, as far as it is here: activations, attention, dead units. */

import { computed, signal } from "@preact/signals";
import { number, percent } from "../format";
import { layersRun as run } from "./side";
import { cursorStep } from "./timeline";

/** values: [T, B, A], NaN = not measured. */
export interface Probe {
  readonly run: string;
  readonly generation: number;
  readonly blocks: readonly number[];
  readonly stats: readonly string[];
  readonly steps: Float64Array;
  readonly values: Float32Array;
}

export interface ProbeWords {
  readonly name: string;
  written(value: number): string;
}

export const PROBE_WORDS: Readonly<Record<string, ProbeWords>> = {
  activation_rms: {
    name: "Activations",
    written: (value) => number(value),
  },
  attention_entropy_ratio: {
    name: "Attention entropy",
    written: (value) => percent(value),
  },
  attention_max_logit: {
    name: "Largest logit",
    written: (value) => number(value),
  },
  mlp_dead_ratio: {
    name: "Dead units",
    written: (value) => percent(value),
  },
};

const held = signal<Probe | null>(null);
/** Of the run on screen; null = nothing was measured, or it isn't here yet. */
export const probe = computed<Probe | null>(() =>
  held.value !== null && held.value.run === run.value?.run && held.value.steps.length > 0 ? held.value : null,
);

export function keepProbe(next: Probe | null): void {
  held.value = next;
}

/** What was measured last at or before a step, the first before that; NaN = nothing of this block. */
export function probedAt(of: Probe, block: number, stat: string, step: number): number {
  const [b, a] = [of.blocks.indexOf(block), of.stats.indexOf(stat)];
  if (b < 0 || a < 0) return Number.NaN;
  const width = of.blocks.length * of.stats.length;
  const at = Math.max(
    0,
    of.steps.findLastIndex((one) => one <= step),
  );
  return of.values[at * width + b * of.stats.length + a] ?? Number.NaN;
}

/** Step of what is told at the cursor. */
export const probedStep = computed<number | null>(() => {
  const of = probe.value;
  const at = cursorStep.value;
  if (!of) return null;
  return of.steps.findLast((one) => at === null || one <= at) ?? of.steps[0] ?? null;
});

/** "activations 1.24" of each block, for the plates of the layers view. */
export const activationNotes = computed<ReadonlyMap<number, string>>(() => {
  const of = probe.value;
  const at = probedStep.value;
  const notes = new Map<number, string>();
  if (!of || at === null) return notes;
  for (const block of of.blocks) {
    const value = probedAt(of, block, "activation_rms", at);
    if (Number.isFinite(value)) notes.set(block, `act. ${number(value)}`);
  }
  return notes;
});
