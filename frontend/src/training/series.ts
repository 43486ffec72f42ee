/** What is measured along the run: numbers with the step and the clock of each. */

export interface Series {
  /** Rising. */
  readonly steps: ArrayLike<number>;
  /** Unix seconds. */
  readonly wallTimes: ArrayLike<number>;
  readonly values: ArrayLike<number>;
}

export interface Point {
  readonly step: number;
  readonly value: number;
}

/** Middle of a list, the mean of the two middle ones of an even number; NaN of none. Not finite ones are left out. */
export function median(values: ArrayLike<number>): number {
  const sorted = Float64Array.from(values).filter(Number.isFinite).sort();
  const half = sorted.length >> 1;
  if (sorted.length === 0) return Number.NaN;
  return sorted.length % 2 === 1
    ? (sorted[half] as number)
    : ((sorted[half - 1] as number) + (sorted[half] as number)) / 2;
}

/** The last finite value, or null. */
export function last(of: Series): Point | null {
  for (let i = of.values.length - 1; i >= 0; i--) {
    if (Number.isFinite(of.values[i])) return { step: of.steps[i] as number, value: of.values[i] as number };
  }
  return null;
}

/** The lowest finite value and where it came first, or null. */
export function lowest(of: Series): Point | null {
  let best: Point | null = null;
  for (let i = 0; i < of.values.length; i++) {
    const value = of.values[i] as number;
    if (Number.isFinite(value) && (best === null || value < best.value)) best = { step: of.steps[i] as number, value };
  }
  return best;
}
