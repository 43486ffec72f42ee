/** What kinds of findings are called, and what "sure" means in words and where each kind's number is from. Pure. */

import type { Finding } from "../wire.gen";

const TITLES: Readonly<Record<string, string>> = {
  spike: "Loss spike",
  divergence: "Divergence",
  oscillation: "Oscillating loss",
  plateau: "Plateau",
  overfitting: "Overfitting",
  grokking: "Late generalization",
  learning_rate_too_high: "Learning rate too high",
  learning_rate_too_low: "Learning rate too low",
  vanishing_gradients: "Vanishing gradients",
  exploding_gradients: "Exploding gradients",
  dead_units: "Dead units",
  attention_collapse: "Attention collapse",
  rank_collapse: "Rank collapse",
  embedding_collapse: "Embedding collapse",
  anisotropy: "Anisotropy",
  norm_drift: "Norm drift",
  cluster_born: "Cluster born",
  cluster_merged: "Clusters merged",
  cluster_split: "Cluster split",
  cluster_dissolved: "Cluster dissolved",
  undertrained_tokens: "Undertrained tokens",
  update_ratio: "Update ratio outside its band",
  non_finite: "Values that are not finite",
  clip_rate: "Gradients clipped",
  initial_loss: "Initial loss",
  resume: "Resumed",
  convergence: "Convergence",
};

/** "Vanishing gradients"; a kind that is new here by its own name. */
export function titleOf({ insight }: Pick<Finding, "insight">): string {
  const plain = insight.replaceAll("_", " ");
  return TITLES[insight] ?? plain.charAt(0).toUpperCase() + plain.slice(1);
}

/** 0.98: "almost certain". */
export function sureWord(confidence: number): string {
  if (confidence >= 0.95) return "almost certain";
  if (confidence >= 0.8) return "very likely";
  if (confidence >= 0.6) return "likely";
  return confidence >= 0.4 ? "perhaps" : "hardly sure";
}

const FIT = "how much better a course with a break there fits the measurements than one without";
const ASSUMED = "a fixed number for this rule: it is either met or not, and how often it errs wasn't measured";
const OF_PHASE = "how far the slope of the loss lies from the next phase's limit, and how many looks at the run agree";
/** After "The number says". */
const WHY: Readonly<Record<string, string>> = {
  spike: "how far above the limit it rose: each doubling adds a tenth",
  divergence: FIT,
  oscillation: FIT,
  vanishing_gradients: `${FIT}; 90 % where hardly any came from the start on`,
  exploding_gradients: FIT,
  rank_collapse: `${FIT}; three tenths less where the rank itself isn't recorded`,
  embedding_collapse: FIT,
  grokking: FIT,
  overfitting: "how high the rise of the validation loss stands above its own noise",
  plateau: OF_PHASE,
  convergence: OF_PHASE,
  attention_collapse: "whether the probe and the query and key weights agree: 95 % where both tell of it",
  dead_units: "whether the units were seen on the probe: 95 % with it, 60 % where only gradients hint at it",
  cluster_born: "how clearly its tokens stand apart from the others",
  cluster_merged: "how clearly its tokens stood apart from the others",
  cluster_split: "how clearly its parts stand apart from each other",
  cluster_dissolved: "how clearly its tokens stood apart from the others",
  learning_rate_too_high: "how far the rate lies above the usual one, less where nothing became unstable",
  undertrained_tokens: "whether the training text's counts agree: 90 % with them, 60 % without",
  non_finite: "that it is counted, not judged",
  resume: "that it is written in the record, not judged",
};

/** What the number was made of, in the middle of a sentence. */
export const whySure = ({ insight }: Pick<Finding, "insight">): string => WHY[insight] ?? ASSUMED;
