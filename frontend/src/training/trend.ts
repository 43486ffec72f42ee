/** Where the loss is heading: a robust slope with its uncertainty, and what it means in words. */

import { smooth } from "../axis";
import { median, type Series } from "./series";

/** The part of the run that is judged: its last quarter. This and the threshold are this page's choice. */
export const PART = 0.25;
/** Less than so much over that part is flat. */
export const FLAT = 0.01;
/** Fewer points say nothing. */
const LEAST = 12;
/** Pairs grow with the square of the points. */
const MOST = 400;
/** 95 %. */
const Z = 1.96;

export interface Slope {
  /** Per step, with the ends of its 95 % interval. */
  readonly slope: number;
  readonly low: number;
  readonly high: number;
}

/**
 * Theil–Sen: the median of the slopes of all pairs of points, which a third of the points can't lead astray (Theil 1950).
 * Interval: Sen 1968, by the normal approximation of Kendall's S; it takes the points' noise as independent.
 * xs rising; null for fewer than two different xs. More points than 400 are first brought together: medians of as many
 * neighbours each.
 */
export function theilSen(xs: ArrayLike<number>, ys: ArrayLike<number>): Slope | null {
  const [x, y] = thinned(xs, ys);
  const n = x.length;
  const slopes: number[] = [];
  for (let i = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++) {
      const run = (x[j] as number) - (x[i] as number);
      if (run > 0) slopes.push(((y[j] as number) - (y[i] as number)) / run);
    }
  }
  if (slopes.length === 0) return null;
  const sorted = Float64Array.from(slopes).sort();
  const count = sorted.length;
  const half = (Z * Math.sqrt((n * (n - 1) * (2 * n + 5)) / 18)) / 2;
  const at = (rank: number) => sorted[Math.min(count - 1, Math.max(0, rank))] as number;
  return {
    slope: median(sorted),
    low: at(Math.floor(count / 2 - half) - 1),
    high: at(Math.ceil(count / 2 + half)),
  };
}

function thinned(xs: ArrayLike<number>, ys: ArrayLike<number>): [number[], number[]] {
  const size = Math.ceil(xs.length / MOST);
  const x: number[] = [];
  const y: number[] = [];
  for (let i = 0; i < xs.length; i += size) {
    const end = Math.min(xs.length, i + size);
    x.push(median(Array.from({ length: end - i }, (_, k) => xs[i + k] as number)));
    y.push(median(Array.from({ length: end - i }, (_, k) => ys[i + k] as number)));
  }
  return [x, y];
}

export type Course = "falling" | "flat" | "rising";

export interface Trend {
  readonly course: Course;
  /** Share by which the loss changes over the part, -0.02 = 2 % down; and per 100 steps, with the interval's ends. */
  readonly change: number;
  readonly per100: number;
  readonly per100Low: number;
  readonly per100High: number;
  /** Steps judged. */
  readonly from: number;
  readonly to: number;
  readonly points: number;
  /** Where it is flat: since which step the smoothed loss stays within the threshold of where it ends. */
  readonly flatSince: number | null;
}

/** Of the logarithm of the loss over the last quarter of the run's steps; null where there is too little, or the loss
 * isn't positive. Falling or rising: the interval doesn't hold 0 and the change is at least 1 %. */
export function trendOf(loss: Series): Trend | null {
  const all = places(loss);
  const first = loss.steps[all[0] ?? 0] as number;
  const to = loss.steps[all.at(-1) ?? 0] as number;
  const part = all.filter((i) => (loss.steps[i] as number) >= to - (to - first) * PART);
  if (part.length < LEAST) return null;
  const steps = part.map((i) => loss.steps[i] as number);
  const found = theilSen(
    steps,
    part.map((i) => Math.log(loss.values[i] as number)),
  );
  if (!found) return null;
  const from = steps[0] as number;
  const over = (slope: number, count: number) => Math.expm1(slope * count);
  const change = over(found.slope, to - from);
  const sure = found.high < 0 || found.low > 0;
  const course = !sure || Math.abs(change) < FLAT ? "flat" : change < 0 ? "falling" : "rising";
  return {
    course,
    change,
    per100: over(found.slope, 100),
    per100Low: over(found.low, 100),
    per100High: over(found.high, 100),
    from,
    to,
    points: part.length,
    flatSince: course === "flat" ? flatSince(loss, all) : null,
  };
}

/** Places of the losses that have a logarithm. */
const places = (loss: Series) =>
  Array.from({ length: loss.values.length }, (_, i) => i).filter(
    (i) => Number.isFinite(loss.values[i]) && (loss.values[i] as number) > 0,
  );

/** First step from which on the loss, smoothed over a fiftieth of its points, keeps within the threshold of its end: the
 * median of its last twentieth. */
function flatSince(loss: Series, all: readonly number[]): number {
  const values = all.map((i) => loss.values[i] as number);
  const course = smooth(values, Math.max(2, Math.round(values.length / 50)));
  const end = median(values.slice(-Math.max(LEAST, Math.round(values.length / 20))));
  let from = all.length - 1;
  while (from > 0 && Math.abs((course[from - 1] as number) / end - 1) <= FLAT) from--;
  return loss.steps[all[from] as number] as number;
}

/** "still falling", "flat since step 1,200", "rising": with how numbers of steps are written. */
export function courseWords(trend: Trend, written: (step: number) => string): string {
  if (trend.course === "falling") return "still falling";
  if (trend.course === "rising") return "rising";
  // Where the noise is larger than the threshold the smoothed loss leaves it now and then.
  const since = trend.flatSince !== null && trend.flatSince < trend.from + (trend.to - trend.from) / 2;
  return since ? `flat since step ${written(trend.flatSince as number)}` : `flat since step ${written(trend.from)}`;
}

/** What the end of the run is doing as a whole, see `insights`. */
export interface LastPhase {
  readonly name: string;
  readonly first_step: number;
}

const IN_PHASE: Readonly<Record<string, string>> = {
  plateau: "standing still",
  convergence: "hardly falling any more",
  divergence: "risen for good",
  oscillation: "swinging",
};

/** The run goes on without a loss: there is nothing to tell a slope of. */
export const isLost = (trend: Trend, phase: LastPhase | null): boolean =>
  phase?.name === "divergence" && phase.first_step > trend.to;

/** The same in the words of the phase that the run ends in, so that the page says one thing: a phase is told from the whole
 * curve, the slope from its last quarter. */
export function courseInPhase(trend: Trend, phase: LastPhase | null, written: (step: number) => string): string {
  if (phase && isLost(trend, phase)) return `no finite number since step ${written(phase.first_step)}`;
  const words = phase && IN_PHASE[phase.name];
  if (words) return `${words} since step ${written(phase.first_step)}`;
  return phase && trend.course === "flat" ? "not clearly falling lately" : courseWords(trend, written);
}
