/** The colours of differences: blue for less, red for more, and the ground's own grey where there is none. Pure. */

import type { Theme } from "../scene/types";
import { rgb } from "../words/tokens";

/** From the lowest to the highest. Blue and red differ for every kind of colour vision; both grow as far from the middle in lightness. */
const STOPS: Readonly<Record<Theme, readonly string[]>> = {
  dark: ["#9ed2ff", "#4a9fe0", "#2f5f88", "#3a3a3c", "#8a4747", "#e0736b", "#ffc0b5"],
  light: ["#0b3c6f", "#2673b8", "#8fbbe0", "#efefed", "#e8a79b", "#c0453c", "#7a1218"],
};

/** Colour of a share, 0 = lowest, ½ = no difference, 1 = highest; [r, g, b]. */
export function divergingColor(share: number, theme: Theme): [number, number, number] {
  const stops = STOPS[theme];
  const place = Math.min(1, Math.max(0, share)) * (stops.length - 1);
  const [before, after] = [rgb(stops[Math.floor(place)] as string), rgb(stops[Math.ceil(place)] as string)];
  const mix = place % 1;
  return [0, 1, 2].map((c) => Math.round((before[c] as number) * (1 - mix) + (after[c] as number) * mix)) as [
    number,
    number,
    number,
  ];
}

/** A CSS gradient for a legend. */
export function divergingGradient(theme: Theme): string {
  return `linear-gradient(90deg, ${STOPS[theme].join(", ")})`;
}
