import { describe, expect, test } from "vitest";
import { SnapshotSet } from "../src/time/snapshots";
import { fastestRows, loadedBetween, trailsOf, trailWindow } from "../src/time/trails_math";

/** Row r moves r units a snapshot along x; row 3 is not finite. */
function moving(total: number): SnapshotSet {
  const set = new SnapshotSet(4);
  for (let t = 0; t < total; t++) {
    const points = [0, 1, 2, Number.NaN].flatMap((speed) => [speed * t, 0, 0]);
    set.put(t, t * 10, 0, Float32Array.from(points));
  }
  return set;
}

test.each([
  [0, 2000, 400],
  [0, 10_000, 2000],
  [0, 30, 5],
  [0, 0, 1],
  [500, 1500, 200],
])("a run from %i to %i has trails of %i steps", (first, last, steps) => expect(trailWindow(first, last)).toBe(steps));

describe("the fastest rows", () => {
  const all = [1, 1, 1, 1];
  test("come first; rows that stand still or are not finite don't count", () => {
    expect(fastestRows(moving(20), 0, 19, 6, all)).toEqual([2, 1]);
  });
  test("hidden rows don't count", () => expect(fastestRows(moving(20), 0, 19, 6, [1, 1, 0, 1])).toEqual([1]));
  test("no more than asked for", () => expect(fastestRows(moving(20), 0, 19, 1, all)).toEqual([2]));
  test("one snapshot has no movement", () => expect(fastestRows(moving(1), 0, 0, 6, all)).toEqual([]));
  test("going there and back is movement", () => {
    const set = new SnapshotSet(2);
    for (let t = 0; t < 5; t++) set.put(t, t, 0, Float32Array.from([t % 2, 0, 0, t * 0.2, 0, 0]));
    expect(fastestRows(set, 0, 4, 1, [1, 1])).toEqual([0]);
  });
});

describe("a trail", () => {
  test("goes from the window's start to the point drawn now", () => {
    const [trail] = trailsOf(moving(20), [2], 4, 6.5);
    expect([...(trail?.points ?? [])]).toEqual([8, 0, 0, 10, 0, 0, 12, 0, 0, 13, 0, 0]);
  });
  test("leaves out what is not finite", () => expect(trailsOf(moving(9), [3], 0, 8)[0]?.points).toHaveLength(0));
  test("is thinned, with both ends kept", () => {
    const kept = loadedBetween(moving(500), 0, 499, 64);
    expect(kept).toHaveLength(64);
    expect([kept[0], kept.at(-1)]).toEqual([0, 499]);
  });
});
