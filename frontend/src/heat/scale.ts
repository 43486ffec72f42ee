/** From values to shares of a colour scale, so that one early spike doesn't flatten the rest. Pure. */

export interface HeatScale {
  readonly low: number;
  readonly high: number;
  readonly log: boolean;
  /** Values lie beyond the ends: the legend says so. */
  readonly clipped: boolean;
}

const LOW_SHARE = 0.02;
const HIGH_SHARE = 0.995;
/** Sorting more values says nothing more about their quantiles. */
const MOST_SORTED = 50_000;

/** Ends at robust quantiles of the finite values, positive ones only on a logarithmic scale; null where there is none. */
export function heatScale(values: ArrayLike<number>, log: boolean): HeatScale | null {
  const stride = Math.max(1, Math.floor(values.length / MOST_SORTED));
  const kept: number[] = [];
  let [least, most] = [Infinity, -Infinity];
  for (let i = 0; i < values.length; i += 1) {
    const value = values[i] as number;
    if (!Number.isFinite(value) || (log && value <= 0)) continue;
    least = Math.min(least, value);
    most = Math.max(most, value);
    if (i % stride === 0) kept.push(value);
  }
  if (least > most) return null;
  if (kept.length === 0) kept.push(least, most);
  const sorted = Float64Array.from(kept).sort();
  const at = (share: number) => sorted[Math.round((sorted.length - 1) * share)] as number;
  let [low, high] = [at(LOW_SHARE), at(HIGH_SHARE)];
  if (!(high > low)) {
    const room = Math.max(Math.abs(low), 1e-12) * (log ? 0.5 : 0.05);
    [low, high] = [log ? low / 1.5 : low - room, log ? low * 1.5 : low + room];
  }
  return { low, high, log, clipped: least < low || most > high };
}

/** 0 at the low end, 1 at the high end, beyond them clamped; NaN where there is no value, -1 = zero on a log scale. */
export function shareOf(scale: HeatScale, value: number): number {
  if (Number.isNaN(value)) return Number.NaN;
  if (scale.log && value <= 0) return -1;
  const share = scale.log
    ? Math.log(value / scale.low) / Math.log(scale.high / scale.low)
    : (value - scale.low) / (scale.high - scale.low);
  return Math.min(1, Math.max(0, share));
}
