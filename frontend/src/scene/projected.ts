// biome-ignore-all lint/style/noNonNullAssertion: typed arrays, indexed inside their length
/** Every row's place on screen, kept in arrays made once per number of rows. */

import { FLAT_ROWS } from "./palette";
import { project, type View } from "./pose";

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

  /** Fills the arrays; with `only`, for its rows from `start` to `end`, and the others count as not drawn. sizeFactor multiplies every
   *  radius. O(R), no allocation. */
  update(cloud: Cloud, view: View, sizeFactor: number, only?: Uint32Array, start = 0, end = this.rows): void {
    const { from, to, mix, visible, sizes } = cloud;
    const [r0, r1, r2, r3, r4, r5, r6, r7, r8] = view.rotation as unknown as number[];
    const [tx, ty, tz] = view.target;
    const { centreX, centreY, scale, distance, flat } = view;
    let maxRadius = 0;
    if (only !== undefined) this.radius.fill(0);
    for (let k = start; k < end; k += 1) {
      const row = only === undefined ? k : only[k]!;
      const i = row * 3;
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

/** Where one row is, CSS px, or null when it isn't visible on the canvas. `out` [3] is written to. */
export function placeOf(cloud: Cloud, view: View, row: number, out: Float32Array): { x: number; y: number } | null {
  const { from, to, mix, visible, sizes } = cloud;
  if (visible[row] !== 1 || !(sizes[row]! > 0)) return null;
  const i = row * 3;
  const between = (k: number) => from[i + k]! + (to[i + k]! - from[i + k]!) * mix;
  project(view, between(0), between(1), between(2), out);
  const [x, y, depth] = [out[0]!, out[1]!, out[2]!];
  if (!view.flat && !(depth > view.distance * 0.02)) return null;
  return x >= 0 && y >= 0 && x <= view.width && y <= view.height ? { x, y } : null;
}

/** Points nearer than this, as shares of the target's distance, grow no more: one that passes the viewer would cover all the others. */
export const NEAREST = 1.8;

/** How much larger than at the target a point is drawn; a little more than true, which lifts the near ones out. */
export function perspective(nearness: number): number {
  return Math.min(nearness, NEAREST) ** 1.15;
}

/** Coming nearer is for seeing the points apart: balls that grow on would fill the gaps again. */
const MOST_GROWN = 1.8;

/** How radii follow the canvas, the zoom and the crowd: small screens get smaller points, zooming in grows them by its square root, and
 *  balls shrink when hundreds share the room. */
export function sizeFactor(width: number, height: number, fitDistance: number, distance: number, rows: number): number {
  const screen = Math.min(1.15, Math.max(0.55, (Math.min(width, height) / 680) ** 0.9));
  const zoom = Math.min(MOST_GROWN, Math.max(0.5, Math.sqrt(fitDistance / distance)));
  const crowd = rows <= CROWD || rows > FLAT_ROWS ? 1 : (CROWD / rows) ** 0.24;
  return screen * zoom * crowd;
}
