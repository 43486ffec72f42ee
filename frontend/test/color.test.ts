import { describe, expect, test } from "vitest";
import { paint, robustEnds, runColor } from "../src/colors/color";
import { classColor, classTextColor, rgb, vocabulary } from "../src/words/tokens";

function luminance(hex: string): number {
  const [r, g, b] = rgb(hex).map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(one: string, other: string): number {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

describe("class colours", () => {
  const classes = [vocabulary(["a", "b"], [0, 1]), vocabulary([" ab", "cd"], [0, 1])].flatMap((words) => words.classes);
  test("as text they can be read on the panels", () => {
    for (const one of classes) {
      expect(contrast(classTextColor(one, "dark"), "#2A2A2B"), `${one.name} dark`).toBeGreaterThanOrEqual(4.5);
      expect(contrast(classTextColor(one, "light"), "#FFFFFF"), `${one.name} light`).toBeGreaterThanOrEqual(4.5);
    }
  });
  test("differ from each other within a vocabulary", () => {
    for (const words of [vocabulary(["a", "b"], [0, 1]), vocabulary([" ab", "cd"], [0, 1])]) {
      const colors = words.classes.map((one) => classColor(one, "dark"));
      expect(new Set(colors).size).toBe(colors.length);
    }
  });
});

describe("a continuous scale", () => {
  const at = (share: number, theme: "dark" | "light" = "dark") => {
    const target = new Uint8Array(6);
    paint(target, 1, "viridis", theme, share);
    return [...target];
  };
  test("paints the row it is told, from violet on light ground and to yellow on dark", () => {
    expect(at(0, "light")).toEqual([0, 0, 0, 0x44, 0x01, 0x54]);
    expect(at(1, "dark")).toEqual([0, 0, 0, 0xfd, 0xe7, 0x25]);
  });
  test("clamps", () => expect([at(-3), at(9)]).toEqual([at(0), at(1)]));
  test("not finite is grey", () => expect(at(Number.NaN).slice(3)).toEqual([128, 128, 128]));
  test("grows lighter all the way", () => {
    for (const palette of ["viridis", "cividis"] as const) {
      const target = new Uint8Array(3 * 101);
      for (let i = 0; i <= 100; i++) paint(target, i, palette, "dark", i / 100);
      const light = Array.from({ length: 101 }, (_, i) => {
        const hex = `#${[...target.slice(i * 3, i * 3 + 3)].map((value) => value.toString(16).padStart(2, "0")).join("")}`;
        return luminance(hex);
      });
      for (let i = 1; i <= 100; i++) expect(light[i]).toBeGreaterThanOrEqual((light[i - 1] as number) - 1e-3);
    }
  });
});

describe("the ends of a scale", () => {
  test("pass over outliers and what is not finite", () => {
    const values = [...Array.from({ length: 200 }, (_, i) => i), 1e9, Number.NaN, Number.NEGATIVE_INFINITY];
    const [low, high] = robustEnds(values) as [number, number];
    expect(low).toBeGreaterThanOrEqual(0);
    expect(high).toBeLessThan(200);
  });
  test("of equal values still have a width", () => {
    const [low, high] = robustEnds([2, 2, 2]) as [number, number];
    expect(high).toBeGreaterThan(low);
  });
  test("of nothing are none", () => expect(robustEnds([Number.NaN])).toBeNull());
});

test("runs keep a colour whatever their number", () => expect(runColor(600, "dark")).toMatch(/^#/));
