import { describe, expect, test } from "vitest";
import { joined, numbersAt, type RowNumbers, spread, withNumbers } from "../src/rows/row_numbers";

const at = (step: number, ...norms: number[]): RowNumbers => ({
  step,
  norms: Float32Array.from(norms),
  gradNorms: Float32Array.from(norms, (norm) => norm - 1),
  displacements: Float32Array.from(norms, (norm) => norm * 2),
});
const LIST = [at(0, 1, 10), at(100, 3, 20), at(200, 5, 0)];

describe("numbers of all rows", () => {
  test("are exact at steps that are held and lie on a line between", () => {
    expect([...(numbersAt(LIST, "norms", 100) ?? [])]).toEqual([3, 20]);
    expect([...(numbersAt(LIST, "norms", 150) ?? [])]).toEqual([4, 10]);
    expect([...(numbersAt(LIST, "gradNorms", 50) ?? [])]).toEqual([1, 14]);
    expect([...(numbersAt(LIST, "displacements", 25) ?? [])]).toEqual([3, 25]);
  });

  test("are those of the nearest step before the first and after the last", () => {
    expect([...(numbersAt(LIST.slice(1), "norms", 5) ?? [])]).toEqual([3, 20]);
    expect([...(numbersAt(LIST, "norms", 999) ?? [])]).toEqual([5, 0]);
    expect(numbersAt([], "norms", 5)).toBeNull();
  });

  test("next to a value that isn't known are not known either", () => {
    const list = [at(0, 1, 1), at(10, Number.NaN, 3)];
    expect([...(numbersAt(list, "norms", 5) ?? [])]).toEqual([Number.NaN, 2]);
    expect([...(numbersAt(list, "norms", 0) ?? [])]).toEqual([1, 1]);
  });

  test("are kept in order of step, one entry a step", () => {
    const list = withNumbers(withNumbers(LIST, at(150, 7, 7)), at(0, 9, 9));
    expect(list.map((entry) => entry.step)).toEqual([0, 100, 150, 200]);
    expect(list[0]?.norms[0]).toBe(9);
  });

  test("of two embeddings stand one after the other; of one without that step nothing is known", () => {
    const { step, norms, displacements } = joined(7, [
      { rows: 2, numbers: at(7, 1, 2) },
      { rows: 1, numbers: null },
      { rows: 1, numbers: at(7, 5) },
    ]);
    expect(step).toBe(7);
    expect([...norms]).toEqual([1, 2, Number.NaN, 5]);
    expect([...displacements]).toEqual([2, 4, Number.NaN, 10]);
  });
});

test("the steps a run is spread over stay while it grows", () => {
  for (let total = 1; total < 3000; total++) {
    const places = spread(total, 12);
    expect(places.length).toBeLessThanOrEqual(24);
    expect(places[0]).toBe(0);
    const later = new Set(spread(total + 1, 12));
    const gone = places.filter((place) => !later.has(place));
    // Only when the run has doubled does every other one go.
    if (gone.length > 0) expect(gone.every((place) => place % (2 * (places[1] as number)) !== 0)).toBe(true);
  }
});
