import { describe, expect, test } from "vitest";
import { advance, baseRate, neighbourSpeed, SPEEDS } from "../src/playback_math";

describe("speed", () => {
  test("a whole run takes about 20 seconds", () => expect(100 / baseRate(101)).toBe(20));
  test("never more than 60 snapshots a second", () => expect(baseRate(10_000)).toBe(60));
  test("a short run isn't stretched below one a second", () => expect(baseRate(5)).toBe(1));
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

describe("playing", () => {
  test("moves between snapshots", () => expect(advance(0, 0.1, 101, 1, false)).toEqual({ place: 0.5, ended: false }));
  test("stops at the end", () => expect(advance(99.9, 1, 101, 1, false)).toEqual({ place: 100, ended: true }));
  test("begins again when looping, without losing time", () => {
    const { place, ended } = advance(99, 0.4, 101, 1, true);
    expect(place).toBeCloseTo(1);
    expect(ended).toBe(false);
  });
  test("stays inside the loop however long the pause was", () => {
    const { place } = advance(5, 1e6, 101, 8, true, 10, 20);
    expect(place).toBeGreaterThanOrEqual(10);
    expect(place).toBeLessThan(20);
  });
  test("a single snapshot can't be played", () => expect(advance(0, 1, 1, 1, true)).toEqual({ place: 0, ended: true }));
  test("in 20 seconds of short ticks the whole run is seen", () => {
    let place = 0;
    let ticks = 0;
    for (; ; ticks++) {
      const next = advance(place, 1 / 60, 101, 1, false);
      place = next.place;
      if (next.ended) break;
    }
    expect(ticks / 60).toBeCloseTo(20, 0);
  });
});
