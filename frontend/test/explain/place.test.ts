import { describe, expect, test } from "vitest";
import { type Box, besideSubject, type Size } from "../../src/explain/place";

const WINDOW: Size = { width: 1280, height: 720 };
const box = (left: number, top: number, width: number, height: number): Box => ({
  left,
  top,
  right: left + width,
  bottom: top + height,
});
const meet = (one: Box, other: Box) =>
  one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom;
const at = (button: Box, subject: Box, size: Size, within = WINDOW): Box => {
  const [left, top] = besideSubject(button, subject, size, within);
  return box(left, top, size.width, size.height);
};

describe("an explanation", () => {
  test("stands beside the panel it is asked from: to the right of the left one, to the left of the right one", () => {
    const left = at(box(80, 300, 22, 22), box(0, 0, 232, 720), { width: 336, height: 200 });
    expect(left.left).toBe(240);
    const right = at(box(1100, 300, 22, 22), box(976, 0, 304, 720), { width: 336, height: 200 });
    expect(right.right).toBe(968);
  });

  test("stands below a line that crosses the window, above one at its foot", () => {
    const head = box(0, 0, 1280, 56);
    expect(at(box(300, 16, 22, 22), head, { width: 336, height: 200 }).top).toBe(64);
    const dock = box(0, 572, 1280, 148);
    expect(at(box(300, 600, 22, 22), dock, { width: 336, height: 200 }).bottom).toBe(564);
  });

  test("is inside the window and off its subject wherever there is room, and off its button in any case", () => {
    const narrow: Size = { width: 390, height: 844 };
    for (const within of [WINDOW, narrow]) {
      for (let left = 0; left + 22 <= within.width; left += 23) {
        for (let top = 0; top + 22 <= within.height; top += 41) {
          const button = box(left, top, 22, 22);
          const placed = at(button, button, { width: 336, height: 300 }, within);
          expect(placed.left).toBeGreaterThanOrEqual(0);
          expect(placed.right).toBeLessThanOrEqual(within.width);
          expect(placed.top).toBeGreaterThanOrEqual(0);
          expect(placed.bottom).toBeLessThanOrEqual(within.height);
          expect(meet(placed, button)).toBe(false);
        }
      }
    }
  });
});
