import { describe, expect, it } from "vitest";
import { across, alongNormal, type Direction } from "../../src/tours/angles";
import { candidatesOf, rowsOf } from "../../src/tours/candidates";
import { type Drawn, drawnWave, numberRows, type Wave, waveOf } from "../../src/tours/circle";
import type { Neighbours, Table } from "../../src/tours/facts";
import { chanceOf, halfWay, isReal, shareOfOwn } from "../../src/tours/purity";
import { distancesOf, shuffled, silhouette, thinned } from "../../src/tours/separation";
import { courseOf, type Split, splitsOf } from "../../src/tours/split";
import { LETTERS, letters, random } from "./made";

/** As the definition says it, point by point. */
function naive(points: readonly number[][], first: readonly boolean[]): number {
  const away = (a: readonly number[], b: readonly number[]) =>
    Math.hypot(...a.map((value, i) => value - (b[i] as number)));
  const mean = (list: readonly number[]) => list.reduce((sum, value) => sum + value, 0) / list.length;
  const each = points.map((point, i) => {
    const to = (own: boolean) =>
      mean(points.flatMap((other, j) => (j !== i && (first[j] === first[i]) === own ? [away(point, other)] : [])));
    const [a, b] = [to(true), to(false)];
    return (b - a) / Math.max(a, b);
  });
  return (mean(each.filter((_, i) => first[i])) + mean(each.filter((_, i) => !first[i]))) / 2;
}

describe("how far two groups stand apart", () => {
  it("is the silhouette as it is defined, small and large group with the same weight", () => {
    const next = random(3);
    const points = Array.from({ length: 23 }, (_, i) => [next() + (i < 6 ? 0.7 : 0), next(), next() * 2]);
    const first = points.map((_, i) => i < 6);
    const found = silhouette(
      distancesOf(Float32Array.from(points.flat()), [...points.keys()]),
      Uint8Array.from(first, Number),
    );
    expect(found).toBeCloseTo(naive(points, first), 5);
  });

  it("is the same for the same groups shuffled the next time, with as many in each", () => {
    const table = letters([0], 1);
    const distances = distancesOf(table.positions[0] as Float32Array, [...Array(20).keys()]);
    const sides = Uint8Array.from({ length: 20 }, (_, i) => Number(i < 7));
    expect(shuffled(distances, sides, 20)).toEqual(shuffled(distances, sides, 20));
    expect(new Set(shuffled(distances, sides, 20)).size).toBeGreaterThan(10);
  });

  it("needs two points in each group", () => {
    const distances = distancesOf(Float32Array.from([0, 0, 0, 1, 0, 0, 2, 0, 0]), [0, 1, 2]);
    expect(silhouette(distances, Uint8Array.from([1, 0, 0]))).toBeNaN();
  });

  it("thins a long list evenly and keeps a short one", () => {
    expect(thinned([1, 2, 3], 5)).toEqual([1, 2, 3]);
    expect(thinned([...Array(100).keys()], 4)).toEqual([0, 25, 50, 75]);
  });
});

describe("the clearest split", () => {
  it("is the one that was put there, with the step at which it came", () => {
    const table = letters([0, 10, 20, 30, 40], 30);
    const [best] = splitsOf(table);
    expect([best?.first, best?.second]).toEqual(["upper-case letters", "lower-case letters"]);
    expect(best?.firstRows.map((row) => LETTERS[row]).join("")).toBe("ABCDEFGHIJKLMNOPQRSTUVWXYZ");
    const course = courseOf(best as Split);
    expect(table.steps[course.appeared]).toBe(30);
    expect(best?.score).toBeGreaterThan(0.7);
    expect(best?.largestChance).toBeLessThan(0.2);
    expect(course.scores[4]).toBeCloseTo(best?.score ?? 0, 6);
  });

  it("is none where all lie in one heap", () => {
    expect(splitsOf(letters([0, 10], 99))).toEqual([]);
  });

  it("takes a named one before one that was found by place, however clear that is", () => {
    const table = letters([0, 10], 10);
    const clusters = Int32Array.from({ length: table.rows }, (_, row) => (row < 13 ? 0 : 1));
    const positions = table.positions.map((one) =>
      Float32Array.from(one, (value, i) => (i % 3 === 0 && i < 39 ? value + 40 : value)),
    );
    const [best, ...rest] = splitsOf({ ...table, clusters, positions });
    expect(best?.byPlace).toBe(false);
    expect(rest.some((one) => one.byPlace && one.score > (best?.score ?? 1))).toBe(true);
  });

  it("leaves rows out that are not finite", () => {
    const table = letters([0, 10], 10);
    const broken = Float32Array.from(table.positions[1] as Float32Array);
    broken[0] = Number.NaN;
    const [best] = splitsOf({ ...table, positions: [table.positions[0] as Float32Array, broken] });
    expect(best?.compared).not.toContain(0);
    expect(best?.score).not.toBeNaN();
  });

  it("is looked for among even and odd numbers too, and never among fewer than four rows", () => {
    const labels = [...Array(12).keys()].map(String);
    const table = { ...letters([0], 1), labels, rows: 12, classOf: new Uint8Array(12).fill(5) } as Table;
    const names = candidatesOf(table).map(({ first }) => first);
    expect(names).toEqual(["even numbers", "numbers below 6"]);
    expect(rowsOf(candidatesOf(table)[0]?.sides as Uint8Array, 1)).toEqual([0, 2, 4, 6, 8, 10]);
    expect(candidatesOf({ ...table, labels: labels.slice(0, 3), rows: 3 })).toEqual([]);
  });
});

describe("a split in the whole space", () => {
  const [split] = splitsOf(letters([0, 10], 10)) as [Split];
  const near = (same: number): Neighbours => {
    const rows = [split.firstRows[0] as number, split.secondRows[0] as number];
    const of = (own: readonly number[], other: readonly number[]) => [
      ...own.slice(1, 1 + same),
      ...other.slice(1, 11 - same),
    ];
    const list = [...of(split.firstRows, split.secondRows), ...of(split.secondRows, split.firstRows)];
    return { step: 10, rows, near: list, k: 10 };
  };

  it("is the share of neighbours of the own group, beside what chance gives", () => {
    expect(shareOfOwn(split, near(9))).toBeCloseTo(0.9, 9);
    expect(chanceOf(split)).toBeCloseTo((25 / 51 + 25 / 51) / 2, 9);
    expect(isReal(0.9, chanceOf(split))).toBe(true);
    expect(isReal(shareOfOwn(split, near(5)), chanceOf(split))).toBe(false);
  });

  it("leaves neighbours of neither group out, and knows nothing where there are no others", () => {
    expect(shareOfOwn(split, { ...near(9), near: Array(20).fill(-1) })).toBeNaN();
  });

  it("is half there at the first step that is over half of the way from chance to the end", () => {
    const at = (shares: readonly number[]) =>
      halfWay({ course: shares.map((share, step) => ({ step, share })), chance: 0.5, rows: 1 });
    expect(at([0.5, 0.52, 0.71, 0.69, 0.9])).toBe(2);
    expect(at([0.9, 0.9])).toBe(0);
  });
});

describe("numbers on a circle", () => {
  const p = 31;
  const rows = [...Array(p).keys()];
  const onCircle = (turns: number, noise: number) => {
    const next = random(11);
    return Float32Array.from(
      rows.flatMap((a) => {
        const angle = (2 * Math.PI * turns * a) / p;
        return [Math.cos(angle), 0, Math.sin(angle)].map((value) => value + noise * (next() - 0.5));
      }),
    );
  };

  it("are found with their turns, their share and the normal of their plane", () => {
    const wave = waveOf(onCircle(7, 0), p, 3) as Wave;
    expect(wave.turns).toBe(7);
    expect(wave.share).toBeCloseTo(1, 5);
    expect(wave.share).toBeGreaterThan(2 * wave.chance);
    const drawn = drawnWave(onCircle(7, 0), rows, 7) as Drawn;
    const [x, y, z] = drawn.normal;
    expect(Math.abs(y) / Math.hypot(x, y, z)).toBeCloseTo(1, 5);
    expect(drawn.share).toBeCloseTo(1, 5);
    expect(drawnWave(onCircle(7, 0), rows, 3)?.share).toBeCloseTo(0, 5);
  });

  it("may be several: each is told with its share, the strongest first", () => {
    const places = Float32Array.from(
      rows.flatMap((a) =>
        [4, 9].flatMap((turns, i) => {
          const angle = (2 * Math.PI * turns * a) / p;
          return [Math.cos(angle), Math.sin(angle)].map((value) => value * (i === 0 ? 1 : 0.8));
        }),
      ),
    );
    const wave = waveOf(places, p, 4) as Wave;
    expect([wave.turns, ...wave.more.map(({ turns }) => turns)]).toEqual([4, 9]);
    expect([wave.share, wave.more[0]?.share]).toEqual([expect.closeTo(1 / 1.64, 5), expect.closeTo(0.64 / 1.64, 5)]);
    expect(waveOf(onCircle(7, 0), p, 3)?.more).toEqual([]);
  });

  it("have the share that a Fourier transform gives", () => {
    const places = onCircle(5, 1.5);
    const wave = waveOf(places, p, 3) as Wave;
    const mean = [0, 1, 2].map((axis) => rows.reduce((sum, row) => sum + (places[row * 3 + axis] as number), 0) / p);
    const power = (k: number) =>
      [0, 1, 2].reduce((sum, axis) => {
        let [re, im] = [0, 0];
        for (const a of rows) {
          const value = (places[a * 3 + axis] as number) - (mean[axis] as number);
          re += value * Math.cos((2 * Math.PI * k * a) / p);
          im -= value * Math.sin((2 * Math.PI * k * a) / p);
        }
        return sum + re * re + im * im;
      }, 0);
    const powers = Array.from({ length: p - 1 }, (_, i) => power(i + 1));
    const whole = powers.reduce((sum, value) => sum + value, 0);
    // A wave and its mirror image, k and p - k, are one.
    expect(wave.share).toBeCloseTo((2 * (powers[wave.turns - 1] as number)) / whole, 5);
  });

  it("aren't told from chance where they lie anyhow", () => {
    const next = random(5);
    const wave = waveOf(Float32Array.from({ length: p * 64 }, next), p, 64) as Wave;
    expect(wave.share).toBeLessThan(1.25 * wave.chance);
  });

  it("are those labels that are 0 … p - 1 without a gap", () => {
    const table = letters([0], 1);
    expect(numberRows({ ...table, labels: ["=", ...rows.map(String)] })?.slice(0, 3)).toEqual([1, 2, 3]);
    expect(numberRows({ ...table, labels: rows.filter((a) => a !== 4).map(String) })).toBeNull();
    expect(numberRows(table)).toBeNull();
  });
});

describe("where to look from", () => {
  /** The rotation of scene/pose.ts, written once more. */
  function seen({ azimuth, elevation }: { azimuth: number; elevation: number }, [x, y, z]: Direction): number[] {
    const [a, e] = [(azimuth * Math.PI) / 180, (elevation * Math.PI) / 180];
    const turned = [x * Math.cos(a) + z * Math.sin(a), y, -x * Math.sin(a) + z * Math.cos(a)] as const;
    return [
      turned[0],
      turned[1] * Math.cos(e) - turned[2] * Math.sin(e),
      turned[1] * Math.sin(e) + turned[2] * Math.cos(e),
    ];
  }

  it("a direction lies across the picture, and none of it toward the viewer", () => {
    for (const direction of [
      [1, 0, 0],
      [0, 0, 1],
      [0.3, -0.2, 0.9],
      [-2, 1, -1],
      [0.1, 0.95, 0.2],
    ] as Direction[]) {
      const [x = 0, y = 0, depth = 1] = seen(across(direction), direction);
      const steep = Math.abs(direction[1]) > 0.9 * Math.hypot(...direction);
      expect(Math.abs(depth) / Math.hypot(x, y, depth)).toBeLessThan(steep ? 0.3 : 1e-6);
    }
  });

  it("a plane is seen from along its normal", () => {
    for (const normal of [
      [0.2, 0.3, 0.9],
      [-0.5, 0.1, -0.8],
      [0, 0, 1],
    ] as Direction[]) {
      const [x = 1, y = 1] = seen(alongNormal(normal), normal);
      expect(Math.hypot(x, y)).toBeLessThan(1e-6);
    }
  });
});
