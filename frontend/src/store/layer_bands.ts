/** What is healthy for a layer's statistic at a step and over the run: the bands of health_bands.ts with this run's numbers. */

import { indexAt } from "./curves";
import { adamLimits, adamOf, bandOf, type HealthBand, isBand, type Limits, type NoBand } from "./health_bands";
import { type Course, readingAt, rowOf, stepsOf } from "./layer_course";
import { layers } from "./layers";
import { layersModel as model } from "./side";
import { rateHere } from "./training";

export type Standing = "in band" | "above band" | "below band";

export const standing = (value: number, limits: Limits): Standing | null => {
  if (Number.isNaN(value) || (limits.low === null && limits.high === null)) return null;
  if (limits.high !== null && value > limits.high) return "above band";
  if (limits.low !== null && value < limits.low) return "below band";
  return "in band";
};

/** null = there is no model, or nobody has said yet whether the learning rate is logged. */
export function bandFor(layer: number, stat: string): HealthBand | NoBand | null {
  const known = model.value;
  const one = layers.value[layer];
  if (!known || !one) return null;
  const rate = rateHere.value;
  if (stat === "update_ratio" && rate === undefined && adamOf(known)) return null;
  const found = bandOf(stat, known, rate != null);
  if (isBand(found) && !found.applies(one))
    return { stat, reason: "The healthy band that is known is for other layers" };
  return found;
}

const NO_LIMITS: Limits = { low: null, high: null };

/** Ends of the healthy band of a layer at a step. */
export function limitsAt(layer: number, stat: string, step: number | null): Limits {
  const band = bandFor(layer, stat);
  if (!band || !isBand(band) || step === null) return NO_LIMITS;
  if (band.limits) return band.limits;
  return ofAdam(rateAt(step), readingAt(layer, "weight_rms", step).value);
}

/** The same over a course: [C] each, NaN = no end on this side. */
export function limitsOver(
  course: Course,
  layer: number,
  stat: string,
): { low: Float64Array; high: Float64Array } | null {
  const band = bandFor(layer, stat);
  if (!band || !isBand(band)) return null;
  const rms = band.limits ? null : rowOf(course, "weight_rms");
  const steps = stepsOf(course);
  const [low, high] = [new Float64Array(course.columns), new Float64Array(course.columns)];
  for (let c = 0; c < course.columns; c++) {
    const limits = band.limits ?? ofAdam(rateAt(steps[c] as number), rms?.[c] ?? Number.NaN);
    low[c] = limits.low ?? Number.NaN;
    high[c] = limits.high ?? Number.NaN;
  }
  return { low, high };
}

function rateAt(step: number): number {
  const curve = rateHere.value;
  if (!curve) return Number.NaN;
  return curve.values[Math.max(0, indexAt(curve.steps, step))] ?? Number.NaN;
}

function ofAdam(rate: number, weightRms: number): Limits {
  const record = model.value;
  const adam = record && adamOf(record);
  return adam ? adamLimits(rate, weightRms, adam.beta1) : NO_LIMITS;
}
