import { expect, test } from "vitest";
import type { Reply } from "../src/pvz1";
import { detailsOf } from "../src/store/load_rows";
import type { RowsHeader } from "../src/wire.gen";

/** Two rows of three dimensions with two neighbours each, as the server answers. */
function reply(): Reply<RowsHeader> {
  const floats: Record<string, number[]> = {
    values: [1, 2, 3, 4, 5, 6],
    norms: [10, 20],
    grad_norms: [0.1, Number.NaN],
    update_norms: [0.01, 0.02],
    cosines: [0.9, 0.8, 0.7, Number.NaN],
    first_cosines: [0.5, 0.4, 0.3, 0.2],
  };
  const ints: Record<string, number[]> = {
    norm_ranks: [2, 1],
    neighbours: [4, 5, 0, -1],
    first_neighbours: [1, 2, 3, 4],
  };
  const header = { run: "a", embedding: "wpe", step: 40, first_step: 5, rows: [3, 7], arrays: [] };
  return {
    header,
    floats: (name) => Float32Array.from(floats[name] as number[]),
    ints: (name) => Int32Array.from(ints[name] as number[]),
    bytes: () => new Uint8Array(0),
    numbers: () => new Float64Array(),
  };
}

test("each row gets its own vector, numbers and neighbours", () => {
  const [one, other] = detailsOf(reply(), 0);
  expect(one).toMatchObject({ row: 3, step: 40, firstStep: 5, norm: 10, rank: 2 });
  expect([...(one?.values ?? [])]).toEqual([1, 2, 3]);
  expect([...(other?.values ?? [])]).toEqual([4, 5, 6]);
  expect(one?.neighbours.map((near) => near.row)).toEqual([4, 5]);
  expect(one?.firstNeighbours.map((near) => near.row)).toEqual([1, 2]);
  expect(other?.gradNorm).toBeNaN();
});

test("neighbours that there are none of are left out", () => {
  expect(detailsOf(reply(), 0)[1]?.neighbours.map((near) => near.row)).toEqual([0]);
});

test("rows of a second embedding, and their neighbours, stand after those of the first", () => {
  const [one, other] = detailsOf(reply(), 100);
  expect([one?.row, other?.row]).toEqual([103, 107]);
  expect(one?.neighbours.map((near) => near.row)).toEqual([104, 105]);
  expect(other?.firstNeighbours.map((near) => near.row)).toEqual([103, 104]);
});
