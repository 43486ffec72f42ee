import { describe, expect, test } from "vitest";
import { captureCost, droppedOf } from "../../src/training/capture_cost";
import { secsLeft, speedOf, totalSteps } from "../../src/training/speed";
import { trainingTags } from "../../src/training/tags";

/** Clocks of steps 0, every, 2 every … at so many seconds a step, and what came on top before some. */
function clocks(count: number, every: number, secs: (i: number) => number, extra: Record<number, number> = {}) {
  const [steps, wallTimes] = [[0], [1000]];
  for (let i = 1; i < count; i++) {
    steps.push(i * every);
    wallTimes.push((wallTimes[i - 1] as number) + every * secs(i) + (extra[i] ?? 0));
  }
  return { steps, wallTimes };
}

describe("the speed", () => {
  test("is steps by seconds, now and over the run", () => {
    const { steps, wallTimes } = clocks(201, 5, (i) => (i <= 100 ? 0.5 : 0.25));
    const speed = speedOf(steps, wallTimes);
    expect(speed.mean).toBeCloseTo(1000 / (500 * 0.5 + 500 * 0.25), 9);
    expect(speed.now).toBeCloseTo(4, 9);
    expect(speed.stops).toBe(0);
    expect(speed.activeSecs).toBeCloseTo(375, 6);
  });

  test("leaves out a night in which nothing ran, and says so", () => {
    const { steps, wallTimes } = clocks(101, 1, () => 0.1, { 60: 30_000 });
    const speed = speedOf(steps, wallTimes);
    expect(speed.stops).toBe(1);
    expect(speed.stoppedSecs).toBeCloseTo(30_000.1, 6);
    expect(speed.mean).toBeCloseTo(10, 6);
  });

  test("counts evaluations that come again and again, and slow steps", () => {
    const evaluations = Object.fromEntries(Array.from({ length: 10 }, (_, i) => [10 * (i + 1), 20]));
    const { steps, wallTimes } = clocks(101, 1, () => 0.1, evaluations);
    expect(speedOf(steps, wallTimes).stops).toBe(0);
    expect(speedOf(steps, wallTimes).mean).toBeCloseTo(100 / (10 + 200), 6);
    const slow = clocks(30, 1, () => 90);
    expect(speedOf(slow.steps, slow.wallTimes).stops).toBe(0);
  });

  test("isn't disturbed by a clock that was set back, and isn't known from one step", () => {
    const { steps, wallTimes } = clocks(50, 1, () => 1);
    const back = wallTimes.map((time, i) => (i >= 25 ? time - 3600 : time));
    expect(speedOf(steps, back).mean).toBeCloseTo(1, 9);
    expect(speedOf([5], [1000])).toMatchObject({ now: null, mean: null });
    expect(speedOf([], [])).toMatchObject({ now: null, mean: null, activeSecs: 0 });
  });
});

test("the time left is what is left at the speed of now", () => {
  const { steps, wallTimes } = clocks(101, 1, () => 0.5);
  const speed = speedOf(steps, wallTimes);
  expect(secsLeft(100, 300, speed)).toBeCloseTo(100, 6);
  expect(secsLeft(300, 300, speed)).toBeNull();
  expect(secsLeft(100, null, speed)).toBeNull();
});

test("how long it will train is what a fact or a scalar of such a name says", () => {
  expect(totalSteps([{ every: "auto" }, { max_steps: 500 }], new Map())).toBe(500);
  expect(totalSteps([{ every: 5 }], new Map([["train/max_iters", 2000]]))).toBe(2000);
  expect(totalSteps([{ max_steps: "many" }, { max_steps: -1 }], new Map([["steps", 3]]))).toBeNull();
});

test("scalars are known by the names that scripts give them", () => {
  const found = trainingTags([
    ...["train/loss", "train/grad_norm", "train/tokens_per_sec", "val/loss", "perf/tokens_per_second_per_gpu"],
    ...["max_grad_norm", "train/clip_fraction", "trainer/max_steps", "weights/layer_norm", "tok/s"],
  ]);
  expect(found).toEqual({
    tokensPerSec: "tok/s",
    gradNorm: "train/grad_norm",
    clipCap: "max_grad_norm",
    clipShare: "train/clip_fraction",
    totalSteps: "trainer/max_steps",
  });
  expect(Object.values(trainingTags(["loss", "lr"]))).toEqual([null, null, null, null, null]);
});

describe("what the recording cost", () => {
  const costs = {
    steps: [0, 10, 20],
    wallTimes: [0, 10, 20],
    captureSecs: [5, 0.1, 0.3],
    writeSecs: [0, 1, 1],
    bytes: [100, 100, Number.NaN],
    dropped: [0, 0, 2],
  };

  test("is a share of the time between the first snapshot and the last", () => {
    expect(captureCost(costs, 20)).toEqual({
      snapshots: 3,
      captureSecs: expect.closeTo(5.4, 9),
      writeSecs: 2,
      share: expect.closeTo(0.02, 9),
      bytes: 200,
      dropped: 2,
    });
    expect(captureCost({ ...costs, steps: [] }, 20)).toBeNull();
    expect(captureCost(costs, 0)?.share).toBeNull();
  });

  test("counts what was dropped in each session", () => {
    expect(droppedOf([0, 1, 3, 3, 0, 2, Number.NaN, 2])).toBe(5);
    expect(droppedOf([4, 1])).toBe(5);
    expect(droppedOf([])).toBe(0);
  });
});
