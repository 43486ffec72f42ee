/** A run with known numbers, for the tests of the tours. */

import type { Facts, Grid, Table } from "../../src/tours/facts";
import type { Finding, Layer } from "../../src/wire.gen";
import { vocabulary } from "../../src/words/tokens";

export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1664525 + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

export const LETTERS = [..."abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"];

/** Letters that lie in one heap; from `parts` on, lower and upper case along the second axis with the middles `gap` apart. */
export function letters(steps: readonly number[], parts: number, gap = 6): Table {
  const next = random(7);
  const words = vocabulary(LETTERS, [...LETTERS.keys()]);
  const heap = Float32Array.from({ length: LETTERS.length * 3 }, () => next() - 0.5);
  const positions = steps.map((step) =>
    heap.map((value, i) => (step >= parts && i % 3 === 1 ? value + (i < 26 * 3 ? gap : 0) : value)),
  );
  return {
    path: "wte",
    isPosition: false,
    whole: LETTERS.length,
    dims: 16,
    rows: LETTERS.length,
    ids: [...LETTERS.keys()],
    names: words.display,
    classes: words.classes,
    classOf: words.classOf,
    labels: LETTERS,
    counts: null,
    steps,
    positions,
    ratios: [0.5, 0.2, 0.1],
    axes: 3,
    shown: steps.map(() => 0.8),
    clusters: null,
  };
}

const layer = (path: string, block: number | null, parameters: number): Layer => ({
  path,
  role: block === null ? "token_embedding" : "mlp_up",
  block,
  shape: [parameters],
  dtype: "float32",
  parameters,
  tied_to: null,
  trainable: true,
});

export const LAYERS: readonly Layer[] = [
  layer("wte", null, 100),
  layer("h.0.a", 0, 300),
  layer("h.0.b", 0, 200),
  layer("h.1.a", 1, 300),
  layer("h.1.b", 1, 200),
];

/** [L, C] of these layers at steps 0, 10 and 20. */
export const GRID: Grid = {
  steps: [0, 10, 20],
  layers: 5,
  exact: true,
  values: Float32Array.from([1, 2, 3, 3, 3, 0.3, 4, 4, 0.4, 6, 8, 12, 8, 6, 16]),
};

export const FINDING: Finding = {
  insight: "exploding_gradients",
  severity: "problem",
  first_step: 10,
  last_step: 20,
  layers: ["h.1.b"],
  tokens: [],
  sentence: "From step 10 on gradients grow.",
  confidence: 0.9,
  evidence: {
    series: [{ name: "h.1.b", steps: [0, 10, 20], values: [8, 6, 16] }],
    threshold: 10,
    threshold_name: "ten times",
    log: true,
  },
  causes: ["a learning rate too high"],
  remedies: ["clip the gradient"],
  source: "Pascanu et al. 2013",
};

export function facts(changes: Partial<Facts> = {}): Facts {
  return {
    run: "r",
    live: false,
    snapshots: 3,
    firstStep: 0,
    lastStep: 20,
    layers: LAYERS,
    tables: [letters([0, 10, 20], 20)],
    train: { steps: [0, 10, 20], values: [4, 3, 2] },
    validation: null,
    gradTotal: null,
    clipping: null,
    phases: [],
    findings: [],
    gradNorm: GRID,
    weightNorm: null,
    numbers: null,
    missing: new Set(),
    ...changes,
  };
}
