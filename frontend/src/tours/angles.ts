/** From where to look at a cloud so that what is told of can be seen. Pure. */

import type { Angles } from "./tour";

export type Direction = readonly [number, number, number];

const DEGREES = 180 / Math.PI;
/** Straight from above the upright axis can't be told from a point. */
const STEEPEST = 75;

export function meanPlace(positions: ArrayLike<number>, rows: readonly number[]): Direction {
  const sum = [0, 0, 0];
  let count = 0;
  for (const row of rows) {
    if (!Number.isFinite(positions[row * 3])) continue;
    count++;
    for (let axis = 0; axis < 3; axis++) sum[axis] = (sum[axis] as number) + (positions[row * 3 + axis] as number);
  }
  return [(sum[0] as number) / count, (sum[1] as number) / count, (sum[2] as number) / count];
}

/** Along a normal of the plane that is to be seen flat: the picture shows the side from which the normal comes. */
export function alongNormal([x, y, z]: Direction): Angles {
  // Whichever of both sides is nearer to the usual place in front.
  const turned: Direction = z < 0 ? [-x, -y, -z] : [x, y, z];
  const length = Math.hypot(...turned);
  if (!(length > 0)) return { azimuth: 0, elevation: 0 };
  const elevation = Math.asin(turned[1] / length) * DEGREES;
  // scene/pose.ts: rotation row 2 (toward the viewer) is (-cos e sin a, sin e, cos e cos a).
  const azimuth = Math.atan2(-turned[0], turned[2]) * DEGREES;
  return { azimuth, elevation: Math.max(-STEEPEST, Math.min(STEEPEST, elevation)) };
}

/** So that a direction lies across the picture: from in front of it, as near to the usual place as can be. */
export function across(direction: Direction): Angles {
  const length = Math.hypot(...direction);
  if (!(length > 0)) return { azimuth: 0, elevation: 15 };
  const [x, y, z] = direction.map((value) => value / length) as [number, number, number];
  // What is left of the usual way of looking when the part along the direction is taken out.
  const usual: Direction = [0.17, 0.26, 0.95];
  const along = usual[0] * x + usual[1] * y + usual[2] * z;
  const toward: Direction = [usual[0] - along * x, usual[1] - along * y, usual[2] - along * z];
  if (Math.hypot(...toward) > 0.2) return alongNormal(toward);
  // The direction is that way of looking: any place beside it does.
  return alongNormal([z, 0, -x]);
}
