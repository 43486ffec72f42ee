/** Marks of findings along the loss curve: those that would touch become one, which counts them. Pure. */

import { levelOf, type Severity } from "../findings/severity";
import type { Finding } from "../wire.gen";

export interface Mark {
  /** Where the first of them begins. */
  readonly step: number;
  /** Px of its middle. */
  readonly x: number;
  readonly severity: Severity;
  /** The worst first, then by step. */
  readonly findings: readonly Finding[];
}

/** across: from steps to px. gap: least px between the middles of two marks. */
export function marksOf(findings: readonly Finding[], across: (step: number) => number, gap: number): Mark[] {
  const ordered = [...findings].sort((one, other) => one.first_step - other.first_step);
  const groups: Finding[][] = [];
  let last = Number.NEGATIVE_INFINITY;
  for (const finding of ordered) {
    const x = across(finding.first_step);
    if (x - last < gap) groups.at(-1)?.push(finding);
    else {
      groups.push([finding]);
      last = x;
    }
  }
  return groups.map((group) => {
    const worst = group.toSorted((one, other) => levelOf(other.severity) - levelOf(one.severity));
    const { first_step } = group[0] as Finding;
    const { severity } = worst[0] as Finding;
    return { step: first_step, x: across(first_step), severity, findings: worst };
  });
}
