import { describe, expect, it } from "vitest";
import { Stage } from "../../src/scene/stage";
import { someProps } from "./made";

const [WIDTH, HEIGHT] = [900, 640];

function staged(more: object = {}): Stage {
  const stage = new Stage({ ...someProps(200), mix: 0.5, ...more });
  stage.width = WIDTH;
  stage.height = HEIGHT;
  stage.refit(0, 0);
  stage.prepare(0, 1);
  return stage;
}

/** Where rows are drawn at the moment `now`, CSS px. */
function placed(stage: Stage, rows: readonly number[], now: number): (readonly [number, number])[] {
  stage.prepare(now, 1);
  const { points } = stage.shot;
  return rows.map((row) => [points.x[row] ?? Number.NaN, points.y[row] ?? Number.NaN]);
}

describe.each([false, true])("flying to rows (flat: %s)", (flat) => {
  it("fills the free part of the canvas with them, in 320 ms", () => {
    const stage = staged();
    stage.setFlat(flat);
    stage.refit(0, 0);
    const rows = [3, 17, 44, 101];
    const spread = (places: (readonly [number, number])[], axis: 0 | 1) =>
      Math.max(...places.map((at) => at[axis])) - Math.min(...places.map((at) => at[axis]));
    const before = placed(stage, rows, 0);
    stage.focus(rows, 0);
    expect(stage.prepare(300, 1)).toBe(true);
    const after = placed(stage, rows, 320);
    expect(stage.prepare(330, 1)).toBe(false);
    for (const [x, y] of after) {
      expect(x).toBeGreaterThan(0);
      expect(x).toBeLessThan(WIDTH);
      expect(y).toBeGreaterThan(50);
      expect(y).toBeLessThan(HEIGHT - 40);
    }
    const filled = Math.max(spread(after, 0) / WIDTH, spread(after, 1) / (HEIGHT - 90));
    expect(filled).toBeGreaterThan(0.6);
    expect(spread(after, 0)).toBeGreaterThan(spread(before, 0));
  });

  it("brings a single row into the middle and nearer, and stays at least as near on the next one", () => {
    const stage = staged();
    stage.setFlat(flat);
    stage.refit(0, 0);
    const far = stage.camera.pose.distance;
    for (const row of [7, 150]) {
      stage.focus([row], 0);
      const [[x, y]] = placed(stage, [row], 400) as [readonly [number, number]];
      expect(x).toBeCloseTo(WIDTH / 2, 0);
      expect(y).toBeCloseTo((50 + HEIGHT - 40) / 2, 0);
      expect(stage.camera.pose.distance).toBeLessThan(far / 2);
    }
  });

  it("goes nowhere for rows that aren't drawn, and jumps where motion is unwanted", () => {
    const visible = new Uint8Array(200).fill(1);
    visible[5] = 0;
    const stage = staged({ visible, reducedMotion: true });
    stage.setFlat(flat);
    const { pose } = stage.camera;
    expect(stage.focus([5], 0)).toBe(false);
    expect(stage.focus([], 0)).toBe(false);
    expect(stage.camera.pose).toBe(pose);
    expect(stage.focus([5, 6], 0)).toBe(true);
    expect(stage.prepare(1, 1)).toBe(false);
    expect(stage.camera.pose).not.toBe(pose);
  });

  it("keeps the distance finite for rows on one spot", () => {
    const stage = staged({ from: new Float32Array(600), to: new Float32Array(600) });
    stage.setFlat(flat);
    stage.focus([1, 2, 3], 0);
    stage.prepare(400, 1);
    expect(stage.camera.pose.distance).toBeGreaterThan(0);
    expect(Number.isFinite(stage.camera.pose.distance)).toBe(true);
  });
});

describe("a row close before the viewer", () => {
  it("is drawn no larger than about twice its size, so that it covers no others", () => {
    const stage = staged();
    const { points } = stage.shot;
    stage.camera.jump({ ...stage.camera.pose, distance: 1.2, target: [0, 0, 0] });
    stage.prepare(0, 1);
    const scale = 6 * stage.shot.sizeFactor;
    const nearest = Math.min(...points.depth);
    expect(nearest).toBeLessThan(1.2 / 4);
    expect(points.maxRadius).toBeGreaterThan(scale * 1.8);
    expect(points.maxRadius).toBeLessThan(scale * 2.1);
    expect(points.maxRadius).toBeLessThan(6 * 4);
  });
});
