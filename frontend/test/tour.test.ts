import { describe, expect, test } from "vitest";
import { drawAlong, type Frame, firstThree, GrandTour, heaviest, sharesAlong } from "../src/time/tour_math";

const dot = (frame: Frame, a: number, b: number, other = frame) => {
  let sum = 0;
  for (let d = 0; d < frame.length / 3; d++) sum += (frame[d * 3 + a] as number) * (other[d * 3 + b] as number);
  return sum;
};

/** Root of the summed squares of what left the space of `one`: about the angle between near spaces. */
function left(one: Frame, other: Frame): number {
  let within = 0;
  for (const a of [0, 1, 2]) for (const b of [0, 1, 2]) within += dot(one, a, b, other) ** 2;
  return Math.sqrt(Math.max(0, 3 - within));
}

describe.each([4, 5, 8])("a tour of %i components", (dims) => {
  test("draws three directions at right angles, however long it goes on", () => {
    const tour = new GrandTour(dims, 1);
    for (let tick = 0; tick < 20_000; tick++) {
      tour.advance(0.05);
      if (tick % 500 !== 0) continue;
      for (const a of [0, 1, 2]) {
        for (const b of [0, 1, 2]) expect(dot(tour.frame, a, b)).toBeCloseTo(a === b ? 1 : 0, 9);
      }
    }
  });

  test("moves evenly: no tick changes what is drawn more than its angle", () => {
    const tour = new GrandTour(dims, 2);
    const moved: number[] = [];
    for (let tick = 0; tick < 3000; tick++) {
      const before = tour.frame.slice();
      tour.advance(0.01);
      expect(Math.max(...tour.frame.map((weight, i) => Math.abs(weight - (before[i] as number))))).toBeLessThan(0.0101);
      moved.push(left(before, tour.frame));
    }
    // But for the ticks that hold a corner, where the way is cut short.
    const full = moved.filter((angle) => angle > 0.00999);
    expect(full.length).toBeGreaterThan(2900);
    expect(Math.max(...moved)).toBeLessThan(0.010001);
  });

  test("comes to every component, none more than others", () => {
    const tour = new GrandTour(dims, 3);
    const sum = new Float64Array(dims);
    const most = new Float64Array(dims);
    const ticks = 20_000;
    for (let tick = 0; tick < ticks; tick++) {
      tour.advance(0.1);
      for (let d = 0; d < dims; d++) {
        const drawn = [0, 1, 2].reduce((all, a) => all + (tour.frame[d * 3 + a] as number) ** 2, 0);
        sum[d] = (sum[d] as number) + drawn / ticks;
        most[d] = Math.max(most[d] as number, drawn);
      }
    }
    for (let d = 0; d < dims; d++) {
      expect(sum[d]).toBeGreaterThan((3 / dims) * 0.85);
      expect(sum[d]).toBeLessThan((3 / dims) * 1.15);
      expect(most[d]).toBeGreaterThan(0.9);
    }
  });
});

describe("a grand tour", () => {
  test("begins with the first three components", () => expect(new GrandTour(8, 5).frame).toEqual(firstThree(8)));

  test("goes the same way with the same seed, in long ticks and in short ones, and another with another", () => {
    const walked = (seed: number, ticks: number, angle: number) => {
      const tour = new GrandTour(8, seed);
      for (let tick = 0; tick < ticks; tick++) tour.advance(angle);
      return [...tour.frame];
    };
    const [long, short] = [walked(7, 50, 0.3), walked(7, 1500, 0.01)];
    for (const [i, weight] of long.entries()) expect(short[i]).toBeCloseTo(weight, 6);
    expect(left(Float64Array.from(walked(8, 50, 0.3)), Float64Array.from(long))).toBeGreaterThan(0.3);
  });

  test("does not spin what stays in view: a row that is not left lies still", () => {
    const tour = new GrandTour(4, 11);
    const before = tour.frame.slice();
    tour.next();
    // Of four components two spaces share a plane: along it nothing may have moved.
    const shared = [0, 1, 2].map((a) => [0, 1, 2].map((b) => dot(before, a, b, tour.frame)));
    let [trace, size] = [0, 0];
    for (const a of [0, 1, 2]) {
      for (const b of [0, 1, 2]) {
        if (a === b) trace += (shared[a] as number[])[b] as number;
        size += Math.abs(((shared[a] as number[])[b] as number) - ((shared[b] as number[])[a] as number));
      }
    }
    expect(size).toBeLessThan(1e-9);
    expect(trace).toBeGreaterThan(2);
  });

  test("stands still where there is nothing beyond three components", () => {
    const tour = new GrandTour(3, 1);
    tour.advance(2);
    expect(tour.frame).toEqual(firstThree(3));
  });
});

describe("what a tour draws", () => {
  test("is the mixed rows times the frame, as by the definition", () => {
    const [rows, dims] = [7, 8];
    const from = Float32Array.from({ length: rows * dims }, (_, i) => Math.sin(i * 1.7));
    const to = Float32Array.from({ length: rows * dims }, (_, i) => Math.cos(i * 0.9));
    const tour = new GrandTour(dims, 4);
    tour.advance(3.21);
    const out = new Float32Array(rows * 3);
    drawAlong(out, from, to, 0.3, dims, tour.frame);
    for (let row = 0; row < rows; row++) {
      for (const axis of [0, 1, 2]) {
        let wanted = 0;
        for (let d = 0; d < dims; d++) {
          const value = 0.7 * (from[row * dims + d] as number) + 0.3 * (to[row * dims + d] as number);
          wanted += value * (tour.frame[d * 3 + axis] as number);
        }
        expect(out[row * 3 + axis]).toBeCloseTo(wanted, 5);
      }
    }
  });

  test("leaves a row that is not finite out of all three axes", () => {
    const from = new Float32Array(16).fill(1);
    from.fill(Number.NaN, 8);
    const out = new Float32Array(6);
    drawAlong(out, from, from, 0, 8, firstThree(8));
    expect([...out]).toEqual([1, 1, 1, Number.NaN, Number.NaN, Number.NaN]);
  });

  test("has the components' own shares of variance at its start, and never more than the three largest", () => {
    const ratios = [0.3, 0.2, 0.1, 0.08, 0.05, 0.04, 0.02, 0.01];
    const tour = new GrandTour(8, 6);
    expect(sharesAlong(tour.frame, ratios)).toEqual([0.3, 0.2, 0.1]);
    for (let tick = 0; tick < 200; tick++) {
      tour.advance(0.2);
      const all = sharesAlong(tour.frame, ratios).reduce((sum, share) => sum + share, 0);
      expect(all).toBeLessThan(0.6 + 1e-9);
      expect(all).toBeGreaterThan(0.07 - 1e-9);
    }
  });

  test("names the components that make up half an axis", () => {
    const frame = firstThree(8);
    expect(heaviest(frame, 1)).toEqual([2]);
    frame[2 * 3 + 2] = Math.sqrt(0.3);
    frame[6 * 3 + 2] = Math.sqrt(0.45);
    frame[7 * 3 + 2] = -Math.sqrt(0.25);
    expect(heaviest(frame, 2)).toEqual([7, 3]);
  });
});
