import { beforeEach, expect, test } from "vitest";
import { keepInsights, missInsights, otherPhases, phases, replies } from "../../src/store/insights";
import { chooseRun } from "../../src/store/runs";
import type { Insights } from "../../src/wire.gen";
import { phaseOf } from "./replies";

const reply = (run: string, last: number, generation = 1): Insights => ({
  run,
  generation,
  snapshots: last,
  phases: [phaseOf("refinement", 0, last)],
  boundaries: [],
  findings: [],
});

beforeEach(() => chooseRun("one"));

test("what is known of one run is never said of another", () => {
  keepInsights("a", reply("one", 10));
  expect(phases.value).toHaveLength(1);
  chooseRun("two");
  expect(phases.value).toHaveLength(0);
  expect(otherPhases.value).toHaveLength(0);
});

test("the reply before is kept while the run grows, not over its restart", () => {
  const [first, second, again] = [reply("one", 10), reply("one", 20), reply("one", 5, 2)];
  keepInsights("a", first);
  keepInsights("a", second);
  expect(replies.a.value).toMatchObject({ now: second, before: first, problem: null });
  keepInsights("a", again);
  expect(replies.a.value).toMatchObject({ now: again, before: null });
});

test("a failure is told, and what was known stays", () => {
  const first = reply("one", 10);
  keepInsights("a", first);
  missInsights("a", "one", "The disk is full.");
  expect(replies.a.value).toMatchObject({ now: first, problem: "The disk is full." });
  expect(phases.value).toHaveLength(1);
  missInsights("a", "two", "There is no model record.");
  chooseRun("two");
  expect(replies.a.value).toMatchObject({ now: null, problem: "There is no model record." });
});
