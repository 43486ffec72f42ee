import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type GestureHooks, listenForGestures } from "../../src/scene/gestures";
import { listenForKeys } from "../../src/scene/keys";
import { Viewport } from "../../src/scene/viewport";
import { finger, mouse, Surface } from "./surface";

describe("gestures", () => {
  let surface: Surface;
  let said: [keyof GestureHooks, ...unknown[]][];
  let ended: AbortController;

  beforeEach(() => {
    surface = new Surface();
    said = [];
    ended = new AbortController();
    const names = ["orbit", "pan", "zoom", "point", "choose", "chooseTwice", "dragging"] as const;
    const hooks = {
      ...Object.fromEntries(names.map((name) => [name, (...told: unknown[]) => said.push([name, ...told])])),
      tool: () => "turn",
    };
    listenForGestures(surface as unknown as HTMLElement, hooks as unknown as GestureHooks, ended.signal);
  });

  const of = (name: keyof GestureHooks) => said.filter(([n]) => n === name).map(([, ...told]) => told);

  it("orbit on a drag, pan with Shift or another button, and choose nothing then", () => {
    for (const more of [{}, { shiftKey: true }, { button: 2, buttons: 2 }]) {
      surface.send("pointerdown", mouse(100, 100, more));
      surface.send("pointermove", mouse(120, 110, more));
      surface.send("pointerup", mouse(120, 110, more));
    }
    expect(of("orbit")).toEqual([[20, 10]]);
    expect(of("pan")).toEqual([
      [20, 10],
      [20, 10],
    ]);
    expect(of("choose")).toEqual([]);
  });

  it("choose on a click that trembles less than 5 px", () => {
    surface.send("pointerdown", mouse(100, 100));
    surface.send("pointermove", mouse(102, 101));
    surface.send("pointerup", mouse(102, 101));
    expect(of("choose")).toEqual([[102, 101, false, false]]);
    expect(of("orbit")).toEqual([]);
  });

  it.each(["shiftKey", "ctrlKey", "metaKey"])(
    "extend the choice on a click with %s, and never fly there on the second",
    (key) => {
      surface.send("pointerdown", mouse(100, 100, { [key]: true }));
      surface.send("pointerup", mouse(100, 100, { [key]: true }));
      surface.send("dblclick", mouse(100, 100, { [key]: true }));
      expect(of("choose")).toEqual([[100, 100, false, true]]);
      expect(of("chooseTwice")).toEqual([]);
      surface.send("dblclick", mouse(100, 100));
      expect(of("chooseTwice")).toEqual([[100, 100, false]]);
    },
  );

  it("zoom and pan with two fingers, and let the last finger lift in peace", () => {
    surface.send("pointerdown", finger(1, 100, 100));
    surface.send("pointerdown", finger(2, 200, 100));
    surface.send("pointermove", finger(2, 300, 100));
    expect(of("zoom")[0]?.[0]).toBeCloseTo(2, 6);
    expect(of("pan")).toEqual([[50, 0]]);
    surface.send("pointerup", finger(2, 300, 100));
    surface.send("pointermove", finger(1, 160, 100));
    surface.send("pointerup", finger(1, 160, 100));
    expect(of("orbit")).toEqual([]);
    expect(of("choose")).toEqual([]);
  });

  it("only pan with two fingers that go side by side, from the first step on", () => {
    surface.send("pointerdown", finger(1, 100, 100));
    surface.send("pointerdown", finger(2, 180, 100));
    for (let x = 3; x <= 30; x += 3) {
      surface.send("pointermove", finger(1, 100 + x, 100));
      surface.send("pointermove", finger(2, 180 + x, 100));
    }
    const zoomed = of("zoom").reduce((product, [factor]) => product * (factor as number), 1);
    expect(zoomed).toBeCloseTo(1, 6);
    expect(of("pan").reduce((sum, [dx]) => sum + (dx as number), 0)).toBeCloseTo(30, 6);
  });

  it("zoom in on a wheel turned away, about the pointer, and keep the page from scrolling", () => {
    const event = surface.send("wheel", { deltaY: -100, deltaMode: 0, clientX: 60, clientY: 70 });
    expect(event.defaultPrevented).toBe(true);
    const [factor, x, y] = of("zoom")[0] as [number, number, number];
    expect(factor).toBeGreaterThan(1);
    expect([x, y]).toEqual([50, 50]);
  });

  it("tell where the pointer rests and that it left, and nothing after the end", () => {
    surface.send("pointermove", mouse(5, 6, { buttons: 0 }));
    surface.send("pointerleave", {});
    expect(of("point")).toEqual([[{ x: 5, y: 6 }], [null]]);
    ended.abort();
    surface.send("pointermove", mouse(7, 8));
    surface.send("pointerdown", mouse(7, 8));
    surface.send("pointerup", mouse(7, 8));
    expect(said.length).toBe(2);
  });
});

describe("keys", () => {
  it("step, clear, extend, zoom, focus and fit; others and those with modifiers go by", () => {
    const container = new Surface();
    const said: unknown[] = [];
    let byKeyboard = true;
    const hooks = {
      byKeyboard: () => byKeyboard,
      step: (dx: number, dy: number) => said.push([dx, dy]),
      clear: () => said.push("clear") > 0,
      zoom: (factor: number) => said.push(factor > 1 ? "in" : "out"),
      fit: () => said.push("fit"),
      extend: () => said.push("extend"),
      focus: () => said.push("focus"),
    };
    listenForKeys(container as unknown as HTMLElement, hooks, new AbortController().signal);
    const press = (key: string, more: object = {}) => container.send("keydown", { key, ...more }).defaultPrevented;
    for (const key of ["ArrowLeft", "ArrowUp", "Escape", "+", "-", "0", "f", ".", " "]) expect(press(key)).toBe(true);
    expect(press("Enter", { shiftKey: true })).toBe(true);
    expect(said).toEqual([[-1, 0], [0, -1], "clear", "in", "out", "fit", "focus", "focus", "extend", "extend"]);
    for (const key of ["Enter", "Tab", "a"]) expect(press(key)).toBe(false);
    expect(press("f", { ctrlKey: true })).toBe(false);
    byKeyboard = false;
    for (const key of ["ArrowLeft", " "]) expect(press(key)).toBe(false);
    expect(said.length).toBe(10);
  });
});

describe("the viewport", () => {
  const callbacks: FrameRequestCallback[] = [];
  let resized = () => {};
  const page = Object.assign(new EventTarget(), { hidden: false });

  beforeEach(() => {
    callbacks.length = 0;
    page.hidden = false;
    vi.stubGlobal("requestAnimationFrame", (callback: FrameRequestCallback) => callbacks.push(callback));
    vi.stubGlobal("cancelAnimationFrame", () => callbacks.splice(0));
    vi.stubGlobal("document", page);
    vi.stubGlobal("window", { devicePixelRatio: 3, matchMedia: () => new EventTarget() });
    vi.stubGlobal(
      "ResizeObserver",
      class {
        constructor(callback: () => void) {
          resized = callback;
        }
        observe() {}
        disconnect() {}
      },
    );
  });
  afterEach(() => vi.unstubAllGlobals());

  const tick = () => {
    for (const callback of callbacks.splice(0)) callback(0);
  };

  it("draws once for many requests, never unasked, and goes on while something moves", () => {
    const container = new Surface();
    let moves = 2;
    const hooks = { resize: vi.fn(), draw: vi.fn(() => moves-- > 0) };
    const viewport = new Viewport(container as unknown as HTMLElement, hooks);
    viewport.start();
    expect(hooks.resize).toHaveBeenCalledWith(400, 300, 2);
    for (let k = 0; k < 5; k += 1) viewport.invalidate();
    expect(callbacks.length).toBe(1);
    for (let k = 0; k < 6; k += 1) tick();
    expect(viewport.frames).toBe(3);
    viewport.dispose();
    viewport.invalidate();
    tick();
    expect(viewport.frames).toBe(3);
  });

  it("waits while it has no size or the page is hidden, then draws what was asked for", () => {
    const container = new Surface();
    container.clientWidth = 0;
    const hooks = { resize: vi.fn(), draw: vi.fn(() => false) };
    const viewport = new Viewport(container as unknown as HTMLElement, hooks);
    viewport.start();
    viewport.invalidate();
    tick();
    expect([viewport.frames, hooks.resize.mock.calls.length]).toEqual([0, 0]);
    page.hidden = true;
    container.clientWidth = 400;
    resized();
    tick();
    expect(viewport.frames).toBe(0);
    page.hidden = false;
    page.dispatchEvent(new Event("visibilitychange"));
    tick();
    expect(viewport.frames).toBe(1);
  });
});
