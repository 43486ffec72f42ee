/** What goes on at the step that a picture shows: phase, losses, and what was found until then. Pure. */

import type { Severity } from "../findings/severity";
import { integer, number } from "../format";
import type { Finding } from "../wire.gen";

/** How many findings are written out; of the others there is a count. */
export const MOST_FINDINGS = 3;

export interface Loss {
  readonly name: string;
  readonly value: string;
  readonly color: string;
}

export interface Said {
  readonly severity: Severity;
  readonly text: string;
}

export interface Happening {
  readonly phase: { readonly name: string; readonly color: string; readonly provisional: boolean } | null;
  readonly losses: readonly Loss[];
  /** The worst first. */
  readonly findings: readonly Said[];
  /** How many more there are. */
  readonly more: number;
  /** false = nobody has looked through this run yet: no finding doesn't mean that there is none. */
  readonly looked: boolean;
}

export const NOTHING_SAID: Happening = { phase: null, losses: [], findings: [], more: 0, looked: false };

/** Of all findings, the worst first, those that could be said at a step. */
export function saidUntil(findings: readonly Finding[], step: number | null, most = MOST_FINDINGS) {
  const known = step === null ? [] : findings.filter((one) => one.first_step <= step);
  return {
    findings: known.slice(0, most).map(({ severity, sentence }): Said => ({ severity, text: sentence })),
    more: Math.max(0, known.length - most),
  };
}

/** "Rapid learning", "Convergence, provisional". */
export const phaseSaid = ({ name, provisional }: NonNullable<Happening["phase"]>): string =>
  provisional ? `${name}, provisional` : name;

/** "train loss 2.09"; what isn't known is left out. */
export function lossesSaid(
  read: readonly { readonly name: string; readonly value: number | null; readonly color: string }[],
): Loss[] {
  return read
    .filter(({ value }) => value !== null)
    .map(({ name, value, color }) => ({ name, value: number(value), color }));
}

/** "and 4 more"; "" = there are none. */
export const moreSaid = (more: number): string => (more > 0 ? `and ${integer(more)} more` : "");
