/** In how many matrices the update ratio is where it is expected. Pure. */

import { type Columns, cellAt, cellEdges, nearestFilled } from "../heat/cells";
import type { Model } from "../wire.gen";
import { indexAt } from "./curves";
import { adamLimits, adamOf, bandOf, isBand } from "./health_bands";

export interface BandCount {
  readonly inside: number;
  readonly measured: number;
}

/** Both of all layers in columns of steps. */
export interface BandSources {
  readonly ratios: Columns;
  readonly sizes: Columns;
  readonly rate: { readonly steps: Float64Array; readonly values: Float64Array };
}

/** Place of the column that stands for a step; -1 = there is none. */
function columnFor(of: Columns, step: number): number {
  const column = cellAt(cellEdges(of), step);
  return nearestFilled(of)[column] ?? -1;
}

/** At a step; null = it isn't known of any matrix, or no band is known for this optimizer. */
export function bandCount(model: Model, { ratios, sizes, rate }: BandSources, step: number): BandCount | null {
  const band = bandOf("update_ratio", model, rate.steps.length > 0);
  if (!isBand(band)) return null;
  const layers = model.layers;
  if (ratios.layers !== layers.length || sizes.layers !== layers.length) return null;
  const [column, other] = [columnFor(ratios, step), columnFor(sizes, step)];
  if (column < 0 || other < 0) return null;
  const at = Math.max(0, indexAt(rate.steps, step));
  const beta1 = adamOf(model)?.beta1;
  let [inside, measured] = [0, 0];
  for (const [place, layer] of layers.entries()) {
    if (!band.applies(layer)) continue;
    const cell = place * ratios.columns + column;
    const { low, high } = adamLimits(
      rate.values[at] ?? Number.NaN,
      sizes.shown[place * sizes.columns + other] ?? Number.NaN,
      beta1,
    );
    const [least, most] = [ratios.low[cell] ?? Number.NaN, ratios.high[cell] ?? Number.NaN];
    if (low === null || high === null || Number.isNaN(least) || Number.isNaN(most)) continue;
    measured += 1;
    if (least >= low && most <= high) inside += 1;
  }
  return measured > 0 ? { inside, measured } : null;
}
