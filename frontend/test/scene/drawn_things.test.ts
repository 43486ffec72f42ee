import { describe, expect, it } from "vitest";
import { nameCorner } from "../../src/scene/axis_names";
import { axesInto, boxOf, cellWords, covers, emptyBounds, gridInto, include, tips } from "../../src/scene/box";
import { inside } from "../../src/scene/clip";
import { displayed } from "../../src/scene/glyphs";
import { paintGround } from "../../src/scene/ground";
import { closeness, linksInto } from "../../src/scene/links";
import { paletteOf } from "../../src/scene/palette";
import { emptyView } from "../../src/scene/pose";
import { Segments, STROKE } from "../../src/scene/segments";
import { trailsInto } from "../../src/scene/trails";
import { someProps } from "./made";
import { generator } from "./random";

const DARK = paletteOf("dark");
const column = (s: Segments, k: number) =>
  Array.from({ length: s.count }, (_, i) => s.data[i * STROKE + k] ?? Number.NaN);

describe("the box", () => {
  it("covers every visible finite row, with the floor below the lowest", () => {
    const props = someProps(60);
    props.visible[3] = 0;
    props.from.set([50, 50, 50], 9);
    props.from.set([Number.NaN, -70, 0], 12);
    const bounds = emptyBounds();
    include(bounds, props.from, props.visible);
    expect(Math.max(...bounds)).toBeLessThanOrEqual(1);
    const box = boxOf(bounds, 1);
    expect(covers(box, bounds)).toBe(true);
    expect(box.low[1]).toBeLessThan(bounds[1] ?? 0);
  });

  it("has a size even without data, and whole grid cells in both directions of the floor", () => {
    const box = boxOf(emptyBounds(), 0);
    expect([...box.low, ...box.high].every(Number.isFinite)).toBe(true);
    for (const axis of [0, 2] as const) {
      const cells = (box.high[axis] - box.low[axis]) / box.cell;
      expect(cells).toBeCloseTo(Math.round(cells), 6);
    }
  });

  it.each([0.0037, 0.02, 0.31, 1, 4.2, 77, 3300])(
    "has a grid on round values, neither coarse nor fine (%d)",
    (size) => {
      const random = generator(Math.round(size * 1e4));
      for (let k = 0; k < 40; k += 1) {
        const bounds = emptyBounds();
        include(
          bounds,
          Float32Array.from({ length: 60 }, () => (random() - 0.4) * size * (1 + k)),
          new Uint8Array(20).fill(1),
        );
        const box = boxOf(bounds, size);
        expect([1, 2, 5]).toContain(Number((box.cell / 10 ** Math.floor(Math.log10(box.cell) + 1e-9)).toFixed(6)));
        const cells = [0, 2].map((axis) => ((box.high[axis] ?? 0) - (box.low[axis] ?? 0)) / box.cell);
        expect(Math.max(...cells)).toBeGreaterThanOrEqual(7 - 1e-6);
        expect(Math.max(...cells)).toBeLessThan(20);
        for (const edge of [...box.low, box.high[0], box.high[2]])
          expect(edge / box.cell).toBeCloseTo(Math.round(edge / box.cell), 6);
        expect(covers(box, bounds)).toBe(true);
      }
    },
  );

  it.each([
    [0.2, "1 square = 0.2"],
    [0.0005, "1 square = 0.0005"],
    [5, "1 square = 5"],
    [2000, "1 square = 2,000"],
  ])("says that a square of %d is worth %s", (cell, words) => {
    expect(cellWords({ ...boxOf(emptyBounds(), 1), cell })).toBe(words);
  });

  it("has three axes in space, two in the plane, that end in their tips, and a grid that stays on the floor", () => {
    const box = boxOf(emptyBounds(), 2);
    const [axes, grid] = [new Segments(), new Segments(1)];
    axesInto(axes, box, false, DARK);
    expect(axes.count).toBe(3);
    expect(column(axes, 3)[0]).toBeCloseTo(tips(box)[0][0], 5);
    axesInto(axes, box, true, DARK);
    expect(axes.count).toBe(2);
    gridInto(grid, box, false, DARK);
    expect(grid.count).toBeGreaterThan(10);
    for (const y of [...column(grid, 1), ...column(grid, 4)]) expect(y).toBeCloseTo(box.low[1], 5);
  });
});

describe("axis names", () => {
  it("lie inside the canvas and outside title and legend, wherever the axis points", () => {
    const random = generator(2);
    const view = { ...emptyView(), width: 390, height: 336 };
    for (let k = 0; k < 400; k += 1) {
      const angle = random() * 7;
      const [x, y] = nameCorner(random() * 390, random() * 336, Math.cos(angle), Math.sin(angle), 70, 14, view, {
        top: 52,
        right: 0,
        bottom: 34,
        left: 0,
      });
      expect(x).toBeGreaterThanOrEqual(6);
      expect(x + 70).toBeLessThanOrEqual(384);
      expect(y).toBeGreaterThanOrEqual(52);
      expect(y + 14).toBeLessThanOrEqual(336 - 34);
    }
  });

  it("stay off their own axis where they are pushed back over it, whichever way it slopes", () => {
    const view = Object.assign(emptyView(), { width: 390, height: 336 });
    for (const dy of [-0.2, -0.05, 0, 0.05, 0.2]) {
      for (const y of [100, 200, 270]) {
        const [left, top] = nameCorner(384, y, Math.sqrt(1 - dy * dy), dy, 70, 14, view, {
          top: 52,
          right: 0,
          bottom: 40,
          left: 0,
        });
        const line = (x: number) => y + ((x - 384) * dy) / Math.sqrt(1 - dy * dy);
        const [one, other] = [line(left), line(left + 70)];
        expect(top > Math.max(one, other) || top + 14 < Math.min(one, other)).toBe(true);
      }
    }
  });

  it("stand beside an axis that leaves the canvas at the top, and not across it", () => {
    const view = Object.assign(emptyView(), { width: 390, height: 336 });
    const insets = { top: 52, right: 0, bottom: 40, left: 0 };
    for (const dx of [-0.3, -0.1, 0, 0.1, 0.3]) {
      for (const x of [20, 200, 380]) {
        const dy = -Math.sqrt(1 - dx * dx);
        const [left, top] = nameCorner(x, 6, dx, dy, 70, 14, view, insets);
        expect(top).toBe(52);
        const line = (y: number) => x + ((y - 6) * dx) / dy;
        const [one, other] = [line(top), line(top + 14)];
        expect(left > Math.max(one, other) || left + 70 < Math.min(one, other)).toBe(true);
      }
    }
  });

  it("follow the part of the axis that is on the canvas", () => {
    expect(inside(50, 50, 250, 50, 0, 0, 100, 100)).toEqual([0, 0.25]);
    expect(inside(-100, 50, 100, 50, 0, 0, 100, 100)).toEqual([0.5, 1]);
    expect(inside(-100, 150, 100, 150, 0, 0, 100, 100)).toBeNull();
    expect(inside(10, 10, 10, 10, 0, 0, 100, 100)).toEqual([0, 1]);
  });
});

describe("trails and links", () => {
  it("grow from 0.8 to 3.2 px and from 6 to 66 % toward now, with dots along them", () => {
    const props = someProps(4);
    const out = new Segments(2);
    const points = Float32Array.from({ length: 30 }, (_, i) => i);
    trailsInto(out, [{ row: 2, points }], props.colors, props.visible);
    const lines = column(out, 6).map((width, i) => ({
      width,
      end: column(out, 7)[i],
      isDot: column(out, 0)[i] === column(out, 3)[i],
    }));
    const strokes = lines.filter((line) => !line.isDot);
    expect(strokes.length).toBe(9);
    expect(strokes[0]?.width).toBeCloseTo(0.8, 5);
    expect(strokes.at(-1)?.end).toBeCloseTo(3.2, 5);
    expect(
      column(out, 9)
        .filter((_, i) => !lines[i]?.isDot)
        .at(-1),
    ).toBeCloseTo(0.66, 5);
    expect(lines.length - strokes.length).toBeGreaterThan(2);
  });

  it("leave out places that are not finite and rows that are hidden", () => {
    const props = someProps(4);
    props.visible[1] = 0;
    const out = new Segments();
    trailsInto(
      out,
      [
        { row: 1, points: new Float32Array(9) },
        { row: 0, points: new Float32Array(3) },
      ],
      props.colors,
      props.visible,
    );
    expect(out.count).toBe(0);
    trailsInto(
      out,
      [{ row: 0, points: new Float32Array([0, 0, 0, Number.NaN, 0, 0, 1, 1, 1, 2, 2, 2]) }],
      props.colors,
      props.visible,
    );
    expect(column(out, 0).every(Number.isFinite)).toBe(true);
    expect(out.count).toBeGreaterThan(0);
  });

  it("join the selected row to its neighbours where they are now, wider when closer", () => {
    const props = someProps(5);
    const out = new Segments();
    const links = [
      { row: 1, similarity: 0.9 },
      { row: 2, similarity: 0.4 },
      { row: 3, similarity: -0.2 },
    ];
    linksInto(out, props, 0, links, [], props.colors, DARK.accent);
    const widths = column(out, 6);
    expect(widths[0]).toBeGreaterThan(widths[1] ?? 9);
    expect(widths[1]).toBeGreaterThan(widths[2] ?? 9);
    const x = (row: number) =>
      (props.from[row * 3] ?? 0) + ((props.to[row * 3] ?? 0) - (props.from[row * 3] ?? 0)) * props.mix;
    expect(column(out, 0)[1]).toBeCloseTo(x(0), 5);
    expect(column(out, 3)[1]).toBeCloseTo(x(2), 5);
    expect(closeness(0.5, 0)).toBe(0);
  });
});

describe("words and ground", () => {
  it.each([
    [" ", "␣"],
    ["\n", "↵"],
    ["\t", "⇥"],
    [" the", "␣the"],
    ["", "∅"],
    ["\u0000", "␀"],
    ["\u007f", "␡"],
    ["\u200b", "‹200B›"],
    ["é漢🙂", "é漢🙂"],
    ["abcdefghijklmnopqrstuvwxyz", "abcdefghijklmnopq…"],
  ])("shows %j as %s", (raw, shown) => expect(displayed(raw)).toBe(shown));

  it("is the centre's colour in the middle, the rim's in the corners, and never farther off than a level of grain", () => {
    const [width, height] = [64, 48];
    const out = new Uint8ClampedArray(width * height * 4);
    paintGround(out, width, height, DARK);
    const middle = ((height / 2) * width + width / 2) * 4;
    expect(Math.abs((out[middle] ?? 0) - DARK.centre[0])).toBeLessThanOrEqual(1);
    expect(Math.abs((out[0] ?? 0) - DARK.canvas[0])).toBeLessThanOrEqual(1);
    expect(out[3]).toBe(255);
  });
});
