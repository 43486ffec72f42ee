/** The gradient across the depth of a model, from the norms of its layers. Pure. */

import type { Layer } from "../wire.gen";
import type { Grid } from "./facts";

/** Across depth the gradient is flat while its largest is within so many times its smallest: this page's rule of thumb.
 * (Composer's OptimizerMonitor is where practitioners look at it.) */
export const FLAT_WITHIN = 10;

export interface BlockNorm {
  readonly block: number;
  /** Root of the sum of its layers' squares. */
  readonly norm: number;
}

export interface Depth {
  readonly blocks: readonly BlockNorm[];
  readonly largest: BlockNorm;
  readonly smallest: BlockNorm;
  /** Infinite where a block has no gradient at all. */
  readonly ratio: number;
}

/** Norm of all layers' gradients taken as one vector; NaN = none is known. Tied and frozen layers add nothing. */
export function totalAt(grid: Grid, column: number, wanted: (layer: number) => boolean = () => true): number {
  let [sum, known] = [0, 0];
  const columns = grid.steps.length;
  for (let layer = 0; layer < grid.layers; layer++) {
    const value = grid.values[layer * columns + column] as number;
    if (!Number.isFinite(value) || !wanted(layer)) continue;
    sum += value * value;
    known++;
  }
  return known > 0 ? Math.sqrt(sum) : Number.NaN;
}

/** null = there are no two blocks with a known gradient. */
export function depthAt(grid: Grid, layers: readonly Layer[], column: number): Depth | null {
  const numbers = [...new Set(layers.flatMap(({ block }) => (block === null ? [] : [block])))].sort((a, b) => a - b);
  const blocks = numbers
    .map((block) => ({ block, norm: totalAt(grid, column, (layer) => layers[layer]?.block === block) }))
    .filter(({ norm }) => Number.isFinite(norm));
  if (blocks.length < 2) return null;
  const [largest, smallest] = [extreme(blocks, 1), extreme(blocks, -1)];
  return { blocks, largest, smallest, ratio: largest.norm / smallest.norm };
}

const extreme = (blocks: readonly BlockNorm[], sign: 1 | -1) =>
  blocks.reduce((best, one) => (sign * (one.norm - best.norm) > 0 ? one : best));

/** The layer with the largest value in a column, -1 = none is known; `sign` -1: with the smallest. */
export function extremeLayer(grid: Grid, column: number, sign: 1 | -1 = 1): number {
  let best = -1;
  const columns = grid.steps.length;
  const at = (layer: number) => grid.values[layer * columns + column] as number;
  for (let layer = 0; layer < grid.layers; layer++) {
    if (Number.isFinite(at(layer)) && (best < 0 || sign * (at(layer) - at(best)) > 0)) best = layer;
  }
  return best;
}

/** The first column from which on anything was measured at or after a share of the run, and the last one; -1 = none. */
export function lastMeasured(grid: Grid): number {
  for (let column = grid.steps.length - 1; column >= 0; column--)
    if (Number.isFinite(totalAt(grid, column))) return column;
  return -1;
}

export function firstMeasured(grid: Grid): number {
  for (let column = 0; column < grid.steps.length; column++)
    if (Number.isFinite(totalAt(grid, column)) && totalAt(grid, column) > 0) return column;
  return -1;
}
