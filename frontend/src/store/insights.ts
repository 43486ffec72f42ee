/** What goes on in the run on screen: its phases, and what was found in it. */

import { computed, signal } from "@preact/signals";
import type { Boundary, Finding, Insights, Phase } from "../wire.gen";
import { runName } from "./runs";
import { step } from "./timeline";

const NO_PHASES: readonly Phase[] = [];
const NO_BOUNDARIES: readonly Boundary[] = [];
const NO_FINDINGS: readonly Finding[] = [];

const held = signal<Insights | null>(null);

/** Of the run on screen; null = not known yet. */
export const insights = computed(() => (held.value?.run === runName.value ? held.value : null));
export const phases = computed<readonly Phase[]>(() => insights.value?.phases ?? NO_PHASES);
export const boundaries = computed<readonly Boundary[]>(() => insights.value?.boundaries ?? NO_BOUNDARIES);
/** The worst first. */
export const findings = computed<readonly Finding[]>(() => insights.value?.findings ?? NO_FINDINGS);

export function setInsights(found: Insights | null): void {
  held.value = found;
}

/** The phase that holds this step; the steps between two belong to the first. */
export function phaseAt(all: readonly Phase[], at: number | null): Phase | null {
  if (at === null) return null;
  return all.findLast((phase) => phase.first_step <= at) ?? null;
}

/** At the cursor. */
export const phase = computed(() => phaseAt(phases.value, step.value));

/** What could be said at the cursor: found at or before it. */
export const findingsSoFar = computed(() => {
  const at = step.value;
  return at === null ? NO_FINDINGS : findings.value.filter((one) => one.first_step <= at);
});

/** Stays the same while the run grows and its last step moves on. */
export const findingKey = ({ insight, first_step, layers, tokens }: Finding): string =>
  [insight, first_step, layers[0] ?? "", tokens[0] ?? ""].join("\n");
