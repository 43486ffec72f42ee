/** The loss curves of the run on screen. */

import { batch, signal } from "@preact/signals";

/** Points of one scalar tag, in order of step. */
export interface Curve {
  readonly tag: string;
  readonly steps: Float64Array;
  /** Unix seconds. */
  readonly wallTimes: Float64Array;
  readonly values: Float64Array;
}

export const train = signal<Curve | null>(null);
export const validation = signal<Curve | null>(null);
/** The server has said whether there are curves. */
export const curvesKnown = signal(false);

export function setCurves(trainCurve: Curve | null, validationCurve: Curve | null, known: boolean): void {
  batch(() => {
    train.value = trainCurve;
    validation.value = validationCurve;
    curvesKnown.value = known;
  });
}

/** Index of the point at or before a step, -1 when there is none. */
export function indexAt(steps: Float64Array, step: number): number {
  let low = 0;
  let high = steps.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((steps[middle] as number) <= step) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Value at or before a step, or null when there is none. */
export function valueAt(curve: Curve | null, step: number | null): number | null {
  if (!curve || step === null) return null;
  return curve.values[indexAt(curve.steps, step)] ?? null;
}
