// biome-ignore-all lint/style/noNonNullAssertion: typed arrays, indexed inside their length
/** Level of detail: how densely points lie on each other on screen, how many of them are enough there, and how those are drawn so that the
 *  picture stays as dense. */

import { DENSITY_ROWS, FLAT_ROWS } from "./palette";
import { project, type View } from "./pose";
import type { Cloud } from "./projected";

/** Rows whose places tell how far the cloud spreads on screen. */
const LOOKED_AT = 256;
/** Where points lie over each other so many times on average, more of them change nothing that can be seen: discs hide what is behind them, a
 *  density needs more of them to stay smooth. */
const ENOUGH_DISCS = 8;
const ENOUGH_DENSE = 16;
const LEAST_SHARE = 0.05;
/** Shares are taken in steps, or each zoom by a hair would change the picture. */
const STEPS_PER_HALVING = 4;
/** Opacity of a point in a density never goes beyond this, and discs never grow by more than this: a sample must not look coarse. */
const MOST_OPAQUE = 0.6;
const MOST_GROWN = 1.4;

const place = new Float32Array(3);

/** How often a place within the cloud is covered by points, on average: the areas of `count` points over the area of the ellipse of two
 *  standard deviations on screen, both estimated on the first visible rows of `fair`, an order whose every start is a fair sample. */
export function crowding(cloud: Cloud, fair: Uint32Array, count: number, view: View, sizeFactor: number): number {
  const { from, to, mix, sizes, visible } = cloud;
  let n = 0;
  let sx = 0;
  let sy = 0;
  let sxx = 0;
  let syy = 0;
  let sxy = 0;
  let discs = 0;
  for (let k = 0; k < fair.length && n < LOOKED_AT; k += 1) {
    const row = fair[k]!;
    if (visible[row] !== 1) continue;
    const i = row * 3;
    const x3 = from[i]! + (to[i]! - from[i]!) * mix;
    const y3 = from[i + 1]! + (to[i + 1]! - from[i + 1]!) * mix;
    const z3 = from[i + 2]! + (to[i + 2]! - from[i + 2]!) * mix;
    project(view, x3, y3, z3, place);
    const x = place[0]! - view.centreX;
    const y = place[1]! - view.centreY;
    if (!Number.isFinite(x + y)) continue;
    const radius = sizes[row]! * sizeFactor;
    n += 1;
    sx += x;
    sy += y;
    sxx += x * x;
    syy += y * y;
    sxy += x * y;
    discs += Math.PI * radius * radius;
  }
  if (n < 3) return 0;
  const [vx, vy, vxy] = [sxx / n - (sx / n) ** 2, syy / n - (sy / n) ** 2, sxy / n - (sx / n) * (sy / n)];
  // At least a pixel each way: a cloud that falls onto one place is as crowded as can be, not infinitely.
  const area = 4 * Math.PI * Math.sqrt(Math.max(1, vx * vy - vxy * vxy));
  return (count * (discs / n)) / area;
}

/** Share of so many rows that is enough at this crowding, seen from `away` times the distance that shows everything: from there or nearer all
 *  are, and from farther no fewer per px than from there, so that who stands apart isn't lost. */
export function enough(covered: number, rows: number, away: number): number {
  const needed = rows > DENSITY_ROWS ? ENOUGH_DENSE : ENOUGH_DISCS;
  const spare = Math.min(covered / needed, away * away);
  if (!(spare > 1)) return 1;
  const halvings = Math.floor(Math.log2(spare) * STEPS_PER_HALVING) / STEPS_PER_HALVING;
  return Math.max(LEAST_SHARE, 2 ** -halvings);
}

/** Opacity of a point where rows are drawn as a density; 0 where they are not. Laid over each other, not added: added colours burn out to
 *  white and no class can be told. */
export function densityOf(rows: number): number {
  return rows > DENSITY_ROWS ? Math.min(0.5, Math.max(0.1, 0.5 * Math.sqrt(DENSITY_ROWS / rows))) : 0;
}

/** Opacity with which a share of the rows lets as little through as all of them: (1 - opacity) ** share is what is left of the ground. */
export function densityOfShare(rows: number, share: number): number {
  return Math.min(MOST_OPAQUE, 1 - (1 - densityOf(rows)) ** (1 / share));
}

/** How much larger the points of a share are drawn to cover what all of them would. */
export function grownBy(rows: number, share: number): number {
  if (share >= 1 || rows <= FLAT_ROWS) return 1;
  if (rows <= DENSITY_ROWS) return Math.min(MOST_GROWN, share ** -0.5);
  // What the opacity, at its limit, no longer makes up for.
  const missing = Math.log(1 - densityOf(rows)) / (share * Math.log(1 - densityOfShare(rows, share)));
  return Math.min(MOST_GROWN, Math.sqrt(missing));
}
