import { expect, test } from "vitest";
import { phaseColor, phaseName } from "../../src/insight/phase_looks";
import { labelOf, segmentsOf, ticksOf } from "../../src/insight/strip";
import { phaseOf, randomReply } from "./replies";

const measure = (words: string) => words.length * 7;

test.each([
  ["rapid_learning", 114, "Rapid learning"],
  ["rapid_learning", 113, "Rapid"],
  ["rapid_learning", 51, "Rapid"],
  ["rapid_learning", 50, ""],
  ["refinement", 86, "Refinement"],
  ["refinement", 85, ""],
  ["of_another_version", 51, "Of"],
])("of %s on %i px stands “%s”", (name, width, label) => {
  expect(labelOf(name, width, measure)).toBe(label);
});

test("phases lie side by side over the whole strip, none too short to be seen", () => {
  for (let seed = 0; seed < 300; seed++) {
    const { phases, last } = randomReply(seed);
    if (phases.length === 0) continue;
    const across = (step: number) => (step / last) * 900;
    const segments = segmentsOf(phases, across, measure);
    expect(segments[0]?.left).toBe(0);
    for (const [i, { left, width, label, phase }] of segments.entries()) {
      const next = segments[i + 1];
      expect(width).toBeGreaterThanOrEqual(2);
      expect(left + width).toBeCloseTo(Math.max(left + 2, next ? next.left : 900), 6);
      expect(measure(label)).toBeLessThanOrEqual(Math.max(0, width - 16));
      expect(phaseName(phase.name).startsWith(label)).toBe(true);
    }
  }
});

test("each phase has a colour in both themes, one of another version too", () => {
  for (const name of ["initialization", "generalization", "oscillation", "of_another_version"])
    for (const theme of ["dark", "light"] as const) expect(phaseColor(name, theme)).toMatch(/^#[0-9A-F]{6}$/);
  expect(phaseName("of_another_version")).toBe("Of another version");
});

test("boundaries of the schedule are said with their steps; two that touch are one tick", () => {
  const list = [
    { name: "decay_start", step: 73 },
    { name: "warm_up_end", step: 60 },
  ];
  const said = (scale: number) => ticksOf(list, (step) => step * scale, String).map((tick) => tick.said);
  expect(said(1)).toEqual(["Warm-up ends at step 60", "Decay begins at step 73"]);
  expect(said(0.4)).toEqual(["Warm-up ends at step 60, decay begins at step 73"]);
});

test("a last phase ends at its last step", () => {
  const [only] = segmentsOf([phaseOf("refinement", 10, 60)], (step) => step, measure);
  expect(only).toMatchObject({ left: 10, width: 50 });
});
