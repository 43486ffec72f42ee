import { describe, expect, test } from "vitest";
import { columnsOf, type HeatInk, paintHeat, word } from "../../src/heat/paint";
import { heatRows, orderedRows, rowAt } from "../../src/heat/rows";
import { between, differs, heatScale, heatScaleOf, type RobustScale, shareOf } from "../../src/heat/scale";
import type { Layer } from "../../src/wire.gen";

const layer = (path: string, role: string, block: number | null): Layer => ({
  path,
  role,
  block,
  shape: [8, 8],
  dtype: "float32",
  parameters: 64,
  tied_to: null,
  trainable: true,
});

function gpt(blocks: number): Layer[] {
  const inside = Array.from({ length: blocks }, (_, b) => [
    layer(`transformer.h.${b}.ln_1`, "norm", b),
    layer(`transformer.h.${b}.attn.c_attn`, "attn_qkv", b),
    layer(`transformer.h.${b}.mlp.c_fc`, "mlp_up", b),
  ]).flat();
  return [layer("transformer.wte", "token_embedding", null), ...inside, layer("transformer.ln_f", "norm", null)];
}

const all = (layers: readonly Layer[]) => layers.map((_, k) => k);

describe("the lines of the map", () => {
  test("stand in the model's order, grouped by block, with names that say only what the group doesn't", () => {
    const layers = gpt(2);
    const map = heatRows(layers, all(layers), 600);
    expect(map.groups.map((group) => group.title)).toEqual(["Embed", "Block 0", "Block 1", "Final"]);
    expect(map.rows.map((row) => row.name)).toEqual([
      "token emb",
      "ln_1",
      "attn c_attn",
      "mlp c_fc",
      "ln_1",
      "attn c_attn",
      "mlp c_fc",
      "ln_f",
    ]);
    expect(map.rowHeight).toBe(20);
    expect(map.rows[1]?.y).toBeGreaterThan((map.rows[0]?.y ?? 0) + map.rowHeight);
  });
  test("become thinner until the whole model fits, and only then longer than the room", () => {
    const many = gpt(48);
    expect(heatRows(many, all(many), 1200).height).toBeLessThanOrEqual(1200);
    expect(heatRows(many, all(many), 1200).named).toBe(false);
    expect(heatRows(many, all(many), 100).height).toBeGreaterThan(100);
    expect(heatRows(many, all(many), 100).rowHeight).toBe(2);
  });
  test("the one under the pointer is found, and none in a gap", () => {
    const layers = gpt(3);
    const map = heatRows(layers, all(layers), 500);
    for (const row of map.rows) {
      expect(rowAt(map, row.y)).toBe(row);
      expect(rowAt(map, row.y + map.rowHeight - 0.01)).toBe(row);
    }
    expect(rowAt(map, (map.rows[1]?.y ?? 0) - 1)).toBeNull();
    expect(rowAt(map, -1)).toBeNull();
    expect(rowAt(map, map.height + 1)).toBeNull();
  });
  test("in an order of their own they have no groups, and say their block themselves", () => {
    const layers = gpt(2);
    const map = orderedRows(layers, [6, 0, 2], 300);
    expect(map.rows.map((row) => [row.layer, row.name])).toEqual([
      [6, "1 mlp c_fc"],
      [0, "token emb"],
      [2, "0 attn c_attn"],
    ]);
    expect(map.groups).toEqual([]);
    expect(map.rows.map((row) => row.y)).toEqual([0, map.rowHeight, 2 * map.rowHeight]);
  });
  test("a filter leaves the order and the groups of what is left", () => {
    const layers = gpt(2);
    const map = heatRows(layers, [2, 5], 300);
    expect(map.groups.map((group) => group.title)).toEqual(["Block 0", "Block 1"]);
    expect(map.rows.map((row) => row.layer)).toEqual([2, 5]);
  });
});

describe("the scale", () => {
  test("isn't flattened by one early spike", () => {
    const values = Float32Array.from({ length: 10_000 }, (_, i) => 1 + (i % 100) / 100);
    values[3] = 1e9;
    const scale = heatScale(values, true);
    expect(scale?.high).toBeLessThan(2.1);
    expect(scale?.clipped).toBe(true);
    expect(shareOf(scale as NonNullable<typeof scale>, 1e9)).toBe(1);
  });
  test("knows zero from nothing", () => {
    const scale = heatScale([0, 1, 10, Number.NaN], true) as NonNullable<ReturnType<typeof heatScale>>;
    expect(shareOf(scale, 0)).toBe(-1);
    expect(shareOf(scale, Number.NaN)).toBeNaN();
    expect(shareOf(scale, scale.low)).toBe(0);
  });
  test("has a middle for values that are all the same", () => {
    for (const log of [true, false]) {
      const scale = heatScale([2, 2, 2], log) as NonNullable<ReturnType<typeof heatScale>>;
      expect(shareOf(scale, 2)).toBeGreaterThan(0.2);
      expect(shareOf(scale, 2)).toBeLessThan(0.8);
    }
  });
  test("of some lines only is the scale of their values alone", () => {
    const values = Float32Array.from([1, 2, 3, 1000, 2000, 3000, 4, 5, 6]);
    expect(heatScaleOf(values, [0, 2], 3, false)).toEqual(heatScale([1, 2, 3, 4, 5, 6], false));
    expect(heatScaleOf(values, [], 3, false)).toBeNull();
  });
  test("says how far values go beyond its ends", () => {
    const values = [...Array.from({ length: 1000 }, (_, i) => 1 + i / 1000), 50];
    expect(heatScale(values, false)).toMatchObject({ least: 1, most: 50, clipped: true });
  });
  test("passes from one to the next along ratios where it is logarithmic", () => {
    const one = heatScale([1, 100], true) as RobustScale;
    const other = heatScale([100, 10_000], true) as RobustScale;
    expect(between(one, other, 0.5).low).toBeCloseTo(10);
    expect(between(one, other, 1)).toBe(other);
  });
  test("differs only by what the eye sees", () => {
    const scale = { low: 1, high: 100, log: true, clipped: false };
    expect(differs(scale, { ...scale, high: 105 })).toBe(false);
    expect(differs(scale, { ...scale, high: 150 })).toBe(true);
    expect(differs(scale, { ...scale, log: false })).toBe(true);
  });
  test("is none where there is nothing to show", () => {
    expect(heatScale([Number.NaN, Number.POSITIVE_INFINITY], false)).toBeNull();
    expect(heatScale([0, -1], true)).toBeNull();
  });
});

const ink: HeatInk = {
  ramp: Uint32Array.from({ length: 256 }, (_, k) => word(k, k, k)),
  zero: word(1, 2, 3),
  broken: word(255, 0, 0),
  missing: [word(40, 40, 40), word(80, 80, 80)],
};

describe("the pixels", () => {
  test("each px shows the column of its step, and none outside of what is known", () => {
    expect([...columnsOf([0, 10, 20, 40], 0, 40, 8)]).toEqual([0, 0, 1, 1, 2, 2, 2, 2]);
    expect([...columnsOf([10, 20], 0, 40, 4)]).toEqual([-1, 0, -1, -1]);
  });
  test("value, zero, broken and not measured are four different things", () => {
    const layers = gpt(0);
    const map = heatRows(layers, [0], 20);
    const cells = { shown: Float32Array.of(100, 0, 5, Number.NaN), broken: Uint8Array.of(0, 0, 1, 0), columns: 4 };
    const pixels = new Uint32Array(8 * 20);
    const scale = { low: 1, high: 100, log: true, clipped: false };
    paintHeat(pixels, 8, map, cells, columnsOf([0, 1, 2, 3, 4], 0, 4, 8), scale, ink, 1);
    expect(pixels[0]).toBe(ink.ramp[255]);
    expect(pixels[2]).toBe(ink.zero);
    expect(pixels[4]).toBe(ink.broken);
    const striped = new Set(Array.from({ length: 19 }, (_, y) => pixels[y * 8 + 6]));
    expect(striped).toEqual(new Set(ink.missing));
    expect(pixels[19 * 8]).toBe(0);
  });
  test("where no value makes a scale, zero and not measured are still two things", () => {
    const map = heatRows(gpt(0), [0], 20);
    const cells = { shown: Float32Array.of(0, Number.NaN), broken: new Uint8Array(2), columns: 2 };
    const pixels = new Uint32Array(8 * 20);
    paintHeat(pixels, 8, map, cells, columnsOf([0, 1, 2], 0, 2, 8), null, ink, 1);
    const at = (x: number) => new Set(Array.from({ length: 19 }, (_, y) => pixels[y * 8 + x]));
    expect(at(1)).toEqual(new Set([ink.zero]));
    expect(at(6)).toEqual(new Set(ink.missing));
  });
  test("entries that aren't finite are striped the other way than what wasn't measured", () => {
    const map = heatRows(gpt(0), [0], 20);
    const cells = { shown: Float32Array.of(1, Number.NaN), broken: Uint8Array.of(1, 0), columns: 2 };
    const pixels = new Uint32Array(24 * 20);
    const striped = { ...ink, brokenMark: word(9, 9, 9) };
    paintHeat(pixels, 24, map, cells, columnsOf([0, 1, 2], 0, 2, 24), null, striped, 1);
    const marks = (from: number, color: number) =>
      [...pixels.keys()].filter((i) => pixels[i] === color && i % 24 >= from && i % 24 < from + 12 && i < 24 * 18);
    const falls = marks(0, striped.brokenMark).filter((i) => i % 24 < 11 && pixels[i + 25] === striped.brokenMark);
    const rises = marks(12, ink.missing[1]).filter((i) => i % 24 > 12 && pixels[i + 23] === ink.missing[1]);
    expect(falls.length).toBe(marks(0, striped.brokenMark).filter((i) => i % 24 < 11).length);
    expect(rises.length).toBe(marks(12, ink.missing[1]).filter((i) => i % 24 > 12).length);
    expect(Math.min(falls.length, rises.length)).toBeGreaterThan(10);
  });
  test("a map that is scrolled shows what lies in the window", () => {
    const layers = gpt(10);
    const map = heatRows(layers, all(layers), 100);
    const shown = Float32Array.from({ length: layers.length }, (_, k) => k + 1);
    const cells = { shown, broken: new Uint8Array(layers.length), columns: 1 };
    const scale = { low: 1, high: layers.length, log: false, clipped: false };
    const pixels = new Uint32Array(100);
    const row = map.rows[12] as (typeof map.rows)[number];
    paintHeat(pixels, 1, map, cells, Int32Array.of(0), scale, ink, 1, row.y);
    expect(pixels[0]).toBe(ink.ramp[Math.round((255 * row.layer) / (layers.length - 1))]);
  });
});
