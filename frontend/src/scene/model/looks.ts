// biome-ignore-all lint/style/noNonNullAssertion: typed arrays, indexed inside their length
/** What every drawing of the model agrees on: what is wanted, and what a folded block's colour is made of. Pure. */

import type { Box } from "./boxes";

/** What isn't wanted recedes to this share of itself. */
export const RECEDED = 0.12;

export function wantedBox({ slab, tile }: Box, shown: Uint8Array): boolean {
  if (slab) return shown[slab.layer] === 1;
  return tile ? tile.layers.some((layer) => shown[layer] === 1) : true;
}

/** Of the layers that are known; NaN = of none. */
export function meanShare(layers: readonly number[], shares: ArrayLike<number>): number {
  let [sum, count] = [0, 0];
  for (const layer of layers) {
    const share = shares[layer]!;
    if (Number.isNaN(share)) continue;
    sum += Math.max(0, share);
    count += 1;
  }
  return count === 0 ? Number.NaN : sum / count;
}
