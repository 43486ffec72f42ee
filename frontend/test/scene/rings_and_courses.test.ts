import { describe, expect, it } from "vitest";
import { coursesInto } from "../../src/scene/courses";
import { paletteOf } from "../../src/scene/palette";
import { Rings } from "../../src/scene/rings";
import { Segments, STROKE } from "../../src/scene/segments";
import { Stage } from "../../src/scene/stage";
import { someProps } from "./made";

describe("rings", () => {
  it("are one for each marked row, in the colour of the last mark that holds it", () => {
    const rings = new Rings();
    rings.update(
      [
        { rows: [7, 2, 4], color: [1, 2, 3] },
        { rows: [4, 99, -1, 9], color: [4, 5, 6] },
      ],
      10,
    );
    expect([...rings.rows]).toEqual([2, 4, 7, 9]);
    expect([...rings.rows].map((row) => rings.colors[(rings.of[row] ?? 0) - 1]?.[0])).toEqual([1, 4, 1, 4]);
    rings.update([], 10);
    expect(rings.rows.length).toBe(0);
  });

  it("follow the marks, and the number of rows", () => {
    const stage = new Stage(someProps(6));
    const { rings } = stage.shot;
    const before = rings.version;
    stage.update({ marks: [{ rows: [5], color: [9, 9, 9] }] }, 0);
    expect([...rings.rows]).toEqual([5]);
    expect(rings.version).toBeGreaterThan(before);
    const { marks: _, ...others } = someProps(3);
    stage.update(others, 0);
    expect([...rings.rows]).toEqual([]);
  });
});

describe("courses", () => {
  const palette = paletteOf("light");
  const stroke = (out: Segments, k: number) => [...out.data.subarray(k * STROKE, (k + 1) * STROKE)];

  it("join rows in their order where they are now, clearer and darker toward the end", () => {
    const props = someProps(8);
    const out = new Segments(1);
    coursesInto(out, props, [[6, 0, 3, 1, 7]], palette);
    expect(out.count).toBe(4);
    const at = (row: number, k: number) =>
      (props.from[row * 3 + k] ?? 0) + ((props.to[row * 3 + k] ?? 0) - (props.from[row * 3 + k] ?? 0)) * props.mix;
    for (const [k, [a, b]] of [
      [6, 0],
      [0, 3],
      [3, 1],
      [1, 7],
    ].entries()) {
      const drawn = stroke(out, k);
      for (const axis of [0, 1, 2]) {
        expect(drawn[axis]).toBeCloseTo(at(a ?? 0, axis), 5);
        expect(drawn[3 + axis]).toBeCloseTo(at(b ?? 0, axis), 5);
      }
    }
    const clear = [0, 1, 2, 3].map((k) => stroke(out, k)[8] ?? 0);
    const light = [0, 1, 2, 3].map((k) => stroke(out, k)[10] ?? 0);
    for (const k of [1, 2, 3]) {
      expect(clear[k]).toBeGreaterThan(clear[k - 1] ?? 9);
      expect(light[k]).toBeLessThan(light[k - 1] ?? 0);
    }
  });

  it("have a gap where a row is hidden or not finite", () => {
    const props = someProps(8);
    props.visible[2] = 0;
    props.to[5 * 3] = Number.NaN;
    const out = new Segments(1);
    coursesInto(out, props, [[0, 1, 2, 3, 4, 5, 6, 7]], palette);
    expect(out.count).toBe(3);
    expect([...out.data.subarray(0, out.count * STROKE)].every(Number.isFinite)).toBe(true);
  });

  it("move with the points, in the same memory", () => {
    const stage = new Stage({ ...someProps(50), courses: [Array.from({ length: 50 }, (_, row) => row)] });
    stage.prepare(0, 1);
    const { data } = stage.shot.courses;
    const first = data[0];
    for (const mix of [0.3, 0.6, 0.9]) {
      stage.update({ mix }, 0);
      stage.prepare(0, 1);
    }
    expect(stage.shot.courses.data).toBe(data);
    expect(data[0]).not.toBe(first);
    stage.update({ courses: [] }, 0);
    expect(stage.shot.courses.count).toBe(0);
  });
});
