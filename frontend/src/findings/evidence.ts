/** The evidence of a finding as columns of one chart: series over all of their steps, the ends of the axes. Pure. */

import { extent } from "../axis";
import type { Evidence } from "../wire.gen";

export interface EvidenceColumns {
  /** Steps of all series, each once, rising. */
  readonly steps: Float64Array;
  /** By series, one value a step: null = not finite, a gap; undefined = this series has no point there. */
  readonly values: readonly (readonly (number | null | undefined)[])[];
  readonly log: boolean;
  readonly range: readonly [number, number];
  readonly ends: readonly [number, number];
  /** null = none, or none that this scale can show. */
  readonly threshold: number | null;
}

/** null where nothing finite was measured. */
export function evidenceColumns({ series, threshold, log: wanted }: Evidence): EvidenceColumns | null {
  const numbers = series.map((one) => one.values.map((value) => value ?? Number.NaN));
  const limit = threshold === null ? [] : [threshold];
  // Zeros have no place on a logarithmic scale; where there is little else the scale is a plain one.
  const log = wanted && !!extent(numbers, true) && (threshold === null || threshold > 0);
  const found = extent([...numbers, limit], log);
  if (!found || !extent(numbers, log)) return null;
  const steps = Float64Array.from(new Set(series.flatMap((one) => one.steps))).sort();
  const [first, last] = [steps[0] ?? 0, steps.at(-1) ?? 1];
  return {
    steps,
    values: series.map((one) => aligned(steps, one.steps, one.values, log)),
    log,
    range: [first, Math.max(last, first + 1)],
    ends: withRoom(found, log),
    threshold: threshold !== null && (!log || threshold > 0) ? threshold : null,
  };
}

function aligned(
  all: Float64Array,
  steps: readonly number[],
  values: readonly (number | null)[],
  log: boolean,
): (number | null | undefined)[] {
  const own = new Map(steps.map((step, i) => [step, values[i] ?? null] as const));
  return Array.from(all, (step) => {
    const value = own.get(step);
    return typeof value === "number" && log && value <= 0 ? null : value;
  });
}

/** Room above for the threshold's name. */
function withRoom([low, high]: readonly [number, number], log: boolean): [number, number] {
  if (log) {
    const room = high > low ? (high / low) ** 0.08 : 1.5;
    return [low / room, high * room];
  }
  const room = high > low ? (high - low) * 0.08 : Math.abs(high) / 2 || 1;
  return [low >= 0 ? Math.max(0, low - room) : low - room, high + room];
}

/** Powers of ten within the ends, at most so many; where there are few, twice and five times them too. */
export function decades([low, high]: readonly [number, number], most: number): number[] {
  const [first, last] = [Math.ceil(Math.log10(low)), Math.floor(Math.log10(high))];
  if (last - first < 2) {
    const powers = Array.from({ length: last - first + 3 }, (_, k) => 10 ** (first - 1 + k));
    const fine = powers.flatMap((power) => [1, 2, 5].map((times) => times * power));
    return fine.filter((value) => value >= low && value <= high).slice(0, most + 1);
  }
  const stride = Math.ceil((last - first + 1) / most);
  return Array.from({ length: Math.floor((last - first) / stride) + 1 }, (_, k) => 10 ** (first + k * stride));
}

/** What a series has at or before a step; null = nothing yet, or nothing finite. */
export function seriesAt(
  { steps, values }: { steps: readonly number[]; values: readonly (number | null)[] },
  step: number,
) {
  const at = steps.findLastIndex((one) => one <= step);
  return at < 0 ? null : (values[at] ?? null);
}
