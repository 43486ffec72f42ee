import { expect, test } from "vitest";
import { cardPlace } from "../src/panels/card_place";

const CARD = { width: 160, height: 100 };

/** Whether the card at (left, top) is whole, and whether it leaves the point free. */
function judged(point: { x: number; y: number }, around: { width: number; height: number }): [boolean, boolean] {
  const [left, top] = cardPlace(point, CARD, around);
  const whole = left >= 0 && top >= 0 && left + CARD.width <= around.width && top + CARD.height <= around.height;
  const inside = (at: number, from: number, size: number) => at > from && at < from + size;
  return [whole, !(inside(point.x, left, CARD.width) && inside(point.y, top, CARD.height))];
}

test.each([
  [800, 500],
  [360, 330],
  [260, 260],
])("a card is whole and beside its point, wherever that is on %i × %i", (width, height) => {
  for (let x = 0; x <= width; x += 10) {
    for (let y = 0; y <= height; y += 10) expect(judged({ x, y }, { width, height })).toEqual([true, true]);
  }
});

test("stands outward of the middle where there is room", () => {
  expect(cardPlace({ x: 300, y: 250 }, CARD, { width: 800, height: 500 })[0]).toBe(300 - 18 - 160);
  expect(cardPlace({ x: 500, y: 250 }, CARD, { width: 800, height: 500 })[0]).toBe(518);
  expect(cardPlace({ x: 780, y: 250 }, CARD, { width: 800, height: 500 })[0]).toBe(780 - 18 - 160);
});
