/** What a finding is called in the middle of a line. Pure. */

import { titleOf } from "../findings/titles";
import { integer } from "../format";
import type { Finding } from "../wire.gen";

const SEVERAL: Readonly<Record<string, string>> = { spike: "loss spikes", plateau: "plateaus", resume: "restarts" };

export function findingName(insight: string, count = 1): string {
  const one = titleOf({ insight }).toLowerCase();
  return count === 1 ? one : `${integer(count)} ${SEVERAL[insight] ?? `times ${one}`}`;
}

/** "loss spike at step 514", "exploding gradients since step 1,295", "plateau from step 96 to 165". */
export function findingSaid(finding: Finding, goesOn: boolean): string {
  const { insight, first_step: first, last_step: last } = finding;
  const name = findingName(insight);
  if (insight === "spike" || insight === "resume" || last === first) return `${name} at step ${integer(first)}`;
  if (goesOn) return `${name} since step ${integer(first)}`;
  return `${name} from step ${integer(first)} to ${integer(last)}`;
}

/** "3 loss spikes, plateau": each kind once, in the order of the list. */
export function countSaid(list: readonly Finding[]): string {
  const counts = new Map<string, number>();
  for (const { insight } of list) counts.set(insight, (counts.get(insight) ?? 0) + 1);
  return [...counts].map(([insight, count]) => findingName(insight, count)).join(", ");
}
