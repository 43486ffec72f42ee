import { describe, expect, it } from "vitest";
import { DepthOrder } from "../../src/scene/order";
import { nearestId, neighbour, pick } from "../../src/scene/picking";
import { emptyView, look, project } from "../../src/scene/pose";
import { Projected } from "../../src/scene/projected";
import { someProps, strewn } from "./made";
import { generator } from "./random";

const INSETS = { top: 0, right: 0, bottom: 0, left: 0 };
const POSE = { azimuth: 30, elevation: 20, distance: 6, target: [0, 0, 0] } as const;

describe("rows on screen", () => {
  it("stand where each alone would be projected, and not at all when hidden or not a number", () => {
    const props = someProps(200);
    props.visible[7] = 0;
    props.to[8 * 3 + 1] = Number.NaN;
    const view = look(emptyView(), POSE, 800, 500, INSETS);
    const points = new Projected(200);
    points.update(props, view, 1);
    const out = new Float32Array(3);
    for (let row = 0; row < 200; row += 1) {
      const p = [0, 1, 2].map((k) => {
        const [a, b] = [props.from[row * 3 + k] ?? 0, props.to[row * 3 + k] ?? 0];
        return a + (b - a) * props.mix;
      }) as [number, number, number];
      if (row === 7 || row === 8) {
        expect(points.radius[row]).toBe(0);
        continue;
      }
      project(view, ...p, out);
      expect(points.x[row]).toBeCloseTo(out[0] ?? 0, 2);
      expect(points.y[row]).toBeCloseTo(out[1] ?? 0, 2);
      expect(points.depth[row]).toBeCloseTo(out[2] ?? 0, 4);
      expect(points.radius[row]).toBeCloseTo(6 * (6 / (out[2] ?? 1)) ** 1.15, 3);
    }
  });

  it.each([0, 1, 2, 300, 5000])("are ordered back to front (%i rows)", (rows) => {
    const points = strewn(rows + 1, rows, 800, 500);
    const order = new DepthOrder(rows);
    order.update(points.depth);
    const drawn = [...order.rows.subarray(0, order.count)];
    expect(new Set(drawn).size).toBe(drawn.length);
    expect(drawn.length).toBe([...points.depth].filter((d) => d < Infinity).length);
    for (let k = 1; k < drawn.length; k += 1) {
      const step = (points.depth[drawn[k] ?? 0] ?? 0) - (points.depth[drawn[k - 1] ?? 0] ?? 0);
      expect(step).toBeLessThan(5 / 4000);
    }
  });
});

describe("picking", () => {
  it("takes the front-most ball under the pointer, else the nearest edge within reach", () => {
    const random = generator(9);
    const points = strewn(4, 400, 300, 200);
    for (let k = 0; k < 500; k += 1) {
      const [x, y] = [random() * 300, random() * 200];
      const rows = Array.from({ length: 400 }, (_, row) => row).filter((row) => (points.radius[row] ?? 0) > 0);
      const gap = (row: number) =>
        Math.hypot((points.x[row] ?? 0) - x, (points.y[row] ?? 0) - y) - (points.radius[row] ?? 0);
      const inside = rows.filter((row) => gap(row) <= 0);
      inside.sort((a, b) => (points.depth[a] ?? 0) - (points.depth[b] ?? 0));
      const beside = rows.filter((row) => gap(row) > 0 && gap(row) <= 4).sort((a, b) => gap(a) - gap(b));
      expect(pick(points, x, y, 4)).toBe(inside[0] ?? beside[0] ?? null);
    }
  });

  it("finds nothing where nothing is", () => {
    expect(pick(new Projected(0), 1, 1, 4)).toBeNull();
    expect(pick(new Projected(5), 0, 0, 4)).toBeNull();
  });
});

describe("picking by what was drawn", () => {
  /** A square of ids round a place, as the GPU hands them out. */
  const square = (side: number, ids: Record<string, number>) => {
    const pixels = new Uint8Array(side * side * 4);
    for (const [place, row] of Object.entries(ids)) {
      const [x, y] = place.split(",").map(Number) as [number, number];
      new DataView(pixels.buffer).setUint32((y * side + x) * 4, row + 1, true);
    }
    return pixels;
  };

  it("takes what is seen in the middle, however near others are", () => {
    expect(nearestId(square(9, { "4,4": 7, "3,4": 1, "5,5": 2 }), 9, 4)).toBe(7);
    expect(nearestId(square(9, { "4,4": 0 }), 9, 4)).toBe(0);
  });

  it("else the nearest within reach, in a circle, not a square", () => {
    expect(nearestId(square(9, { "1,4": 3, "4,2": 5, "8,8": 6 }), 9, 4)).toBe(5);
    expect(nearestId(square(9, { "0,0": 3, "8,8": 6 }), 9, 4)).toBeNull();
    expect(nearestId(square(9, { "0,4": 3 }), 9, 4)).toBe(3);
    expect(nearestId(square(9, { "0,4": 3 }), 9, 3)).toBeNull();
  });

  it("tells more rows apart than any embedding has", () => {
    for (const row of [254, 255, 256, 65_535, 16_777_216, 4_000_000_000]) {
      expect(nearestId(square(3, { "1,1": row }), 3, 1)).toBe(row);
    }
  });

  it("finds nothing where nothing was drawn", () => {
    expect(nearestId(square(9, {}), 9, 4)).toBeNull();
  });
});

describe("stepping with the arrow keys", () => {
  const points = new Projected(5);
  const places = [
    [100, 100],
    [150, 104],
    [120, 190],
    [40, 95],
    [300, 100],
  ];
  for (const [row, [x, y]] of places.entries()) {
    points.x[row] = x ?? 0;
    points.y[row] = y ?? 0;
    points.radius[row] = 5;
  }

  it("goes to the nearest row in that direction", () => {
    expect(neighbour(points, 0, 1, 0, 0, 0)).toBe(1);
    expect(neighbour(points, 0, -1, 0, 0, 0)).toBe(3);
    expect(neighbour(points, 0, 0, 1, 0, 0)).toBe(2);
    expect(neighbour(points, 1, 1, 0, 0, 0)).toBe(4);
  });

  it("stays when there is none, and starts in the middle when nothing is selected", () => {
    expect(neighbour(points, 4, 1, 0, 0, 0)).toBeNull();
    expect(neighbour(points, null, 1, 0, 148, 100)).toBe(1);
  });
});
