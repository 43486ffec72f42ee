// biome-ignore-all lint/style/noNonNullAssertion: typed arrays, indexed inside their length
/** Which row lies under the pointer, and which one lies next in a direction. Linear scans: 0.2 ms for 100,000 rows. */

import type { Projected } from "./projected";

/** The front-most point whose disc holds (x, y); else the one whose edge is nearest within `tolerance` CSS px; else null. */
export function pick(at: Projected, x: number, y: number, tolerance: number): number | null {
  let inside = -1;
  let insideDepth = Infinity;
  let beside = -1;
  let besideGap = tolerance;
  const reach = at.maxRadius + tolerance;
  for (let row = 0; row < at.rows; row += 1) {
    const radius = at.radius[row]!;
    if (radius === 0) continue;
    const dx = at.x[row]! - x;
    const dy = at.y[row]! - y;
    if (dx > reach || dx < -reach || dy > reach || dy < -reach) continue;
    const gap = Math.sqrt(dx * dx + dy * dy) - radius;
    if (gap <= 0) {
      if (at.depth[row]! < insideDepth) {
        insideDepth = at.depth[row]!;
        inside = row;
      }
    } else if (gap <= besideGap) {
      besideGap = gap;
      beside = row;
    }
  }
  if (inside >= 0) return inside;
  return beside >= 0 ? beside : null;
}

/** The row whose number (row + 1, least byte first, 0 = none) stands in the middle of a square of RGBA px, else the one nearest to the middle
 *  within `reach` px, else null. */
export function nearestId(pixels: Uint8Array, side: number, reach: number): number | null {
  const half = (side - 1) / 2;
  let [found, least] = [0, reach * reach];
  for (let y = 0; y < side; y += 1) {
    for (let x = 0; x < side; x += 1) {
      const i = (y * side + x) * 4;
      const id = (pixels[i]! | (pixels[i + 1]! << 8) | (pixels[i + 2]! << 16) | (pixels[i + 3]! << 24)) >>> 0;
      if (id === 0) continue;
      const away = (x - half) ** 2 + (y - half) ** 2;
      if (away > least || (found > 0 && away === least)) continue;
      found = id;
      least = away;
    }
  }
  return found > 0 ? found - 1 : null;
}

/** The nearest row in the direction (dx, dy) from the row `start`, or, without a start, the one nearest to (x, y).
 *  Sideways distance counts double, and only rows within 60° of the direction are taken. */
export function neighbour(
  at: Projected,
  start: number | null,
  dx: number,
  dy: number,
  x: number,
  y: number,
): number | null {
  const placed = start !== null && at.radius[start]! > 0;
  const [ox, oy] = placed ? [at.x[start!]!, at.y[start!]!] : [x, y];
  let best = -1;
  let bestCost = Infinity;
  for (let row = 0; row < at.rows; row += 1) {
    if (row === start || at.radius[row] === 0) continue;
    const vx = at.x[row]! - ox;
    const vy = at.y[row]! - oy;
    const along = vx * dx + vy * dy;
    const aside = Math.abs(vx * dy - vy * dx);
    if (placed && (along <= 0 || aside > along * 1.7321)) continue;
    const cost = placed ? along + 2 * aside : Math.hypot(vx, vy);
    if (cost < bestCost) {
      bestCost = cost;
      best = row;
    }
  }
  return best >= 0 ? best : null;
}
