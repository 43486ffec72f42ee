/** What the inspector and the card say of one row, put together from what is here. */

import { distance } from "../rows/vector";
import { detailsThen } from "../store/comparison";
import { rowNumbers } from "../store/load_numbers";
import { details, type RowDetails } from "../store/selection";
import { cloud, partOf } from "../store/timeline";

export interface RowFacts {
  readonly known: RowDetails | undefined;
  readonly updateRatio: number;
  /** Since the run's first step, in the full space; NaN = not known. */
  readonly displacement: number;
  /** In the training text; NaN = not logged. */
  readonly count: number;
  /** Of all counts of the sample. */
  readonly share: number;
  /** Rows of its embedding in the sample, and whether that is all there are. */
  readonly sampled: number;
  readonly whole: boolean;
}

const sums = new WeakMap<Float64Array, Map<number, number>>();

/** Of the counts of one part, added up once. */
function sumOf(counts: Float64Array, first: number, rows: number): number {
  const held = sums.get(counts) ?? new Map<number, number>();
  sums.set(counts, held);
  let sum = held.get(first);
  if (sum === undefined) {
    sum = 0;
    for (let row = first; row < first + rows; row++) sum += counts[row] || 0;
    held.set(first, sum);
  }
  return sum;
}

export function factsOf(row: number): RowFacts | null {
  const now = cloud.value;
  if (!now) return null;
  const { part } = partOf(now, row);
  const known = details.value.get(row);
  const count = now.counts?.[row] ?? Number.NaN;
  const all = now.counts ? sumOf(now.counts, part.first, part.rows) : 0;
  return {
    known,
    updateRatio: known ? known.updateNorm / known.norm : Number.NaN,
    displacement: known ? displacementOf(row, known) : Number.NaN,
    count,
    share: all > 0 ? count / all : Number.NaN,
    sampled: part.rows,
    whole: part.embedding.rows === null,
  };
}

/** The server's own figure where it is here for that very step; else from the two vectors. */
function displacementOf(row: number, known: RowDetails): number {
  const held = rowNumbers.value.find((numbers) => numbers.step === known.step)?.displacements[row];
  if (held !== undefined) return held;
  const first = detailsThen(row, known.firstStep);
  return first ? distance(known.values, first.values) : Number.NaN;
}
