/** A small table of rows as the page would make one. */

import type { Table } from "../../src/takeaway/table";

export const LABELS = ["a", "=1+1", 'say "hi", you', "\n\t\u0001", " the", null, "-", "👍é"];

export function someTable(changes: Partial<Table> = {}): Table {
  const rows = LABELS.length;
  return {
    run: "runs/né",
    step: 12.5,
    numbersStep: 12,
    rows: [0, 1, 2, 3, 4, 5, 7],
    embeddings: Array.from({ length: rows }, () => "transformer.wte"),
    ids: Array.from({ length: rows }, (_, row) => row * 10),
    labels: LABELS,
    classes: LABELS.map((label) => (label === null ? null : "other")),
    groups: LABELS.map((_, row) => (row === 0 ? ["mine", "@home"] : [])),
    positions: Float32Array.from({ length: rows * 3 }, (_, i) => i / 7 - 1),
    colors: Uint8Array.from({ length: rows * 3 }, (_, i) => (i * 11) % 256),
    columns: [
      {
        name: "norm",
        values: Float32Array.from({ length: rows }, (_, row) => (row === 1 ? Number.NaN : 1 / (row + 3))),
        whole: false,
      },
      { name: "gradient", values: new Float32Array(rows).fill(Number.NaN), whole: false },
      { name: "count", values: [3, 1e10, 0, Number.NaN, 5, 6, 7, 8], whole: true },
      { name: "cluster", values: new Int32Array(rows), whole: true },
    ],
    ...changes,
  };
}
