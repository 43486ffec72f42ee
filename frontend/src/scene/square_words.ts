/** What one square of the floor is worth, in words, where some of the floor is to be seen. */

import { type Box, cellWords } from "./box";
import { inside, MARGIN } from "./clip";
import type { Placement } from "./placement";
import { project, type View } from "./pose";
import { type Lettering, SANS, type Stamps, stampAt } from "./stamps";
import type { Shot } from "./visual";

const SCALE: Lettering = { font: `11px ${SANS}`, height: 14, color: (p) => p.axis };
const place = new Float32Array(3);
/** The floor is looked at in so many places along each side. */
const LOOKS = 6;

/** Some of the floor, or flat of the plane, is to be seen on the canvas. */
export function floorInView(view: View, box: Box): boolean {
  for (let i = 0; i <= LOOKS; i += 1) {
    const x = box.low[0] + ((box.high[0] - box.low[0]) * i) / LOOKS;
    for (let j = 0; j <= LOOKS; j += 1) {
      const side = view.flat ? 1 : 2;
      const across = box.low[side] + ((box.high[side] - box.low[side]) * j) / LOOKS;
      project(view, x, view.flat ? across : box.low[1], view.flat ? box.low[2] : across, place);
      const [px, py, depth] = place as unknown as [number, number, number];
      if (depth > 0 && px >= 0 && py >= 0 && px <= view.width && py <= view.height) return true;
    }
  }
  return false;
}

/** Next to the name of PC 1 and off its axis, else in a corner, else nowhere. first: left, top and right of that name, and its axis ax ay bx
 *  by; NaN = not drawn. Draws on a context scaled to CSS px. */
export function drawScale(
  context: CanvasRenderingContext2D,
  shot: Readonly<Shot>,
  stamps: Stamps,
  placement: Placement,
  first: Float32Array,
): void {
  const { view, props } = shot;
  const [left, top, right, ax, ay, bx, by] = first as unknown as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const stamp = stamps.get(cellWords(shot.box), SCALE);
  const { width, height } = stamp;
  const inner = view.width - props.insets.right - MARGIN - width;
  const low = view.height - props.insets.bottom - MARGIN - height;
  const beside = Math.min(left, inner);
  const flush = right - width;
  const places: readonly (readonly [number, number])[] = [
    [beside, top + height + 2],
    [flush, top + height + 2],
    [beside, top - height - 2],
    [flush, top - height - 2],
    [inner, low],
    [props.insets.left + MARGIN, low],
  ];
  const free = places.find(
    ([x, y]) =>
      placement.isFree(x, y, x + width, y + height) &&
      inside(ax, ay, bx, by, x - 2, y, x + width + 2, y + height) === null,
  );
  if (free === undefined) return;
  stampAt(context, stamp, free[0], free[1], shot.pixelRatio);
  placement.block(free[0] - 2, free[1] - 1, free[0] + width + 2, free[1] + height + 1);
}
