/** How the loss went, in one sentence for a newcomer. Pure. */

import { integer, number } from "../format";
import { didNotCome, type Facts, type Series, valueAt } from "./facts";

/** So many times its lowest value: it has come up again, which first and last alone would hide. */
const RISEN = 1.5;

/** With what is healthy; where there is no loss, why. */
export function lossSaid({ train, validation, missing, firstStep, lastStep }: Facts): string {
  if (!train || train.steps.length === 0) return missing.has("loss") ? didNotCome("loss") : "This run logged no loss.";
  const curve = validation && validation.steps.length > 0 ? "Loss (dashed: validation)" : "Loss";
  const first = firstFinite(train, firstStep);
  const last = valueAt(train, lastStep);
  if (first === null) return `${curve} was never a finite number.`;
  const broken = brokenFrom(train, lastStep);
  if (broken !== null)
    return `${curve} went from ${number(first)} to no finite number at step ${integer(broken)}: a broken run.`;
  const lowest = lowestOf(train, lastStep);
  if (last > RISEN * lowest.value && lowest.value === first)
    return `${curve} rose from ${number(first)} to ${number(last)}: not healthy.`;
  if (last > RISEN * lowest.value)
    return `${curve} fell from ${number(first)} to ${number(lowest.value)} (step ${integer(lowest.step)}), then rose to ${number(last)}: not healthy.`;
  return `${curve} went from ${number(first)} to ${number(last)}; healthy is to fall, then to flatten.`;
}

function firstFinite(of: Series, from: number): number | null {
  const there = valueAt(of, from);
  if (Number.isFinite(there)) return there;
  const at = Array.from(of.values).findIndex(Number.isFinite);
  return at < 0 ? null : (of.values[at] as number);
}

/** The first step of those not finite at the end of it; null = it ends finite. */
function brokenFrom(of: Series, to: number): number | null {
  let at = of.steps.length;
  while (at > 0 && (of.steps[at - 1] as number) > to) at--;
  let first: number | null = null;
  for (let i = at - 1; i >= 0 && !Number.isFinite(of.values[i]); i--) first = of.steps[i] as number;
  return first;
}

function lowestOf(of: Series, to: number): { step: number; value: number } {
  let best = { step: Number.NaN, value: Number.POSITIVE_INFINITY };
  for (let i = 0; i < of.steps.length && (of.steps[i] as number) <= to; i++) {
    const value = of.values[i] as number;
    if (value < best.value) best = { step: of.steps[i] as number, value };
  }
  return best;
}
