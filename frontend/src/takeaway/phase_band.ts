/** The phases of a run as a band over its steps, drawn on a canvas or recorded as shapes. */

import { labelOf } from "../insight/strip";
import type { Inks } from "./inks";

export interface Band {
  readonly first: number;
  /** As on the wire. */
  readonly name: string;
  readonly color: string;
  readonly provisional: boolean;
}

/** across: from steps to px; end: px where the last one ends. at: the step at the cursor, whose phase stands out. The name
 *  stands in it where there is room; the last one is open while it is provisional. */
export function drawPhases(
  context: CanvasRenderingContext2D,
  bands: readonly Band[],
  across: (step: number) => number,
  end: number,
  top: number,
  height: number,
  at: number | null,
  inks: Inks,
  font: string,
): void {
  const current = at === null ? -1 : bands.findLastIndex((band) => band.first <= at);
  for (const [i, band] of bands.entries()) {
    const left = across(band.first);
    const next = bands[i + 1];
    const width = Math.max(1, (next ? across(next.first) : end) - left);
    context.globalAlpha = i === current ? 0.3 : 0.16;
    context.fillStyle = band.color;
    context.fillRect(left, top, width, height);
    context.globalAlpha = 1;
    if (band.provisional) {
      for (let x = left; x < left + width; x += 7)
        context.fillRect(x, top + height - 2, Math.min(4, left + width - x), 2);
    } else context.fillRect(left, top + height - 2, width, 2);
    context.font = font;
    const label = labelOf(band.name, width, (words) => context.measureText(words).width);
    if (label === "") continue;
    context.fillStyle = inks.text;
    context.textAlign = "left";
    context.fillText(label, left + 8, top + height / 2 + 3);
  }
}
