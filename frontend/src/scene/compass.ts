/** Which way the directions run, in a corner: for a view so near that the axes themselves are out of it. */

import { css } from "./palette";
import type { Placement } from "./placement";
import type { View } from "./pose";
import { type Lettering, SANS, type Stamps, stampAt } from "./stamps";
import type { Shot } from "./visual";

const NAME: Lettering = { font: `500 11px ${SANS}`, height: 14, color: (p) => p.quietText };
/** Length of an arm that lies across the line of sight, CSS px. */
const ARM = 26;
/** Room that arms and names take on each side of their middle. */
export const COMPASS_ROOM = 58;
/** An arm that looks shorter than this runs toward the viewer or away: it has a dot and no name. */
const SHORTEST = 7;

/** Where an axis' arm ends on screen, from the middle, and how far it comes toward the viewer, -1 to 1. */
export function armOf(view: View, axis: 0 | 1 | 2): readonly [number, number, number] {
  const r = view.rotation;
  return [ARM * (r[axis] ?? 0), -ARM * (r[3 + axis] ?? 0), r[6 + axis] ?? 0];
}

/** "PC 1" of "PC 1 · 22 %": the shares stand in the title's sum, and are told again where the axes are in view. */
export function shortName(name: string): string {
  const end = name.indexOf(" · ");
  return end < 0 ? name : name.slice(0, end);
}

const AXES = [0, 1, 2] as const;

/** Draws on a context scaled to CSS px in the lower left corner of the free canvas, and keeps labels off it; nothing where there is no room. */
export function drawCompass(
  context: CanvasRenderingContext2D,
  shot: Readonly<Shot>,
  stamps: Stamps,
  placement: Placement,
): void {
  const { view, props, palette, pixelRatio } = shot;
  const x = props.insets.left + COMPASS_ROOM;
  const y = view.height - props.insets.bottom - COMPASS_ROOM + 14;
  if (view.width - props.insets.right < 5 * COMPASS_ROOM || y - COMPASS_ROOM < props.insets.top) return;
  context.lineWidth = 1.5;
  context.strokeStyle = css(palette.axis);
  context.fillStyle = css(palette.axis);
  for (const axis of AXES) {
    if (view.flat && axis === 2) continue;
    const [dx, dy] = armOf(view, axis);
    const length = Math.hypot(dx, dy);
    if (length < SHORTEST) {
      context.beginPath();
      context.arc(x, y, 2.5, 0, 2 * Math.PI);
      context.fill();
      continue;
    }
    context.beginPath();
    context.moveTo(x, y);
    context.lineTo(x + dx, y + dy);
    context.stroke();
    const text = shortName(props.axisNames[axis]);
    if (text === "") continue;
    const stamp = stamps.get(text, NAME);
    const beyond = 4 + (stamp.width * Math.abs(dx) + stamp.height * Math.abs(dy)) / (2 * length);
    const [middleX, middleY] = [x + dx + (dx / length) * beyond, y + dy + (dy / length) * beyond];
    stampAt(context, stamp, middleX - stamp.width / 2, middleY - stamp.height / 2, pixelRatio);
  }
  placement.block(x - COMPASS_ROOM, y - COMPASS_ROOM, x + COMPASS_ROOM, y + COMPASS_ROOM - 14);
}
