import { describe, expect, it } from "vitest";
import { lookGuide } from "../../src/tours/look";
import { lossSaid } from "../../src/tours/loss_words";
import { type Guide, isCard, readingSecs } from "../../src/tours/tour";
import { FINDING, facts, GRID, letters } from "./made";

const said = (guide: Guide | null, key: string) => {
  const found = guide?.cards.find((one) => one.key === key);
  return found && isCard(found) ? found.text.join(" ") : "";
};

describe("the first tour", () => {
  const table = letters([0, 10, 20], 20);
  const phases = ["initialization", "rapid_learning", "refinement", "divergence"].map((name, i) => ({
    name,
    first_step: i * 5,
    last_step: i * 5 + 4,
    confidence: 0.9,
    provisional: i === 3,
    reason: "",
  }));
  const train = { steps: [0, 10, 20], values: [4.16, 1.49, 4.94] };
  const sick = [...Array(3).fill(FINDING), { ...FINDING, severity: "watch" }, { ...FINDING, severity: "note" }];

  it("takes a minute at most, of a healthy run, a sick one and one without points", () => {
    const calm = { ...train, values: [4.19, 3, 2.27] };
    const healthy = lookGuide(
      facts({ tables: [table], phases, train: calm, findings: [{ ...FINDING, severity: "note" }] }),
    );
    expect(readingSecs(healthy?.cards ?? [])).toBeLessThanOrEqual(60);
    const bad = lookGuide(facts({ tables: [table], phases, train, validation: train, findings: sick }));
    expect(bad?.cards).toHaveLength(6);
    expect(readingSecs(bad?.cards ?? [])).toBeLessThanOrEqual(60);
    expect(readingSecs(lookGuide(facts({ tables: [], phases, train }))?.cards ?? [])).toBeLessThanOrEqual(45);
  });

  it("says how many rows can't be drawn, and nothing of it where all can", () => {
    const positions = table.positions.map((one, i) =>
      i < 2 ? one : Float32Array.from(one, (v, j) => (j < 9 ? NaN : v)),
    );
    const lost = said(lookGuide(facts({ tables: [{ ...table, positions }] })), "points");
    expect(lost).toContain("3 rows at step 20 can't be drawn: not finite numbers.");
    expect(said(lookGuide(facts({ tables: [table] })), "points")).not.toContain("can't be drawn");
  });

  it("says whether all rows are here or a sample of them", () => {
    expect(said(lookGuide(facts({ tables: [table] })), "points")).toContain("one of all 52 rows of wte");
    const sample = { ...table, whole: 50_304 };
    expect(said(lookGuide(facts({ tables: [sample] })), "points")).toContain(
      "one of 52 sampled rows, of 50,304, of wte",
    );
  });

  it("shows the model, not an empty cloud, where a run has no embedding", () => {
    const guide = lookGuide(facts({ tables: [] }));
    expect(guide?.cards.map((card) => (isCard(card) ? card.show.view : ""))).toEqual([
      "layers",
      "layers",
      "layers",
      "heat",
    ]);
  });

  it("tells of one block the layer with the longest gradient", () => {
    const layers = facts().layers.map((layer) => ({ ...layer, block: layer.block === null ? null : 0 }));
    expect(said(lookGuide(facts({ layers, gradNorm: GRID })), "heat")).toContain("At step 20 it is longest in h.1.b.");
  });

  it("does not ask for phases where no loss was logged", () => {
    const guide = lookGuide(facts({ train: null, phases: [], findings: [] }));
    expect(said(guide, "verdict")).toContain("Phases are told from the loss, which was not logged.");
  });
});

describe("how the loss went", () => {
  const of = (values: number[]) => {
    const steps = values.map((_, i) => i * 5);
    return lossSaid(facts({ train: { steps, values } }));
  };

  it("is first and last, and its lowest where it came up again", () => {
    expect(of([4, 3, 2, 2, 2])).toContain("went from 4.00 to 2.00; healthy");
    expect(of([4, 1, 2, 4, 5])).toContain("fell from 4.00 to 1.00 (step 5), then rose to 5.00: not healthy");
    expect(of([2, 3, 4, 4, 5])).toBe("Loss rose from 2.00 to 5.00: not healthy.");
  });

  it("says from which step on it is no finite number, and nothing of single steps", () => {
    expect(of([4, 3, Number.NaN, Number.NaN, Number.NaN])).toContain("from 4.00 to no finite number at step 10");
    expect(of([4, Number.NaN, 3, 2, 2])).toContain("went from 4.00 to 2.00");
    expect(of([Number.NaN, Number.NaN])).toBe("Loss was never a finite number.");
    expect(lossSaid(facts({ train: null }))).toBe("This run logged no loss.");
  });
});
