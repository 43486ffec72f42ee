// biome-ignore-all lint/style/noNonNullAssertion: typed arrays, indexed inside their length
/** The camera distance and target at which everything that must be seen is seen, as large as possible. */

import { emptyView, look, project } from "./pose";
import type { Insets, Pose } from "./types";

/** Something to keep inside the free part of the canvas: places [n * 3] and the room each needs around it, CSS px. */
export interface Kept {
  readonly places: Float32Array;
  readonly count: number;
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

const ROUNDS = 12;

/** `start` gives the angles. Places that aren't finite are passed over; without any, `start` is handed back. O(places * 12). */
export function fitted(
  start: Pose,
  flat: boolean,
  width: number,
  height: number,
  insets: Insets,
  all: readonly Kept[],
): Pose {
  const view = emptyView();
  view.flat = flat;
  const out = new Float32Array(3);
  const freeWidth = Math.max(40, width - insets.left - insets.right);
  const freeHeight = Math.max(40, height - insets.top - insets.bottom);
  let pose = start;
  for (let round = 0; round < ROUNDS; round += 1) {
    look(view, pose, width, height, insets);
    let [x0, x1, y0, y1] = [Infinity, -Infinity, Infinity, -Infinity];
    let nearest = Infinity;
    for (const kept of all) {
      for (let i = 0; i < kept.count * 3; i += 3) {
        project(view, kept.places[i]!, kept.places[i + 1]!, kept.places[i + 2]!, out);
        const [x, y, depth] = [out[0]!, out[1]!, out[2]!];
        if (!(Math.abs(x) < Infinity && Math.abs(y) < Infinity)) continue;
        nearest = Math.min(nearest, depth);
        x0 = Math.min(x0, x - kept.left);
        x1 = Math.max(x1, x + kept.right);
        y0 = Math.min(y0, y - kept.top);
        y1 = Math.max(y1, y + kept.bottom);
      }
    }
    if (x0 === Infinity) return start;
    // Behind the viewer nothing can be measured: step back first.
    if (!flat && nearest < pose.distance * 0.1) {
      pose = { ...pose, distance: pose.distance * 2 };
      continue;
    }
    const grow = Math.max((x1 - x0) / freeWidth, (y1 - y0) / freeHeight);
    const unit = pose.distance / view.scale;
    const dx = (x0 + x1) / 2 - view.centreX;
    const dy = (y0 + y1) / 2 - view.centreY;
    const r = view.rotation;
    const target = pose.target.map((t, i) => t + unit * (dx * r[i]! - dy * r[3 + i]!)) as [number, number, number];
    pose = { ...pose, distance: pose.distance * grow, target };
  }
  return pose;
}
