// biome-ignore-all lint/style/noNonNullAssertion: typed arrays, indexed inside their length
/** Where the camera goes to look at some rows closely. */

import { fitted } from "./fit";
import type { Cloud } from "./projected";
import type { Insets, Pose } from "./types";

/** Share of the fitted distance from which a single row is looked at: near enough to see it apart, far enough to see its surroundings. */
const ONE = 1 / 3.5;
/** Rows on one spot aren't come nearer to than this. */
const CLOSEST = 1 / 14;
/** Room around the rows for their rings and labels, CSS px. */
const ROOM = { left: 64, top: 44, right: 84, bottom: 44 };

/** `from` turned to the drawn ones of `rows`, so near that they fill the free part of the canvas; null when none of them is drawn. */
export function closeUp(
  from: Pose,
  flat: boolean,
  width: number,
  height: number,
  insets: Insets,
  cloud: Cloud,
  rows: readonly number[],
  fitDistance: number,
): Pose | null {
  const places = new Float32Array(rows.length * 3);
  let count = 0;
  const low = [Infinity, Infinity, Infinity];
  const high = [-Infinity, -Infinity, -Infinity];
  for (const row of rows) {
    if (cloud.visible[row] !== 1) continue;
    const at = [0, 1, 2].map((k) => {
      const before = cloud.from[row * 3 + k]!;
      return before + (cloud.to[row * 3 + k]! - before) * cloud.mix;
    });
    if (!at.every(Number.isFinite)) continue;
    places.set(at, count * 3);
    count += 1;
    for (const [k, value] of at.entries()) {
      low[k] = Math.min(low[k]!, value);
      high[k] = Math.max(high[k]!, value);
    }
  }
  if (count === 0) return null;
  const target = low.map((edge, k) => (edge + high[k]!) / 2) as [number, number, number];
  if (count === 1) return { ...from, target, distance: Math.min(from.distance, fitDistance * ONE) };
  const around = { ...from, target, distance: fitDistance };
  const filled = fitted(around, flat, width, height, insets, [{ places, count, ...ROOM }]);
  return { ...filled, distance: Math.max(filled.distance, fitDistance * CLOSEST) };
}
