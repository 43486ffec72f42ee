/** The scene's colours by theme, sRGB 0–255, and the two blends everything is made of. */

import type { Rgb, Theme } from "./types";

export interface Palette {
  readonly dark: boolean;
  /** Rim and middle of the radial ground. */
  readonly canvas: Rgb;
  readonly centre: Rgb;
  /** Grid and shadows are drawn with this over the ground. */
  readonly ink: Rgb;
  readonly shadow: number;
  readonly axis: Rgb;
  readonly text: Rgb;
  readonly quietText: Rgb;
  readonly accent: Rgb;
  readonly onAccent: Rgb;
}

const DARK: Palette = {
  dark: true,
  canvas: [28, 28, 29],
  centre: [38, 38, 39],
  ink: [255, 255, 255],
  shadow: 0.5,
  axis: [160, 160, 163],
  text: [241, 241, 241],
  quietText: [189, 189, 191],
  accent: [255, 152, 56],
  onAccent: [28, 18, 6],
};

const LIGHT: Palette = {
  dark: false,
  canvas: [247, 247, 245],
  centre: [255, 255, 255],
  ink: [0, 0, 0],
  shadow: 0.12,
  axis: [112, 112, 116],
  text: [31, 31, 31],
  quietText: [75, 75, 77],
  accent: [245, 124, 0],
  onAccent: [28, 18, 6],
};

export function paletteOf(theme: Theme): Palette {
  return theme === "dark" ? DARK : LIGHT;
}

export function blend(a: Rgb, b: Rgb, t: number): Rgb {
  return [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t, a[2] + (b[2] - a[2]) * t];
}

export function css(c: Rgb, alpha = 1): string {
  const [r, g, b] = [Math.round(c[0]), Math.round(c[1]), Math.round(c[2])];
  return alpha === 1 ? `rgb(${r} ${g} ${b})` : `rgb(${r} ${g} ${b} / ${alpha})`;
}

/** Light over a ball, as shares of a blend: `shine` to white near the upper left, `rim` to black at the edge. */
export function shading(dark: boolean): { shine: number; rim: number } {
  return dark ? { shine: 0.3, rim: 0.22 } : { shine: 0.38, rim: 0.12 };
}

/** Share of the canvas colour mixed into the farthest things. */
export const DEPTH_CUE = 0.4;
/** From so many rows on points are small flat discs, and from so many they are laid over each other as a density. */
export const FLAT_ROWS = 3000;
/** Shadows of more rows than these say nothing one by one, and cost as much as the points. */
export const SHADOW_ROWS = 6000;
export const DENSITY_ROWS = 20_000;
