import { expect, test } from "vitest";
import { levelOf } from "../../src/findings/severity";
import { marksOf } from "../../src/insight/marks";
import { findingOf, randomReply } from "./replies";

test.each([24, 44])("marks are at least %i px apart, and none of the findings is lost", (gap) => {
  for (let seed = 0; seed < 500; seed++) {
    const { findings, last } = randomReply(seed);
    const across = (step: number) => 148 + (step / last) * 300;
    const marks = marksOf(findings, across, gap);
    for (const [i, mark] of marks.entries()) {
      if (i > 0) expect(mark.x - (marks[i - 1]?.x ?? 0)).toBeGreaterThanOrEqual(gap);
      const levels = mark.findings.map((one) => levelOf(one.severity));
      expect(levels).toEqual(levels.toSorted((one, other) => other - one));
      expect(levelOf(mark.severity)).toBe(Math.max(...levels));
      expect(mark.step).toBe(Math.min(...mark.findings.map((one) => one.first_step)));
      expect(mark.x).toBe(across(mark.step));
      for (const one of mark.findings) expect(across(one.first_step) - mark.x).toBeLessThan(gap);
    }
    const all = marks.flatMap((mark) => mark.findings);
    expect(all).toHaveLength(findings.length);
    expect(new Set(all)).toEqual(new Set(findings));
  }
});

test("findings of one step are told the worst first", () => {
  const list = [findingOf("spike", "note", 5, 6), findingOf("divergence", "problem", 5, 9)];
  const [mark] = marksOf(list, (step) => step, 20);
  expect(mark?.findings.map((one) => one.insight)).toEqual(["divergence", "spike"]);
});
