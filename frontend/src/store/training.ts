/** What is known of how the training goes: scalars of the script beyond its losses, and what the capture took. */

import { computed, signal } from "@preact/signals";
import type { Costs } from "../training/capture_cost";
import type { Norms } from "../training/clipping";
import type { Curve } from "./curves";
import type { Snapshot } from "./layer_course";
import { layerSubject } from "./layers";
import { model, runName } from "./runs";
import { layersRun } from "./side";

export interface Training {
  readonly run: string;
  readonly train: Curve | null;
  readonly validation: Curve | null;
  readonly rate: Curve | null;
  readonly tokensPerSec: Curve | null;
  /** Norm of the whole gradient as the script logs it; what it clips at, and of what share. */
  readonly gradNorm: Curve | null;
  readonly clipCap: Curve | null;
  readonly clipShare: Curve | null;
  readonly totalSteps: Curve | null;
  /** Points that `train` was chosen from. */
  readonly trainPoints: number;
  readonly costs: Costs | null;
  /** Norm of the whole gradient at single snapshots, after clipping; null = there are too many layers or none. */
  readonly layerNorms: Norms | null;
  /** Statistics of all layers at the last snapshot. */
  readonly final: Snapshot | null;
}

const found = signal<Training | null>(null);
/** Of the run on screen. */
export const training = computed<Training | null>(() => (found.value?.run === runName.value ? found.value : null));
export const summaryOpen = signal(false);

export function keepTraining(next: Training | null): void {
  found.value = next;
}

export function openSummary(open: boolean): void {
  summaryOpen.value = open;
}

/** The learning rate of the run whose layers are shown, for the bands that follow it; undefined = not asked yet, null = not logged. */
export const rateCurve = signal<{ readonly run: string; readonly curve: Curve | null } | null>(null);
export const rateHere = computed<Curve | null | undefined>(() =>
  rateCurve.value?.run === layersRun.value?.run ? rateCurve.value?.curve : undefined,
);

export function keepRate(run: string, curve: Curve | null): void {
  rateCurve.value = { run, curve };
}

/** Whether anybody looks at figures of the training, or at bands. */
export const wantsRate = computed(() => layerSubject.value !== null && model.value !== null);
