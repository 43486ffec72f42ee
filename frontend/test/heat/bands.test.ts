import { describe, expect, test } from "vitest";
import type { Content } from "../../src/explain/content";
import file from "../../src/explain/explanations.json";
import { adamExpected, adamLimits, adamOf, bandOf, isBand, noiseShare } from "../../src/store/health_bands";
import type { Layer, Model } from "../../src/wire.gen";

const model = (optimizer: Record<string, unknown>, stats = ["update_ratio", "weight_rms"]): Model =>
  ({ optimizer, stats, layers: [], embeddings: [] }) as unknown as Model;
const group = (lr: number) => ({ lr, betas: [0.9, 0.95], weight_decay: 0.1, eps: 1e-8 });
const adamW = model({ name: "AdamW", groups: [group(1e-3), group(1e-3)] });

describe("the band of the update ratio", () => {
  test("is what a simulated step of Adam does: noise at its lower edge, agreement at its upper one", () => {
    // Adam over gradients that are all noise, or all the same, with the rule itself as the oracle.
    const [beta1, beta2, rate, size] = [0.9, 0.95, 1e-3, 0.02];
    const share = (gradient: () => number) => {
      let [sum, count] = [0, 0];
      for (let weight = 0; weight < 300; weight += 1) {
        let [m, v] = [0, 0];
        for (let t = 1; t <= 200; t += 1) {
          const g = gradient();
          m = beta1 * m + (1 - beta1) * g;
          v = beta2 * v + (1 - beta2) * g * g;
          if (t > 100) {
            const step = m / (1 - beta1 ** t) / (Math.sqrt(v / (1 - beta2 ** t)) + 1e-8);
            sum += step * step;
            count += 1;
          }
        }
      }
      return Math.sqrt(sum / count);
    };
    let seed = 1;
    const uniform = () => {
      seed = (seed * 16_807) % 2_147_483_647;
      return seed / 2_147_483_647;
    };
    const noise = () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
    const { low, high } = adamExpected(rate, size, beta1);
    expect((share(noise) * rate) / size / (low as number)).toBeCloseTo(1, 1);
    expect((share(() => 0.3) * rate) / size).toBeCloseTo(high as number, 6);
    expect(noiseShare(0.9)).toBeCloseTo(0.229, 3);
  });
  test("leaves room on both sides before anything counts as outside", () => {
    const [expected, limits] = [adamExpected(1e-3, 0.02), adamLimits(1e-3, 0.02)];
    expect(limits.low).toBeCloseTo((expected.low as number) / 10);
    expect(limits.high).toBeCloseTo((expected.high as number) * 3);
    expect(adamLimits(Number.NaN, 0.02)).toEqual({ low: null, high: null });
    expect(adamLimits(1e-3, 0)).toEqual({ low: null, high: null });
  });
  test("is there only where its parts are known", () => {
    expect(isBand(bandOf("update_ratio", adamW, true))).toBe(true);
    expect(isBand(bandOf("update_ratio", adamW, false))).toBe(false);
    const refused = [
      model({ name: "SGD", groups: [group(1e-3)] }),
      model({ name: "AdamW", groups: [group(1e-3), group(1e-4)] }),
      model({ name: "AdamW", groups: [group(1e-3)] }, ["update_ratio"]),
      model({}),
    ];
    for (const one of refused) expect(isBand(bandOf("update_ratio", one, true))).toBe(false);
  });
  test("reads what the record says of the optimizer, and bears a record that says nothing of the kind", () => {
    expect(adamOf(adamW)).toEqual({ name: "AdamW", beta1: 0.9, rates: 1 });
    expect(adamOf(model({ name: 3, groups: "none" }))).toBeNull();
    expect(adamOf(model({ name: "Adam" }))?.beta1).toBe(0.9);
  });
});

const content = file as unknown as Content;

describe("bands that are the same everywhere", () => {
  test("say where they come from, and a statistic without one says why", () => {
    for (const stat of ["weight_nonfinite_count", "grad_nonfinite_count", "grad_rms", "grad_below_epsilon_ratio"]) {
      const band = bandOf(stat, adamW, false);
      const said = content.entries[`stat:${stat}`];
      expect(isBand(band) && band.limits).toEqual({ low: said?.low ?? null, high: said?.high ?? null });
      expect(said?.healthy && said.source.length > 10).toBe(true);
    }
    const none = bandOf("weight_norm", adamW, true);
    expect(isBand(none)).toBe(false);
  });

  test("an embedding of which a batch holds few rows is no fault: most of its gradient is zero", () => {
    const band = bandOf("grad_below_epsilon_ratio", adamW, false);
    const applies = (role: string) => isBand(band) && band.applies({ role } as Layer);
    expect([applies("token_embedding"), applies("mlp_up")]).toEqual([false, true]);
  });
});
