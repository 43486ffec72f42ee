import { expect, test } from "vitest";
import { drawingOn } from "../../src/drawing_on";

const giving = (context: object | null) => ({ getContext: () => context }) as unknown as HTMLCanvasElement;

test("a canvas is drawn on in a browser that can't be asked whether it took it away, as WebKit", () => {
  const context = {};
  expect(drawingOn(giving(context))).toBe(context);
});

test("a canvas that is too large is said to be so, whether it has no context or a lost one", () => {
  expect(() => drawingOn(giving(null))).toThrow("too large for this browser");
  expect(() => drawingOn(giving({ isContextLost: () => true }))).toThrow("too large for this browser");
});
