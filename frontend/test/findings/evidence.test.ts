import { describe, expect, test } from "vitest";
import { decades, type EvidenceColumns, evidenceColumns, seriesAt } from "../../src/findings/evidence";
import { findingBoxes, spacedMarks } from "../../src/heat/finding_boxes";
import { heatRows } from "../../src/heat/rows";
import { gpt } from "../model_record";
import { finding } from "./finding";

const evidence = (log: boolean, threshold: number | null, ...values: (number | null)[][]) => ({
  series: values.map((own, i) => ({ name: `s${i}`, steps: own.map((_, k) => k * (i + 1)), values: own })),
  threshold,
  threshold_name: "",
  log,
});

describe("columns of the chart", () => {
  test("series with other steps share one axis; where one has no point it is no gap, where it isn't finite it is", () => {
    const columns = evidenceColumns(evidence(false, null, [1, null, 3], [4, 5, 6]));
    expect([...(columns?.steps ?? [])]).toEqual([0, 1, 2, 4]);
    expect(columns?.values).toEqual([
      [1, null, 3, undefined],
      [4, undefined, 5, 6],
    ]);
  });

  test("the threshold lies within the ends, with room, however far from the values it is", () => {
    for (const [log, limit] of [
      [false, 100],
      [true, 1e-9],
    ] as const) {
      const columns = evidenceColumns(evidence(log, limit, [1, 2, 3])) as EvidenceColumns;
      const [low, high] = columns.ends;
      expect(columns.threshold).toBe(limit);
      expect(low).toBeLessThan(Math.min(1, limit));
      expect(high).toBeGreaterThan(Math.max(3, limit));
    }
  });

  test("zeros have no place on a logarithmic scale; nothing but zeros gets a plain one", () => {
    expect(evidenceColumns(evidence(true, null, [0, 1, 10]))?.values[0]).toEqual([null, 1, 10]);
    expect(evidenceColumns(evidence(true, null, [0, 0]))?.log).toBe(false);
    expect(evidenceColumns(evidence(true, 0, [1, 2]))?.log).toBe(false);
  });

  test("there is no chart of nothing finite", () => {
    expect(evidenceColumns(evidence(false, 1, [null, null]))).toBeNull();
    expect(evidenceColumns(evidence(false, 1))).toBeNull();
  });

  test("a single point and a steady line have axes with a size", () => {
    const columns = evidenceColumns(evidence(false, null, [5]));
    expect(columns?.range[1]).toBeGreaterThan(columns?.range[0] as number);
    expect(columns?.ends[1]).toBeGreaterThan(columns?.ends[0] as number);
  });

  test("numbers beside a logarithmic axis are few powers of ten, or what lies between two of them", () => {
    expect(decades([3e-11, 2e-3], 5)).toEqual([1e-10, 1e-8, 1e-6, 1e-4].map((value) => expect.closeTo(value, 15)));
    expect(decades([0.015, 0.12], 5)).toEqual([0.02, 0.05, 0.1].map((value) => expect.closeTo(value, 9)));
    expect(decades([1.5, 8], 5)).toEqual([2, 5]);
  });

  test("a reading holds until the next point", () => {
    const series = { steps: [10, 20], values: [1, null] };
    expect([5, 10, 19, 20].map((step) => seriesAt(series, step))).toEqual([null, 1, 1, null]);
  });
});

describe("findings on the heat map", () => {
  const layers = gpt(2);
  const paths = layers.map(({ path }) => path);
  const rows = heatRows(
    layers,
    layers.map((_, place) => place),
    400,
  );

  test("lines beside each other are one box, others another, each within the steps that are shown", () => {
    const one = finding({ layers: ["h.0.ln_1", "h.0.attn.c_attn", "h.1.ln_1"], first_step: 50, last_step: 300 });
    const boxes = findingBoxes([one], rows, paths, [100, 200]);
    expect(boxes.map(({ from, to }) => [from, to])).toEqual([
      [100, 200],
      [100, 200],
    ]);
    expect(boxes.map(({ height }) => Math.round(height / rows.rowHeight))).toEqual([2, 1]);
    expect(boxes[1]?.top).toBe(rows.rows.find(({ layer }) => paths[layer] === "h.1.ln_1")?.y);
  });

  test("what lies outside of the steps, or names no layer, has none", () => {
    expect(findingBoxes([finding({ layers: ["wte"] })], rows, paths, [0, 99])).toEqual([]);
    expect(findingBoxes([finding()], rows, paths, [0, 1000])).toEqual([]);
  });

  test("of marks that would cover each other the worst stays", () => {
    const marked = [0, 4, 8, 30].map((y, level) => ({ y, level }));
    expect(spacedMarks(marked, ({ level }) => level, 10).map(({ y }) => y)).toEqual([30, 8]);
  });
});
