/** The numbers that rows are coloured and sized by, at the cursor, and their scales, which hold for the whole run.
 * Derived only, nothing is written here. */

import { computed, type ReadonlySignal } from "@preact/signals";
import { type NumberName, numbersAt } from "../rows/row_numbers";
import { type Scale, scaleFrom0, scaleOver } from "../rows/scales";
import { rowNumbers, spreadNumbers } from "./load_numbers";
import { cloud, ordinal } from "./timeline";

export type MeasureName = "norm" | "gradient" | "displacement" | "count";

export interface Measure {
  /** [R], NaN = not known; null = not here yet. */
  readonly values: ReadonlySignal<Float32Array | null>;
  /** null = not here yet, or no row has a value. */
  readonly scale: ReadonlySignal<Scale | null>;
}

function recorded(name: NumberName, scaleOf: (lists: readonly ArrayLike<number>[]) => Scale | null): Measure {
  const step = computed(() => cloud.value?.set.stepAt(ordinal.value) ?? Number.NaN);
  return {
    values: computed(() => numbersAt(rowNumbers.value, name, step.value)),
    scale: computed(() => scaleOf(spreadNumbers.value.map((held) => held[name]))),
  };
}

const countValues = computed(() => {
  const counts = cloud.value?.counts;
  return counts ? Float32Array.from(counts) : null;
});

export const MEASURES: Readonly<Record<MeasureName, Measure>> = {
  norm: recorded("norms", scaleOver),
  gradient: recorded("gradNorms", scaleOver),
  displacement: recorded("displacements", scaleFrom0),
  count: {
    values: countValues,
    scale: computed(() => (countValues.value ? scaleOver([countValues.value]) : null)),
  },
};
