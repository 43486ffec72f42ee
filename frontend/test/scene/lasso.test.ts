import { beforeEach, describe, expect, it } from "vitest";
import { type GestureHooks, listenForGestures } from "../../src/scene/gestures";
import { enclosed, Lasso } from "../../src/scene/lasso";
import { strewn } from "./made";
import { generator } from "./random";
import { finger, mouse, Surface } from "./surface";

/** How often the angle to the path's corners goes round: the naive twin of the winding number. */
function turnsRound(path: ArrayLike<number>, x: number, y: number): number {
  let sum = 0;
  const at = (i: number) => Math.atan2((path[i + 1] ?? 0) - y, (path[i] ?? 0) - x);
  for (let i = 0; i < path.length; i += 2) {
    let step = at((i + 2) % path.length) - at(i);
    if (step > Math.PI) step -= 2 * Math.PI;
    if (step < -Math.PI) step += 2 * Math.PI;
    sum += step;
  }
  return Math.round(sum / (2 * Math.PI));
}

describe("what a loop holds", () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])(
    "is what it goes round, also where it crosses itself, and nothing that isn't drawn (%i)",
    (seed) => {
      const random = generator(seed);
      const points = strewn(seed, 400, 640, 400);
      const path = Float32Array.from({ length: 2 * (3 + seed * 4) }, (_, i) => random() * (i % 2 === 0 ? 640 : 400));
      const expected = Array.from({ length: points.rows }, (_, row) => row).filter(
        (row) => (points.radius[row] ?? 0) > 0 && turnsRound(path, points.x[row] ?? 0, points.y[row] ?? 0) !== 0,
      );
      expect(expected.length).toBeGreaterThan(5);
      expect(enclosed(path, points)).toEqual(expected);
    },
  );

  it("is nothing once the loop was dropped, and nothing for a loop of one corner", () => {
    const points = strewn(1, 50, 640, 400);
    const lasso = new Lasso();
    lasso.begin(0, 0);
    expect(lasso.end(points)).toEqual([]);
    lasso.begin(0, 0);
    for (const [x, y] of [
      [640, 0],
      [640, 400],
      [0, 400],
    ] as const)
      lasso.extend(x, y);
    expect(lasso.drop()).toBe(true);
    expect(lasso.drop()).toBe(false);
    expect(lasso.extend(0, 0)).toBe(false);
    expect(lasso.end(points)).toBeNull();
  });
});

describe("drawing a loop", () => {
  let surface: Surface;
  let said: [keyof GestureHooks, ...unknown[]][];
  let tool: "turn" | "lasso";

  beforeEach(() => {
    surface = new Surface();
    said = [];
    tool = "lasso";
    const names = ["orbit", "pan", "zoom", "choose", "loopFrom", "loopTo", "loopDone", "loopDropped"] as const;
    const hooks = {
      ...Object.fromEntries(names.map((name) => [name, (...told: unknown[]) => said.push([name, ...told])])),
      tool: () => tool,
      point: () => {},
      dragging: () => {},
    };
    listenForGestures(
      surface as unknown as HTMLElement,
      hooks as unknown as GestureHooks,
      new AbortController().signal,
    );
  });

  const of = (name: keyof GestureHooks) => said.filter(([n]) => n === name).map(([, ...told]) => told);
  const drag = (more: object = {}) => {
    surface.send("pointerdown", mouse(100, 100, more));
    surface.send("pointermove", mouse(120, 110, more));
    surface.send("pointermove", mouse(90, 130, more));
    surface.send("pointerup", mouse(90, 130, more));
  };

  it("begins where the pointer went down, follows it and turns nothing", () => {
    drag();
    expect(said).toEqual([
      ["loopFrom", 100, 100],
      ["loopTo", 120, 110],
      ["loopTo", 90, 130],
      ["loopDone", "replace"],
    ]);
  });

  it.each([
    ["lasso", {}, "replace"],
    ["lasso", { shiftKey: true }, "add"],
    ["lasso", { altKey: true }, "remove"],
    ["turn", { altKey: true }, "replace"],
    ["turn", { altKey: true, shiftKey: true }, "add"],
  ] as const)("with the tool %s and %j means to %s", (chosen, more, choice) => {
    tool = chosen;
    drag(more);
    expect(of("loopDone")).toEqual([[choice]]);
  });

  it("isn't what Ctrl, another button or the turning tool do", () => {
    drag({ ctrlKey: true });
    drag({ button: 2, buttons: 2 });
    tool = "turn";
    drag();
    expect(of("loopFrom")).toEqual([]);
    expect(of("pan").length).toBe(4);
    expect(of("orbit").length).toBe(2);
  });

  it("goes by one finger; a second one drops the loop and pinches", () => {
    surface.send("pointerdown", finger(1, 100, 100));
    surface.send("pointermove", finger(1, 140, 100));
    surface.send("pointerdown", finger(2, 200, 100));
    surface.send("pointermove", finger(2, 260, 100));
    surface.send("pointerup", finger(2, 260, 100));
    surface.send("pointerup", finger(1, 140, 100));
    expect(of("loopFrom")).toEqual([[100, 100]]);
    expect(of("loopDropped").length).toBe(1);
    expect(of("loopDone")).toEqual([]);
    expect(of("zoom")[0]?.[0]).toBeCloseTo(2, 6);
  });

  it("leaves a click a click, and is dropped when the pointer is taken away", () => {
    surface.send("pointerdown", mouse(100, 100));
    surface.send("pointerup", mouse(100, 100));
    expect(said).toEqual([["choose", 100, 100, false, false]]);
    surface.send("pointerdown", mouse(100, 100));
    surface.send("pointermove", mouse(140, 100));
    surface.send("pointercancel", mouse(140, 100));
    expect(of("loopDropped").length).toBe(1);
    expect(of("loopDone")).toEqual([]);
  });
});
