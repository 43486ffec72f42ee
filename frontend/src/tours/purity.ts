/** Whether two groups stand apart in the whole space too: of whom a row's nearest neighbours are. Pure. */

import type { Neighbours } from "./facts";
import type { Split } from "./split";

/** Share of a row's neighbours, among both groups, that are of its own: the mean of both groups' means. */
export interface PurityAt {
  readonly step: number;
  readonly share: number;
}

export interface Purity {
  /** In order of step, the first and the last snapshot among them. */
  readonly course: readonly PurityAt[];
  /** Of rows that lie without order. */
  readonly chance: number;
  /** How many rows' neighbours were looked at. */
  readonly rows: number;
}

/** A split is real when so much more than by chance is of the own group. */
const REAL_EXCESS = 0.1;

export const isReal = (last: number, chance: number): boolean => last - chance >= REAL_EXCESS;

/** Mean of (n1 - 1) / (n - 1) for the one group and (n2 - 1) / (n - 1) for the other. */
export function chanceOf({ firstRows, secondRows }: Split): number {
  const all = firstRows.length + secondRows.length;
  return (all - 2) / (2 * (all - 1));
}

/** The first place of the course whose share is more than half of the way from chance to the last one; -1 = none. */
export function halfWay({ course, chance }: Purity): number {
  const last = course.at(-1)?.share ?? Number.NaN;
  return course.findIndex(({ share }) => share - chance > (last - chance) / 2);
}

/** NaN = no neighbour of either group is known. */
export function shareOfOwn(split: Split, { rows, near, k }: Neighbours): number {
  const sides = new Map<number, 1 | 2>();
  for (const row of split.firstRows) sides.set(row, 1);
  for (const row of split.secondRows) sides.set(row, 2);
  const sums = [0, 0];
  const counts = [0, 0];
  for (const [i, row] of rows.entries()) {
    const own = sides.get(row);
    if (!own) continue;
    let [mine, known] = [0, 0];
    for (let n = 0; n < k; n++) {
      const side = sides.get(near[i * k + n] as number);
      if (!side) continue;
      known++;
      if (side === own) mine++;
    }
    if (known === 0) continue;
    sums[own - 1] = (sums[own - 1] as number) + mine / known;
    counts[own - 1] = (counts[own - 1] as number) + 1;
  }
  const [one, other] = [(sums[0] as number) / (counts[0] as number), (sums[1] as number) / (counts[1] as number)];
  return (one + other) / 2;
}
