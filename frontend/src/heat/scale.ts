/** From values to shares of a colour scale, so that one early spike doesn't flatten the rest. Pure. */

export interface HeatScale {
  readonly low: number;
  readonly high: number;
  readonly log: boolean;
  /** Values lie beyond the ends: the legend says so. */
  readonly clipped: boolean;
}

export interface RobustScale extends HeatScale {
  /** Smallest and largest value there is: of those that the scale can show, positive ones where it is logarithmic. */
  readonly least: number;
  readonly most: number;
}

export const LOW_SHARE = 0.02;
export const HIGH_SHARE = 0.995;
/** Sorting more values says nothing more about their quantiles. */
const MOST_SORTED = 50_000;

/** Ends at robust quantiles of the finite values, positive ones only on a logarithmic scale; null where there is none. */
export function heatScale(values: ArrayLike<number>, log: boolean): RobustScale | null {
  return scaleOf(values, [[0, values.length]], log);
}

/** The same of some lines of a map [L, width] only. */
export function heatScaleOf(
  values: ArrayLike<number>,
  lines: readonly number[],
  width: number,
  log: boolean,
): RobustScale | null {
  return scaleOf(
    values,
    lines.map((line) => [line * width, (line + 1) * width] as const),
    log,
  );
}

function scaleOf(
  values: ArrayLike<number>,
  parts: readonly (readonly [number, number])[],
  log: boolean,
): RobustScale | null {
  const many = parts.reduce((sum, [begin, end]) => sum + end - begin, 0);
  const stride = Math.max(1, Math.floor(many / MOST_SORTED));
  const kept = new Float32Array(Math.ceil(many / stride));
  let [least, most, seen, count] = [Infinity, -Infinity, 0, 0];
  for (const [begin, end] of parts) {
    for (let i = begin; i < end; i += 1) {
      const value = values[i] as number;
      seen += 1;
      if (!Number.isFinite(value) || (log && value <= 0)) continue;
      if (value < least) least = value;
      if (value > most) most = value;
      if (seen % stride === 0 && count < kept.length) {
        kept[count] = value;
        count += 1;
      }
    }
  }
  if (least > most) return null;
  const sorted = count > 0 ? kept.subarray(0, count).sort() : Float64Array.of(least, most);
  const at = (share: number) => sorted[Math.round((sorted.length - 1) * share)] as number;
  let [low, high] = [at(LOW_SHARE), at(HIGH_SHARE)];
  if (!(high > low)) {
    const room = Math.max(Math.abs(low), 1e-12) * (log ? 0.5 : 0.05);
    [low, high] = [log ? low / 1.5 : low - room, log ? low * 1.5 : low + room];
  }
  return { low, high, log, clipped: least < low || most > high, least, most };
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

/** On the way from one scale to the next, by a share of it; along ratios where both are logarithmic. */
export function between(from: HeatScale, to: RobustScale, share: number): RobustScale {
  if (share >= 1 || from.log !== to.log) return to;
  const mix = (one: number, other: number) => (to.log ? one * (other / one) ** share : one + (other - one) * share);
  return { ...to, low: mix(from.low, to.low), high: mix(from.high, to.high) };
}

/** Whether colours would change by so much that the eye sees it: by more than `share` of the scale at either end. */
export function differs(one: HeatScale, other: HeatScale, share = 0.02): boolean {
  if (one.log !== other.log) return true;
  const turn = one.log ? Math.log : (value: number) => value;
  const length = turn(one.high) - turn(one.low);
  const moved = Math.max(Math.abs(turn(other.low) - turn(one.low)), Math.abs(turn(other.high) - turn(one.high)));
  return !(moved <= share * length);
}
