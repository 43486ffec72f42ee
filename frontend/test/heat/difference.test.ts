import { expect, test } from "vitest";
import { divergingColor } from "../../src/colors/diverging";
import { differenceOf, evenScale, type RunColumns } from "../../src/heat/difference";
import { difference, lab, VISIONS } from "../color_vision";

function columns(edges: number[], lines: number[][], broken: number[][] = []): RunColumns {
  const count = edges.length - 1;
  const shown = Float32Array.from(lines.flat());
  const flags = Uint8Array.from(lines.flatMap((line, i) => line.map((_, c) => broken[i]?.[c] ?? 0)));
  return {
    edges: Float64Array.from(edges),
    columns: count,
    shown,
    broken: flags,
    firstStep: edges[0] as number,
    lastStep: (edges.at(-1) as number) - 1,
  };
}

const lineOf = (found: { shown: Float32Array; columns: number }, layer: number) =>
  [...found.shown.subarray(layer * found.columns, (layer + 1) * found.columns)].map((value) =>
    Number(value.toFixed(5)),
  );

test("twice as large is one, half as large is minus one", () => {
  const a = columns([0, 10, 20, 21], [[1, 2, 4]]);
  const b = columns([0, 10, 20, 21], [[2, 2, 2]]);
  expect(lineOf(differenceOf(a, b, ["x"], ["x"], true), 0)).toEqual([1, 0, -1]);
  expect(lineOf(differenceOf(a, b, ["x"], ["x"], false), 0)).toEqual([1, 0, -2]);
});

test("layers are matched by their path, and those of one run only are named", () => {
  const a = columns(
    [0, 1, 2],
    [
      [1, 1],
      [2, 2],
      [3, 3],
    ],
  );
  const b = columns(
    [0, 1, 2],
    [
      [6, 6],
      [1, 1],
    ],
  );
  const found = differenceOf(a, b, ["x", "y", "z"], ["z", "w"], true);
  expect(lineOf(found, 0)).toEqual([Number.NaN, Number.NaN]);
  expect(lineOf(found, 2)).toEqual([1, 1]);
  expect([found.matched, found.onlyA, found.onlyB]).toEqual([1, ["x", "y"], ["w"]]);
});

test("only steps that both have are compared", () => {
  const a = columns([0, 10, 20, 30, 40], [[1, 1, 1, 1]]);
  const b = columns([10, 20, 30], [[2, 4]]);
  const found = differenceOf(a, b, ["x"], ["x"], true);
  expect(found.range).toEqual([10, 29]);
  expect(lineOf(found, 0)).toEqual([Number.NaN, 1, 2, Number.NaN]);
  expect(differenceOf(a, columns([90, 91], [[1]]), ["x"], ["x"], true).range).toBeNull();
});

test("finer columns of B are taken together, geometrically where a ratio says more", () => {
  const a = columns([0, 4, 8], [[1, 1]]);
  const b = columns([0, 1, 2, 4, 8], [[2, 8, Number.NaN, 3]]);
  expect(lineOf(differenceOf(a, b, ["x"], ["x"], true), 0)).toEqual([2, Number(Math.log2(3).toFixed(5))]);
  expect(lineOf(differenceOf(a, b, ["x"], ["x"], false), 0)).toEqual([4, 2]);
});

test("two zeros are equal, and one zero has no ratio", () => {
  const found = differenceOf(columns([0, 1, 2], [[0, 0]]), columns([0, 1, 2], [[0, 3]]), ["x"], ["x"], true);
  expect(lineOf(found, 0)).toEqual([0, Number.NaN]);
});

test("what was not finite in either run is told", () => {
  const a = columns([0, 1, 2, 3], [[1, 1, 1]], [[1, 0, 0]]);
  const b = columns([0, 1, 2, 3], [[1, 1, 1]], [[0, 0, 1]]);
  expect([...differenceOf(a, b, ["x"], ["x"], true).broken]).toEqual([1, 0, 1]);
});

test("any columns are compared as one by one", () => {
  let seed = 7;
  const random = () => {
    seed = (seed * 16_807) % 2_147_483_647;
    return seed / 2_147_483_647;
  };
  for (let turn = 0; turn < 40; turn++) {
    const make = () => {
      const edges = [Math.floor(random() * 20)];
      while (edges.length < 12) edges.push((edges.at(-1) as number) + 1 + Math.floor(random() * 9));
      return columns(edges, [Array.from({ length: 11 }, () => (random() < 0.2 ? Number.NaN : random() + 0.1))]);
    };
    const [a, b] = [make(), make()];
    const found = differenceOf(a, b, ["x"], ["x"], false);
    for (let c = 0; c < a.columns; c++) {
      const [from, to] = [a.edges[c] as number, a.edges[c + 1] as number];
      const inBoth = found.range !== null && to > found.range[0] && from <= found.range[1];
      const over = [...b.shown].filter(
        (value, k) => (b.edges[k] as number) < to && (b.edges[k + 1] as number) > from && !Number.isNaN(value),
      );
      const mean = over.reduce((sum, value) => sum + value, 0) / over.length;
      const expected = inBoth ? mean - (a.shown[c] as number) : Number.NaN;
      if (Number.isNaN(expected)) expect(found.shown[c]).toBeNaN();
      else expect(found.shown[c]).toBeCloseTo(expected, 5);
    }
  }
});

test("the scale has its zero in the middle, and one spike doesn't flatten the rest", () => {
  const values = Float32Array.from({ length: 1000 }, (_, i) => Math.sin(i));
  values[500] = -1000;
  const scale = evenScale(values, false);
  expect(scale?.low).toBe(-(scale?.high as number));
  expect(scale?.high).toBeLessThan(1.01);
  expect(scale?.clipped).toBe(true);
  expect(evenScale([Number.NaN], true)).toBeNull();
  expect(evenScale([0, 0], true)?.high).toBeCloseTo(Math.log2(1.1));
});

const hex = (rgb: readonly number[]) => `#${rgb.map((value) => value.toString(16).padStart(2, "0")).join("")}`;

test.each(["dark", "light"] as const)(
  "in the %s theme less and more differ for every kind of colour vision",
  (theme) => {
    for (const vision of Object.keys(VISIONS)) {
      for (const share of [0.15, 0.3, 0.5]) {
        const [less, more] = [hex(divergingColor(0.5 - share, theme)), hex(divergingColor(0.5 + share, theme))];
        expect(difference(lab(less, vision), lab(more, vision)), `${vision}, ${share}`).toBeGreaterThan(10);
      }
    }
  },
);

test.each(["dark", "light"] as const)("in the %s theme a larger difference stands out more", (theme) => {
  const away = theme === "dark" ? 1 : -1;
  for (const side of [-1, 1]) {
    const lightness = [0, 0.1, 0.2, 0.3, 0.4, 0.5].map(
      (share) => away * lab(hex(divergingColor(0.5 + side * share, theme)))[0],
    );
    for (let i = 1; i < lightness.length; i++) expect(lightness[i]).toBeGreaterThan(lightness[i - 1] as number);
  }
});
