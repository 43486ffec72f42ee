import { describe, expect, it } from "vitest";
import { SnapshotSet } from "../src/time/snapshots";
import { shareAlong } from "../src/time/variance";

const ROWS = 50;
/** Rows whose three numbers vary by 3, 2 and 1, around a middle that is not 0. */
const positions = Float32Array.from({ length: ROWS * 3 }, (_, i) => {
  const [row, axis] = [Math.floor(i / 3), i % 3];
  return 7 + (3 - axis) * Math.sin(1.7 * row * (axis + 1));
});

function variance(axis: number): number {
  const values = Array.from({ length: ROWS }, (_, row) => positions[row * 3 + axis] as number);
  const mean = values.reduce((sum, value) => sum + value, 0) / ROWS;
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
}
const expected = (variance(0) + variance(1)) / (variance(0) + variance(1) + variance(2));

describe("the variance along the axes that are drawn", () => {
  it("is of the first two what their own variances make of all", () => {
    expect(shareAlong(positions, 3, 2)).toBeCloseTo(expected, 6);
    expect(shareAlong(positions, 3, 3)).toBeCloseTo(1, 12);
  });

  it("leaves out rows that are not finite, and has no share where nothing varies", () => {
    const broken = Float32Array.from([...positions, Number.NaN, 1e9, 1e9]);
    expect(shareAlong(broken, 3, 2)).toBeCloseTo(expected, 6);
    expect(shareAlong(new Float32Array(30), 3, 2)).toBeNaN();
  });

  it("is less in 2D than in 3D, and follows what is loaded anew", () => {
    const set = new SnapshotSet(ROWS);
    set.put(0, 0, 0, positions, 0.4);
    expect(set.varianceShown(0)).toBe(0.4);
    expect(set.varianceShown(0, 2)).toBeCloseTo(0.4 * expected, 6);
    set.put(
      0,
      0,
      0,
      Float32Array.from(positions, (value, i) => (i % 3 === 2 ? 0 : value)),
      0.3,
    );
    expect(set.varianceShown(0, 2)).toBeCloseTo(0.3, 6);
    expect(set.varianceShown(1, 2)).toBeNaN();
  });
});
