/** The steps that the time axis goes over: the same in the dock and in the heat map above it, so that a step has one x. */

import { computed } from "@preact/signals";
import { extent } from "../axis";
import { runCurves } from "./compare_curves";
import { train, validation } from "./curves";
import { heat } from "./statistics";
import { loadedVersion, stepRange } from "./timeline";

/** CSS px from the left edge of the centre to where the plots begin, and from where they end to its right edge. */
export const GUTTER = 148;
export const PHONE_GUTTER = 32;
export const MARGIN = 16;

/** First and last step of snapshots, curves and statistics, last > first; null = nothing is known yet. */
export const stepAxis = computed<[number, number] | null>(() => {
  loadedVersion.value;
  const of = heat.value;
  const measured = of && of.total > 0 ? [of.firstStep, of.lastStep] : [];
  const others = runCurves.value.flatMap((one) => [one.train?.steps ?? [], one.validation?.steps ?? []]);
  const range = extent([
    stepRange.value ?? [],
    train.value?.steps ?? [],
    validation.value?.steps ?? [],
    measured,
    ...others,
  ]);
  return range && range[1] === range[0] ? [range[0], range[0] + 1] : range;
});
