/** A picture with its head and foot, as a PNG. */

import { drawingOn } from "../drawing_on";
import type { Sheet } from "./sheet";
import type { Item } from "./sheet_pieces";

/** Sets `sheet` round `picture`, which is drawn with `scale` px per CSS px. @throws Error when this browser can't hold or write it. */
export async function pngOf(picture: HTMLCanvasElement, sheet: Sheet, scale: number): Promise<Blob> {
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(sheet.width * scale);
  canvas.height = Math.round(sheet.height * scale);
  const context = drawingOn(canvas, { alpha: false });
  context.scale(scale, scale);
  context.fillStyle = sheet.colors.panel;
  context.fillRect(0, 0, sheet.width, sheet.height);
  context.drawImage(picture, 0, sheet.top, sheet.width, sheet.bottom - sheet.top);
  context.fillStyle = sheet.colors.line;
  context.fillRect(0, sheet.top - 1, sheet.width, 1);
  context.fillRect(0, sheet.bottom, sheet.width, 1);
  for (const item of sheet.items) paintItem(context, item);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/png"));
  if (blob === null) throw new Error("The picture is too large for this browser.");
  return blob;
}

export function paintItem(context: CanvasRenderingContext2D, item: Item): void {
  if (item.kind === "word") {
    context.font = item.font;
    context.fillStyle = item.color;
    context.fillText(item.text, item.x, item.y);
  } else if (item.kind === "dot") {
    context.fillStyle = item.color;
    context.beginPath();
    context.arc(item.x, item.y, item.radius, 0, 2 * Math.PI);
    context.fill();
  } else if (item.kind === "ring") {
    context.strokeStyle = item.color;
    context.lineWidth = 1.5;
    context.beginPath();
    context.arc(item.x, item.y, item.radius - 0.75, 0, 2 * Math.PI);
    context.stroke();
  } else if (item.kind === "ramp") {
    const ramp = context.createLinearGradient(item.x, 0, item.x + item.width, 0);
    for (const [i, color] of item.colors.entries()) ramp.addColorStop(i / Math.max(1, item.colors.length - 1), color);
    context.fillStyle = ramp;
    context.beginPath();
    context.roundRect(item.x, item.y, item.width, item.height, 3);
    context.fill();
  } else {
    context.save();
    context.translate(item.x, item.y);
    context.scale(item.scale, item.scale);
    if (item.pen === null) {
      context.fillStyle = item.color;
      context.fill(new Path2D(item.data));
    } else {
      context.strokeStyle = item.color;
      context.lineWidth = item.pen;
      context.lineCap = "round";
      context.stroke(new Path2D(item.data));
    }
    context.restore();
  }
}

/** Widths as this browser writes them. */
export function measurer(): (text: string, font: string) => number {
  const context = document.createElement("canvas").getContext("2d");
  return (text, font) => {
    if (context === null) return text.length * 7;
    context.font = font;
    return context.measureText(text).width;
  };
}

/** Until the fonts that pictures are written with are here; those that can't be had are done without. */
export async function fontsReady(fonts: readonly string[]): Promise<void> {
  await Promise.allSettled(fonts.map((font) => document.fonts?.load(font)));
  await document.fonts?.ready;
}
