// biome-ignore-all lint/style/noNonNullAssertion: typed arrays, indexed inside their length
/** What lies under a place of the screen: a ray through the view, and the box it meets first. Pure. */

import type { View } from "../pose";
import type { Box } from "./boxes";
import type { Hit } from "./types";

const from = new Float64Array(3);
const along = new Float64Array(3);

/** The box in front at (x, y) CSS px, -1 = none. `slack`: CSS px around that still count. O(boxes). */
export function boxAt(view: Readonly<View>, boxes: readonly Box[], x: number, y: number, slack = 0): number {
  aim(view, x, y);
  let [found, nearest] = [-1, Infinity];
  for (let k = 0; k < boxes.length; k += 1) {
    const { low, high } = boxes[k] as Box;
    const room = slack * (view.distance / view.scale);
    let [enter, leave] = [-Infinity, Infinity];
    for (let axis = 0; axis < 3; axis += 1) {
      const [least, most] = [low[axis]! - room, high[axis]! + room];
      if (along[axis] === 0) {
        if (from[axis]! < least || from[axis]! > most) enter = Infinity;
        continue;
      }
      const [one, other] = [(least - from[axis]!) / along[axis]!, (most - from[axis]!) / along[axis]!];
      enter = Math.max(enter, Math.min(one, other));
      leave = Math.min(leave, Math.max(one, other));
    }
    if (enter <= leave && leave >= 0 && enter < nearest) [found, nearest] = [k, enter];
  }
  return found;
}

/** Where the eye is, and where it looks at through (x, y). */
function aim(view: Readonly<View>, x: number, y: number): void {
  const r = view.rotation;
  const [dx, dy] = [(x - view.centreX) / view.scale, -(y - view.centreY) / view.scale];
  // In a flat view all rays are parallel, and they begin beside each other.
  const unit = view.flat ? view.distance : 0;
  const [ax, ay] = view.flat ? [0, 0] : [dx, dy];
  for (let axis = 0; axis < 3; axis += 1) {
    const [right, up, near] = [r[axis]!, r[3 + axis]!, r[6 + axis]!];
    from[axis] = view.target[axis]! + near * view.distance + unit * (dx * right + dy * up);
    along[axis] = ax * right + ay * up - near;
  }
}

/** What a box stands for; a plate that isn't folded stands for nothing. */
export function hitOf(box: Box | undefined): Hit | null {
  if (box?.slab) return { layer: box.slab.layer };
  if (box?.tile) return { block: box.tile.block };
  if (box?.plate?.folded) return { block: Math.floor((box.plate.first + box.plate.last) / 2) };
  return null;
}

export function sameHit(one: Hit | null, other: Hit | null): boolean {
  if (one === null || other === null) return one === other;
  if ("layer" in one) return "layer" in other && one.layer === other.layer;
  return "block" in other && one.block === other.block;
}
