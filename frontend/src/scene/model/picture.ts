/** The model as it is drawn now, to be taken away: as a canvas of any size, or as shapes round the pixels of its faces. */

import { drawingOn } from "../../drawing_on";
import { recorder } from "../recorder";
import type { Path, Vectors } from "../shapes";
import type { Overlay } from "./overlay";
import type { Stage } from "./stage";

/** The canvases that lie under the lines, from below; those that aren't there are left out. */
export type Sheets = readonly (HTMLCanvasElement | undefined)[];

/** All of it on one canvas. @throws Error when this browser has no room for it. */
export function composed(
  sheets: Sheets,
  lines: readonly Path[],
  over: HTMLCanvasElement | null,
  width: number,
  height: number,
  scale: number,
): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  const context = drawingOn(canvas);
  context.scale(canvas.width / width, canvas.height / height);
  paintAll(sheets, lines, over, { width, height }, context);
  return canvas;
}

/** Onto a canvas whose px are scaled as it wants them. */
export function paintAll(
  sheets: Sheets,
  lines: readonly Path[],
  over: HTMLCanvasElement | null,
  { width, height }: { readonly width: number; readonly height: number },
  onto: CanvasRenderingContext2D,
): void {
  for (const sheet of sheets) if (sheet) onto.drawImage(sheet, 0, 0, width, height);
  for (const line of lines) paint(onto, line);
  if (over) onto.drawImage(over, 0, 0, width, height);
}

/** faces: the pixels of what can't be drawn with lines. */
export function shapesOfModel(
  stage: Stage,
  overlay: Overlay,
  faces: HTMLCanvasElement,
  lines: readonly Path[],
): Vectors {
  const { width, height } = stage.view;
  const over = recorder(1);
  overlay.draw(stage, 1, over.context);
  const href = faces.toDataURL("image/png");
  return {
    width,
    height,
    dark: stage.palette.dark,
    shapes: [{ kind: "pixels", x: 0, y: 0, width, height, href }, ...lines, ...over.shapes],
  };
}

function paint(context: CanvasRenderingContext2D, { data, fill, stroke, width }: Path): void {
  const path = new Path2D(data);
  if (typeof fill === "string") {
    context.fillStyle = fill;
    context.fill(path);
  }
  if (typeof stroke === "string") {
    context.strokeStyle = stroke;
    context.lineWidth = width;
    context.stroke(path);
  }
}
