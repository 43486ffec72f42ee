import { describe, expect, it } from "vitest";
import { readingOf } from "../../src/tours/evidence";
import { gradientGuide } from "../../src/tours/gradients";
import { sickGuide } from "../../src/tours/sick";
import { type Card, type Guide, isCard } from "../../src/tours/tour";
import type { Evidence } from "../../src/wire.gen";
import { FINDING, facts, GRID, LAYERS } from "./made";

const card = (guide: Guide | null, key: string): Card | undefined =>
  guide?.cards.filter(isCard).find((one) => one.key === key);
const said = (guide: Guide | null, key: string) => card(guide, key)?.text.join(" ") ?? "";

describe("on which side of its line a finding lies", () => {
  const evidence = (values: number[], threshold: number): Evidence => ({
    series: [{ name: "val/loss", steps: values.map((_, i) => i * 10), values }],
    threshold,
    threshold_name: "lowest until then",
    log: false,
  });

  it("is over the lowest validation loss, though the loss fell through it before", () => {
    const overfitting = { ...FINDING, insight: "overfitting", first_step: 30, last_step: 60 };
    const read = readingOf({ ...overfitting, evidence: evidence([4, 3, 2, 1.74, 1.72, 2, 2.27], 1.74) });
    expect(read?.crossed).toEqual({ step: 50, value: 2, over: true });
    expect(read?.farthest).toEqual({ step: 60, value: 2.27 });
    const guide = sickGuide(facts({ findings: [{ ...FINDING }] }));
    expect(card(guide, "evidence")?.show.details, "on a phone the chart would lie under the card").toBe(true);
  });

  it("is under the limit of gradients that vanish", () => {
    const vanished = { ...FINDING, insight: "vanishing_gradients", first_step: 0, last_step: 20 };
    expect(readingOf({ ...vanished, evidence: evidence([5, 4, 1], 2) })?.crossed).toEqual({
      step: 20,
      value: 1,
      over: false,
    });
  });

  it("calls a series that is named as recorded by the statistic's own name", () => {
    const series = [{ name: "weight_nonfinite_count", steps: [10, 20], values: [3, 9] }];
    const broken = { ...FINDING, insight: "non_finite", evidence: { ...evidence([], 0), series } };
    expect(said(sickGuide(facts({ findings: [broken] })), "evidence")).not.toContain("weight_nonfinite_count");
  });
});

describe("to which layer a diagnosis goes", () => {
  it("is the one its sentence names, not another that changed more", () => {
    const layers = ["h.1.b", "h.0.a"];
    const named = { ...FINDING, layers, sentence: "From step 10 on gradients grow, most in h.1.b: to 2 times." };
    expect(card(sickGuide(facts({ findings: [named] })), "layer")?.show.layer).toBe("h.1.b");
    const plain = {
      ...FINDING,
      layers: ["h.0.a", "h.1.b"],
      sentence: "Gradients grow in 2 layers, as in h.1.b.weight.",
    };
    expect(card(sickGuide(facts({ findings: [plain] })), "layer")?.show.layer).toBe("h.0.a");
  });

  it("is none where the finding is about the whole run: what changed most is said to be just that", () => {
    const whole = { ...FINDING, insight: "divergence", layers: [] };
    const guide = sickGuide(facts({ findings: [whole] }));
    expect(said(guide, "layer")).toContain(
      "no layer is to blame for it. The one whose gradient changed most meanwhile is h.0.b",
    );
    expect(card(guide, "model")).toBeUndefined();
  });

  it("is the one whose weights are no finite numbers, and says so", () => {
    const values = Float32Array.from(GRID.values, (value, i) => (i === 2 ? Number.NaN : value));
    const broken = Uint8Array.from({ length: 15 }, (_, i) => (i === 2 ? 1 : 0));
    const lost = { ...FINDING, insight: "non_finite", layers: ["wte"] };
    const guide = sickGuide(facts({ findings: [lost], weightNorm: { ...GRID, values, broken } }));
    expect(said(guide, "layer")).toContain("It names one layer: wte.");
    expect(said(guide, "layer")).toContain("is 1.00 at step 0 and no finite number at step 20");
    expect(said(guide, "model")).toContain("“Token embedding”");
  });
});

describe("what has no gradient", () => {
  it("is told by its reason: tied, frozen, broken or not measured", () => {
    const lost = [2, 5, 8, 11];
    const values = Float32Array.from(GRID.values, (value, i) => (lost.includes(i) ? Number.NaN : value));
    const broken = Uint8Array.from({ length: 15 }, (_, i) => (i === 11 ? 1 : 0));
    const layers = LAYERS.map((layer, i) =>
      i === 0 ? { ...layer, tied_to: "h.1.b" } : i === 1 ? { ...layer, trainable: false } : layer,
    );
    const text = said(gradientGuide(facts({ layers, gradNorm: { ...GRID, values, broken } })), "strongest");
    expect(text).toContain("The gradient of h.1.a is no finite number.");
    expect(text).toContain("The gradient of wte is counted with the layer it is tied to.");
    expect(text).toContain("The gradient of h.0.a is not there: frozen.");
    expect(text).toContain("The gradient of h.0.b was not measured there, or is no finite number.");
  });

  it("is compared before clipping where that is logged: cut to one length it would always be the same", () => {
    const clipping = { share: 0.25, cap: 1, points: 200, how: "cap logged" } as const;
    const gradTotal = { steps: [0, 10, 20], values: [300, 100, 50] };
    expect(said(gradientGuide(facts({ gradTotal, clipping })), "time")).toContain(
      "the whole gradient has the length 300 before clipping, at step 20 50.0: 6.00 times shorter",
    );
    expect(said(gradientGuide(facts({ gradTotal })), "time")).not.toContain("before clipping");
    const same = { steps: [0, 10, 20], values: [1, 1, 1] };
    expect(said(gradientGuide(facts({ gradTotal: same, clipping })), "time")).not.toContain("before clipping");
  });

  it("is not called healthy where gradients were found to explode, however flat across depth", () => {
    const flat = { ...GRID, values: Float32Array.from(Array(15).fill(2)) };
    const text = said(gradientGuide(facts({ gradNorm: flat, findings: [FINDING] })), "depth");
    expect(text).toContain("What was found over time: from step 10 on gradients grow.");
    expect(said(gradientGuide(facts({ gradNorm: flat })), "depth")).not.toContain("What was found");
  });
});
