import { describe, expect, test } from "vitest";
import { numbersAt, numbersEnds, type RowNumbers, spread, withNumbers } from "../src/row_numbers";

const at = (step: number, ...norms: number[]): RowNumbers => ({
  step,
  norms: Float32Array.from(norms),
  gradNorms: Float32Array.from(norms, (norm) => norm - 1),
});
const LIST = [at(0, 1, 10), at(100, 3, 20), at(200, 5, 0)];

describe("norms of all rows", () => {
  test("are exact at steps that are held and lie on a line between", () => {
    expect([...(numbersAt(LIST, "norms", 100) ?? [])]).toEqual([3, 20]);
    expect([...(numbersAt(LIST, "norms", 150) ?? [])]).toEqual([4, 10]);
    expect([...(numbersAt(LIST, "gradNorms", 50) ?? [])]).toEqual([1, 14]);
  });

  test("are those of the nearest step before the first and after the last", () => {
    expect([...(numbersAt(LIST.slice(1), "norms", 5) ?? [])]).toEqual([3, 20]);
    expect([...(numbersAt(LIST, "norms", 999) ?? [])]).toEqual([5, 0]);
    expect(numbersAt([], "norms", 5)).toBeNull();
  });

  test("are kept in order of step, one entry a step", () => {
    const list = withNumbers(withNumbers(LIST, at(150, 7, 7)), at(0, 9, 9));
    expect(list.map((entry) => entry.step)).toEqual([0, 100, 150, 200]);
    expect(list[0]?.norms[0]).toBe(9);
  });

  test("have one scale over the run; on a logarithmic one rows without gradient don't count", () => {
    expect(numbersEnds(LIST, "norms", false)).toEqual([0, 20]);
    expect(numbersEnds([at(0, 1, 3, 5)], "gradNorms", true)).toEqual([2, 4]);
    expect(numbersEnds([], "norms", false)).toBeNull();
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
