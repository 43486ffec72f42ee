import { describe, expect, test } from "vitest";
import { coarseStride, SnapshotSet } from "../src/time/snapshots";

/** Snapshots at steps 0, 10, 20 …, of which only some are loaded. */
function setOf(total: number, loaded: (ordinal: number) => boolean): SnapshotSet {
  const set = new SnapshotSet(1);
  set.growTo(total);
  for (let ordinal = 0; ordinal < total; ordinal++) {
    if (loaded(ordinal)) set.put(ordinal, ordinal * 10, ordinal, Float32Array.from([ordinal, 0, 0]));
  }
  return set;
}

describe("places and steps", () => {
  const set = setOf(101, (ordinal) => ordinal % 4 === 0);
  test("a loaded snapshot has its own step", () => expect(set.stepAt(8)).toBe(80));
  test("between loaded ones the step lies on a line", () => expect(set.stepAt(9.5)).toBe(95));
  test("a step's place is found again", () => {
    for (const place of [0, 0.5, 7, 33.25, 99, 100]) expect(set.placeOf(set.stepAt(place))).toBeCloseTo(place, 9);
  });
  test("steps outside the run are its ends", () => {
    expect(set.placeOf(-5)).toBe(0);
    expect(set.placeOf(1e9)).toBe(100);
    expect(set.nearest(Number.NaN)).toBe(0);
  });
  test("the nearest snapshot wins", () => {
    expect(set.nearest(84)).toBe(8);
    expect(set.nearest(86)).toBe(9);
  });
  test("steps that are known but not loaded are exact, however they are spaced", () => {
    const known = new SnapshotSet(1);
    known.know(0, [0, 1, 4, 9]);
    known.know(4, [100, 10_000]);
    expect(known.total).toBe(6);
    expect(known.loaded).toBe(0);
    expect([0, 1, 4, 9, 100, 10_000].map((step) => known.nearest(step))).toEqual([0, 1, 2, 3, 4, 5]);
    expect(known.stepAt(4)).toBe(100);
  });
  test("an empty set knows no step", () => expect(new SnapshotSet(1).stepAt(0)).toBeNaN());
});

describe("the snapshots drawn", () => {
  const set = setOf(101, (ordinal) => ordinal % 4 === 0);
  test("a loaded one stands alone", () => expect(set.bracket(8)).toEqual({ before: 8, after: 8 }));
  test("else the nearest loaded ones on both sides", () => expect(set.bracket(9.2)).toEqual({ before: 8, after: 12 }));
  test("after the last loaded one, that one", () => {
    expect(setOf(10, (ordinal) => ordinal < 3).bracket(7)).toEqual({ before: 2, after: 2 });
  });
  test("before the first loaded one, that one", () => {
    expect(setOf(10, (ordinal) => ordinal > 5).bracket(1)).toEqual({ before: 6, after: 6 });
  });
  test("nothing from nothing", () => expect(new SnapshotSet(1).bracket(0)).toBeNull());
});

describe("what to read next", () => {
  test("the gap at the cursor", () => {
    const set = setOf(101, (ordinal) => ordinal % 4 === 0);
    expect(set.nextRange(10, 3)).toEqual({ first: 9, last: 10 });
    const wide = setOf(101, (ordinal) => ordinal < 9 || ordinal > 11);
    expect(wide.nextRange(10, 256)).toEqual({ first: 9, last: 11 });
  });
  test("single loaded ones don't cut a range in two", () => {
    const set = setOf(101, (ordinal) => ordinal % 4 === 0);
    expect(set.nextRange(10, 256)).toEqual({ first: 1, last: 99 });
  });
  test("what gives the run its outline, nearest to the cursor first, and then nothing", () => {
    const set = setOf(25, (ordinal) => ordinal === 20);
    const order: number[] = [];
    for (let next = set.nextKeyframe(14, 10); next !== null; next = set.nextKeyframe(14, 10)) {
      order.push(next);
      set.put(next, next * 10, 0, new Float32Array(3));
    }
    expect(order).toEqual([10, 24, 0]);
    expect(new SnapshotSet(1).nextKeyframe(0, 5)).toBeNull();
  });
  test("nothing when all are here", () => expect(setOf(9, () => true).nextRange(4, 8)).toBeNull());
  test("nothing beyond reach", () => {
    const set = setOf(101, (ordinal) => ordinal < 80);
    expect(set.nextRange(5, 8, 20)).toBeNull();
    expect(set.nextRange(70, 8, 20)).toEqual({ first: 80, last: 87 });
  });
  test("ends with the run", () => {
    expect(setOf(20, (ordinal) => ordinal < 15).nextRange(19, 100)).toEqual({ first: 15, last: 19 });
  });
  test("a dropped snapshot is asked for again", () => {
    const set = setOf(40, () => true);
    set.drop(0, 10, 20);
    expect(set.nextRange(38, 4)).toEqual({ first: 35, last: 38 });
  });

  test("following the plan reads every snapshot, each once, from any cursor", () => {
    for (const cursor of [0, 37, 100]) {
      const set = setOf(101, (ordinal) => ordinal % 7 === 0);
      let read = 0;
      for (let range = set.nextRange(cursor, 5); range; range = set.nextRange(cursor, 5)) {
        for (let ordinal = range.first; ordinal <= range.last; ordinal++) {
          if (!set.has(ordinal)) read++;
          set.put(ordinal, ordinal * 10, 0, new Float32Array(3));
        }
      }
      expect(set.loaded).toBe(101);
      expect(read).toBe(101 - 15);
    }
  });
});

describe("dropping", () => {
  test("keeps the coarse ones, the last, and those at the cursor", () => {
    const set = setOf(101, () => true);
    set.drop(50, 30, 10);
    expect(set.loaded).toBe(30);
    for (let ordinal = 0; ordinal < 101; ordinal += 10) expect(set.has(ordinal)).toBe(true);
    for (const ordinal of [47, 50, 53, 100]) expect(set.has(ordinal)).toBe(true);
    expect(set.has(5)).toBe(false);
  });
  test("never drops below the coarse ones", () => {
    const set = setOf(101, () => true);
    set.drop(50, 3, 10);
    expect(set.loaded).toBe(11);
  });
  test("steps stay known and bytes go down", () => {
    const set = setOf(101, () => true);
    const before = set.bytes;
    set.drop(0, 30, 10);
    expect(set.knownStep(95)).toBe(950);
    expect(set.bytes).toBeLessThan(before);
    expect(set.bytes).toBe(30 * 12);
  });
});

test.each([
  [1, 1],
  [64, 1],
  [65, 2],
  [10_000, 157],
])("%i snapshots are first read with stride %i", (total, stride) => {
  expect(coarseStride(total)).toBe(stride);
  expect(Math.ceil(total / stride)).toBeLessThanOrEqual(64);
});
