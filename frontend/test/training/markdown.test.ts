import { describe, expect, test } from "vitest";
import { figuresOf, type TrainingInputs } from "../../src/training/figures";
import { histogram } from "../../src/training/histogram";
import { kindTable } from "../../src/training/kind_table";
import { costLines, lossLines, speedLines } from "../../src/training/lines";
import { markdownOf } from "../../src/training/markdown";
import { random } from "./random";

const STEPS = Array.from({ length: 200 }, (_, i) => i * 5);
const INPUTS: TrainingInputs = {
  train: { steps: STEPS, wallTimes: STEPS.map((step) => step / 4), values: STEPS.map((step) => 4 * 0.999 ** step) },
  validation: { steps: [500, 995], wallTimes: [125, 249], values: [3, 2.5] },
  tokensPerSec: { steps: [0, 5], wallTimes: [0, 1], values: [1000, 3000] },
  gradNorm: null,
  clipCap: null,
  clipShare: null,
  totalSteps: { tag: "max_steps", steps: [0], wallTimes: [0], values: [1395] },
  costs: {
    steps: [0, 500, 1000],
    wallTimes: [0, 125, 250],
    captureSecs: [9, 1, 1.5],
    writeSecs: [0, 1, 1],
    bytes: [1e6, 1e6, 1e6],
    dropped: [0, 0, 1],
  },
  layerNorms: null,
  facts: [],
  live: true,
  lastStep: 995,
};

/** Cells of the rows of every table; a bar that is escaped is text. */
const tables = (text: string) =>
  text
    .split("\n\n")
    .filter((block) => block.startsWith("|"))
    .map((block) =>
      block
        .trimEnd()
        .split("\n")
        .map((line) => {
          expect(line).toMatch(/^\| .*\|$/);
          return line
            .slice(1, -1)
            .split(/(?<!\\)\|/)
            .map((cell) => cell.trim());
        }),
    );

const markdown = (run: string, inputs = INPUTS) => {
  const figures = figuresOf(inputs);
  return markdownOf({
    run,
    facts: [["Model", "GPT | <b>2</b>"]],
    sections: [
      { title: "Speed", lines: speedLines(figures) },
      { title: "Loss", lines: lossLines(figures) },
      { title: "Recording", lines: costLines(figures) },
    ],
    kinds: {
      step: 995,
      columns: ["Gradient norm"],
      rows: [{ name: "MLP", layers: 2, parameters: 131_072, medians: [Number.NaN] }],
    },
  });
};

describe("the summary as Markdown", () => {
  test("is tables whose rows have as many cells as their heads", () => {
    for (const table of tables(markdown("exp|1\n# <script>*x*"))) {
      const [head, rule, ...rows] = table;
      expect(rule?.every((cell) => /^-{3,}:?$/.test(cell))).toBe(true);
      expect(rows.length).toBeGreaterThan(0);
      for (const row of [rule, ...rows]) expect(row?.length).toBe(head?.length);
    }
    const [title] = markdown("exp|1\n# <script>*x*").split("\n");
    expect(title).toBe("## exp\\|1 \\# \\<script\\>\\*x\\*");
  });

  test("says what the run's curves say", () => {
    const cells = Object.fromEntries(
      tables(markdown("a"))
        .flat()
        .map(([name, ...rest]) => [name, rest]),
    );
    expect(cells["Steps per second, mean"]?.[0]).toBe("4.00");
    expect(cells["Tokens per second"]).toEqual(["2,000", "mean 2,000"]);
    expect(cells["Time left"]?.[0]).toBe("1 min");
    expect(cells["Best loss"]?.[0]).toBe(`${(4 * 0.999 ** 995).toPrecision(3)} at step 995`);
    expect(cells["Best validation loss"]?.[0]).toBe("2.50 at step 995");
    expect(cells.Trend?.[0]).toBe("still falling");
    expect(cells["Slope per 100 steps"]?.[0]).toBe(`−${((1 - 0.999 ** 100) * 100).toPrecision(3)} %`);
    expect(cells["Recording took"]?.[0]).toBe("1 %");
    expect(cells.Recorded).toEqual(["3.00 MB", "1.00 MB a snapshot"]);
    expect(cells["Snapshots dropped"]?.[0]).toBe("1");
    expect(cells.MLP).toEqual(["2", "131,072", "–"]);
  });

  test("of a run that logs nothing has no number that isn't one", () => {
    const nothing = { ...INPUTS, train: null, validation: null, tokensPerSec: null, totalSteps: null, costs: null };
    const text = markdown("a", nothing);
    expect(text).not.toMatch(/NaN|null|undefined|Infinity/);
    expect(text).toContain("| Steps per second, mean | – |");
    expect(text).not.toContain("Time left");
  });
});

test("a run that has ended has no time left", () => {
  expect(figuresOf({ ...INPUTS, live: false }).secsLeft).toBeNull();
  expect(figuresOf(INPUTS).secsLeft).toBeCloseTo(100, 6);
});

test("the gap is to the smoothed training loss at the step of the last validation", () => {
  const flat = { ...INPUTS, train: { ...INPUTS.train, values: STEPS.map(() => 2) } } as TrainingInputs;
  expect(figuresOf(flat).gap).toBeCloseTo(0.5, 9);
});

test("kinds have the medians of their layers, and a statistic that isn't there is not measured", () => {
  const layers = ["mlp", "norm", "mlp", "mlp"].map((kind, i) => ({ kind, parameters: i + 1 }));
  const values = [1, 10, 2, 20, 5, Number.NaN, 9, 30];
  const names = [
    ["norm", "Norms"],
    ["mlp", "MLP"],
    ["head", "Head"],
  ] as const;
  expect(kindTable(layers, names, ["a", "b"], values, ["b", "a", "c"])).toEqual([
    { name: "Norms", layers: 1, parameters: 2, medians: [20, 2, Number.NaN] },
    { name: "MLP", layers: 3, parameters: 8, medians: [20, 5, Number.NaN] },
  ]);
});

describe("the histogram", () => {
  test("counts each size in the part of the logarithmic axis that it lies in", () => {
    const next = random(2);
    const sizes = Array.from({ length: 999 }, () => 10 ** (next() * 3 - 4));
    const found = histogram(sizes, 16);
    const [low, high] = [Math.min(...sizes), Math.max(...sizes)];
    const edges = Array.from({ length: 17 }, (_, i) => low * (high / low) ** (i / 16));
    const naive = Array.from(
      { length: 16 },
      (_, i) =>
        sizes.filter((size) => size >= (edges[i] as number) && (i === 15 || size < (edges[i + 1] as number))).length,
    );
    // The smallest may fall on either side of the first edge's rounding.
    expect(found?.counts.reduce((sum, count) => sum + count, 0)).toBe(999);
    found?.counts.forEach((count, i) => {
      expect(Math.abs(count - (naive[i] as number))).toBeLessThanOrEqual(1);
    });
  });

  test("tells apart what has no place on the axis", () => {
    const found = histogram([0, 1, 1, 1, Number.NaN, Number.POSITIVE_INFINITY], 8);
    expect(found).toMatchObject({ total: 3, zeros: 1, broken: 2 });
    expect(found?.mode).toBeCloseTo(1, 1);
    expect(histogram([0, Number.NaN], 8)).toBeNull();
  });
});
