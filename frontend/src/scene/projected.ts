// biome-ignore-all lint/style/noNonNullAssertion: typed arrays, indexed inside their length
/** Every row's place on screen, kept in arrays made once per number of rows. */

import { FLAT_ROWS } from "./palette";
import type { View } from "./pose";

/** Up to so many balls have their full size. */
const CROWD = 150;

/** Positions to put on screen; NaN or visible = 0 is not drawn. */
export interface Cloud {
  readonly rows: number;
  readonly from: Float32Array; // [R * 3]
  readonly to: Float32Array; // [R * 3]
  readonly mix: number;
  readonly visible: Uint8Array; // [R]
  readonly sizes: Float32Array; // [R], CSS px
}

export class Projected {
  /** CSS px; [R]. */
  readonly x: Float32Array;
  readonly y: Float32Array;
  /** Drawn radius in CSS px, 0 = not drawn; [R]. */
  readonly radius: Float32Array;
  /** Distance from the viewer along the line of sight, data units; [R]. */
  readonly depth: Float32Array;
  maxRadius = 0;

  constructor(readonly rows: number) {
    this.x = new Float32Array(rows);
    this.y = new Float32Array(rows);
    this.radius = new Float32Array(rows);
    this.depth = new Float32Array(rows);
  }

  /** Fills the arrays. sizeFactor multiplies every radius. O(R), no allocation. */
  update(cloud: Cloud, view: View, sizeFactor: number): void {
    const { from, to, mix, visible, sizes } = cloud;
    const [r0, r1, r2, r3, r4, r5, r6, r7, r8] = view.rotation as unknown as number[];
    const [tx, ty, tz] = view.target;
    const { centreX, centreY, scale, distance, flat } = view;
    let maxRadius = 0;
    for (let row = 0, i = 0; row < this.rows; row += 1, i += 3) {
      const dx = from[i]! + (to[i]! - from[i]!) * mix - tx;
      const dy = from[i + 1]! + (to[i + 1]! - from[i + 1]!) * mix - ty;
      const dz = from[i + 2]! + (to[i + 2]! - from[i + 2]!) * mix - tz;
      const depth = distance - (r6! * dx + r7! * dy + r8! * dz);
      const eye = flat ? distance : depth;
      // NaN fails both comparisons, and so isn't drawn.
      if (visible[row] === 0 || !(eye > distance * 0.02) || !(depth < Infinity)) {
        this.radius[row] = 0;
        this.depth[row] = Infinity;
        this.x[row] = -1e6;
        this.y[row] = -1e6;
        continue;
      }
      const zoom = scale / eye;
      this.x[row] = centreX + zoom * (r0! * dx + r1! * dy + r2! * dz);
      this.y[row] = centreY - zoom * (r3! * dx + r4! * dy + r5! * dz);
      this.depth[row] = depth;
      const radius = sizes[row]! * sizeFactor * perspective(distance / eye);
      this.radius[row] = radius;
      if (radius > maxRadius) maxRadius = radius;
    }
    this.maxRadius = maxRadius;
  }
}

/** How much larger than at the target a point is drawn; a little more than true, which lifts the near ones out. */
export function perspective(nearness: number): number {
  return nearness ** 1.15;
}

/** How radii follow the canvas, the zoom and the crowd: small screens get smaller points, zooming in grows them by its square root, and
 *  balls shrink when hundreds share the room. */
export function sizeFactor(width: number, height: number, fitDistance: number, distance: number, rows: number): number {
  const screen = Math.min(1.15, Math.max(0.55, (Math.min(width, height) / 680) ** 0.9));
  const zoom = Math.min(2.5, Math.max(0.5, Math.sqrt(fitDistance / distance)));
  const crowd = rows <= CROWD || rows > FLAT_ROWS ? 1 : (CROWD / rows) ** 0.24;
  return screen * zoom * crowd;
}
