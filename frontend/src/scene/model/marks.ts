// biome-ignore-all lint/style/noNonNullAssertion: typed arrays, indexed inside their length
/** What was found of a layer, as a small mark on its slab: the shape and colour of the severity. */

import { SEVERITY_COLORS, severityOf } from "../../findings/severity";
import { css } from "../palette";
import type { Box } from "./boxes";
import { corner, type Stage } from "./stage";

/** CSS px from the middle to the edge, and between a mark and the corner of its slab. */
const REACH = 7;
const INSIDE = 4;
/** Corners on a circle of radius 1, y down: diamond, triangle, octagon. */
const OUTLINES: readonly (readonly number[])[] = [ring(4, 0), [0, -1, 1, 0.8, -1, 0.8], ring(8, Math.PI / 8)];

function ring(corners: number, turned: number): number[] {
  return Array.from({ length: corners }, (_, k) => turned + (k * 2 * Math.PI) / corners).flatMap((angle) => [
    Math.cos(angle),
    Math.sin(angle),
  ]);
}

/** The worst on top. Folded blocks have the mark of their worst layer. */
export function drawMarks(context: CanvasRenderingContext2D, stage: Stage): void {
  const { levels } = stage.props;
  for (let level = 1; level <= OUTLINES.length; level += 1) {
    for (const box of stage.boxes) if (levelOfBox(box, levels) === level) drawMark(context, stage, box, level);
  }
}

export function levelOfBox({ slab, tile }: Box, levels: Uint8Array): number {
  if (slab) return levels[slab.layer] ?? 0;
  let worst = 0;
  if (tile) for (const layer of tile.layers) worst = Math.max(worst, levels[layer] ?? 0);
  return worst;
}

/** In the upper right corner of the slab, half out of it where it is thin. */
function drawMark(context: CanvasRenderingContext2D, stage: Stage, box: Box, level: number): void {
  const severity = severityOf(level);
  const { view, palette } = stage;
  if (severity === null) return;
  // Of the face that looks at the viewer.
  const low = corner(view, box, 4);
  const [left, bottom] = [low[0]!, low[1]!];
  const high = corner(view, box, 7);
  const [right, top] = [high[0]!, high[1]!];
  if (high[2]! <= 0 || right < -REACH || left > view.width || bottom < -REACH || top > view.height) return;
  const room = 2 * (REACH + INSIDE);
  const x = right - left >= room ? right - REACH - INSIDE : right;
  const y = bottom - top >= room ? top + REACH + INSIDE : top;
  const outline = OUTLINES[level - 1]!;
  context.lineJoin = "round";
  context.beginPath();
  for (let k = 0; k < outline.length; k += 2) {
    const [px, py] = [x + outline[k]! * REACH, y + outline[k + 1]! * REACH];
    if (k === 0) context.moveTo(px, py);
    else context.lineTo(px, py);
  }
  context.closePath();
  context.strokeStyle = css(palette.canvas, 0.9);
  context.lineWidth = 3;
  context.stroke();
  context.fillStyle = SEVERITY_COLORS[severity][palette.dark ? 0 : 1];
  context.fill();
  context.strokeStyle = css(palette.centre);
  context.lineCap = "round";
  context.lineWidth = 1.6;
  context.beginPath();
  // A triangle's middle lies lower.
  const middle = severity === "watch" ? y + 1 : y;
  context.moveTo(x, middle - 3);
  context.lineTo(x, middle + 0.5);
  context.moveTo(x, middle + 3);
  context.lineTo(x, middle + 3.1);
  context.stroke();
  context.lineCap = "butt";
}
