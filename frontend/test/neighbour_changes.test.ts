import { expect, test } from "vitest";
import { middleOf, mostFrequent } from "../src/rows/group_numbers";
import { changesOf } from "../src/rows/neighbour_changes";

const near = (...rows: number[]) => rows.map((row, i) => ({ row, similarity: 0.9 - i / 10 }));

test("neighbours stayed, came in or left, in the order of each list", () => {
  const { before, after, ...counts } = changesOf(near(4, 7, 9), near(9, 2, 4, 5));
  expect(before.map(({ row, change }) => [row, change])).toEqual([
    [4, "stayed"],
    [7, "left"],
    [9, "stayed"],
  ]);
  expect(after.map(({ row, change }) => [row, change])).toEqual([
    [9, "stayed"],
    [2, "came"],
    [4, "stayed"],
    [5, "came"],
  ]);
  expect(counts).toEqual({ stayed: 2, came: 2, left: 1 });
  expect(after[0]?.similarity).toBe(0.9);
});

test("without neighbours nothing changed", () => {
  expect(changesOf([], [])).toEqual({ before: [], after: [], stayed: 0, came: 0, left: 0 });
});

test("the middle of a group passes over what isn't known", () => {
  const values = [1, 2, Number.NaN, 9, 100];
  expect(middleOf(values, [0, 1, 2, 3])).toEqual({ mean: 4, median: 2, known: 3 });
  expect(middleOf(values, [0, 1, 3, 4])).toEqual({ mean: 28, median: 5.5, known: 4 });
  expect(middleOf(values, [2, 77])).toEqual({ mean: Number.NaN, median: Number.NaN, known: 0 });
});

test("the most frequent rows come first, those without a count last and by their place", () => {
  expect(mostFrequent([0, 1, 2, 3, 4], [5, Number.NaN, 9, 0, Number.NaN])).toEqual([2, 0, 3, 1, 4]);
  expect(mostFrequent([3, 1, 2], null)).toEqual([1, 2, 3]);
});
