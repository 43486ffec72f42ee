import { describe, expect, test } from "vitest";
import { embeddingOf, layersOf, placeFrom, statOf, stepsToLoop, stepToSee, tokensIn } from "../../src/findings/where";
import { SnapshotSet } from "../../src/time/snapshots";
import { embedding } from "../choosing_run";
import { gpt } from "../model_record";
import { finding } from "./finding";

/** Snapshots at every tenth step from 0 to `last`. */
function every10(last: number): SnapshotSet {
  const set = new SnapshotSet(1);
  set.know(
    0,
    Array.from({ length: last / 10 + 1 }, (_, i) => i * 10),
  );
  return set;
}

describe("the step that shows a finding", () => {
  test("is its first one", () => {
    expect(stepToSee(finding())).toBe(400);
  });

  test("of a spike is where it is highest, within its own steps", () => {
    const values = [9, 2, 3, null, 5, 4, 8];
    const series = [{ name: "train/loss", steps: [97, 98, 99, 100, 101, 102, 103], values }];
    const evidence = { series, threshold: 2.5, threshold_name: "", log: false };
    expect(stepToSee(finding({ insight: "spike", first_step: 99, last_step: 102, evidence }))).toBe(101);
    expect(stepToSee(finding({ insight: "spike", first_step: 99, last_step: 102 }))).toBe(99);
  });

  test("of rows that stay behind is the last one: by then the others have left", () => {
    expect(stepToSee(finding({ insight: "undertrained_tokens" }))).toBe(1000);
  });
});

describe("the snapshot it is seen in", () => {
  test("is none before it: the list at the cursor would not tell of it", () => {
    const set = every10(100);
    expect([40, 41, 49, 50].map((step) => set.stepAt(placeFrom(set, step)))).toEqual([40, 50, 50, 50]);
  });

  test("is the last one where it lies beyond", () => {
    expect(placeFrom(every10(100), 109)).toBe(10);
    expect(placeFrom(new SnapshotSet(1), 5)).toBeCloseTo(0);
  });
});

describe("the steps that are looped", () => {
  test("are its own with room on both sides, within the run", () => {
    const loop = stepsToLoop(finding({ first_step: 400, last_step: 500 }), every10(1000)) as [number, number];
    expect(loop[0]).toBeLessThan(400);
    expect(loop[1]).toBeGreaterThan(500);
    expect(loop[0]).toBeGreaterThanOrEqual(300);
    expect(loop[1]).toBeLessThanOrEqual(600);
    expect(stepsToLoop(finding({ first_step: 990, last_step: 1000 }), every10(1000))?.[1]).toBe(1000);
  });

  test("of a single step hold some snapshots before and after", () => {
    expect(stepsToLoop(finding({ first_step: 500, last_step: 500 }), every10(1000))).toEqual([460, 540]);
  });

  test("are all where it is about as good as all of the run", () => {
    expect(stepsToLoop(finding({ first_step: 20, last_step: 1000 }), every10(1000))).toBeNull();
    expect(stepsToLoop(finding(), every10(10))).toBeNull();
  });
});

describe("what a finding is about", () => {
  const embeddings = [embedding("wte", ["a", "b", "a"]), embedding("wpe", null, 4)];

  test("layers by their paths, in its order; paths that this model lacks are none", () => {
    expect(layersOf(finding({ layers: ["h.1.ln_1", "gone", "wpe"] }), gpt(2))).toEqual([8, 1]);
  });

  test("an embedding, where it names only embeddings or tokens", () => {
    expect(embeddingOf(finding({ layers: ["wpe"] }), embeddings)?.path).toBe("wpe");
    expect(embeddingOf(finding({ layers: ["wpe", "h.0.ln_1"] }), embeddings)).toBeNull();
    expect(embeddingOf(finding(), embeddings)).toBeNull();
    expect(embeddingOf(finding({ tokens: ["b"] }), embeddings)?.path).toBe("wte");
  });

  test("tokens by their labels, each that has it; without labels by their ids", () => {
    expect(tokensIn(finding({ tokens: ["a"] }), embeddings)).toEqual({ wte: [0, 2] });
    expect(tokensIn(finding({ layers: ["wpe"], tokens: ["3", "9"] }), embeddings)).toEqual({ wpe: [3] });
    expect(tokensIn(finding({ layers: ["wte"] }), embeddings)).toEqual({});
    const sampled = embedding("wte", ["x", "y"], 50, [10, 40]);
    expect(tokensIn(finding({ tokens: ["y"] }), [sampled])).toEqual({ wte: [40] });
  });

  test("the statistic that shows it, of those that were recorded", () => {
    expect(statOf(finding(), ["grad_norm", "weight_norm"])).toBe("grad_norm");
    expect(statOf(finding(), ["weight_norm"])).toBeNull();
    expect(statOf(finding({ insight: "convergence" }), ["grad_norm"])).toBeNull();
  });
});
