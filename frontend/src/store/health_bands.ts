/** What is healthy, for the statistics where that can be said, and where it is said. Pure. */

import type { Layer, Model } from "../wire.gen";

export interface Limits {
  /** null = no limit on this side. */
  readonly low: number | null;
  readonly high: number | null;
}

export interface HealthBand {
  readonly stat: string;
  /** After "Healthy:". */
  readonly said: string;
  /** One sentence. */
  readonly why: string;
  readonly source: string;
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
const gradSource = "Amazon SageMaker Debugger, built-in rule VanishingGradient";

const FIXED: readonly HealthBand[] = [
  {
    stat: "weight_nonfinite_count",
    said: "none",
    why: "One entry that isn't finite makes every output that depends on it not finite.",
    source: "IEEE 754 arithmetic",
    applies: all,
    limits: { low: null, high: 0 },
  },
  {
    stat: "grad_nonfinite_count",
    said: "none, but for single steps that a gradient scaler skips",
    why: "An optimizer step with such a gradient spoils the weights; a gradient scaler finds its scale by meeting one now and then.",
    source: "PyTorch, automatic mixed precision, torch.amp.GradScaler",
    applies: all,
    limits: { low: null, high: 0 },
  },
  {
    stat: "grad_rms",
    said: "at least 1e-7",
    why: "Below it the gradient has all but vanished. The source takes the mean size, which the RMS is never below.",
    source: gradSource,
    applies: (layer) => layer.trainable,
    limits: { low: 1e-7, high: null },
  },
  {
    stat: "grad_below_epsilon_ratio",
    said: "up to half of the entries",
    why: "Gradients near Adam's epsilon make updates vanish; a smaller epsilon helps. That half is the limit is this page's choice.",
    source:
      "Wortsman et al. 2023, Small-scale proxies for large-scale Transformer training instabilities, arXiv 2309.14322",
    applies: all,
    limits: { low: null, high: 0.5 },
  },
];

const ADAM: HealthBand = {
  stat: "update_ratio",
  said: "learning rate × 0.23 to 1 / weight RMS; outside from a tenth below or three times above",
  why: "One step of Adam moves a weight by the learning rate times the agreement of its gradients: 1 where all agree, √((1−β₁)/(1+β₁)) where they are noise. A fixed 1e-3 would flag healthy runs.",
  source:
    "Derived from Adam's update rule (Kingma and Ba 2015, arXiv 1412.6980) and checked on simulated and trained runs",
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

export const isBand = (found: HealthBand | NoBand): found is HealthBand => "said" in found;
