/** The clearest split of a run's rows into two groups, and when it came about. Pure. */

import { type Candidate, candidatesOf, rowsOf } from "./candidates";
import type { Table } from "./facts";
import { type Distances, distancesOf, MOST_POINTS, meanOf, shuffled, silhouette, thinned } from "./separation";

/** A silhouette so far above that of groupings by chance, and above each of them, is clear. */
export const CLEAR_EXCESS = 0.1;
const CHANCES = 99;
/** For the course through time the mean is enough. */
const CHANCES_IN_TIME = 12;

export interface Split {
  readonly table: Table;
  readonly first: string;
  readonly second: string;
  readonly byPlace: boolean;
  /** Rows of both groups, all of them. */
  readonly firstRows: readonly number[];
  readonly secondRows: readonly number[];
  /** The rows of both that were compared, those of the first group before, and [n]: 1 = of the first. */
  readonly compared: readonly number[];
  readonly inFirst: Uint8Array;
  /** At the last snapshot; chance: the mean of groupings of the same sizes by chance. */
  readonly score: number;
  readonly chance: number;
  readonly largestChance: number;
}

/** The same split at each snapshot of its table. */
export interface Course {
  readonly scores: readonly number[];
  /** Over the mean of groupings by chance. */
  readonly excesses: readonly number[];
  /** The first snapshot whose excess is over half of the last one's. */
  readonly appeared: number;
}

interface Measured {
  readonly candidate: Candidate;
  readonly rows: readonly number[];
  readonly inFirst: Uint8Array;
  readonly score: number;
  readonly chances: readonly number[];
}

/** Those that are clear at the last snapshot, the clearest first; those found by place after all others. */
export function splitsOf(table: Table): Split[] {
  const last = table.positions.at(-1);
  if (!last) return [];
  const clear = candidatesOf(table)
    .map((candidate) => measured(candidate, last))
    .filter(({ score, chances }) => score - meanOf(chances) >= CLEAR_EXCESS && score > Math.max(...chances));
  const excess = (one: Measured) => one.score - meanOf(one.chances);
  const byPlace = (one: Measured) => Number(one.candidate.byPlace ?? false);
  clear.sort((one, other) => byPlace(one) - byPlace(other) || excess(other) - excess(one));
  return clear.map((one) => splitOf(table, one));
}

function measured(candidate: Candidate, positions: ArrayLike<number>): Measured {
  const finite = (row: number) => Number.isFinite(positions[row * 3]);
  // Each group keeps its own: a small one must not be thinned away.
  const half = MOST_POINTS / 2;
  const first = thinned(rowsOf(candidate.sides, 1).filter(finite), half);
  const second = thinned(rowsOf(candidate.sides, 2).filter(finite), half);
  const rows = [...first, ...second];
  const inFirst = Uint8Array.from(rows, (_, i) => (i < first.length ? 1 : 0));
  const distances = distancesOf(positions, rows);
  const score = silhouette(distances, inFirst);
  return { candidate, rows, inFirst, score, chances: shuffled(distances, inFirst, CHANCES) };
}

function splitOf(table: Table, { candidate, rows, score, chances, inFirst }: Measured): Split {
  return {
    table,
    first: candidate.first,
    second: candidate.second,
    byPlace: candidate.byPlace ?? false,
    firstRows: rowsOf(candidate.sides, 1),
    secondRows: rowsOf(candidate.sides, 2),
    compared: rows,
    inFirst,
    score,
    chance: meanOf(chances),
    largestChance: Math.max(...chances),
  };
}

export function courseOf({ table, compared, inFirst, score, chance }: Split): Course {
  const each = table.positions.map((positions) => excessAt(distancesOf(positions, compared), inFirst));
  const excesses = each.map(({ excess }) => excess);
  // The last as it was judged: against more groupings by chance.
  excesses[excesses.length - 1] = score - chance;
  const half = (score - chance) / 2;
  return { scores: each.map((one) => one.score), excesses, appeared: excesses.findIndex((excess) => excess > half) };
}

function excessAt(distances: Distances, inFirst: Uint8Array): { score: number; excess: number } {
  const score = silhouette(distances, inFirst);
  return { score, excess: score - meanOf(shuffled(distances, inFirst, CHANCES_IN_TIME)) };
}
