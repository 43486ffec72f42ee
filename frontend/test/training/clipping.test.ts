import { describe, expect, test } from "vitest";
import { clippingAt, clippingInferred, clippingLogged, clippingSeen, totalNorms } from "../../src/training/clipping";
import { random } from "./random";

const next = random(4);
const before = Array.from({ length: 500 }, () => 0.3 + 1.2 * next());
const CAP = 1;
/** As a float32 optimizer sees them: not quite the cap. */
const after = before.map((norm) => (norm > CAP ? CAP * (1 - 2e-6 * next()) : norm));
const share = before.filter((norm) => norm > CAP).length / before.length;

describe("how often the gradient was clipped", () => {
  test("is what the script logs of it", () => {
    expect(clippingLogged([0, 1, 1, 0])).toEqual({ share: 0.5, cap: null, points: 4, how: "share logged" });
    expect(clippingLogged([0, 17])).toBeNull();
    expect(clippingLogged([Number.NaN])).toBeNull();
  });

  test("is how often the norm reached the cap, where that is logged", () => {
    expect(clippingAt(before, CAP)?.share).toBeCloseTo(share, 2);
    expect(clippingAt(after, CAP)?.share).toBeCloseTo(share, 9);
    expect(clippingAt([], CAP)).toBeNull();
  });

  test("shows in norms after clipping as the same largest one again and again", () => {
    expect(clippingInferred(after)).toMatchObject({ share: expect.closeTo(share, 9), how: "same largest norm" });
    expect(clippingInferred(after)?.cap).toBeCloseTo(CAP, 4);
  });

  test("is not inferred from norms that were never clipped, alike or not", () => {
    expect(clippingInferred(before)).toBeNull();
    expect(clippingInferred(Array.from({ length: 300 }, () => 2 + 0.01 * next()))).toBeNull();
    expect(clippingInferred([0, 0, 0, 0, 0, 0, 0])).toBeNull();
    expect(clippingInferred([])).toBeNull();
  });

  test("is of all steps where the script logs norms of before clipping and the layers show the cap", () => {
    const steps = before.map((_, i) => i);
    const logged = { steps, values: before };
    const some = (from: readonly number[]) => ({ steps: steps.slice(0, 30), values: from.slice(0, 30) });
    const found = clippingSeen(some(after), logged);
    expect(found).toMatchObject({ points: 500, how: "cap seen in layers", share: expect.closeTo(share, 9) });
    expect(found?.cap).toBeCloseTo(CAP, 4);
    // Norms that are of after clipping themselves are the same ones.
    const all = { steps, values: after };
    expect(clippingSeen(all, all)).toMatchObject({ points: 500, how: "same largest norm" });
    expect(clippingSeen({ steps, values: before }, logged)).toBeNull();
    // Norms of other steps differ, but not down to one value.
    expect(clippingSeen({ steps, values: [...before.slice(1), 0.4] }, logged)).toBeNull();
    expect(clippingSeen(all, null)).toMatchObject({ how: "same largest norm" });
  });
});

test("the norm of the whole is that of the layers' entries together", () => {
  const norms = [3, 1, Number.NaN, 4, 2, Number.NaN];
  const found = totalNorms(norms, 2, 3);
  expect([found[0], found[1]]).toEqual([5, Math.sqrt(5)]);
  expect(found[2]).toBeNaN();
});
