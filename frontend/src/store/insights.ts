/** What goes on in the runs on screen: their phases, and what was found in them. */

import { computed, type ReadonlySignal, signal } from "@preact/signals";
import { phaseAt } from "../insight/story";
import type { Boundary, Finding, Insights, Phase } from "../wire.gen";
import { other } from "./compare";
import { runName } from "./runs";
import { side } from "./side";
import { step } from "./timeline";

export { phaseAt };

const NO_PHASES: readonly Phase[] = [];
const NO_BOUNDARIES: readonly Boundary[] = [];
const NO_FINDINGS: readonly Finding[] = [];

/** The last two replies, the newer first, and why there is no newer one. */
export interface Replies {
  readonly run: string;
  readonly now: Insights | null;
  /** Of the same run, as it stood before. */
  readonly before: Insights | null;
  readonly problem: string | null;
}

const held = { a: signal<Replies | null>(null), b: signal<Replies | null>(null) };
const here = (which: "a" | "b", name: () => string | undefined | null): ReadonlySignal<Replies | null> =>
  computed(() => (held[which].value?.run === name() ? held[which].value : null));
export const replies = { a: here("a", () => runName.value), b: here("b", () => other.value?.run) };

/** Of the run on screen; null = not known yet. */
export const insights = computed(() => replies.a.value?.now ?? null);
export const phases = computed<readonly Phase[]>(() => insights.value?.phases ?? NO_PHASES);
export const boundaries = computed<readonly Boundary[]>(() => insights.value?.boundaries ?? NO_BOUNDARIES);
/** The worst first. */
export const findings = computed<readonly Finding[]>(() => insights.value?.findings ?? NO_FINDINGS);

/** Of the run beside it. */
export const otherInsights = computed(() => replies.b.value?.now ?? null);
export const otherPhases = computed<readonly Phase[]>(() => otherInsights.value?.phases ?? NO_PHASES);
export const otherFindings = computed<readonly Finding[]>(() => otherInsights.value?.findings ?? NO_FINDINGS);

/** Of the one whose findings are shown. */
export const sideInsights = computed(() => (side.value === "b" ? otherInsights : insights).value);
export const sideFindings = computed(() => (side.value === "b" ? otherFindings : findings).value);

export function setInsights(found: Insights | null): void {
  keepInsights("a", found);
}

export function keepInsights(which: "a" | "b", found: Insights | null): void {
  const last = held[which].peek();
  const same = found !== null && last?.now?.run === found.run && last.now.generation === found.generation;
  held[which].value = found && { run: found.run, now: found, before: same ? last.now : null, problem: null };
}

/** What was known of the run stays. */
export function missInsights(which: "a" | "b", name: string, problem: string): void {
  const last = held[which].peek();
  const same = last?.run === name;
  held[which].value = { run: name, now: same ? last.now : null, before: same ? last.before : null, problem };
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
