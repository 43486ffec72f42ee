import { describe, expect, it } from "vitest";
import { depthAt, totalAt } from "../../src/tours/depth";
import { readingOf } from "../../src/tours/evidence";
import type { Facts } from "../../src/tours/facts";
import { gradientGuide } from "../../src/tours/gradients";
import { grokkingGuide, memorizedAt } from "../../src/tours/grokking";
import { farthestMoved, lookGuide } from "../../src/tours/look";
import { guidesOf } from "../../src/tours/offers";
import { organizeGuide } from "../../src/tours/organize";
import { sickGuide } from "../../src/tours/sick";
import { type Split, splitsOf } from "../../src/tours/split";
import { type Card, type Guide, isCard, listed, secsOf } from "../../src/tours/tour";
import type { Evidence } from "../../src/wire.gen";
import { FINDING, facts, GRID, LAYERS, letters } from "./made";

const card = (guide: Guide | null, key: string): Card => {
  const found = guide?.cards.find((one) => one.key === key);
  if (!found || !isCard(found)) throw new Error(`no card ${key}`);
  return found;
};
const said = (guide: Guide | null, key: string) => card(guide, key).text.join(" ");
const split = (of: Facts) => splitsOf(of.tables[0] as NonNullable<Facts["tables"][0]>)[0];

describe("which tours are offered", () => {
  const ids = (of: Facts) => {
    const found = split(of);
    return guidesOf(of, found ? { split: found, purity: null } : null).map(({ id }) => id);
  };

  it("are those that have something to show", () => {
    expect(ids(facts())).toEqual(["looking", "embeddings", "gradients"]);
    expect(ids(facts({ findings: [FINDING] }))).toContain("diagnosis");
    expect(ids(facts({ gradNorm: null, tables: [letters([0, 10], 99)] }))).toEqual(["looking"]);
  });

  it("has no diagnosis for notes alone, and no story without held-out data", () => {
    expect(ids(facts({ findings: [{ ...FINDING, severity: "note" }] }))).not.toContain("diagnosis");
    expect(ids(facts({ findings: [{ ...FINDING, insight: "grokking", severity: "note" }] }))).not.toContain("grokking");
  });

  it("are none of a run with a single snapshot", () => {
    const one = { ...GRID, steps: [0], values: GRID.values };
    expect(ids(facts({ snapshots: 1, gradNorm: one, tables: [letters([0], 0)] }))).toEqual([]);
  });
});

describe("what you are looking at", () => {
  it("tells the row that moved farthest, the loss at both ends and the largest layer", () => {
    const table = letters([0, 10, 20], 20);
    const [first, , last] = table.positions as Float32Array[];
    const away = (row: number) =>
      Math.hypot(...[0, 1, 2].map((axis) => (last?.[row * 3 + axis] as number) - (first?.[row * 3 + axis] as number)));
    const order = [...Array(table.rows).keys()].sort((one, other) => away(other) - away(one));
    expect(farthestMoved(table).row).toBe(order[0]);
    const guide = lookGuide(facts({ tables: [table] }));
    expect(said(guide, "points")).toContain(`“${table.names[order[0] as number]}”`);
    expect(card(guide, "points").show.select).toBe(order[0]);
    expect(said(guide, "axes")).toContain("They draw 80 % of all differences at step 20");
    expect(said(guide, "time")).toContain("went from 4.00 to 2.00");
    expect(said(guide, "layers")).toContain("Framed: h.0.a, one of the 2 largest.");
  });

  it("says what did not come, and counts what was found", () => {
    const guide = lookGuide(facts({ tables: [], phases: null, missing: new Set(["positions", "insights"]) }));
    expect(guide?.cards.filter((one) => !isCard(one))).toEqual([
      { key: "points", leftOut: "The positions of the points did not come from the server." },
      { key: "verdict", leftOut: "The phases and findings did not come from the server." },
    ]);
    const sick = lookGuide(facts({ findings: [FINDING, { ...FINDING, severity: "note" }] }));
    expect(said(sick, "verdict")).toContain("1 problem and 1 note; worst, with its own tour: exploding gradients.");
  });
});

describe("how embeddings organize", () => {
  it("tells the groups, the step at which they part and the axis along which they do", () => {
    const of = facts({ tables: [letters([0, 10, 20], 10)] });
    const found = split(of);
    const guide = organizeGuide(of, found ? { split: found, purity: null } : null);
    expect(guide?.about).toBe("Upper-case letters and lower-case letters part at step 10.");
    expect(said(guide, "before")).toContain("upper-case letters (26) and lower-case letters (26)");
    expect(said(guide, "before")).toContain("they are mixed");
    expect(said(guide, "appears")).toContain("at step 10, 50 % into the run");
    expect(said(guide, "axis")).toMatch(/most along PC 2 \((99|100) % of its square\)/);
    expect(card(guide, "after").show.from).toBe(10);
  });

  it("tells the neighbours in the whole space where they came, and their own step", () => {
    const of = facts({ tables: [letters([0, 10, 20], 10)] });
    const course = [0.5, 0.55, 0.9].map((share, i) => ({ step: i * 10, share }));
    const guide = organizeGuide(of, { split: split(of) as Split, purity: { course, chance: 0.49, rows: 52 } });
    expect(said(guide, "before")).toContain("50 % are of its own group; by chance it would be 49 %: they are mixed");
    expect(said(guide, "appears")).toContain("at step 20, 100 % into the run: the first of 3 snapshots");
    expect(said(guide, "appears")).toContain("55 % are of the own group at step 10 and 90 % at step 20");
    expect(guide?.cards.every(isCard)).toBe(true);
  });

  it("is not offered where no split is clear, nor of a heap that stood apart by place from the start", () => {
    expect(organizeGuide(facts(), null)).toBeNull();
    const of = facts({ tables: [letters([0, 10, 20], 10)] });
    const byPlace = { ...(split(of) as Split), byPlace: true };
    const purity = (shares: number[]) => ({
      course: shares.map((share, i) => ({ step: i * 10, share })),
      chance: 0.49,
      rows: 52,
    });
    expect(organizeGuide(of, { split: byPlace, purity: purity([0.62, 0.6, 0.64]) })).toBeNull();
    expect(organizeGuide(of, { split: byPlace, purity: purity([0.49, 0.5, 0.9]) })?.about).toContain("part at step 20");
    const named = organizeGuide(of, { split: split(of) as Split, purity: purity([0.9, 0.9, 0.9]) });
    expect(named?.about).toBe("Upper-case letters and lower-case letters stand apart from the first snapshot on.");
    expect(card(named, "appears").title).toBe("Apart from the start");
  });
});

describe("reading gradient flow", () => {
  it("adds a block's layers as one vector and compares the blocks", () => {
    expect(totalAt(GRID, 2)).toBeCloseTo(Math.hypot(3, 0.3, 0.4, 12, 16), 5);
    const depth = depthAt(GRID, LAYERS, 2);
    expect(depth?.blocks.map(({ norm }) => Number(norm.toFixed(4)))).toEqual([0.5, 20]);
    expect(depth?.ratio).toBeCloseTo(40, 4);
    const guide = gradientGuide(facts());
    expect(said(guide, "depth")).toContain("block 1 has the longest gradient (20.0) and block 0 the shortest (0.5");
    expect(said(guide, "depth")).toContain("gradients shrink on their way back from block 1 to block 0");
    expect(said(guide, "strongest")).toContain("h.1.b: 16.0");
    expect(said(guide, "strongest")).toContain("h.0.a: 0.3");
    expect(card(guide, "layers").show.layer).toBe("h.1.b");
  });

  it("calls flat what lies within ten times", () => {
    const flat = { ...GRID, values: GRID.values };
    const early = gradientGuide(facts({ gradNorm: { ...flat, values: Float32Array.from(Array(15).fill(2)) } }));
    expect(said(early, "depth")).toContain("1.00 times as long. That is flat, as is healthy");
  });

  it("says how often the gradient was clipped only where that is known", () => {
    expect(gradientGuide(facts())?.cards.some(({ key }) => key === "clip")).toBe(false);
    const clipping = { share: 0.25, cap: 1, points: 200, how: "cap logged" } as const;
    expect(said(gradientGuide(facts({ clipping })), "clip")).toContain(
      "Here it was cut to the length 1.00 at 25 % of 200 steps",
    );
  });
});

describe("diagnosing a sick run", () => {
  it("goes to the worst, whatever comes first in the list", () => {
    const watch = { ...FINDING, severity: "watch", sentence: "Something to watch." } as const;
    const guide = sickGuide(facts({ findings: [watch, FINDING] }));
    expect(guide?.about).toBe(FINDING.sentence);
    expect(said(guide, "what")).toContain("1 other finding of this run is more than a note");
    expect(said(guide, "what")).toContain("3.00 at step 10 and 2.00 at step 20");
    expect(said(guide, "do")).toContain("Something to watch.");
  });

  it("reads the evidence: where it begins, how far it goes, where it crosses the line", () => {
    const [at, farthest] = [
      { step: 10, value: 6 },
      { step: 20, value: 16 },
    ];
    expect(readingOf(FINDING)).toEqual({ name: "h.1.b", at, farthest, crossed: { ...farthest, over: true } });
    expect(said(sickGuide(facts({ findings: [FINDING] })), "evidence")).toContain(
      "It is over it first at step 20, with 16.0; a healthy run is not.",
    );
    const evidence = { ...(FINDING.evidence as Evidence), threshold: null };
    expect(readingOf({ ...FINDING, evidence })?.crossed).toBeNull();
    expect(readingOf({ ...FINDING, evidence: null })).toBeNull();
  });

  it("takes for beyond the line what was not before: a fall, a rise, a peak that comes back", () => {
    const read = (values: readonly (number | null)[], threshold: number) => {
      const steps = values.map((_, i) => i * 10);
      const evidence = {
        ...(FINDING.evidence as Evidence),
        threshold,
        series: [{ name: "x", steps, values: [...values] }],
      };
      return readingOf({ ...FINDING, insight: "norm_drift", last_step: 50, evidence });
    };
    expect(read([0.9, 0.9, 0.5, 0.1], 0.3)?.crossed).toEqual({ step: 30, value: 0.1, over: false });
    expect(read([0, 0.001, 0.4, 0.9], 0.8)?.crossed).toEqual({ step: 30, value: 0.9, over: true });
    expect(read([0, 0.001, 0.4, 0.9], 0.8)?.farthest).toEqual({ step: 30, value: 0.9 });
    expect(read([1, 5, null, 1], 3)?.crossed).toEqual({ step: 10, value: 5, over: true });
    expect(read([1, 1, 1], 3)?.crossed).toEqual({ step: 10, value: 1, over: false });
  });

  it("tells the numbers of the layer it names, just before and at the end", () => {
    const guide = sickGuide(facts({ findings: [FINDING] }));
    expect(said(guide, "layer")).toContain("is 8.00 at step 0 and 16.0 at step 20");
    expect(card(guide, "layer").show).toEqual({ view: "heat", stat: "grad_norm", step: 20, layer: "h.1.b" });
    expect(said(guide, "model")).toContain("block 1 (of blocks 0 to 1)");
  });
});

describe("the grokking story", () => {
  const steps = [...Array(11).keys()].map((i) => i * 10);
  const train = { steps, values: steps.map((step) => (step < 20 ? 3 : 0.01)) };
  const validation = { steps, values: [3, 4, 5, 6, 7, 6, 5, 3, 1, 0.1, 0.1] };
  const finding = { ...FINDING, insight: "grokking", severity: "note", first_step: 60, last_step: 90 } as const;
  const weightNorm = { ...GRID, steps: [0, 50, 100], values: Float32Array.from([3, 4, 2, ...Array(12).fill(0)]) };
  const of = facts({ train, validation, findings: [finding], weightNorm, lastStep: 100 });

  it("begins where five points in a row are below a twentieth of the first loss", () => {
    expect(memorizedAt(train)).toBe(20);
    expect(memorizedAt({ steps, values: steps.map((step) => (step === 30 ? 0.01 : 3)) })).toBeNull();
    expect(memorizedAt(null)).toBeNull();
  });

  it("tells what the model knew then, how bad it became and when it understood", () => {
    const guide = grokkingGuide(of);
    expect(said(guide, "memorized")).toContain("from 3.00 to 0.01");
    expect(said(guide, "memorized")).toContain("the loss is 5.00 then");
    expect(said(guide, "gap")).toContain("For 40 steps");
    expect(said(guide, "gap")).toContain("At step 40 validation loss is 7.00");
    expect(said(guide, "later")).toContain("5.00 there, 0.1");
    expect(said(guide, "later")).toContain("60 % into the run; learned by heart it was at 20 %: 3.00 times");
    expect(said(guide, "weights")).toContain("longest at step 50: 4.00. At step 100 they have 2.00, 50 % less");
  });

  it("doesn't say that weights shrink where they grow", () => {
    const grown = { ...weightNorm, values: Float32Array.from([1, 2, 4, ...Array(12).fill(0)]) };
    expect(said(grokkingGuide({ ...of, weightNorm: grown }), "weights")).toContain("they do not shrink");
    const hardly = { ...weightNorm, values: Float32Array.from([1, 4.2, 4, ...Array(12).fill(0)]) };
    expect(said(grokkingGuide({ ...of, weightNorm: hardly }), "weights")).toContain("they hardly shrink");
  });
});

describe("how it is said", () => {
  it("lists a few and counts the rest", () => {
    expect([
      listed([]),
      listed(["a"]),
      listed(["a", "b"]),
      listed(["a", "b", "c"]),
      listed(["a", "b", "c"], 2),
    ]).toEqual(["", "a", "a and b", "a, b and c", "a, b and 1 more"]);
  });

  it("says about how long it takes: four words a second, and a look at each", () => {
    const words = (count: number) => Array(count).fill("word").join(" ");
    const cards = [1, 2].map((i) => ({ key: `${i}`, title: "One", text: [words(47)], at: "", show: {} }));
    expect(secsOf(cards)).toBe(30);
  });

  it("never shows NaN, whatever is missing", () => {
    const nothing = new Float32Array(15).fill(Number.NaN);
    const of = facts({ gradNorm: { ...GRID, values: nothing }, train: { steps: [], values: [] }, findings: [FINDING] });
    for (const guide of guidesOf(of, null)) expect(JSON.stringify(guide)).not.toMatch(/NaN|undefined|Infinity/);
  });
});
