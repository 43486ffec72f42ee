import { expect, test } from "vitest";
import type { Columns } from "../../src/heat/cells";
import { type BandSources, bandCount } from "../../src/store/band_count";
import { gpt, record } from "../model_record";
import { chance } from "./replies";

const LAYERS = gpt(3);
const STEPS = [0, 10, 20, 40, 80];
const adam = { name: "AdamW", groups: [{ lr: 1e-3, betas: [0.9, 0.95] }] };
const model = record(LAYERS, { optimizer: adam, stats: ["update_ratio", "weight_rms"] });

/** A column a snapshot. */
function columns(value: (layer: number, column: number) => number): Columns {
  const values = Float32Array.from({ length: LAYERS.length * STEPS.length }, (_, at) =>
    value(Math.floor(at / STEPS.length), at % STEPS.length),
  );
  return {
    edges: Float64Array.from([...STEPS, 81]),
    counts: new Float64Array(STEPS.length).fill(1),
    columns: STEPS.length,
    layers: LAYERS.length,
    shown: values,
    low: values,
    high: values,
    broken: new Uint8Array(values.length),
    held: false,
    firstStep: 0,
    lastStep: 80,
    range: null,
  };
}

const rate = { steps: Float64Array.from([0, 20, 80]), values: Float64Array.from([1e-3, 2e-3, 5e-4]) };
/** The rate at or before a step. */
const rateAt = (step: number) => (step >= 80 ? 5e-4 : step >= 20 ? 2e-3 : 1e-3);

test("the matrices inside are those between a tenth of what noise gives and three times what agreement gives", () => {
  const next = chance(1);
  const matrices = LAYERS.flatMap(({ role, tied_to }, place) =>
    tied_to === null && !["norm", "token_embedding", "position_embedding"].includes(role) ? [place] : [],
  );
  expect(matrices).toHaveLength(12);
  let [some, none] = [0, 0];
  for (let round = 0; round < 50; round++) {
    const ratios = columns(() => (next() < 0.1 ? Number.NaN : 10 ** (-5 + 5 * next())));
    const sizes = columns(() => (next() < 0.1 ? Number.NaN : 0.01 + 0.1 * next()));
    for (const [column, step] of STEPS.entries()) {
      let [inside, measured] = [0, 0];
      for (const place of matrices) {
        const ratio = ratios.shown[place * STEPS.length + column] as number;
        const most = rateAt(step) / (sizes.shown[place * STEPS.length + column] as number);
        if (Number.isNaN(ratio) || Number.isNaN(most)) continue;
        measured++;
        if (ratio <= 3 * most && ratio >= 0.1 * Math.sqrt(0.1 / 1.9) * most) inside++;
      }
      expect(bandCount(model, { ratios, sizes, rate }, step)).toEqual({ inside, measured });
      some += inside;
      none += measured - inside;
    }
  }
  expect(Math.min(some, none)).toBeGreaterThan(100);
});

test("nothing is counted where the band isn't known", () => {
  const known: BandSources = { ratios: columns(() => 0.05), sizes: columns(() => 0.02), rate };
  const none = new Float64Array(0);
  expect(bandCount(model, known, 40)).toEqual({ inside: 12, measured: 12 });
  expect(bandCount({ ...model, optimizer: { name: "SGD" } }, known, 40)).toBeNull();
  expect(bandCount(model, { ...known, rate: { steps: none, values: none } }, 40)).toBeNull();
  expect(bandCount(model, { ...known, sizes: columns(() => Number.NaN) }, 40)).toBeNull();
  expect(bandCount(record(gpt(1), { optimizer: adam, stats: model.stats }), known, 40)).toBeNull();
});
