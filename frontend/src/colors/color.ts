/** Continuous colour scales and the colours of runs. Pure. */

import type { Rgb, Theme } from "../scene/types";
import { rgb } from "../words/tokens";

export type Palette = "viridis" | "cividis";

/** Evenly spaced stops of the published maps; between them straight lines, off by less than 2 of 255. */
const STOPS: Record<Palette, readonly string[]> = {
  viridis:
    "#440154 #481a6c #472f7d #414487 #39568c #31688e #2a788e #23888e #1f988b #22a884 #35b779 #54c568 #7ad151 #a5db36 #d2e21b #fde725".split(
      " ",
    ),
  cividis: "#00224e #123570 #3b496c #575d6d #707173 #8a8678 #a59c74 #c3b369 #e1cc55 #fee838".split(" "),
};

/** The part of a map that stands out from the ground of a theme, at 3:1 or more: dark ends vanish on dark, light ones on
 * light. */
const SEEN: Record<Palette, Record<Theme, readonly [number, number]>> = {
  viridis: { dark: [0.4, 1], light: [0, 0.572] },
  cividis: { dark: [0.432, 1], light: [0, 0.6] },
};

/** Of cells that fill their place, where no ground shines between: all of the map. */
const WHOLE = [0, 1] as const;

const LEVELS = 256;
const TABLES: Record<Palette, Record<Theme, Uint8Array>> = {
  viridis: { dark: table("viridis", "dark"), light: table("viridis", "light") },
  cividis: { dark: table("cividis", "dark"), light: table("cividis", "light") },
};

function table(palette: Palette, theme: Theme | null): Uint8Array {
  const colors = STOPS[palette].map(rgb);
  const [from, to] = theme === null ? WHOLE : SEEN[palette][theme];
  const result = new Uint8Array(LEVELS * 3);
  for (let i = 0; i < LEVELS; i++) {
    const place = (from + (i / (LEVELS - 1)) * (to - from)) * (colors.length - 1);
    const before = colors[Math.floor(place)] as Rgb;
    const after = colors[Math.ceil(place)] as Rgb;
    const mix = place % 1;
    for (let c = 0; c < 3; c++) {
      result[i * 3 + c] = Math.round((before[c] as number) * (1 - mix) + (after[c] as number) * mix);
    }
  }
  return result;
}

const WHOLE_TABLES: Record<Palette, Uint8Array> = { viridis: table("viridis", null), cividis: table("cividis", null) };

/** All of a map in 256 colours, [256 * 3]: not to be written to. */
export const wholeRamp = (palette: Palette): Uint8Array => WHOLE_TABLES[palette];

/** A CSS gradient of all of a map, from left to right. */
export function wholeGradient(palette: Palette): string {
  const ramp = WHOLE_TABLES[palette];
  const stops = Array.from({ length: RAMP_STOPS }, (_, i) => Math.round((i / (RAMP_STOPS - 1)) * (LEVELS - 1)) * 3);
  return `linear-gradient(90deg, ${stops.map((at) => `rgb(${ramp.subarray(at, at + 3).join(" ")})`).join(", ")})`;
}

/** Of rows whose value isn't known. */
export const UNKNOWN_COLOR = "#808080";
const UNKNOWN = rgb(UNKNOWN_COLOR);

/** Writes the colour of `share` (0 to 1, clamped; NaN = not known) into `target` at row `row`. */
export function paint(target: Uint8Array, row: number, palette: Palette, theme: Theme, share: number): void {
  if (!Number.isFinite(share)) {
    target.set(UNKNOWN, row * 3);
    return;
  }
  const at = Math.round(Math.min(1, Math.max(0, share)) * (LEVELS - 1)) * 3;
  target.set(TABLES[palette][theme].subarray(at, at + 3), row * 3);
}

const RAMP_STOPS = 17;

/** A CSS gradient for a legend. */
export function gradient(palette: Palette, theme: Theme): string {
  const stops = new Uint8Array(RAMP_STOPS * 3);
  for (let i = 0; i < RAMP_STOPS; i++) paint(stops, i, palette, theme, i / (RAMP_STOPS - 1));
  const colors = Array.from({ length: RAMP_STOPS }, (_, i) => `rgb(${stops.subarray(i * 3, i * 3 + 3).join(" ")})`);
  return `linear-gradient(90deg, ${colors.join(", ")})`;
}

/** 2nd and 98th percentile of the finite values, or null when there are none. low < high always. */
export function robustEnds(values: ArrayLike<number>): [number, number] | null {
  const sorted = Float64Array.from(values).filter(Number.isFinite).sort();
  if (sorted.length === 0) return null;
  const low = sorted[Math.floor((sorted.length - 1) * 0.02)] as number;
  const high = sorted[Math.ceil((sorted.length - 1) * 0.98)] as number;
  return high > low ? [low, high] : [low, low + Math.max(Math.abs(low), 1e-12) * 1e-3];
}

/** Found by search: near the tokens of the theme, at least 11 apart (CIEDE2000) for every kind of colour vision. */
const RUN_COLORS: Record<Theme, readonly string[]> = {
  dark: ["#4EBEFC", "#D089C5", "#40AE80", "#F1A929", "#EA693C", "#9679F1"],
  light: ["#0376B8", "#802772", "#0C7050", "#AE6D00", "#A63800", "#2942BC"],
};

export function runColor(ordinal: number, theme: Theme): string {
  const colors = RUN_COLORS[theme];
  return colors[Math.max(0, ordinal) % colors.length] as string;
}

/** As many as can be told apart for every kind of colour vision (8 apart, neighbours 12). */
const CLUSTER_COLORS: Record<Theme, readonly string[]> = {
  dark: "#E9A324 #7DCDFF #E2669D #04B97E #FAF064 #8A77BD #B1795C #AAD672 #1490F5 #FFB8A7 #C76803 #AF9CD1".split(" "),
  light: "#8C5B02 #0173D2 #A9266D #099370 #52703F #74509B #B05F5B #5E9807 #1B3D88 #E86176 #663C0B #8C85CD".split(" "),
};

/** More clusters than colours share the grey of what is unknown. */
export const CLUSTER_COLOR_COUNT = 12;

export function clusterColor(cluster: number, theme: Theme): string {
  return CLUSTER_COLORS[theme][cluster] ?? UNKNOWN_COLOR;
}
