/** Arrowheads and names at the ends of the axes, always inside the canvas. */

import { ARROW, corner, tips } from "./box";
import { inside, MARGIN } from "./clip";
import { drawCompass } from "./compass";
import { css } from "./palette";
import type { Placement } from "./placement";
import { project, type View } from "./pose";
import { drawScale, floorInView } from "./square_words";
import { type Lettering, SANS, type Stamps, stampAt } from "./stamps";
import type { Insets } from "./types";
import type { Shot } from "./visual";

const NAME: Lettering = { font: `500 11px ${SANS}`, height: 14, color: (p) => (p.dark ? p.quietText : p.quietText) };

/** Upper left corner of a name of width × height beyond the end (x, y) of an axis that points along the unit (dx, dy). */
export function nameCorner(
  x: number,
  y: number,
  dx: number,
  dy: number,
  width: number,
  height: number,
  view: View,
  insets: Insets,
): readonly [number, number] {
  const left = x + dx * (8 + width / 2) - width / 2;
  const first = insets.left + MARGIN;
  const right = Math.max(first, view.width - insets.right - MARGIN - width);
  const bottom = Math.max(MARGIN, view.height - insets.bottom - MARGIN - height);
  const beyond = y + dy * (8 + height / 2) - height / 2;
  let top = beyond;
  if (Math.abs(dx) > Math.abs(dy) && (left > right || left < first)) {
    // Pushed back over its own axis, a name goes below it, or above where there is no room.
    const back = y - (dy / Math.abs(dx)) * (width + 8);
    const below = Math.max(y, back) + 9;
    top = below <= bottom ? below : Math.min(y, back) - 9 - height;
  }
  top = Math.min(bottom, Math.max(insets.top, MARGIN, top));
  if (Math.abs(dx) <= Math.abs(dy) && top !== beyond) {
    // The same of one that points up or down: it goes beside its axis, to the side where that leans away from.
    const at = x + (dx / dy) * (top + height / 2 - y);
    const lean = (Math.abs(dx / dy) * height) / 2 + 9;
    const beside = at + lean <= right ? at + lean : at - lean - width;
    return [Math.min(right, Math.max(first, beside)), top];
  }
  return [Math.min(right, Math.max(first, left)), top];
}

const from = new Float32Array(3);
const to = new Float32Array(3);
/** Of PC 1 in this picture: left, top and right of its name, and its axis ax ay bx by. NaN = not drawn. */
const first = new Float32Array(7);

/** Draws on a context scaled to CSS px, and keeps labels off the names and off what a square of the grid is worth. */
export function drawAxisNames(
  context: CanvasRenderingContext2D,
  shot: Readonly<Shot>,
  stamps: Stamps,
  placement: Placement,
): void {
  const { view, box, props, palette } = shot;
  const [cx, cy, cz] = corner(box);
  const ends = tips(box);
  first.fill(Number.NaN);
  if (props.measured === false) return;
  let outside = false;
  for (let axis = 0; axis < (view.flat ? 2 : 3); axis += 1) {
    const tip = ends[axis];
    const text = props.axisNames[axis];
    if (tip === undefined || text === undefined) continue;
    project(view, cx, cy, cz, from);
    project(view, tip[0], tip[1], tip[2], to);
    const [ax, ay, depthA] = from as unknown as [number, number, number];
    const [bx, by, depthB] = to as unknown as [number, number, number];
    if (!view.flat && (depthA <= 0 || depthB <= 0)) {
      outside = true;
      continue;
    }
    const part = inside(ax, ay, bx, by, MARGIN, MARGIN, view.width - MARGIN, view.height - MARGIN);
    const length = Math.hypot(bx - ax, by - ay);
    if (part === null) outside = true;
    if (part === null || length < 24) continue;
    const [dx, dy] = [(bx - ax) / length, (by - ay) / length];
    const [ex, ey] = [ax + (bx - ax) * part[1], ay + (by - ay) * part[1]];
    context.fillStyle = css(palette.axis);
    if (part[1] === 1) {
      const [w, l] = [ARROW.width / 2, ARROW.length];
      context.beginPath();
      context.moveTo(ex + dx * 2, ey + dy * 2);
      context.lineTo(ex - dx * (l - 2) - dy * w, ey - dy * (l - 2) + dx * w);
      context.lineTo(ex - dx * (l - 2) + dy * w, ey - dy * (l - 2) - dx * w);
      context.fill();
    }
    if (text === "") continue;
    const stamp = stamps.get(text, NAME);
    const [x, y] = nameCorner(ex, ey, dx, dy, stamp.width, stamp.height, view, props.insets);
    stampAt(context, stamp, x, y, shot.pixelRatio);
    placement.block(x - 2, y - 1, x + stamp.width + 2, y + stamp.height + 1);
    if (axis === 0) first.set([x, y, x + stamp.width, ax, ay, bx, by]);
  }
  // Axes without names measure nothing.
  if (props.rows === 0 || props.axisNames[0] === "") return;
  if (outside) drawCompass(context, shot, stamps, placement);
  if (floorInView(view, box)) drawScale(context, shot, stamps, placement, first);
}
