/** How the training goes, in figures: from what the script logged and the capture recorded. Pure. */

import { type CaptureCost, type Costs, captureCost } from "./capture_cost";
import { type Clipping, clippingAt, clippingInferred, clippingLogged, clippingSeen, type Norms } from "./clipping";
import { last, lowest, median, type Point, type Series } from "./series";
import { smoothed } from "./smoothing";
import { type Speed, secsLeft, speedOf, totalSteps } from "./speed";
import { type Trend, trendOf } from "./trend";

export interface TrainingInputs {
  readonly train: Series | null;
  readonly validation: Series | null;
  readonly tokensPerSec: Series | null;
  readonly gradNorm: Series | null;
  readonly clipCap: Series | null;
  readonly clipShare: Series | null;
  readonly totalSteps: (Series & { readonly tag: string }) | null;
  readonly costs: Costs | null;
  readonly layerNorms: Norms | null;
  /** Where scripts say how long they train: the record's facts of optimizer and schedule. */
  readonly facts: readonly Readonly<Record<string, unknown>>[];
  readonly live: boolean;
  readonly lastStep: number | null;
}

export interface TrainingFigures {
  readonly speed: Speed;
  /** Lately, and over the run; null = not logged. */
  readonly tokensNow: number | null;
  readonly tokensMean: number | null;
  readonly totalSteps: number | null;
  /** null = the run has ended, or how long it will be isn't known. */
  readonly secsLeft: number | null;
  readonly lastLoss: Point | null;
  readonly bestLoss: Point | null;
  readonly smoothedLoss: Point | null;
  readonly bestSmoothed: Point | null;
  readonly lastValidation: Point | null;
  readonly bestValidation: Point | null;
  /** Validation less the smoothed training loss at the step of the last validation. */
  readonly gap: number | null;
  readonly trend: Trend | null;
  readonly clipping: Clipping | null;
  /** Norms were there to look for a cap in. */
  readonly normsKnown: boolean;
  readonly cost: CaptureCost | null;
}

const LATELY = 5;

export function figuresOf(from: TrainingInputs): TrainingFigures {
  const { train, validation, costs } = from;
  const clock = train && train.steps.length > 1 ? train : costs;
  const speed = speedOf(clock?.steps ?? [], clock?.wallTimes ?? []);
  const smooth = train && { ...train, values: smoothed(train.values) };
  const lastStep = Math.max(from.lastStep ?? 0, train ? (last(train)?.step ?? 0) : 0);
  const told = from.totalSteps && last(from.totalSteps);
  const total = totalSteps(from.facts, new Map(told && from.totalSteps ? [[from.totalSteps.tag, told.value]] : []));
  const tokens = from.tokensPerSec ? Array.from(from.tokensPerSec.values).filter(Number.isFinite) : [];
  const lastValidation = validation && last(validation);
  return {
    speed,
    tokensNow: tokens.length > 0 ? median(tokens.slice(-LATELY)) : null,
    tokensMean: tokens.length > 0 ? tokens.reduce((sum, one) => sum + one, 0) / tokens.length : null,
    totalSteps: total,
    secsLeft: from.live ? secsLeft(lastStep, total, speed) : null,
    lastLoss: train && last(train),
    bestLoss: train && lowest(train),
    smoothedLoss: smooth && last(smooth),
    bestSmoothed: smooth && lowest(smooth),
    lastValidation,
    bestValidation: validation && lowest(validation),
    gap: lastValidation && smooth ? gapAt(smooth, lastValidation) : null,
    trend: train && trendOf(train),
    clipping: clippingOf(from),
    normsKnown: from.gradNorm !== null || from.layerNorms !== null,
    cost: costs && captureCost(costs, speedOf(costs.steps, costs.wallTimes).activeSecs),
  };
}

function gapAt(smooth: Series, validation: Point): number | null {
  let found: number | null = null;
  for (let i = 0; i < smooth.steps.length && (smooth.steps[i] as number) <= validation.step; i++) {
    if (Number.isFinite(smooth.values[i])) found = smooth.values[i] as number;
  }
  return found === null ? null : validation.value - found;
}

/** What was logged comes before what can only be inferred. */
export function clippingOf({
  clipShare,
  clipCap,
  gradNorm,
  layerNorms,
}: Pick<TrainingInputs, "clipShare" | "clipCap" | "gradNorm" | "layerNorms">): Clipping | null {
  if (clipShare) {
    const logged = clippingLogged(clipShare.values);
    if (logged) return logged;
  }
  const cap = clipCap && last(clipCap)?.value;
  if (gradNorm && cap) return clippingAt(gradNorm.values, cap);
  return (gradNorm && clippingInferred(gradNorm.values)) ?? (layerNorms && clippingSeen(layerNorms, gradNorm));
}
