/** What each statistic is called, and in what it is counted; what it says stands in the explanations. Pure. */

import { brief, integer, number, percent, UNKNOWN } from "../format";

/** norm: of vectors of any size; share: of one, shown in per cent; count: whole numbers; ratio, rank: without a unit. */
export type StatUnit = "norm" | "value" | "share" | "ratio" | "count" | "rank";

export interface StatName {
  /** "Gradient norm". */
  readonly name: string;
  /** Where there is little room: "grad norm". */
  readonly short: string;
  readonly unit: StatUnit;
  /** What it takes to be measured, where that isn't always so. */
  readonly needs?: string;
}

const NAMES: Readonly<Record<string, StatName>> = {
  weight_norm: {
    name: "Weight norm",
    short: "weight norm",
    unit: "norm",
  },
  weight_rms: {
    name: "Weight RMS",
    short: "weight RMS",
    unit: "value",
  },
  weight_mean: {
    name: "Weight mean",
    short: "weight mean",
    unit: "value",
  },
  weight_std: {
    name: "Weight deviation",
    short: "weight dev.",
    unit: "value",
  },
  weight_max_abs: {
    name: "Largest weight",
    short: "largest weight",
    unit: "value",
  },
  weight_near_zero_ratio: {
    name: "Weights near zero",
    short: "near zero",
    unit: "share",
  },
  weight_nonfinite_count: {
    name: "Weights not finite",
    short: "not finite",
    unit: "count",
  },
  grad_norm: {
    name: "Gradient norm",
    short: "grad norm",
    unit: "norm",
  },
  grad_rms: {
    name: "Gradient RMS",
    short: "grad RMS",
    unit: "value",
  },
  grad_max_abs: {
    name: "Largest gradient",
    short: "largest grad",
    unit: "value",
  },
  grad_nonfinite_count: {
    name: "Gradients not finite",
    short: "grad not finite",
    unit: "count",
  },
  update_norm: {
    name: "Update norm",
    short: "update norm",
    unit: "norm",
    needs: "It is recorded where watch() is given the optimizer",
  },
  update_ratio: {
    name: "Update ratio",
    short: "update ratio",
    unit: "ratio",
    needs: "It is recorded where watch() is given the optimizer",
  },
  grad_below_epsilon_ratio: {
    name: "Gradient below epsilon",
    short: "below epsilon",
    unit: "share",
    needs: "It is recorded with an optimizer of the Adam family",
  },
  stable_rank: {
    name: "Stable rank",
    short: "stable rank",
    unit: "rank",
    needs: 'It is recorded with level="full", in each tenth snapshot',
  },
};

/** Of a statistic that this page doesn't know, its own name: "spectral_gap" becomes "Spectral gap". */
export function statName(stat: string): StatName {
  const known = NAMES[stat];
  if (known) return known;
  const words = stat.replaceAll("_", " ").trim();
  const name = words.charAt(0).toUpperCase() + words.slice(1);
  return { name, short: words, unit: "value" };
}

/** For a menu, in the order of the model record. */
export const statChoices = (stats: readonly string[]): { value: string; name: string }[] =>
  stats.map((value) => ({ value, name: statName(value).name }));

/** A value as people read it: shares in per cent, counts whole; "–" where it isn't known. */
export function statValue(stat: string, value: number | null | undefined): string {
  const { unit } = statName(stat);
  if (unit === "share") return percent(value);
  return unit === "count" ? integer(value) : number(value);
}

/** The same for the ends and ticks of a scale. */
export function statTick(stat: string, value: number): string {
  const { unit } = statName(stat);
  if (unit === "share") return percent(Number(value.toPrecision(2)));
  return unit === "count" ? number(value) : brief(value);
}

/** As exact as it was recorded. */
export function exactStatValue(stat: string, value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return UNKNOWN;
  const { unit } = statName(stat);
  if (unit === "count") return integer(value);
  if (unit === "share") return `${Number((value * 100).toPrecision(6))} %`;
  const size = Math.abs(value);
  if (value !== 0 && (size < 1e-4 || size >= 1e7))
    return value
      .toExponential(5)
      .replace(/\.?0+e/, "e")
      .replace("e+", "e");
  return Number(value.toPrecision(6)).toLocaleString("en-US", { maximumSignificantDigits: 6 });
}
