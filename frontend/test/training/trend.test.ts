import { describe, expect, test } from "vitest";
import type { Series } from "../../src/training/series";
import { smoothed } from "../../src/training/smoothing";
import { courseInPhase, courseWords, theilSen, trendOf } from "../../src/training/trend";
import { random } from "./random";

/** Bell-shaped, of deviation 1. */
function noise(next: () => number): number {
  return Math.sqrt(-2 * Math.log(next() + 1e-12)) * Math.cos(2 * Math.PI * next());
}

const series = (count: number, value: (step: number) => number, every = 10): Series => ({
  steps: Array.from({ length: count }, (_, i) => i * every),
  wallTimes: Array.from({ length: count }, (_, i) => i),
  values: Array.from({ length: count }, (_, i) => value(i * every)),
});

describe("the smoothed loss", () => {
  test("is the mean of what came so far, each weighted by how long ago it was", () => {
    const next = random(1);
    const values = Array.from({ length: 40 }, () => next() * 5);
    for (const weight of [0, 0.6, 0.97]) {
      const naive = values.map((_, n) => {
        const weights = values.slice(0, n + 1).map((__, k) => weight ** (n - k));
        const total = weights.reduce((sum, one) => sum + one, 0);
        return weights.reduce((sum, one, k) => sum + one * (values[k] as number), 0) / total;
      });
      smoothed(values, weight).forEach((value, n) => {
        expect(value).toBeCloseTo(naive[n] as number, 10);
      });
    }
  });

  test("passes over what isn't finite", () => {
    const found = smoothed([1, Number.NaN, 3, Number.POSITIVE_INFINITY], 0.5);
    expect(found[1]).toBeNaN();
    expect(found[3]).toBeNaN();
    expect(found[2]).toBeCloseTo(smoothed([1, 3], 0.5)[1] as number, 12);
  });
});

describe("the slope", () => {
  test("is the median over all pairs", () => {
    const next = random(7);
    const xs = Array.from({ length: 31 }, (_, i) => i * 3 + next());
    const ys = xs.map((x) => 0.2 * x + noise(next));
    const slopes: number[] = [];
    xs.forEach((x, i) => {
      xs.slice(i + 1).forEach((other, k) => {
        slopes.push(((ys[i + 1 + k] as number) - (ys[i] as number)) / (other - x));
      });
    });
    slopes.sort((one, other) => one - other);
    expect(slopes.length % 2).toBe(1);
    expect(theilSen(xs, ys)?.slope).toBeCloseTo(slopes[(slopes.length - 1) / 2] as number, 12);
  });

  test("isn't led astray by a quarter of the points", () => {
    const next = random(3);
    const xs = Array.from({ length: 200 }, (_, i) => i);
    const ys = xs.map((x) => -0.01 * x + 0.05 * noise(next) + (next() < 0.25 ? 50 : 0));
    expect(theilSen(xs, ys)?.slope).toBeCloseTo(-0.01, 2);
  });

  test("lies in its interval about 95 times in 100", () => {
    const next = random(11);
    const xs = Array.from({ length: 60 }, (_, i) => i);
    let held = 0;
    for (let run = 0; run < 400; run++) {
      const found = theilSen(
        xs,
        xs.map((x) => 0.5 * x + noise(next)),
      );
      if (found && found.low <= 0.5 && found.high >= 0.5) held++;
    }
    expect(held / 400).toBeGreaterThan(0.91);
    expect(held / 400).toBeLessThan(0.985);
  });

  test("of many points is that of their medians, and there is none of one", () => {
    const xs = Array.from({ length: 5000 }, (_, i) => i);
    expect(
      theilSen(
        xs,
        xs.map((x) => 2 * x),
      )?.slope,
    ).toBeCloseTo(2, 10);
    expect(theilSen([4], [1])).toBeNull();
    expect(theilSen([4, 4], [1, 2])).toBeNull();
  });
});

describe("the trend", () => {
  const words = (of: Series) => {
    const trend = trendOf(of);
    return trend && courseWords(trend, String);
  };

  test("of a loss that falls, in noise, is falling, by what it falls", () => {
    const next = random(5);
    const loss = series(1000, (step) => Math.exp(1.5 - step / 40_000) * (1 + 0.03 * noise(next)));
    const trend = trendOf(loss);
    expect(trend?.course).toBe("falling");
    expect(trend?.per100).toBeCloseTo(Math.expm1(-100 / 40_000), 3);
    expect(trend?.change).toBeCloseTo(Math.expm1(-2500 / 40_000), 1);
    expect(words(loss)).toBe("still falling");
  });

  test("of a loss that has come to rest is flat, and says since when", () => {
    const next = random(9);
    const loss = series(1000, (step) => 2 + 2 * Math.exp(-step / 500) + 0.002 * noise(next));
    const trend = trendOf(loss);
    expect(trend?.course).toBe("flat");
    // 2 exp(-step / 500) is a hundredth of 2 at 500 ln 100 = 2303.
    expect(trend?.flatSince).toBeGreaterThan(2100);
    expect(trend?.flatSince).toBeLessThan(2500);
    expect(words(loss)).toMatch(/^flat since step 2[1-4]\d\d$/);
  });

  test("of a loss that grows is rising", () => {
    expect(words(series(400, (step) => (step < 3000 ? 3 - step / 3000 : 2 + (step - 3000) / 500)))).toBe("rising");
  });

  test("of noise alone is flat", () => {
    const next = random(21);
    expect(trendOf(series(600, () => 3 + 0.3 * noise(next)))?.course).toBe("flat");
  });

  test("is not told from too few losses, nor from what has no logarithm", () => {
    expect(trendOf(series(20, () => 1))).toBeNull();
    expect(trendOf(series(0, () => 1))).toBeNull();
    expect(trendOf(series(400, () => -1))).toBeNull();
    expect(trendOf(series(400, () => Number.NaN))).toBeNull();
  });
});

describe("the trend beside the phase that the run ends in", () => {
  const trend = (course: "falling" | "flat" | "rising") => ({
    course,
    change: 0,
    per100: 0,
    per100Low: 0,
    per100High: 0,
    from: 750,
    to: 999,
    points: 20,
    flatSince: 800,
  });
  const phase = (name: string) => ({ name, first_step: 240 });

  test("says since when as the phase does: two steps for one standstill would contradict each other", () => {
    expect(courseInPhase(trend("flat"), phase("plateau"), String)).toBe("standing still since step 240");
    expect(courseInPhase(trend("falling"), phase("convergence"), String)).toBe(
      "hardly falling any more since step 240",
    );
    expect(courseInPhase(trend("flat"), phase("divergence"), String)).toBe("risen for good since step 240");
    const lost = { name: "divergence", first_step: 1005 };
    expect(courseInPhase(trend("flat"), lost, String)).toBe("no finite number since step 1005");
  });

  test("calls nothing flat while the run as a whole is still learning", () => {
    expect(courseInPhase(trend("flat"), phase("refinement"), String)).toBe("not clearly falling lately");
    expect(courseInPhase(trend("falling"), phase("refinement"), String)).toBe("still falling");
  });

  test("speaks for itself where no phase is known", () => {
    expect(courseInPhase(trend("flat"), null, String)).toBe("flat since step 800");
  });
});
