/** Findings on the picture of a heat map, as on the page: their steps framed on the lines they name, a mark beside those lines' names. */

import { SEVERITY_SHAPES, SEVERITY_SIGNS, type Severity, severityColor } from "../findings/severity";
import type { Inks } from "./inks";

/** CSS px from the top of the lines; steps. */
export interface Framed {
  readonly severity: Severity;
  readonly top: number;
  readonly height: number;
  readonly from: number;
  readonly to: number;
}

/** What a mark takes beside a name. */
export const MARK = 11;
const LEAST = 3;

/** Broken, in the colour of the severity, between two lines of the ground: over cells of any colour. */
export function drawFrames(
  context: CanvasRenderingContext2D,
  frames: readonly Framed[],
  across: (step: number) => number,
  top: number,
  dark: boolean,
  inks: Inks,
): void {
  for (const one of frames) {
    const left = across(one.from);
    const width = Math.max(LEAST, across(one.to) - left);
    for (const [color, pen, dash] of [
      [inks.panel, 4, []],
      [severityColor(one.severity, dark ? "dark" : "light"), 1.5, [4, 3]],
    ] as const) {
      context.beginPath();
      context.rect(left, top + one.top, width, one.height - 1);
      context.setLineDash([...dash]);
      context.strokeStyle = color;
      context.lineWidth = pen;
      context.stroke();
    }
  }
  context.setLineDash([]);
}

/** The severity's shape with its sign, from x rightwards, about a height. */
export function drawMark(
  context: CanvasRenderingContext2D,
  of: Severity,
  x: number,
  middle: number,
  dark: boolean,
  inks: Inks,
): void {
  context.save();
  context.translate(x, middle - MARK / 2);
  context.scale(MARK / 16, MARK / 16);
  trace(context, SEVERITY_SHAPES[of]);
  context.fillStyle = severityColor(of, dark ? "dark" : "light");
  context.fill();
  trace(context, SEVERITY_SIGNS[of]);
  context.strokeStyle = inks.panel;
  context.lineWidth = 1.8;
  context.stroke();
  context.restore();
}

/** Of straight lines only, in absolute places: what the shapes are made of. A recorder of shapes knows no Path2D. */
function trace(context: CanvasRenderingContext2D, data: string): void {
  context.beginPath();
  let [x, y] = [0, 0];
  for (const [, kind, numbers] of data.matchAll(/([MLHVZ])([-\d. ]*)/g)) {
    const [one = 0, two = 0] = (numbers as string).trim().split(/\s+/).map(Number);
    if (kind === "Z") context.closePath();
    else {
      if (kind !== "V") x = one;
      if (kind !== "H") y = kind === "V" ? one : two;
      if (kind === "M") context.moveTo(x, y);
      else context.lineTo(x, y);
    }
  }
}
