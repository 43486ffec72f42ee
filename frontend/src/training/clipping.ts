/** How often the gradient was clipped, and how that is known. */

import { median } from "./series";

/** Two norms are alike within this share: rounding of sums over many layers. */
const ALIKE = 1e-3;
const LEAST_COUNT = 5;
const LEAST_SHARE = 0.02;
/** A pile of equal values stands out when it has so many times what lies just below it. */
const STANDS_OUT = 3;

export interface Clipping {
  /** Share of the points. */
  readonly share: number;
  /** The largest norm let through, null = only the share was logged. */
  readonly cap: number | null;
  readonly points: number;
  readonly how: "share logged" | "cap logged" | "same largest norm" | "cap seen in layers";
}

const finite = (values: ArrayLike<number>) => Array.from(values).filter(Number.isFinite);

/** The script logs whether, or of which share, it clipped. */
export function clippingLogged(shares: ArrayLike<number>): Clipping | null {
  const known = finite(shares);
  if (known.length === 0 || known.some((share) => share < 0 || share > 1)) return null;
  const share = known.reduce((sum, one) => sum + one, 0) / known.length;
  return { share, cap: null, points: known.length, how: "share logged" };
}

/** norms: before clipping, or after it, when those at the cap count too. */
export function clippingAt(norms: ArrayLike<number>, cap: number): Clipping | null {
  const known = finite(norms);
  if (known.length === 0 || !(cap > 0)) return null;
  const clipped = known.filter((norm) => norm >= cap * (1 - ALIKE)).length;
  return { share: clipped / known.length, cap, points: known.length, how: "cap logged" };
}

/** From norms after clipping alone: the largest one again and again is a cap. null = no such. */
export function clippingInferred(norms: ArrayLike<number>): Clipping | null {
  const known = finite(norms);
  const cap = known.reduce((most, norm) => Math.max(most, norm), 0);
  if (!(cap > 0)) return null;
  const within = (from: number, to: number) => known.filter((norm) => norm >= cap * from && norm < cap * to).length;
  const at = within(1 - ALIKE, 2);
  const below = within(1 - 2 * ALIKE, 1 - ALIKE);
  if (at < LEAST_COUNT || at < known.length * LEAST_SHARE || at < STANDS_OUT * below) return null;
  return { share: at / known.length, cap, points: known.length, how: "same largest norm" };
}

/** Norms of the whole gradient at single steps. */
export interface Norms {
  readonly steps: ArrayLike<number>;
  readonly values: ArrayLike<number>;
}

/** Steps at which the script's own norm is larger than what the optimizer saw were clipped, all to the same norm. */
const LEAST_STEPS = 2;

/** From the layers' norms at the snapshots, which are of after clipping, and the script's own where it logs them. Where
 * those are of before clipping, they say at how many steps the cap was reached. */
export function clippingSeen(layers: Norms, logged: Norms | null): Clipping | null {
  if (!logged) return clippingInferred(layers.values);
  const before = new Map(Array.from(logged.steps, (step, i) => [step, logged.values[i] as number]));
  const lowered = Array.from(layers.steps, (step, i) => [before.get(step), layers.values[i] as number] as const)
    .filter(([norm, after]) => norm !== undefined && norm > after * (1 + ALIKE) && after > 0)
    .map(([, after]) => after);
  const cap = median(lowered);
  const alike = lowered.filter((norm) => Math.abs(norm / cap - 1) <= ALIKE).length;
  if (alike < LEAST_STEPS || alike < 0.9 * lowered.length) return clippingInferred(layers.values);
  const found = clippingAt(logged.values, cap);
  return found && { ...found, how: "cap seen in layers" };
}

/** Norm of the whole gradient from those of the layers, [L, C] row by row; NaN where no layer's is known. A layer
 * without one (tied, frozen) adds nothing. */
export function totalNorms(norms: ArrayLike<number>, layers: number, columns: number): Float64Array {
  return Float64Array.from({ length: columns }, (_, c) => {
    let [sum, known] = [0, 0];
    for (let l = 0; l < layers; l++) {
      const norm = norms[l * columns + c] as number;
      if (!Number.isFinite(norm)) continue;
      sum += norm * norm;
      known++;
    }
    return known > 0 ? Math.sqrt(sum) : Number.NaN;
  });
}
