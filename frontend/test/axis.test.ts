import { describe, expect, test } from "vitest";
import { extent, logTicks, mapper, roomy, smooth, ticks } from "../src/axis";

describe("ticks", () => {
  test("are round", () =>
    expect(ticks(0, 2000, 10)).toEqual([0, 200, 400, 600, 800, 1000, 1200, 1400, 1600, 1800, 2000]));
  test("stay inside the range", () => expect(ticks(3, 47, 4)).toEqual([20, 40]));
  test("one value has one tick", () => expect(ticks(5, 5, 4)).toEqual([5]));
  test("on a log axis they span decades", () => expect(logTicks(0.001, 10, 4)).toEqual([0.001, 0.01, 0.1, 1, 10]));
  test("within a decade they are even", () => expect(logTicks(1.5, 4.2, 4)).toEqual([2, 3, 4]));
});

describe("extent", () => {
  test("ignores what is not finite", () =>
    expect(
      extent([
        [Number.NaN, 2],
        [Number.POSITIVE_INFINITY, -1],
      ]),
    ).toEqual([-1, 2]));
  test("for a log axis only positive values count", () => expect(extent([[0, -3, 0.5, 2]], true)).toEqual([0.5, 2]));
  test("nothing has none", () => expect(extent([[], [Number.NaN]])).toBeNull());
});

describe("mapper", () => {
  test("maps ends to ends", () => {
    const map = mapper(10, 20, 100, 0);
    expect([map(10), map(15), map(20)]).toEqual([100, 50, 0]);
  });
  test("a log axis has the geometric mean in the middle", () => expect(mapper(1, 100, 0, 10, true)(10)).toBeCloseTo(5));
  test("a range of one value doesn't divide by zero", () => expect(mapper(3, 3, 0, 10)(3)).toBe(0));
});

describe("a logarithmic axis of values that hardly differ", () => {
  test("leaves room round them, so that a steady line looks steady", () => {
    const [low, high] = roomy([0.00999, 0.01]);
    expect(high / low).toBeCloseTo(1.2, 9);
    expect(Math.sqrt(low * high)).toBeCloseTo(Math.sqrt(0.00999 * 0.01), 12);
  });
  test("is as wide as they are where they differ", () => expect(roomy([0.001, 0.02])).toEqual([0.001, 0.02]));
});

describe("smoothing", () => {
  test("keeps a straight line straight, up to its ends", () => {
    const line = Array.from({ length: 50 }, (_, i) => 3 * i + 1);
    const found = smooth(line, 5);
    for (const [i, value] of line.entries()) expect(found[i]).toBeCloseTo(value, 9);
  });
  test("is the mean of the window, as a plain loop says", () => {
    const values = Array.from({ length: 40 }, (_, i) => Math.sin(i * 7));
    const found = smooth(values, 3);
    for (let i = 3; i < 37; i++) {
      const window = values.slice(i - 3, i + 4);
      expect(found[i]).toBeCloseTo(window.reduce((sum, value) => sum + value, 0) / 7, 9);
    }
  });
  test("passes over what is not finite", () => expect([...smooth([1, Number.NaN, 3], 1)]).toEqual([1, 2, 3]));
});
