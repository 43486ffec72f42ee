import { expect, test } from "vitest";
import { flatFacts, modelFacts } from "../../src/comparing/facts";
import { comparisonMarkdown } from "../../src/comparing/markdown";
import type { Layer, Model } from "../../src/wire.gen";

const layer = (path: string, block: number | null, shape: number[], more: Partial<Layer> = {}): Layer => ({
  path,
  role: "other",
  block,
  shape,
  dtype: "float32",
  parameters: shape.reduce((product, extent) => product * extent, 1),
  tied_to: null,
  trainable: true,
  ...more,
});

const modelOf = (width: number, blocks: number, lr: number): Model => ({
  run: "a",
  session_id: "x",
  started: 0,
  model_class: "GPT",
  layers: [
    layer("wte", null, [65, width]),
    ...Array.from({ length: blocks }, (_, i) => layer(`h.${i}.mlp`, i, [width, 4 * width])),
  ],
  embeddings: [
    {
      path: "wte",
      role: "token_embedding",
      shape: [65, width],
      rows: null,
      labels: null,
      counts: null,
      encoding: "int8",
      directions: null,
    },
  ],
  stats: ["grad_norm"],
  stat_units: {},
  optimizer: {
    name: "AdamW",
    groups: [
      { lr, weight_decay: 0.1 },
      { lr, weight_decay: 0 },
    ],
  },
  schedule: { every: 5, max_overhead: 0.03 },
});

const differing = (a: Model, b: Model) =>
  modelFacts(a, b).flatMap(({ facts }) => facts.filter((one) => !one.same).map((one) => [one.name, one.a, one.b]));

test("two runs that differ by their learning rate differ in that one fact", () => {
  expect(differing(modelOf(128, 4, 0.001), modelOf(128, 4, 0.01))).toEqual([["learning rate", "0.001", "0.01"]]);
});

test("another width is told once for all blocks", () => {
  expect(differing(modelOf(128, 4, 0.001), modelOf(64, 4, 0.001))).toEqual([
    ["parameters", "270,464", "69,696"],
    ["wte", "65×128 float32", "65×64 float32"],
    ["h.*.mlp", "128×512 float32", "64×256 float32"],
  ]);
});

test("more blocks are more layers of the same shape", () => {
  const names = differing(modelOf(32, 2, 0.1), modelOf(32, 6, 0.1)).map(([name]) => name);
  expect(names).toEqual(["parameters", "layers", "blocks"]);
});

test("what all groups of parameters have alike is told once, the rest of each", () => {
  const facts = flatFacts(modelOf(8, 1, 0.5).optimizer, {});
  expect(facts.map(({ name, a, b }) => [name, a, b])).toEqual([
    ["name", "AdamW", "–"],
    ["learning rate", "0.5", "–"],
    ["weight decay, group 1", "0.1", "–"],
    ["weight decay, group 2", "0", "–"],
  ]);
});

test("numbers that are hardly apart are not written alike", () => {
  const [one] = flatFacts({ lr: 0.00031 }, { lr: 0.0003 });
  expect([one?.a, one?.b, one?.same]).toEqual(["0.00031", "0.0003", false]);
});

test("odd values are written, not thrown", () => {
  const odd = {
    betas: [0.9, 0.95],
    fused: true,
    empty: null,
    deep: { a: { b: { c: { d: 1 } } } },
    none: [],
    nan: Number.NaN,
  };
  const written = Object.fromEntries(flatFacts(odd, {}).map(({ name, a }) => [name, a]));
  expect(written.betas).toBe("0.9, 0.95");
  expect(written.fused).toBe("yes");
  expect(written.nan).toBe("–");
  expect(Object.keys(written)).not.toContain("empty");
});

test("the Markdown has what differs, counts what doesn't, and lets no name end a cell", () => {
  const groups = [
    { title: "", facts: [{ name: "Train loss", a: "2.09", b: "2.66", same: false }] },
    {
      title: "Optimizer",
      facts: [
        { name: "a|b", a: "x", b: "y", same: false },
        { name: "same", a: "1", b: "1", same: true },
      ],
    },
  ];
  const rows = comparisonMarkdown("A one|two", "B", groups).split("\n");
  expect(rows).toContain("| Train loss | 2.09 | 2.66 |");
  expect(rows).toContain("| a\\|b | x | y |");
  expect(rows).toContain("1 fact is the same in both.");
  for (const row of rows.filter((line) => line.startsWith("|"))) expect(row.match(/(?<!\\)\|/g)?.length).toBe(4);
});
