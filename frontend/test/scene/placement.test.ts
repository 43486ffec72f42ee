import { describe, expect, it } from "vitest";
import { PLACES, Placement } from "../../src/scene/placement";
import type { Projected } from "../../src/scene/projected";
import { strewn } from "./made";
import { generator } from "./random";

type Rect = { left: number; top: number; right: number; bottom: number; row: number };

const [WIDTH, HEIGHT] = [640, 400];

function fill(points: Projected, placement: Placement, seed: number): Rect[] {
  const random = generator(seed);
  const rects: Rect[] = [];
  for (let row = 0; row < points.rows; row += 1) {
    if ((points.radius[row] ?? 0) === 0) continue;
    const [width, height] = [7 + random() * 60, 12 + random() * 12];
    const found = placement.place(
      points.x[row] ?? 0,
      points.y[row] ?? 0,
      points.radius[row] ?? 0,
      width,
      height,
      row,
      -1,
    );
    if (found < 0) continue;
    rects.push({ left: placement.x, top: placement.y, right: placement.x + width, bottom: placement.y + height, row });
  }
  return rects;
}

const touch = (a: Rect, b: Rect) =>
  a.left < b.right - 1e-3 && a.right > b.left + 1e-3 && a.top < b.bottom - 1e-3 && a.bottom > b.top + 1e-3;

describe("placing labels", () => {
  const seeds = Array.from({ length: 30 }, (_, k) => k + 1);

  it.each(seeds)("lets no label touch another or leave the canvas (%i)", (seed) => {
    const points = strewn(seed, 20 + seed * 9, WIDTH, HEIGHT);
    const placement = new Placement();
    placement.reset(WIDTH, HEIGHT, points);
    const rects = fill(points, placement, seed);
    expect(rects.length).toBeGreaterThan(3);
    for (const [k, a] of rects.entries()) {
      expect(Math.min(a.left, a.top, WIDTH - a.right, HEIGHT - a.bottom)).toBeGreaterThanOrEqual(2 - 1e-3);
      for (const b of rects.slice(k + 1)) expect(touch(a, b)).toBe(false);
    }
  });

  it.each(seeds)("covers no other point by more than 2 px (%i)", (seed) => {
    const points = strewn(seed, 150, WIDTH, HEIGHT);
    const placement = new Placement();
    placement.reset(WIDTH, HEIGHT, points);
    for (const rect of fill(points, placement, seed)) {
      for (let row = 0; row < points.rows; row += 1) {
        const [x, y, radius] = [points.x[row] ?? 0, points.y[row] ?? 0, points.radius[row] ?? 0];
        if (row === rect.row || radius === 0) continue;
        const dx = Math.max(rect.left + 2 - x, 0, x - rect.right + 2);
        const dy = Math.max(rect.top + 2 - y, 0, y - rect.bottom + 2);
        expect(Math.hypot(dx, dy)).toBeGreaterThanOrEqual(radius - 1e-3);
      }
    }
  });

  it("keeps out of what is blocked", () => {
    const points = strewn(3, 80, WIDTH, HEIGHT);
    const placement = new Placement();
    placement.reset(WIDTH, HEIGHT, points);
    placement.block(0, 0, WIDTH, 90);
    placement.block(300, 0, 420, HEIGHT);
    for (const rect of fill(points, placement, 3)) {
      expect(rect.top).toBeGreaterThanOrEqual(90 - 1e-3);
      expect(rect.right <= 300 + 1e-3 || rect.left >= 420 - 1e-3).toBe(true);
    }
  });

  it("finds a place whenever one of the eight is free, and says so when none is", () => {
    const points = strewn(1, 1, WIDTH, HEIGHT);
    const [x, y] = [200, 200];
    points.x[0] = x;
    points.y[0] = y;
    points.radius[0] = 8;
    for (const [free, [dx, dy]] of PLACES.entries()) {
      const placement = new Placement();
      placement.reset(WIDTH, HEIGHT, points);
      for (const [other, [ox, oy]] of PLACES.entries()) {
        const [cx, cy] = [x + ox * 17, y + oy * 17];
        if (other !== free) placement.block(cx - 2, cy - 2, cx + 2, cy + 2);
      }
      const found = placement.place(x, y, 8, 10, 10, 0, -1);
      expect(found).toBe(free);
      expect(Math.sign(Math.round(placement.x + 5 - x))).toBe(dx);
      expect(Math.sign(Math.round(placement.y + 5 - y))).toBe(dy);
      expect(placement.place(x, y, 8, 10, 10, 0, -1)).toBe(-1);
    }
  });

  it("keeps the place of the last picture while it stays free, so that labels do not flicker", () => {
    const points = strewn(1, 1, WIDTH, HEIGHT);
    points.x[0] = 200;
    points.y[0] = 200;
    points.radius[0] = 8;
    const placement = new Placement();
    placement.reset(WIDTH, HEIGHT, points);
    expect(placement.place(200, 200, 8, 10, 10, 0, 5)).toBe(5);
    placement.reset(WIDTH, HEIGHT, points);
    placement.block(150, 150, 195, 195);
    expect(placement.place(200, 200, 8, 10, 10, 0, 5)).toBe(0);
  });
});
