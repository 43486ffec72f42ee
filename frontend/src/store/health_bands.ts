/** Where the healthy band of a statistic lies, where that can be said; the words stand in the explanations. Pure. */

import type { Layer, Model } from "../wire.gen";

export interface Limits {
  /** null = no limit on this side. */
  readonly low: number | null;
  readonly high: number | null;
}

export interface HealthBand {
  readonly stat: string;
  readonly applies: (layer: Layer) => boolean;
  /** The same for each layer at each step; null = of each cell its own, see `adamLimits`. */
  readonly limits: Limits | null;
}

/** A statistic without a band, and why. */
export interface NoBand {
  readonly stat: string;
  readonly reason: string;
}

const all = () => true;

const FIXED: readonly HealthBand[] = [
  {
    stat: "weight_nonfinite_count",
    applies: all,
    limits: { low: null, high: 0 },
  },
  {
    stat: "grad_nonfinite_count",
    applies: all,
    limits: { low: null, high: 0 },
  },
  {
    stat: "grad_rms",
    applies: (layer) => layer.trainable,
    limits: { low: 1e-7, high: null },
  },
  {
    // Rows of tokens that aren't in the batch have a gradient of zero, in a healthy run most of them.
    stat: "grad_below_epsilon_ratio",
    applies: (layer) => layer.role !== "token_embedding",
    limits: { low: null, high: 0.5 },
  },
];

const ADAM: HealthBand = {
  stat: "update_ratio",
  applies: (layer) =>
    layer.trainable &&
    layer.tied_to === null &&
    layer.parameters > 0 &&
    layer.shape.length >= 2 &&
    !["norm", "token_embedding", "position_embedding"].includes(layer.role),
  limits: null,
};

/** Weight on what is beyond the line before a cell counts as outside. */
const BELOW = 1 / 10;
const ABOVE = 3;
const USUAL_BETA = 0.9;

/** Share of the learning rate that a step of Adam moves a weight by where gradients are noise. */
export const noiseShare = (beta1: number) => Math.sqrt((1 - beta1) / (1 + beta1));

/** Where the update ratio of a matrix is expected under Adam. */
export function adamExpected(rate: number, weightRms: number, beta1 = USUAL_BETA): Limits {
  const most = rate / weightRms;
  if (!Number.isFinite(most) || most <= 0) return { low: null, high: null };
  return { low: most * noiseShare(beta1), high: most };
}

/** Beyond these it is outside: what is expected, with room. */
export function adamLimits(rate: number, weightRms: number, beta1 = USUAL_BETA): Limits {
  const { low, high } = adamExpected(rate, weightRms, beta1);
  return { low: low === null ? null : low * BELOW, high: high === null ? null : high * ABOVE };
}

interface Optimizer {
  readonly name: string;
  readonly beta1: number;
  readonly rates: number;
}

/** What the record says of the optimizer; null where it says nothing that can be used. */
export function adamOf(model: Model): Optimizer | null {
  const name = model.optimizer.name;
  const groups = model.optimizer.groups;
  if (typeof name !== "string" || !/adam/i.test(name)) return null;
  const listed = (Array.isArray(groups) ? groups : []) as readonly Record<string, unknown>[];
  const betas = listed[0]?.betas;
  const beta1 = Array.isArray(betas) && typeof betas[0] === "number" ? betas[0] : USUAL_BETA;
  return { name, beta1, rates: new Set(listed.map((group) => group.lr)).size };
}

/** rateKnown: whether the run logs its learning rate. */
export function bandOf(stat: string, model: Model, rateKnown: boolean): HealthBand | NoBand {
  if (stat === "update_ratio") {
    const adam = adamOf(model);
    if (!adam) return { stat, reason: "No healthy band is known for it with this optimizer" };
    if (adam.rates > 1)
      return { stat, reason: "No healthy band: the parameter groups have learning rates of their own" };
    if (!model.stats.includes("weight_rms"))
      return { stat, reason: "No healthy band: the weights’ size wasn’t recorded" };
    if (!rateKnown) return { stat, reason: "The healthy band follows the learning rate, which this run doesn’t log" };
    return ADAM;
  }
  return FIXED.find((band) => band.stat === stat) ?? { stat, reason: "No healthy band is known for it" };
}

export const isBand = (found: HealthBand | NoBand): found is HealthBand => "limits" in found;
