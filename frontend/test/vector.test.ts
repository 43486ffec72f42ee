import { describe, expect, test } from "vitest";
import { columnsOf, dimensionAt, distance, shortest, vectorEnds, vectorJson, vectorTsv } from "../src/rows/vector";

const random = (count: number) => {
  let seed = 7;
  return Float32Array.from({ length: count }, () => {
    seed = (seed * 1103515245 + 12345) % 2 ** 31;
    return (seed / 2 ** 30 - 1) * 10 ** ((seed % 9) - 4);
  });
};
const SOURCE = { run: "a", embedding: "wte", step: 3, id: 39, label: 'q"' };

describe("a vector as text", () => {
  test("gives back every float as it was, in no more digits than that takes", () => {
    for (const value of random(500)) {
      const text = shortest(value);
      expect(Math.fround(Number(text))).toBe(value);
      expect(text.length).toBeLessThanOrEqual(String(value).length);
    }
    expect(shortest(Math.fround(0.1))).toBe("0.1");
  });

  test("is JSON that anything reads, with null for what JSON can't say", () => {
    const values = Float32Array.from([0.1, Number.NaN, -2, Number.POSITIVE_INFINITY]);
    expect(JSON.parse(vectorJson(values, SOURCE))).toEqual({ ...SOURCE, values: [0.1, null, -2, null] });
  });

  test("is a table of a line for each dimension", () => {
    expect(vectorTsv(Float32Array.from([0.5, Number.NaN]))).toBe("dimension\tvalue\n0\t0.5\n1\tNaN\n");
  });
});

describe("the strip", () => {
  test("names the dimension under the pointer, whatever its width", () => {
    for (let d = 0; d < 128; d++) expect(dimensionAt(((d + 0.5) / 128) * 272, 272, 128)).toBe(d);
    expect([dimensionAt(-3, 272, 128), dimensionAt(999, 272, 128)]).toEqual([0, 127]);
  });

  test("loses no extreme where columns are fewer than dimensions", () => {
    const values = random(768);
    const { low, high } = columnsOf(values, 100);
    expect(Math.min(...low)).toBe(Math.min(...values));
    expect(Math.max(...high)).toBe(Math.max(...values));
    expect(low.every((value, i) => value <= (high[i] as number))).toBe(true);
  });

  test("has a column for each dimension where there is room", () => {
    const values = random(64);
    expect([...columnsOf(values, 64).high]).toEqual([...values]);
  });

  test("counts what isn't finite and leaves it out of the ends", () => {
    expect(vectorEnds([1, Number.NaN, -4])).toEqual({ low: -4, high: 1, broken: 1 });
    expect(vectorEnds([Number.NaN])).toEqual({ low: Number.NaN, high: Number.NaN, broken: 1 });
    expect([...columnsOf([Number.NaN, 2], 2).high]).toEqual([Number.NaN, 2]);
  });
});

test("a distance is that of the whole space, and not known where a value isn't", () => {
  expect(distance([0, 3, 1], [4, 0, 1])).toBe(5);
  expect(distance([0, Number.NaN], [0, 1])).toBeNaN();
  expect(distance([0], [0, 1])).toBeNaN();
});
