import { describe, expect, test } from "vitest";
import {
  type Columns,
  cellAt,
  cellEdges,
  cellOf,
  isExact,
  nearestFilled,
  nextColumn,
  stepOf,
} from "../../src/heat/cells";
import { markOutside } from "../../src/heat/marks";
import { countOutside, outsideOf } from "../../src/heat/outside";
import { word } from "../../src/heat/paint";

/** Of one layer, or of several in lines. */
function columns(edges: number[], counts: number[], lines: number[][], more: Partial<Columns> = {}): Columns {
  const shown = Float32Array.from(lines.flat());
  return {
    edges: Float64Array.from(edges),
    counts: Float64Array.from(counts),
    columns: counts.length,
    layers: lines.length,
    shown,
    low: shown,
    high: shown,
    broken: new Uint8Array(shown.length),
    held: false,
    range: null,
    firstStep: edges[0] as number,
    lastStep: (edges.at(-1) as number) - 1,
    ...more,
  };
}

describe("where cells begin and end", () => {
  test("a snapshot of its own stands within its cell, and the last one has a cell too", () => {
    const steps = [0, 10, 20, 60];
    const of = columns([...steps, 61], [1, 1, 1, 1], [[1, 2, 3, 4]]);
    const edges = cellEdges(of);
    expect([...edges]).toEqual([0, 5, 15, 40, 60]);
    expect(isExact(of)).toBe(true);
    for (const [c, step] of steps.entries()) {
      expect(cellAt(edges, step)).toBe(c);
      expect(stepOf(of, c)).toBe(step);
    }
    expect(cellAt(edges, 16)).toBe(2);
  });
  test("a part that begins between snapshots is filled by the nearest that are here, but not past the run", () => {
    const of = columns([20, 30, 40, 41], [1, 1, 1], [[1, 2, 3]], { firstStep: 0, lastStep: 40, range: [12, 55] });
    expect([...cellEdges(of)]).toEqual([12, 25, 35, 40]);
  });
  test("columns of several snapshots go from edge to edge and stand for their middle", () => {
    const of = columns([0, 10, 20], [5, 5], [[1, 2]]);
    expect(cellEdges(of)).toBe(of.edges);
    expect(stepOf(of, 1)).toBe(15);
  });
  test("a column without snapshots shows the nearest one that has some", () => {
    const of = columns([0, 1, 2, 3, 4, 5, 6], [0, 3, 0, 0, 0, 2], [[0, 1, 0, 0, 0, 2]]);
    expect([...nearestFilled(of)]).toEqual([1, 1, 1, 1, 5, 5]);
    expect([nextColumn(of, 1, 1), nextColumn(of, 5, -1), nextColumn(of, 5, 1)]).toEqual([5, 1, 5]);
  });
});

describe("what stands in a cell", () => {
  test("its rank among all layers that were measured there", () => {
    const of = columns(
      [0, 1, 2],
      [1, 1],
      [
        [1, 9],
        [3, Number.NaN],
        [2, 7],
        [3, 8],
      ],
    );
    expect([0, 1, 2, 3].map((layer) => cellOf(of, layer, 0).rank)).toEqual([4, 1, 3, 1]);
    expect(cellOf(of, 1, 1)).toMatchObject({ rank: 0, among: 3 });
  });
  test("since when it is held, where it wasn't measured here", () => {
    const of = columns([0, 10, 20, 30, 40], [1, 1, 1, 1], [[5, 5, 6, 6]], { held: true });
    expect([0, 1, 2, 3].map((c) => cellOf(of, 0, c).since)).toEqual([null, 0, null, 20]);
  });
});

describe("outside of the healthy band", () => {
  const of = columns(
    [0, 10, 20, 30],
    [2, 2, 2],
    [
      [1, 5, Number.NaN],
      [0, 2, 2],
    ],
    {
      high: Float32Array.from([1, 50, Number.NaN, 0, 2, 2]),
      low: Float32Array.from([1, 4, Number.NaN, 0, 0.1, 2]),
    },
  );
  test("counts what lies beyond a limit anywhere in the cell, and nothing that wasn't measured", () => {
    const found = outsideOf(of, [true, true], () => ({ low: 0.5, high: 10 }));
    expect([...found]).toEqual([0, 2, 0, 1, 1, 0]);
    expect(countOutside(of, found, [true, true], [0, 1], 1)).toEqual({ outside: 2, measured: 2 });
    expect(countOutside(of, found, [true, true], [0, 1], 2)).toEqual({ outside: 0, measured: 1 });
  });
  test("leaves layers alone that have no band", () => {
    const found = outsideOf(of, [false, true], () => ({ low: null, high: 1 }));
    expect([...found]).toEqual([0, 0, 0, 0, 2, 2]);
    expect(countOutside(of, found, [false, true], [0, 1], 1)).toEqual({ outside: 1, measured: 1 });
  });
  test("is drawn as an outline against the colour below it, however narrow, and nothing beside it changes", () => {
    const [width, height] = [12, 10];
    const dark = word(10, 10, 40);
    const light = word(250, 230, 40);
    const pixels = new Uint32Array(width * height);
    for (let i = 0; i < pixels.length; i += 1) pixels[i] = i % width < 6 ? dark : light;
    const row = { layer: 0, name: "", y: 0 };
    const rows = { rows: [row], groups: [], rowHeight: 10, height: 10, named: false };
    const columnOf = Int32Array.from({ length: width }, (_, x) => x);
    const outside = Uint8Array.from({ length: width }, (_, x) => (x === 2 || x >= 8 ? 1 : 0));
    const before = pixels.slice();
    markOutside(pixels, width, rows, outside, width, columnOf, 1);
    const changed = (x: number) => Array.from({ length: 9 }, (_, y) => pixels[y * width + x] !== before[y * width + x]);
    expect(changed(2).every(Boolean)).toBe(true);
    expect(changed(8).every(Boolean)).toBe(true);
    expect(changed(10).some((is) => !is)).toBe(true);
    for (const x of [0, 1, 3, 7]) expect(changed(x).some(Boolean)).toBe(false);
    expect(pixels[2]).not.toBe(pixels[8]);
  });
});
