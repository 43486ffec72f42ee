import { describe, expect, it } from "vitest";
import { cardsOf, insetsOf, PAGE, SCENE_HEIGHT } from "../../src/takeaway/video/page_layout";
import { planOf } from "../../src/takeaway/video/plan";
import { picturesAt } from "../../src/takeaway/video/retime";
import { SnapshotSet } from "../../src/time/snapshots";

/** Snapshots at these steps. */
function run(steps: readonly number[]): SnapshotSet {
  const set = new SnapshotSet(1);
  set.know(0, steps);
  return set;
}

const LATE = run([0, 10, 20, 40, 80, 160, 320, 640, 1280]);

describe("which moment each picture of a video shows", () => {
  it.each([
    [10, 24],
    [20, 30],
    [40, 60],
  ])("of %i s at %i pictures a second goes from the first moment to the last and never back", (secs, rate) => {
    const plan = planOf(LATE, "step", 0, 8, secs, rate);
    expect(plan.pictures).toBe(secs * rate);
    expect(plan.secs).toBe(secs);
    const places = Array.from({ length: plan.pictures }, (_, i) => plan.placeOf(i));
    expect(places[0]).toBe(0);
    expect(places.at(-1)).toBe(8);
    for (const [i, at] of places.entries()) expect(at).toBeGreaterThanOrEqual(places[i - 1] ?? 0);
    // Both ends stand for a while: the last one long enough to be read.
    const [begins, ends] = [
      places.filter((at) => at === 0).length / rate,
      places.filter((at) => at === 8).length / rate,
    ];
    expect(begins).toBeGreaterThan(0.2);
    expect(ends).toBeGreaterThan(0.7);
    expect(begins + ends).toBeLessThan(secs / 4);
  });

  it("lets steps, or snapshots, or the logarithm of steps pass evenly, as on screen", () => {
    const middle = (pace: "step" | "log" | "snapshot") => {
      const plan = planOf(LATE, pace, 0, 8, 10, 100);
      const moving = Array.from({ length: plan.pictures }, (_, i) => plan.placeOf(i)).filter((at) => at > 0 && at < 8);
      return moving[Math.floor(moving.length / 2)] as number;
    };
    expect(LATE.stepAt(middle("step"))).toBeCloseTo(640, -1.3);
    expect(middle("snapshot")).toBeCloseTo(4, 1);
    expect(LATE.stepAt(middle("log"))).toBeCloseTo(10 * Math.expm1(Math.log1p(128) / 2), -0.5);
  });

  it("shows only the part that is looped, and stands where there is nothing between", () => {
    const part = planOf(LATE, "step", 2.5, 5, 10, 24);
    const places = Array.from({ length: part.pictures }, (_, i) => part.placeOf(i));
    expect([Math.min(...places), Math.max(...places)]).toEqual([2.5, 5]);
    const still = planOf(run([7, 7]), "step", 0, 1, 10, 24);
    expect(Number.isFinite(still.placeOf(100))).toBe(true);
  });

  it("turns the camera as far to one side as to the other", () => {
    const plan = planOf(LATE, "step", 0, 8, 10, 24);
    expect(plan.turnOf(0)).toBeCloseTo(-plan.turnOf(plan.pictures - 1));
    expect(Math.abs(plan.turnOf(120))).toBeLessThan(1);
  });
});

describe("a video's page", () => {
  it("gives the newest findings cards that don't touch, and counts the rest", () => {
    const { cards, earlier } = cardsOf(["e", "d", "c", "b", "a"], () => ["one", "two", "three", "four"]);
    expect(cards.map(({ of }) => of)).toEqual(["e", "d", "c"]);
    expect(earlier).toBe(2);
    for (const [i, card] of cards.entries()) {
      const before = cards[i - 1];
      if (before) expect(card.y).toBeGreaterThan(before.y + before.height);
      expect(card.y + card.height).toBeLessThan(SCENE_HEIGHT);
      expect(card.x).toBeGreaterThan(PAGE.width - insetsOf(true, 0).right);
    }
  });

  it("leaves the scene all of its width where no finding can come", () => {
    expect(insetsOf(false, 1).right).toBe(0);
    expect(insetsOf(false, 2).bottom).toBeGreaterThan(insetsOf(false, 1).bottom);
  });
});

describe("what a recorder kept", () => {
  const shown = Array.from({ length: 40 }, (_, k) => 0.05 * k + 0.002 * (k % 3));

  it("is known again, whichever pictures it lost and however late it saw the others", () => {
    for (const lost of [[], [1], [7, 8, 21], [39], [5, 6, 7, 8, 9, 30]]) {
      const kept = shown.map((_, k) => k).filter((k) => !lost.includes(k));
      const seen = kept.map((k) => 3 + (shown[k] as number) + 0.012 * Math.sin(k) ** 2 * Math.sign(k));
      expect(picturesAt(seen, shown)).toEqual(kept);
    }
  });

  it("gives each of them a place of its own, even where its clock means nothing", () => {
    const places = picturesAt([0, 0, 0, 9, 9, 9], shown);
    expect(new Set(places).size).toBe(6);
    expect([...places].sort((one, other) => one - other)).toEqual(places);
    expect(places.at(-1)).toBeLessThan(shown.length);
    expect(picturesAt([], shown)).toEqual([]);
  });
});
