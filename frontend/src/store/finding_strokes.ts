/** How the lines of a finding's evidence are told apart: by colour and by dash. Reads the theme. */

import { runColor } from "../colors/color";
import type { EvidenceSeries } from "../wire.gen";
import { theme } from "./settings";

export interface EvidenceStroke {
  readonly color: string;
  readonly dash: readonly number[];
}

/** --train and --validation in styles/tokens.css. */
const TRAIN = { dark: "#56B4E9", light: "#0072B2" } as const;
const VALIDATION = { dark: "#E092B8", light: "#A8487C" } as const;
const COLORS = 6;
const DASHES: readonly (readonly number[])[] = [[], [5, 3], [2, 3]];

/** Losses look as they do on the time axis; the others take the colours in turn, a second round is dashed. */
export function shownStrokes(series: readonly EvidenceSeries[]): EvidenceStroke[] {
  const now = theme.value;
  return series.map(({ name }, i) => {
    if (/\bval/.test(name)) return { color: VALIDATION[now], dash: [4, 3] };
    if (i === 0 || /\btrain/.test(name)) return { color: TRAIN[now], dash: [] };
    return { color: runColor(i % COLORS, now), dash: DASHES[Math.floor(i / COLORS) % DASHES.length] ?? [] };
  });
}
