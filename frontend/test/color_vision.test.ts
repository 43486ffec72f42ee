import { describe, expect, test } from "vitest";
import { CLUSTER_COLOR_COUNT, clusterColor, paint, runColor } from "../src/colors/color";
import type { Theme } from "../src/scene/types";
import { CHARACTER_CLASSES, PIECE_CLASSES } from "../src/words/token_classes";
import { classColor } from "../src/words/tokens";
import { contrast, difference, lab, VISIONS } from "./color_vision";

// Vitest gives style sheets as empty; Node's own reader has no types here.
const fs = "node:fs";
const { readFileSync } = (await import(fs)) as { readFileSync(file: URL, encoding: string): string };
const tokensCss = readFileSync(new URL("../src/styles/tokens.css", import.meta.url), "utf-8");

const THEMES: readonly Theme[] = ["dark", "light"];
/** Rim and middle of the ground that points lie on. */
const GROUNDS: Record<Theme, readonly string[]> = { dark: ["#1C1C1D", "#262627"], light: ["#F7F7F5", "#FFFFFF"] };
/** A difference of 2.3 is just noticed between large patches side by side (Mahy, Van Eycken & Oosterlinck, 1994). Points
 * are small and lie apart from each other and from the legend: four times that. */
const APART = 10;
/** Twelve clusters can't all be so far apart; the pairs that lie near each other in the list are. */
const CLUSTERS_APART = 8;

const range = (count: number) => Array.from({ length: count }, (_, i) => i);

/** The closest pair, as what is expected of it has to say it. */
function closest(colors: readonly string[], pairs: (i: number, j: number) => boolean = () => true) {
  let found = { apart: Number.POSITIVE_INFINITY, pair: "" };
  for (const vision of Object.keys(VISIONS)) {
    for (let i = 0; i < colors.length; i++) {
      for (let j = i + 1; j < colors.length; j++) {
        if (!pairs(i, j)) continue;
        const apart = difference(lab(colors[i] as string, vision), lab(colors[j] as string, vision));
        if (apart < found.apart) found = { apart, pair: `${colors[i]} and ${colors[j]}, ${vision}` };
      }
    }
  }
  return found;
}

test("the difference of colours is that of the paper's own table", () => {
  // Pairs 1, 7, 17 and 25 of its table 1: blue, near grey, far apart, equal hue.
  expect(difference([50, 2.6772, -79.7751], [50, 0, -82.7485])).toBeCloseTo(2.0425, 4);
  expect(difference([50, 0, 0], [50, -1, 2])).toBeCloseTo(2.3669, 4);
  expect(difference([50, 2.5, 0], [73, 25, -18])).toBeCloseTo(27.1492, 4);
  expect(difference([60.2574, -34.0099, 36.2677], [60.4626, -34.1751, 39.4387])).toBeCloseTo(1.2644, 4);
});

test("the simulated visions confuse what is known to be confused, and nothing else", () => {
  const apart = (one: string, other: string, vision: string) => difference(lab(one, vision), lab(other, vision));
  // The seven-coloured wheel's red and olive, violet and blue; blue-green and blue for those without short-wave cones.
  expect(apart("#B46E00", "#7F8A00", "deuteranopia")).toBeLessThan(apart("#B46E00", "#7F8A00", "normal") / 2);
  expect(apart("#62BDF2", "#B9A2F0", "deuteranopia")).toBeLessThan(1);
  expect(apart("#2FC39A", "#62BDF2", "tritanopia")).toBeLessThan(apart("#2FC39A", "#62BDF2", "normal") / 3);
  for (const vision of Object.keys(VISIONS)) expect(apart("#000000", "#FFFFFF", vision)).toBeCloseTo(100, 0);
});

describe.each(THEMES)("in the %s theme", (theme) => {
  const runs = range(6).map((ordinal) => runColor(ordinal, theme));
  const clusters = range(CLUSTER_COLOR_COUNT).map((cluster) => clusterColor(cluster, theme));
  const classes = [CHARACTER_CLASSES, PIECE_CLASSES].map((list) => list.map((one) => classColor(one, theme)));

  test("classes are told apart with every vision", () => {
    for (const colors of classes) {
      const { apart, pair } = closest(colors);
      expect(apart, pair).toBeGreaterThanOrEqual(APART);
    }
  });

  test("so are runs", () => {
    const { apart, pair } = closest(runs);
    expect(apart, pair).toBeGreaterThanOrEqual(APART);
  });

  test("so are clusters, the more so those next to each other in the legend", () => {
    const any = closest(clusters);
    expect(any.apart, any.pair).toBeGreaterThanOrEqual(CLUSTERS_APART);
    const next = closest(clusters, (i, j) => j === i + 1);
    expect(next.apart, next.pair).toBeGreaterThanOrEqual(APART);
  });

  test("so are the loss curves, and what is good from what is to be watched", () => {
    const tokens = tokensOf(theme);
    for (const [one, other] of [
      ["train", "validation"],
      ["good", "watch"],
    ] as const) {
      const { apart, pair } = closest([tokens.get(one) as string, tokens.get(other) as string]);
      expect(apart, pair).toBeGreaterThanOrEqual(APART);
    }
  });

  test("each stands out from the ground", () => {
    for (const color of [...classes.flat(), ...clusters, ...runs]) {
      for (const ground of GROUNDS[theme]) {
        expect(contrast(color, ground), `${color} on ${ground}`).toBeGreaterThanOrEqual(3);
      }
    }
  });
});

/** Colours of styles/tokens.css as they hold in a theme. */
function tokensOf(theme: Theme): Map<string, string> {
  const [dark, light] = tokensCss.split('.page[data-theme="light"]') as [string, string];
  const found = new Map<string, string>();
  for (const part of theme === "dark" ? [dark] : [dark, light]) {
    for (const [, name, color] of part.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)) {
      found.set(name as string, color as string);
    }
  }
  return found;
}

describe.each(["viridis", "cividis"] as const)("%s", (palette) => {
  test.each(THEMES)("grows lighter all the way and stands out from the %s ground", (theme) => {
    const target = new Uint8Array(3 * 33);
    for (let i = 0; i <= 32; i++) paint(target, i, palette, theme, i / 32);
    const colors = range(33).map(
      (i) => `#${[...target.slice(i * 3, i * 3 + 3)].map((value) => value.toString(16).padStart(2, "0")).join("")}`,
    );
    for (const vision of Object.keys(VISIONS)) {
      const lightness = colors.map((color) => lab(color, vision)[0]);
      for (let i = 1; i < lightness.length; i++) {
        expect(lightness[i], `at ${i}, ${vision}`).toBeGreaterThan(lightness[i - 1] as number);
      }
    }
    for (const color of colors) {
      for (const ground of GROUNDS[theme]) expect(contrast(color, ground), color).toBeGreaterThanOrEqual(3);
    }
  });
});
