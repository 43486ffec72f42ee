/** Several rows in a few numbers. Pure. */

export interface Middle {
  readonly mean: number;
  readonly median: number;
  /** How many of the rows have a finite value; the others are in neither. */
  readonly known: number;
}

/** Of `values` at `rows`; NaN where nothing is known. */
export function middleOf(values: ArrayLike<number>, rows: readonly number[]): Middle {
  const known = rows.map((row) => values[row] ?? Number.NaN).filter(Number.isFinite);
  if (known.length === 0) return { mean: Number.NaN, median: Number.NaN, known: 0 };
  known.sort((one, other) => one - other);
  const half = known.length >> 1;
  const upper = known[half] as number;
  const median = known.length % 2 === 1 ? upper : ((known[half - 1] as number) + upper) / 2;
  return { mean: known.reduce((sum, value) => sum + value, 0) / known.length, median, known: known.length };
}

/** The rows with the highest counts first; rows without a count last, by their place. */
export function mostFrequent(rows: readonly number[], counts: ArrayLike<number> | null): number[] {
  const count = (row: number) => {
    const value = counts?.[row] ?? Number.NaN;
    return Number.isNaN(value) ? -1 : value;
  };
  return [...rows].sort((one, other) => count(other) - count(one) || one - other);
}
