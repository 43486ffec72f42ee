import { beforeEach, expect, test } from "vitest";
import { layoutModel } from "../src/architecture/layout";
import type { Content } from "../src/explain/content";
import file from "../src/explain/explanations.json";
import { wordsOf } from "../src/scene/model/words";
import { keepProbe, PROBE_WORDS, type Probe, probedAt } from "../src/store/probe";
import { gpt } from "./architecture/models";

const content = file as unknown as Content;

const of: Probe = {
  run: "a",
  generation: 0,
  blocks: [0, 3],
  stats: ["activation_rms", "mlp_dead_ratio"],
  steps: Float64Array.of(10, 20),
  values: Float32Array.of(1, 0.1, 2, 0.2, 3, 0.3, Number.NaN, 0.4),
};

beforeEach(() => keepProbe(null));

test("what was measured last holds until it is measured again", () => {
  expect([9, 10, 15, 19, 20, 500].map((step) => probedAt(of, 0, "activation_rms", step))).toEqual([1, 1, 1, 1, 3, 3]);
  expect(probedAt(of, 3, "mlp_dead_ratio", 12)).toBeCloseTo(0.2);
});

test("nothing is told of blocks and figures that weren't measured", () => {
  expect(probedAt(of, 1, "activation_rms", 10)).toBeNaN();
  expect(probedAt(of, 0, "attention_max_logit", 10)).toBeNaN();
  expect(probedAt(of, 3, "activation_rms", 20)).toBeNaN();
});

test("each figure that is recorded has a name and a meaning", () => {
  for (const stat of ["activation_rms", "attention_entropy_ratio", "attention_max_logit", "mlp_dead_ratio"]) {
    expect(PROBE_WORDS[stat]?.name).toBe(content.entries[`probe:${stat}`]?.name);
    expect(PROBE_WORDS[stat]?.written(0.5)).toMatch(/^0\.500$|^50 %$/);
  }
});

test("the plates of the layers view say what their blocks hand on, and only where it is known", () => {
  const layers = gpt(3);
  const shapes = layers.map(() => "");
  const notes = new Map([[1, "act. 1.24"]]);
  const words = wordsOf(layoutModel(layers), { shapes, labelMode: "auto", notes });
  expect(words.filter((word) => word.text.startsWith("act.")).map((word) => word.text)).toEqual(["act. 1.24"]);
});
