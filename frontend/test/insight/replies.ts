/** Replies of the route as a server could give them: by hand, and by chance. */

import type { Finding, Phase } from "../../src/wire.gen";

export const phaseOf = (name: string, first_step: number, last_step: number, provisional = false): Phase => ({
  name,
  first_step,
  last_step,
  provisional,
  confidence: 0.9,
  reason: "The loss falls by 3 % in a tenth of the run.",
});

export const findingOf = (
  insight: string,
  severity: Finding["severity"],
  first_step: number,
  last_step: number,
): Finding => ({
  insight,
  severity,
  first_step,
  last_step,
  layers: [],
  tokens: [],
  sentence: `${insight} at ${first_step}.`,
  confidence: 0.9,
  evidence: null,
  causes: [],
  remedies: [],
  source: "",
});

/** Numbers in [0, 1), the same for the same seed. */
export function chance(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const NAMES = [
  "rapid_learning",
  "refinement",
  "plateau",
  "convergence",
  "divergence",
  "oscillation",
  "overfitting",
  "generalization",
  "of_another_version",
];
const INSIGHTS = [
  "spike",
  "divergence",
  "oscillation",
  "plateau",
  "overfitting",
  "vanishing_gradients",
  "non_finite",
  "dead_units",
  "of_another_version",
];
const SEVERITIES = ["problem", "watch", "note"] as const;

/** Phases without gaps, findings the worst first, then by step. */
export function randomReply(seed: number): { phases: Phase[]; findings: Finding[]; last: number } {
  const next = chance(seed);
  const last = 50 + Math.floor(next() * 5000);
  const pick = <T>(list: readonly T[]) => list[Math.floor(next() * list.length)] as T;
  const borders = Array.from({ length: Math.floor(next() * 6) }, () => 1 + Math.floor(next() * (last - 1)));
  const begins = [0, ...new Set(borders)].sort((one, other) => one - other);
  const phases = begins.map((first, i) =>
    phaseOf(
      i === 0 ? "initialization" : pick(NAMES),
      first,
      (begins[i + 1] ?? last + 1) - 1,
      i === begins.length - 1 && next() < 0.5,
    ),
  );
  const findings = Array.from({ length: Math.floor(next() * 7) }, () => {
    const first = Math.floor(next() * last);
    return findingOf(pick(INSIGHTS), pick(SEVERITIES), first, first + Math.floor(next() * (last + 1 - first)));
  });
  const rank = (one: Finding) => SEVERITIES.indexOf(one.severity);
  findings.sort((one, other) => rank(one) - rank(other) || one.first_step - other.first_step);
  return { phases: next() < 0.1 ? [] : phases, findings, last };
}
