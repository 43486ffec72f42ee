import { describe, expect, test } from "vitest";
import { scaleFrom0, scaleOfAll, scaleOver, shareOn, valueOn } from "../src/rows/scales";

const grown = (count: number, of: (i: number) => number) => Array.from({ length: count }, (_, i) => of(i));

describe("a scale over the whole run", () => {
  test("covers all of its steps but for outliers", () => {
    const scale = scaleOver([[...grown(200, (i) => 10 + i / 20), 1e6], grown(200, (i) => 12 + i / 20)]);
    expect(scale?.log).toBe(false);
    expect(scale?.low).toBeCloseTo(10.2, 1);
    expect(scale?.high).toBeGreaterThan(21);
    expect(scale?.high).toBeLessThan(22);
  });

  test("is logarithmic where values differ by orders of magnitude, at one step or between steps", () => {
    const within = scaleOver([grown(9, (i) => 10 ** (i - 4))]);
    expect(within?.log).toBe(true);
    expect(within?.low).toBeCloseTo(1e-4);
    expect(within?.high).toBeCloseTo(1e4);
    expect(
      scaleOver([
        [1, 1.1],
        [0.01, 0.011],
      ])?.log,
    ).toBe(true);
    expect(scaleOver([[1, 2, 20]])?.log).toBe(false);
  });

  test("has positive ends where it is logarithmic, though some values are 0 or not known", () => {
    const scale = scaleOver([[0, Number.NaN, 0.001, 5, 0]]);
    expect(scale).toEqual({ low: 0.001, high: 5, log: true });
  });

  test("of nothing known is none", () => {
    expect(scaleOver([])).toBeNull();
    expect(scaleOver([[Number.NaN]])).toBeNull();
    expect(scaleFrom0([])).toBeNull();
    expect(scaleOfAll([])).toBeNull();
  });
});

describe("a scale of what grows from 0", () => {
  test("begins at 0 and ends where the run is farthest", () => {
    expect(
      scaleFrom0([
        [0, 0],
        [1, 4],
        [2, 3],
      ]),
    ).toEqual({ low: 0, high: 4, log: false });
  });
  test("is logarithmic where rows end up orders of magnitude apart", () => {
    expect(
      scaleFrom0([
        [0, 0],
        [0.01, 5],
      ]),
    ).toEqual({ low: expect.closeTo(0.01), high: 5, log: true });
  });
  test("has a width where nothing has moved", () =>
    expect(scaleFrom0([[0, 0]])).toEqual({ low: 0, high: 1, log: false }));
});

describe("the share of a value", () => {
  const even = { low: 2, high: 6, log: false };
  const log = { low: 0.01, high: 100, log: true };
  test("is even, or by orders of magnitude, and stays within the ends", () => {
    expect([1, 2, 3, 6, 9].map((value) => shareOn(even, value))).toEqual([0, 0, 0.25, 1, 1]);
    expect([0.001, 0.01, 1, 1e9].map((value) => shareOn(log, value))).toEqual([0, 0, 0.5, 1]);
  });
  test("of what has no logarithm is the least; of what isn't known there is none", () => {
    expect([0, -1].map((value) => shareOn(log, value))).toEqual([0, 0]);
    expect(shareOn(log, Number.NaN)).toBeNaN();
    expect(shareOn(even, Number.POSITIVE_INFINITY)).toBeNaN();
  });
  test("leads back to the value", () => {
    for (const scale of [even, log]) {
      for (const share of [0, 0.3, 1]) expect(shareOn(scale, valueOn(scale, share))).toBeCloseTo(share);
    }
  });
  test("of ids is their place among all, of a single one too", () => {
    expect(scaleOfAll([7, 3, 5])).toEqual({ low: 3, high: 7, log: false });
    expect(scaleOfAll([3])).toEqual({ low: 3, high: 4, log: false });
  });
});
