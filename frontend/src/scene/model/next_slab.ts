/** Which slab lies next in a direction: for the arrow keys. Pure. */

import type { Slab } from "../../architecture/types";

/** dx, dy: one of them is ±1, y up. Sideways counts double, so that a column or row is kept to. Null = there is none. Without a
 * slab to begin with, the first one. */
export function nextSlab(slabs: readonly Slab[], layer: number | null, dx: number, dy: number): number | null {
  const here = slabs.find((slab) => slab.layer === layer);
  if (!here) return slabs[0]?.layer ?? null;
  const [x, y] = [here.x + here.width / 2, here.y + here.height / 2];
  let [found, nearest] = [null as number | null, Infinity];
  for (const slab of slabs) {
    if (slab === here) continue;
    // To the edge that looks this way: tall neighbours aren't farther than short ones.
    const ahead = dx !== 0 ? dx * (slab.x + slab.width / 2 - x) : dy * (slab.y + slab.height / 2 - y);
    const aside = dx !== 0 ? gap(slab.y, slab.height, y) : gap(slab.x, slab.width, x);
    if (ahead <= 1) continue;
    const far = ahead + 2.5 * aside;
    if (far < nearest) [found, nearest] = [slab.layer, far];
  }
  return found;
}

function gap(low: number, size: number, at: number): number {
  return Math.max(0, low - at, at - low - size);
}
