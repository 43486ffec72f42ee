/** Axis arithmetic: round ticks on linear and logarithmic axes. Pure. */

/** Round values over [low, high], about `count` of them. */
export function ticks(low: number, high: number, count: number): number[] {
  if (!(high > low) || count < 1) return [low];
  const raw = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(raw));
  const factor = [1, 2, 5, 10].find((candidate) => candidate * power >= raw * 0.999) as number;
  const gap = factor * power;
  const found: number[] = [];
  for (let i = Math.ceil(low / gap - 1e-9); i * gap <= high + gap * 1e-9; i++)
    found.push(Number((i * gap).toPrecision(12)));
  return found;
}

/** Round values on a logarithmic axis over [low, high] > 0, about `count` of them. */
export function logTicks(low: number, high: number, count: number): number[] {
  const decades = Math.log10(high / low);
  // Within one decade, evenly spaced round numbers read better than 1, 2, 5.
  if (decades < 1) return ticks(low, high, count).filter((value) => value > 0);
  const factors = decades > count ? [1] : decades > count / 2 ? [1, 3] : [1, 2, 5];
  const found: number[] = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power++) {
    for (const factor of factors) {
      const value = Number((factor * 10 ** power).toPrecision(12));
      if (value >= low && value <= high) found.push(value);
    }
  }
  const every = Math.ceil(found.length / (count * 1.5));
  return found.filter((_, i) => i % every === 0);
}

/** Lowest and highest finite value of several series, positive ones only for a logarithmic axis; null = none. */
export function extent(series: readonly ArrayLike<number>[], positive = false): [number, number] | null {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const values of series) {
    for (let i = 0; i < values.length; i++) {
      const value = values[i] as number;
      if (!Number.isFinite(value) || (positive && value <= 0)) continue;
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  return low <= high ? [low, high] : null;
}

/** Least ratio of the ends of a logarithmic axis: what rounding makes of a steady value would fill it otherwise. */
const STEADY = 1.2;

/** Ends of a logarithmic axis, put apart round their middle where the values hardly differ. */
export function roomy([low, high]: readonly [number, number]): [number, number] {
  if (high / low >= STEADY) return [low, high];
  const [middle, half] = [Math.sqrt(low * high), Math.sqrt(STEADY)];
  return [middle / half, middle * half];
}

/** A map from [low, high] to [start, end], logarithmic when asked. */
export function mapper(low: number, high: number, start: number, end: number, log = false): (value: number) => number {
  const turn = log ? Math.log : (value: number) => value;
  const from = turn(low);
  const span = turn(high) - from || 1;
  return (value) => start + ((turn(value) - from) / span) * (end - start);
}

/** Mean over the points around each one, `half` on either side; the window narrows toward the ends, so that nothing
 * lags. NaN is passed over. */
export function smooth(values: ArrayLike<number>, half: number): Float64Array {
  const length = values.length;
  const sums = new Float64Array(length + 1);
  const counts = new Float64Array(length + 1);
  for (let i = 0; i < length; i++) {
    const finite = Number.isFinite(values[i]);
    sums[i + 1] = (sums[i] as number) + (finite ? (values[i] as number) : 0);
    counts[i + 1] = (counts[i] as number) + (finite ? 1 : 0);
  }
  return Float64Array.from({ length }, (_, i) => {
    const reach = Math.min(half, i, length - 1 - i);
    const [first, last] = [i - reach, i + reach + 1];
    return ((sums[last] as number) - (sums[first] as number)) / ((counts[last] as number) - (counts[first] as number));
  });
}
