/** What the chart of a finding says in numbers: where its threshold is crossed, and by how much at most. Pure. */

import type { Evidence, EvidenceSeries, Finding } from "../wire.gen";

export interface Point {
  readonly step: number;
  readonly value: number;
}

export interface Reading {
  readonly name: string;
  /** Within the finding's steps: the first value. */
  readonly at: Point;
  /** The one farthest beyond the threshold; without one, farthest from the first. */
  readonly farthest: Point;
  /** The first one beyond the threshold, and on which side that is; null = there is no threshold, or none is beyond it. */
  readonly crossed: (Point & { readonly over: boolean }) | null;
}

/** Of the first series that has values in the finding's steps; null = none has. */
export function readingOf(finding: Finding): Reading | null {
  const { evidence } = finding;
  if (!evidence) return null;
  for (const series of evidence.series) {
    const found = readSeries(series, evidence, finding);
    if (found) return found;
  }
  return null;
}

function readSeries(series: EvidenceSeries, { threshold }: Evidence, finding: Finding): Reading | null {
  const points = series.steps
    .map((step, i) => ({ step, value: series.values[i] }))
    .filter((one): one is Point => one.value !== null && one.value !== undefined);
  const inside = points.filter(({ step }) => step >= finding.first_step && step <= finding.last_step);
  const [at] = inside;
  if (!at) return null;
  const farthestFrom = (value: (point: Point) => number) =>
    inside.reduce((best, one) => (value(one) > value(best) ? one : best), at);
  const { name } = series;
  if (threshold === null)
    return { name, at, farthest: farthestFrom((one) => Math.abs(one.value - at.value)), crossed: null };
  const over = sideOf(threshold, points, inside, finding);
  const beyond = (one: Point) => (over ? one.value > threshold : one.value < threshold);
  const first = inside.find(beyond);
  const farthest = farthestFrom((one) => (over ? one.value : -one.value));
  return { name, at, farthest, crossed: first ? { ...first, over } : null };
}

/** On which side the values of these kinds are found; of others both can be. A loss that has fallen through the line before it
 * rises over it was over it mostly, so where it was before doesn't tell. */
const OVER: Readonly<Record<string, boolean>> = {
  overfitting: true,
  divergence: true,
  spike: true,
  oscillation: true,
  exploding_gradients: true,
  vanishing_gradients: false,
  dead_units: true,
  anisotropy: true,
  clip_rate: true,
  non_finite: true,
};

/** true = values over the threshold are what was found: those that most were not before, else as it ends. */
function sideOf(
  threshold: number,
  points: readonly Point[],
  inside: readonly Point[],
  { first_step, insight }: Finding,
): boolean {
  const known = OVER[insight];
  if (known !== undefined) return known;
  const before = points.filter(({ step }) => step < first_step);
  const over = before.filter(({ value }) => value > threshold).length;
  const mostly = over > before.length / 2;
  if (before.length > 0 && inside.some(({ value }) => value > threshold !== mostly)) return !mostly;
  return (inside.at(-1)?.value ?? 0) > threshold;
}
