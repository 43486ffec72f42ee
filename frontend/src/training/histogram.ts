/** How many sizes fall into each part of a logarithmic axis. Pure. */

export interface Histogram {
  readonly counts: readonly number[];
  /** Ends of the axis, > 0. */
  readonly low: number;
  readonly high: number;
  /** Middle of the fullest part. */
  readonly mode: number;
  /** Sizes counted; zeros and what isn't finite have no place on the axis. */
  readonly total: number;
  readonly zeros: number;
  readonly broken: number;
}

/** Parts are equally wide in the logarithm, from the smallest size to the largest. null = there is no size above 0. */
export function histogram(sizes: ArrayLike<number>, parts: number): Histogram | null {
  let [low, high, zeros, broken] = [Number.POSITIVE_INFINITY, 0, 0, 0];
  for (let i = 0; i < sizes.length; i++) {
    const size = sizes[i] as number;
    if (!Number.isFinite(size)) broken++;
    else if (size <= 0) zeros++;
    else {
      low = Math.min(low, size);
      high = Math.max(high, size);
    }
  }
  if (high === 0) return null;
  // All alike: one part in the middle of an axis that has some width.
  if (high / low < 1.001) [low, high] = [low / 1.05, high * 1.05];
  const counts = Array<number>(parts).fill(0);
  const scale = parts / Math.log(high / low);
  for (let i = 0; i < sizes.length; i++) {
    const size = sizes[i] as number;
    if (!Number.isFinite(size) || size <= 0) continue;
    const part = Math.min(parts - 1, Math.floor(Math.log(size / low) * scale));
    counts[part] = (counts[part] as number) + 1;
  }
  const fullest = counts.indexOf(Math.max(...counts));
  return {
    counts,
    low,
    high,
    mode: low * Math.exp((fullest + 0.5) / scale),
    total: sizes.length - zeros - broken,
    zeros,
    broken,
  };
}
