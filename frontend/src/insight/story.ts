/** The phases up to a step as a clause: "rapid learning until step 250, then refining". Pure. */

import { brief, integer } from "../format";
import type { Phase } from "../wire.gen";
import { phaseName } from "./phase_looks";

/** The phase that holds this step; the steps between two belong to the first. */
export function phaseAt(all: readonly Phase[], at: number | null): Phase | null {
  if (at === null) return null;
  return all.findLast((phase) => phase.first_step <= at) ?? null;
}

const NO_LOSS = "no finite loss";
const GOING_ON: Readonly<Record<string, string>> = {
  initialization: "initializing",
  rapid_learning: "learning rapidly",
  refinement: "refining",
  convergence: "converging",
  divergence: "loss rising",
  oscillation: "loss swinging",
  overfitting: "validation loss rising",
  generalization: "generalizing",
};

/** loss: at the cursor, null = not known, NaN = no finite number. */
function goingOn(name: string, loss: number | null): string {
  if (name === "divergence" && loss !== null && !Number.isFinite(loss)) return NO_LOSS;
  if (name === "plateau") return loss === null ? "loss flat" : `loss flat near ${brief(loss)}`;
  return GOING_ON[name] ?? phaseName(name).toLowerCase();
}

/** "refining since step 430". */
export function phaseNow(phases: readonly Phase[], at: number, loss: number | null): string {
  const now = phaseAt(phases, at);
  if (!now) return "";
  const clause = `${goingOn(now.name, loss)} since step ${integer(now.first_step)}`;
  return now.provisional ? `${clause}, provisional` : clause;
}

/** The phase before too, where it says more than that a run has begun. */
export function storyOf(phases: readonly Phase[], at: number, loss: number | null): string {
  const now = phaseAt(phases, at);
  const before = now ? phases[phases.indexOf(now) - 1] : undefined;
  if (!now || !before || before.name === "initialization") return phaseNow(phases, at, loss);
  const then = `${goingOn(now.name, loss)}${now.provisional ? ", provisional" : ""}`;
  return `${phaseName(before.name).toLowerCase()} until step ${integer(before.last_step)}, then ${then}`;
}
