import { afterEach, beforeEach, expect, test, vi } from "vitest";
import {
  compareWith,
  compareWithNewest,
  comparing,
  linked,
  otherName,
  pairColors,
  setLinked,
} from "../../src/store/compare";
import { MOST_RUNS, overlaid, tick, tickAll, ticked } from "../../src/store/compare_curves";
import { followComparison } from "../../src/store/compare_follow";
import { compareParts } from "../../src/store/compare_link";
import { applyState, readState } from "../../src/store/link";
import { chooseRun, setRuns } from "../../src/store/runs";

const NAMES = Array.from({ length: 14 }, (_, i) => `run ${i}`);
let stop: () => void;

beforeEach(() => {
  vi.stubGlobal("window", globalThis);
  vi.stubGlobal("document", { baseURI: "http://host/data/plugin/paramviz/" });
  // A server that never answers: what is tested here needs none.
  vi.stubGlobal("fetch", () => new Promise(() => {}));
  setRuns({
    runs: NAMES.map((run, i) => ({
      run,
      snapshots: 5,
      first_step: 0,
      last_step: 4,
      last_wall_time: i === 9 ? 99 : i,
      live: false,
      sessions: 1,
      generation: 0,
      damaged: [],
    })),
    other_runs: [],
    notices: [],
    loading: { done: true, bytes_read: 1, bytes_total: 1 },
    cursor: 1,
  });
  chooseRun("run 0");
  stop = followComparison();
});

afterEach(() => {
  stop();
  compareWith(null);
  tickAll([]);
  setLinked(true);
  vi.unstubAllGlobals();
});

test("the run written last comes beside", () => {
  expect(compareWithNewest()).toBe(true);
  expect(otherName.value).toBe("run 9");
  expect(comparing.value).toBe(true);
});

test("whoever chooses B as A sees them the other way round", () => {
  compareWith("run 3");
  chooseRun("run 3");
  expect(otherName.value).toBe("run 0");
  expect(comparing.value).toBe(true);
});

test("a run beside itself is no comparison, nor is one that isn't there", () => {
  compareWith("run 0");
  expect(comparing.value).toBe(false);
  compareWith("gone");
  expect(comparing.value).toBe(false);
});

test("A and B never have the same colour", () => {
  for (const name of NAMES.slice(1)) {
    compareWith(name);
    expect(pairColors.value[0]).not.toBe(pairColors.value[1]);
  }
});

test("ten runs' curves at once, B among them, and not one more", () => {
  compareWith("run 1");
  const taken = NAMES.slice(1).filter((name) => tick(name, true));
  expect(overlaid.value.length + 1).toBe(MOST_RUNS);
  expect(taken).not.toContain("run 13");
  expect(tick("run 2", false)).toBe(true);
  expect(tick("run 13", true)).toBe(true);
  expect(overlaid.value.length + 1).toBe(MOST_RUNS);
});

test("a link carries the other run, the curves and whether the cameras are one", () => {
  compareWith("run 4");
  tick("run 7", true);
  tick("run 8", true);
  setLinked(false);
  const state = readState(compareParts());
  expect([...state]).toEqual([
    ["compare", "run 4"],
    ["curves", "run 7\nrun 8"],
    ["linked", "off"],
  ]);
  compareWith(null);
  tickAll([]);
  setLinked(true);
  expect([...readState(compareParts())]).toEqual([]);
  applyState(compareParts(), state);
  expect([otherName.value, ticked.value, linked.value]).toEqual(["run 4", ["run 7", "run 8"], false]);
  applyState(compareParts(), new Map([["linked", "perhaps"]]));
  expect([otherName.value, ticked.value, linked.value]).toEqual([null, [], false]);
});
