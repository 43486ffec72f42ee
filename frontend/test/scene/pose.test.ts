import { describe, expect, it } from "vitest";
import { fitted } from "../../src/scene/fit";
import { between, eased, emptyView, look, matrices, orbited, panned, project, zoomed } from "../../src/scene/pose";
import type { Insets, Pose } from "../../src/scene/types";
import { generator } from "./random";

const POSE: Pose = { azimuth: -10, elevation: 15, distance: 6, target: [0.2, -0.1, 0.3] };
const INSETS: Insets = { top: 60, right: 20, bottom: 40, left: 8 };
const seen = (pose: Pose, flat = false) =>
  look({ ...emptyView(), flat, rotation: new Float32Array(9) }, pose, 900, 600, INSETS);
const at = (pose: Pose, x: number, y: number, z: number, flat = false) => [
  ...project(seen(pose, flat), x, y, z, new Float32Array(3)),
];

describe("the camera", () => {
  it("puts its target in the middle of what title and legend leave free", () => {
    const [x, y, depth] = at(POSE, ...POSE.target);
    expect(x).toBeCloseTo((8 + 880) / 2, 3);
    expect(y).toBeCloseTo((60 + 560) / 2, 3);
    expect(depth).toBeCloseTo(6, 5);
  });

  it("shows PC 1 to the right and nearer on the right, PC 2 upward, PC 3 toward the viewer", () => {
    const [ox, oy, od] = at({ ...POSE, target: [0, 0, 0] }, 0, 0, 0) as [number, number, number];
    const [rx, , rd] = at({ ...POSE, target: [0, 0, 0] }, 1, 0, 0) as [number, number, number];
    const [, uy] = at({ ...POSE, target: [0, 0, 0] }, 0, 1, 0) as [number, number];
    const [, fy, fd] = at({ ...POSE, target: [0, 0, 0] }, 0, 0, 1) as [number, number, number];
    expect(rx).toBeGreaterThan(ox);
    expect(rd).toBeLessThan(od);
    expect(uy).toBeLessThan(oy);
    expect(fd).toBeLessThan(od);
    expect(fy).toBeGreaterThan(oy);
  });

  it("gives the GPU matrices that agree with its own arithmetic", () => {
    const view = seen(POSE);
    const [viewMatrix, projection] = [new Float32Array(16), new Float32Array(16)];
    matrices(view, 0.1, 30, viewMatrix, projection);
    const times = (m: Float32Array, p: number[]) =>
      [0, 1, 2, 3].map((r) => p.reduce((sum, value, c) => sum + (m[c * 4 + r] ?? 0) * value, 0));
    const random = generator(5);
    for (let k = 0; k < 50; k += 1) {
      const p = [random() * 4 - 2, random() * 4 - 2, random() * 4 - 2] as const;
      const [cx, cy, cz, cw] = times(projection, times(viewMatrix, [...p, 1])) as [number, number, number, number];
      const [x, y, depth] = at(POSE, ...p) as [number, number, number];
      expect(((cx / cw + 1) / 2) * 900).toBeCloseTo(x, 1);
      expect(((1 - cy / cw) / 2) * 600).toBeCloseTo(y, 1);
      expect(cw).toBeCloseTo(depth, 4);
      expect(Math.abs(cz / cw)).toBeLessThan(1);
    }
  });

  it("moves the cloud with a panning pointer", () => {
    const [x, y] = at(POSE, ...POSE.target) as [number, number];
    const [nx, ny] = at(panned(POSE, seen(POSE), 30, -12), ...POSE.target) as [number, number];
    expect(nx - x).toBeCloseTo(30, 2);
    expect(ny - y).toBeCloseTo(-12, 2);
  });

  it.each([0.5, 1.4, 3])("holds still what is under the pointer when zooming by %f", (factor) => {
    const view = seen(POSE);
    const [px, py] = [610, 210];
    const r = view.rotation;
    const unit = POSE.distance / view.scale;
    // The place on the target's plane that lies under the pointer.
    const place = POSE.target.map(
      (t, i) => t + unit * ((px - view.centreX) * (r[i] ?? 0) - (py - view.centreY) * (r[3 + i] ?? 0)),
    ) as [number, number, number];
    const [x, y] = at(zoomed(POSE, view, factor, px, py, 6), ...place) as [number, number];
    expect(x).toBeCloseTo(px, 1);
    expect(y).toBeCloseTo(py, 1);
  });

  it("never turns over the pole and never zooms without end", () => {
    expect(orbited(POSE, 0, 1e6, 900).elevation).toBeLessThan(90);
    expect(orbited(POSE, 0, -1e6, 900).elevation).toBeGreaterThan(-90);
    expect(zoomed(POSE, seen(POSE), 1e9, 0, 0, 6).distance).toBeGreaterThan(0.1);
    expect(zoomed(POSE, seen(POSE), 1e-9, 0, 0, 6).distance).toBeLessThan(100);
  });

  it("eases along cubic-bezier(.2, 0, 0, 1): starts and ends still, most of the way early", () => {
    expect([eased(-1), eased(0), eased(1), eased(2)]).toEqual([0, 0, 1, 1]);
    expect(eased(0.5)).toBeGreaterThan(0.85);
    for (let t = 0; t < 1; t += 0.01) expect(eased(t + 0.01)).toBeGreaterThanOrEqual(eased(t));
    expect(between(POSE, { ...POSE, distance: 24 }, 0.5).distance).toBeCloseTo(12, 6);
  });
});

describe("fitting", () => {
  it.each(Array.from({ length: 20 }, (_, k) => k))(
    "shows every place with its room, and fills the free canvas (%i)",
    (seed) => {
      const random = generator(seed + 1);
      const stretch = [0.2 + random() * 3, 0.2 + random() * 3, 0.2 + random() * 3];
      const places = Float32Array.from({ length: 40 * 3 }, (_, i) => (random() - 0.3) * (stretch[i % 3] ?? 1));
      const flat = seed % 4 === 0;
      const start: Pose = {
        azimuth: random() * 360,
        elevation: random() * 100 - 50,
        distance: 0.5 + random() * 20,
        target: [0, 0, 0],
      };
      const room = { left: 20, top: 10, right: 40, bottom: 15 };
      const pose = fitted(start, flat, 900, 600, INSETS, [{ places, count: 40, ...room }]);
      let [x0, x1, y0, y1] = [Infinity, -Infinity, Infinity, -Infinity];
      for (let i = 0; i < places.length; i += 3) {
        const [x, y] = at(pose, places[i] ?? 0, places[i + 1] ?? 0, places[i + 2] ?? 0, flat) as [number, number];
        [x0, x1, y0, y1] = [Math.min(x0, x - 20), Math.max(x1, x + 40), Math.min(y0, y - 10), Math.max(y1, y + 15)];
      }
      expect(x0).toBeGreaterThan(8 - 2);
      expect(x1).toBeLessThan(880 + 2);
      expect(y0).toBeGreaterThan(60 - 2);
      expect(y1).toBeLessThan(560 + 2);
      expect(Math.max((x1 - x0) / 872, (y1 - y0) / 500)).toBeGreaterThan(0.97);
    },
  );

  it("passes over what is not finite and stands still when there is nothing else", () => {
    const nothing = { places: new Float32Array(6).fill(Number.NaN), count: 2, left: 0, top: 0, right: 0, bottom: 0 };
    expect(fitted(POSE, false, 900, 600, INSETS, [nothing])).toEqual(POSE);
    const one = { ...nothing, places: new Float32Array([Number.NaN, 0, 0, 1, 2, 3, 0, 0, 0]), count: 3 };
    expect(Number.isFinite(fitted(POSE, false, 900, 600, INSETS, [one]).distance)).toBe(true);
  });
});
