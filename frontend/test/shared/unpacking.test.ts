import { describe, expect, it } from "vitest";
import { keepExtremes } from "../../src/shared/curves";
import { placeOf, rangeOf } from "../../src/shared/reply";
import { beginnings, binInto, held, isSparse, stepEdges } from "../../src/shared/step_bins";
import { coordinates, shortFloats, thumbCells } from "../../src/shared/unpacking";

const steps = (...values: number[]) => Float64Array.from(values);
const bytesOf = (value: number) => {
  const view = new DataView(new ArrayBuffer(4));
  view.setFloat32(0, value);
  return [view.getUint8(0), view.getUint8(1), view.getUint8(2)];
};

describe("numbers in few bytes", () => {
  it("come back from their three highest bytes, with their sign, infinite or none at all", () => {
    const values = [0, 1, -2.5, 3e-8, Infinity, -Infinity, Number.NaN];
    const rows = values.map(bytesOf);
    const planes = Uint8Array.from([0, 1, 2].flatMap((place) => rows.map((row) => row[place] as number)));
    const found = [...shortFloats(planes)];
    for (const [i, value] of values.entries()) {
      if (Number.isFinite(value))
        expect(Math.abs((found[i] as number) - value)).toBeLessThanOrEqual(Math.abs(value) / 2 ** 15);
      else expect(found[i]).toBe(value);
    }
  });

  it("are positions again, each snapshot on its own scale and a broken row nowhere", () => {
    // One axis, two snapshots of two rows: levels 3 and 300, then 1 and 65,535 (broken), as differences modulo 2^16.
    const changes = [3, 300, 1 - 3 + 65_536, 65_535 - 300];
    const planes = Uint8Array.from([...changes.map((one) => one & 255), ...changes.map((one) => one >> 8)]);
    const found = coordinates(planes, Float64Array.of(10, -1), Float64Array.of(0.5, 2), [1, 2, 2]);
    expect([...found]).toEqual([11.5, 160, 1, Number.NaN]);
  });

  it("are cells of thumbnails on the scale of each", () => {
    const cells = thumbCells(Uint8Array.of(0, 1, 2, 255, 2, 255), Float32Array.of(0.5, 8, 1, 4), [4, 2]);
    expect([...cells]).toEqual([Number.NaN, 0, 0.5, 8, 1, 4]);
  });
});

describe("columns of steps", () => {
  it("hold one snapshot each where there is room, else equal widths", () => {
    expect([...stepEdges(steps(2, 5, 9), 8, 0, 10)]).toEqual([2, 5, 9, 11]);
    expect([...stepEdges(steps(0, 1, 2, 3, 4, 5, 6, 7, 8, 9), 3, 0, 9)]).toEqual([0, 3, 6, 10]);
    expect([...stepEdges(steps(2, 5), 8, 3, 4)]).toEqual([3, 5]);
  });

  const binned = (values: number[], edges: Float64Array, log: boolean) => {
    const at = steps(...values.keys());
    const [shown, low, high] = [0, 1, 2].map(() => new Float32Array(edges.length - 1)) as [
      Float32Array,
      Float32Array,
      Float32Array,
    ];
    binInto({ shown, low, high }, Float32Array.from(values), beginnings(at, edges), log);
    return { shown: [...shown], low: [...low], high: [...high] };
  };

  it("show the mean of their snapshots, but a spike in its place", () => {
    expect(binned([1, 1, 1, 1, 1, 1, 64, 1], steps(0, 4, 8), true).shown).toEqual([1, 64]);
    expect(binned([1, 2, 3, Number.NaN], steps(0, 2, 4), false)).toEqual({
      shown: [1.5, 3],
      low: [1, 3],
      high: [2, 3],
    });
    expect(binned([Number.NaN, Infinity], steps(0, 2), true).shown).toEqual([Number.NaN]);
  });

  it("fill the gaps of what is measured now and then", () => {
    const seldom = Float32Array.of(Number.NaN, 2, Number.NaN, Number.NaN, 5, Number.NaN);
    expect(isSparse(seldom)).toBe(true);
    expect(isSparse(Float32Array.of(1, 2, Number.NaN))).toBe(false);
    expect([...held(seldom)]).toEqual([Number.NaN, 2, 2, 2, 5, 5]);
  });
});

it("finds a step's place and the places of a range, open ends included", () => {
  const all = steps(0, 10, 20);
  expect([placeOf(all, -1), placeOf(all, 10), placeOf(all, 11), placeOf(all, 99)]).toEqual([0, 1, 2, 3]);
  expect(rangeOf(all, 5, 20)).toEqual([1, 3]);
  expect(rangeOf(all, null, null)).toEqual([0, 3]);
  expect(rangeOf(all, 12, 15)).toEqual([2, 2]);
});

it("keeps the ends and the extremes of a curve, and no more points than asked for", () => {
  const values = Float64Array.from({ length: 1000 }, (_, i) => Math.sin(i / 50));
  values[333] = 40;
  values[700] = Number.NaN;
  const places = keepExtremes(values, 100);
  expect(places.length).toBeLessThanOrEqual(100);
  expect(places).toEqual([...places].sort((one, other) => one - other));
  for (const place of [0, 333, 700, 999]) expect(places).toContain(place);
});
