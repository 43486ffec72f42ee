/** Continuous colour scales and the colours of runs. Pure. */

import type { Rgb, Theme } from "./scene/types";
import { rgb } from "./tokens";

export type Palette = "viridis" | "cividis";

/** Evenly spaced stops of the published maps; between them straight lines, off by less than 2 of 255. */
const STOPS: Record<Palette, readonly string[]> = {
  viridis:
    "#440154 #481a6c #472f7d #414487 #39568c #31688e #2a788e #23888e #1f988b #22a884 #35b779 #54c568 #7ad151 #a5db36 #d2e21b #fde725".split(
      " ",
    ),
  cividis: "#00224e #123570 #3b496c #575d6d #707173 #8a8678 #a59c74 #c3b369 #e1cc55 #fee838".split(" "),
};

const TABLES: Record<Palette, Uint8Array> = { viridis: table(STOPS.viridis), cividis: table(STOPS.cividis) };

function table(stops: readonly string[]): Uint8Array {
  const colors = stops.map(rgb);
  const result = new Uint8Array(256 * 3);
  for (let i = 0; i < 256; i++) {
    const place = (i / 255) * (colors.length - 1);
    const before = colors[Math.floor(place)] as Rgb;
    const after = colors[Math.ceil(place)] as Rgb;
    const mix = place % 1;
    for (let c = 0; c < 3; c++) {
      result[i * 3 + c] = Math.round((before[c] as number) * (1 - mix) + (after[c] as number) * mix);
    }
  }
  return result;
}

/** Writes the colour of `share` (0 to 1, clamped; NaN = grey) into `target` at row `row`. */
export function paint(target: Uint8Array, row: number, palette: Palette, share: number): void {
  if (!Number.isFinite(share)) {
    target.fill(128, row * 3, row * 3 + 3);
    return;
  }
  const at = Math.round(Math.min(1, Math.max(0, share)) * 255) * 3;
  target.set(TABLES[palette].subarray(at, at + 3), row * 3);
}

/** A CSS gradient for a legend. */
export function gradient(palette: Palette): string {
  return `linear-gradient(90deg, ${STOPS[palette].join(", ")})`;
}

/** 2nd and 98th percentile of the finite values, or null when there are none. low < high always. */
export function robustEnds(values: ArrayLike<number>): [number, number] | null {
  const sorted = Float64Array.from(values).filter(Number.isFinite).sort();
  if (sorted.length === 0) return null;
  const low = sorted[Math.floor((sorted.length - 1) * 0.02)] as number;
  const high = sorted[Math.ceil((sorted.length - 1) * 0.98)] as number;
  return high > low ? [low, high] : [low, low + Math.max(Math.abs(low), 1e-12) * 1e-3];
}

const RUN_COLORS: Record<Theme, readonly string[]> = {
  dark: ["#56B4E9", "#D993D6", "#4FC79C", "#F0A92B", "#FF9A7A", "#B9A2F0"],
  light: ["#0072B2", "#8A2F86", "#00795A", "#A86A00", "#B83F00", "#6A45B5"],
};

export function runColor(ordinal: number, theme: Theme): string {
  const colors = RUN_COLORS[theme];
  return colors[Math.max(0, ordinal) % colors.length] as string;
}
