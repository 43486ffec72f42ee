import { expect, test } from "vitest";
import { sortedRows } from "../src/rows/row_table";

const values = [3, Number.NaN, 7, 7, -1];
const all = [1, 1, 1, 1, 1];

test("rows come largest first, equal ones in their order, those without a value last", () => {
  expect(sortedRows(all, (row) => values[row] as number, true, 10).rows).toEqual([2, 3, 0, 4, 1]);
});
test("turned round, those without a value still come last", () => {
  expect(sortedRows(all, (row) => values[row] as number, false, 10).rows).toEqual([4, 0, 2, 3, 1]);
});
test("hidden rows are left out, and it is said how many there are in all", () => {
  expect(sortedRows([1, 1, 0, 1, 1], (row) => values[row] as number, true, 2)).toEqual({ rows: [3, 0], all: 4 });
});
test("texts are ordered as texts", () => {
  expect(sortedRows([1, 1, 1], (row) => ["b", "C", "a"][row] as string, false, 3).rows).toEqual([1, 2, 0]);
});
