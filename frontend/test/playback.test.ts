import { describe, expect, test } from "vitest";
import { advance, neighbourSpeed, type Pace, runSecs, SPEEDS, type Steps } from "../src/time/playback_math";
import { SnapshotSet } from "../src/time/snapshots";

function run(steps: readonly number[]): SnapshotSet {
  const set = new SnapshotSet(1);
  set.know(0, steps);
  return set;
}

const EVEN = run(Array.from({ length: 101 }, (_, t) => t * 10));
/** Log-spaced at first, then every 1000, with a gap, then dense. */
const UNEVEN = run([0, 1, 2, 4, 8, 16, 50, 64, 1000, 2000, 3000, 9000, 9001, 9002, 9003, 12_000]);
const PACES: readonly Pace[] = ["step", "log", "snapshot"];

/** By the definition: what passes evenly is read off a fine table of the whole run. */
function naive(steps: Steps, pace: Pace, share: number): number {
  const gap = steps.stepAt(1) - steps.stepAt(0);
  const passes = (place: number) =>
    pace === "snapshot"
      ? place
      : pace === "step"
        ? steps.stepAt(place)
        : Math.log(1 + (steps.stepAt(place) - steps.stepAt(0)) / gap);
  const table = Array.from({ length: 300_001 }, (_, i) => ((steps.total - 1) * i) / 300_000);
  const wanted = passes(0) + (passes(steps.total - 1) - passes(0)) * share;
  return table.findLast((place) => passes(place) <= wanted) ?? 0;
}

function played(steps: Steps, pace: Pace, secs: number, tick: number): number {
  let place = 0;
  for (let at = tick; at <= secs + 1e-9; at += tick) place = advance(place, tick, steps, pace, 1, false).place;
  return place;
}

describe("speed", () => {
  test("a whole run takes 20 seconds, however long it is", () => {
    expect(runSecs(101)).toBe(20);
    expect(runSecs(100_000)).toBe(20);
  });
  test("a short run isn't stretched below one snapshot a second", () => expect(runSecs(5)).toBe(4));
  test("stays within the list at both ends", () => {
    expect(neighbourSpeed(8, 1)).toBe(8);
    expect(neighbourSpeed(0.25, -1)).toBe(0.25);
  });
  test("goes through the whole list", () => {
    let speed: number = SPEEDS[0];
    const seen = [speed];
    while (speed !== SPEEDS.at(-1)) {
      speed = neighbourSpeed(speed, 1);
      seen.push(speed);
    }
    expect(seen).toEqual([...SPEEDS]);
  });
});

describe("pace", () => {
  test.each(PACES)("by %s passes evenly over an unevenly recorded run", (pace) => {
    const secs = runSecs(UNEVEN.total);
    for (const share of [0.1, 0.25, 0.5, 0.77, 0.95]) {
      const place = advance(0, secs * share, UNEVEN, pace, 1, false).place;
      const off = Math.abs(place - naive(UNEVEN, pace, share));
      expect(off, `${pace} at ${share}: ${place}`).toBeLessThan(1e-3);
    }
  });
  test.each(PACES)("by %s comes to the same place in few long ticks and in many short ones", (pace) => {
    expect(played(UNEVEN, pace, 6, 1 / 60)).toBeCloseTo(played(UNEVEN, pace, 6, 1 / 4), 6);
  });
  test("by step, snapshots that stand close together pass quickly", () => {
    const between = (from: number, to: number) => {
      let ticks = 0;
      for (let place = 0; place < to; ticks++) {
        const before = place;
        place = advance(place, 1 / 240, UNEVEN, "step", 1, false).place;
        if (before < from) ticks = 0;
      }
      return ticks;
    };
    expect(between(11, 14) * 100).toBeLessThan(between(14, 15) * 3);
  });
  test("by log-step, the beginning has more time than by step", () => {
    const place = (pace: Pace) => advance(0, 4, EVEN, pace, 1, false).place;
    expect(place("log")).toBeLessThan(place("step") / 3);
    expect(place("log")).toBeGreaterThan(1);
  });
  test("goes by snapshots where no step is known yet", () => {
    const blank = new SnapshotSet(1);
    blank.growTo(101);
    expect(advance(0, 1, blank, "step", 1, false)).toEqual({ place: 5, ended: false });
  });
});

describe("playing", () => {
  const BY = "snapshot";
  test("moves between snapshots", () =>
    expect(advance(0, 0.1, EVEN, BY, 1, false)).toEqual({ place: 0.5, ended: false }));
  test("stops at the end", () => expect(advance(99.9, 1, EVEN, BY, 1, false)).toEqual({ place: 100, ended: true }));
  test.each(PACES)("by %s begins again when looping, without losing time", (pace) => {
    const { place, ended } = advance(0, 23, EVEN, pace, 1, true);
    expect(place).toBeCloseTo(advance(0, 3, EVEN, pace, 1, true).place, 6);
    expect(ended).toBe(false);
  });
  test.each(PACES)("by %s stays inside the loop however long the pause was", (pace) => {
    const { place } = advance(5, 1e6 + 0.3, EVEN, pace, 8, true, 10, 20);
    expect(place).toBeGreaterThanOrEqual(10 - 1e-9);
    expect(place).toBeLessThan(20);
  });
  test("a part of the run takes its share of the time", () => {
    const place = advance(10, 2, EVEN, "step", 1, true, 10, 20).place;
    expect(place).toBeCloseTo(10, 6);
    expect(advance(10, 1, EVEN, "step", 1, true, 10, 20).place).toBeCloseTo(15, 6);
  });
  test("a single snapshot can't be played", () =>
    expect(advance(0, 1, run([7]), BY, 1, true)).toEqual({ place: 0, ended: true }));
  test.each(PACES)("by %s the whole run is seen in 20 seconds of short ticks", (pace) => {
    let place = 0;
    let ticks = 0;
    for (; ; ticks++) {
      const next = advance(place, 1 / 60, EVEN, pace, 1, false);
      place = next.place;
      if (next.ended) break;
    }
    expect(ticks / 60).toBeCloseTo(20, 0);
  });
});
