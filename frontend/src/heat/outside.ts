// biome-ignore-all lint/style/noNonNullAssertion: typed arrays, indexed inside their length
/** Which cells lie outside of what is healthy. Pure. */

import type { Columns } from "./cells";

/** Limits of one cell; null = none on that side. */
export type LimitsAt = (layer: number, column: number) => { readonly low: number | null; readonly high: number | null };

/** [L, C]: 1 = some value in the cell is below, 2 = above, 0 = neither or not measured. applies: of each layer. */
export function outsideOf(of: Columns, applies: readonly boolean[], limitsAt: LimitsAt): Uint8Array {
  const found = new Uint8Array(of.layers * of.columns);
  for (let layer = 0; layer < of.layers; layer += 1) {
    if (!applies[layer]) continue;
    for (let c = 0; c < of.columns; c += 1) {
      const at = layer * of.columns + c;
      if (Number.isNaN(of.shown[at]!)) continue;
      const { low, high } = limitsAt(layer, c);
      if (high !== null && of.high[at]! > high) found[at] = 2;
      else if (low !== null && of.low[at]! < low) found[at] = 1;
    }
  }
  return found;
}

/** How many of these layers are outside in one column, of how many that have a value there and a limit. */
export function countOutside(
  of: Columns,
  outside: Uint8Array,
  applies: readonly boolean[],
  layers: readonly number[],
  column: number,
): { outside: number; measured: number } {
  let [out, measured] = [0, 0];
  for (const layer of layers) {
    const at = layer * of.columns + column;
    if (!applies[layer] || Number.isNaN(of.shown[at]!)) continue;
    measured += 1;
    if (outside[at]! > 0) out += 1;
  }
  return { outside: out, measured };
}
