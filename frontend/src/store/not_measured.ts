/** Why a statistic has no number, and which argument of watch() gives it one. Pure. */

import type { Layer, Model } from "../wire.gen";

/** A sentence, or null where nothing is known of the reason. */
export function whyNotMeasured(stat: string, layer: Layer, record: Model): string | null {
  const ofTraining = stat.startsWith("grad_") || stat.startsWith("update_");
  if (layer.tied_to !== null && layer.parameters === 0) return `Tied: ${layer.tied_to} has its numbers.`;
  if (layer.parameters === 0) return "All its parameters are counted elsewhere.";
  if (ofTraining && !layer.trainable) return "Frozen: it gets no gradient.";
  const { level } = record.schedule;
  if (stat === "stable_rank") {
    if (level !== "full" && level !== undefined) return 'Pass level="full" to watch() to record it.';
    return layer.shape.length < 2 ? "Only a matrix has one." : null;
  }
  if (stat === "grad_below_epsilon_ratio" && record.optimizer.name !== undefined && !isAdam(record)) {
    return "Only Adam has an epsilon of this kind.";
  }
  const needsOptimizer = stat.startsWith("update_") || stat === "grad_below_epsilon_ratio";
  if (needsOptimizer && record.optimizer.name === undefined) return "Pass optimizer=optimizer to watch() to record it.";
  if (level === "light") return 'Pass level="standard" to watch() to record it.';
  if (ofTraining) return "No optimizer step used a gradient of it here.";
  return null;
}

const isAdam = (record: Model) => /adam/i.test(String(record.optimizer.name));
