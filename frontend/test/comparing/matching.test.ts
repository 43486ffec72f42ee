import { expect, test } from "vitest";
import {
  carried,
  hiddenSentence,
  type MatchedRows,
  matchRows,
  rowsThere,
  whyApart,
} from "../../src/comparing/matching";

const table = (labels: string[] | null, ids: number[], path = "wte", role = "token_embedding"): MatchedRows => ({
  parts: [{ embedding: { path, role, labels }, first: 0, rows: ids.length }],
  ids,
});

test("a token is the same in both by what it is called, whatever its id is", () => {
  const found = matchRows(table(["a", "b", "c"], [0, 1, 2]), table(["b", "x", "a"], [0, 1, 2]));
  expect([...found.toB]).toEqual([2, 0, -1]);
  expect([...found.toA]).toEqual([1, -1, 0]);
  expect([found.common, found.others]).toEqual([2, 2]);
});

test("without labels a row is the same by its id", () => {
  const found = matchRows(table(null, [10, 20, 30]), table(null, [20, 30, 40, 50]));
  expect([...found.toB]).toEqual([-1, 0, 1]);
  expect([found.common, found.others]).toEqual([2, 3]);
});

test("labels that stand twice tell nobody apart: ids do", () => {
  const found = matchRows(table(["?", "?", "a"], [7, 8, 9]), table(["?", "?", "a"], [8, 7, 9]));
  expect([...found.toB]).toEqual([1, 0, 2]);
});

test("each embedding is matched with its own counterpart, by path or as the only one of its role", () => {
  const parts = (first: string, second: string) => [
    { embedding: { path: first, role: "token_embedding", labels: null }, first: 0, rows: 2 },
    { embedding: { path: second, role: "position_embedding", labels: null }, first: 2, rows: 2 },
  ];
  const a = { parts: parts("wte", "wpe"), ids: [0, 1, 0, 1] };
  const b = { parts: parts("embed.tokens", "wpe"), ids: [1, 0, 1, 5] };
  const found = matchRows(a, b);
  expect([...found.toB]).toEqual([1, 0, -1, 2]);
});

test("an embedding that the other run hasn't is in neither", () => {
  const found = matchRows(table(null, [0, 1], "wte", "other"), table(null, [0, 1], "emb", "other"));
  expect([found.common, found.others]).toEqual([0, 4]);
});

test("every row that has a counterpart has it both ways", () => {
  const letters = (seed: number) =>
    Array.from({ length: 40 }, (_, i) => String.fromCodePoint(97 + ((i * 7 + seed) % 60)));
  const a = table(
    letters(3),
    Array.from({ length: 40 }, (_, i) => i),
  );
  const b = table(
    letters(20),
    Array.from({ length: 40 }, (_, i) => i),
  );
  const { toA, toB, common } = matchRows(a, b);
  expect(common).toBe(letters(3).filter((one) => letters(20).includes(one)).length);
  for (const [row, there] of toB.entries()) if (there >= 0) expect(toA[there]).toBe(row);
  for (const [row, here] of toA.entries()) if (here >= 0) expect(toB[here]).toBe(row);
});

test.each([
  [58, 9, "58 tokens are in both runs. The other 9 are hidden."],
  [1, 1, "1 token is in both runs. The other one is hidden."],
  [0, 8, "No token is in both runs."],
  [65, 0, null],
])("of %i common and %i other rows it says %j", (common, others, said) => {
  expect(hiddenSentence({ common, others, toA: new Int32Array(), toB: new Int32Array() }, "token")).toBe(said);
});

test("values go along with their tokens, and rows of one run only are left as they were made", () => {
  const toA = Int32Array.of(1, -1, 0);
  const floats = (length: number) => new Float32Array(length).fill(9);
  expect([...carried(Float32Array.of(1, 2), toA, 1, floats)]).toEqual([2, 9, 1]);
  expect([...carried(Uint8Array.of(1, 2, 3, 4), toA, 2, (length) => new Uint8Array(length))]).toEqual([
    3, 4, 0, 0, 1, 2,
  ]);
  expect(rowsThere([0, 1, 2], Int32Array.of(5, -1, 3))).toEqual([5, 3]);
});

const sample = (rows: number[] | null, labels: string[] | null, shape = [3, 4]) => ({ rows, labels, shape });

test.each([
  [sample(null, null), sample(null, ["a", "b", "c"]), null],
  [sample([0, 1], ["a", "b"]), sample([0, 1], ["a", "b"]), null],
  [sample(null, null, [3, 4]), sample(null, null, [3, 8]), "it has 4 dimensions, there it has 8"],
  [sample(null, null, [7, 4]), sample(null, null, [5, 4]), "7 rows were sampled, there 5"],
  [sample([0, 1], null), sample([0, 2], null), "other rows were sampled there"],
  [sample([0, 1, 2], null), sample(null, null), "other rows were sampled there"],
  [sample(null, ["a", "b", "c"]), sample(null, ["a", "b", "d"]), "its rows have other labels there"],
])("of %j and %j it says %j, as the server does", (of, other, said) => {
  expect(whyApart(of, other)).toBe(said);
});
