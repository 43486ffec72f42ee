/** The colours of the flow. Pure. */

import type { Palette } from "../palette";
import type { Rgb } from "../types";
import type { Ink } from "./ribbons";

export function inkOf(ink: Ink, palette: Palette): Rgb {
  if (ink === "stream") return palette.dark ? [255, 128, 8] : palette.accent;
  if (ink === "node") return palette.dark ? [245, 245, 245] : [60, 60, 62];
  if (ink === "tie") return palette.dark ? [189, 189, 191] : [120, 120, 124];
  return palette.dark ? [140, 140, 143] : [142, 142, 146];
}
