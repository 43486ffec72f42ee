import { describe, expect, test } from "vitest";
import { cardBeside } from "../../src/panels/card_beside";
import { blockNorms, valueBetween } from "../../src/store/layer_paint";
import type { Heat } from "../../src/store/statistics";
import { around, leastWanted, nextThumb, outlineStride } from "../../src/store/thumb_order";

describe("which pictures come first", () => {
  test("those beside the cursor, then ahead of it in playback, then coarse to fine", () => {
    const here = new Set<number>();
    const has = (at: number) => here.has(at);
    const order: number[] = [];
    for (let k = 0; k < 12; k += 1) {
      const at = nextThumb(160, has, [80, 81], true, here.size, 500) as number;
      order.push(at);
      here.add(at);
    }
    expect(order).toEqual([80, 81, 82, 83, 84, 85, 86, 87, 0, 10, 20, 30]);
  });

  test("all come in the end where they fit, none twice", () => {
    const here = new Set<number>();
    for (;;) {
      const at = nextThumb(57, (one) => here.has(one), [5, 6], false, here.size, 500);
      if (at === null) break;
      expect(here.has(at)).toBe(false);
      here.add(at);
    }
    expect(here.size).toBe(57);
  });

  test("where they don't fit, loading ends with the outline and the cursor held", () => {
    const [total, room] = [1000, 40];
    const here = new Set<number>();
    for (const cursor of [0, 500, 990, 3]) {
      for (let k = 0; k < 200; k += 1) {
        const at = nextThumb(total, (one) => here.has(one), [cursor, cursor + 1], false, here.size, room);
        if (at === null) break;
        here.add(at);
        const gone = leastWanted(here, total, [cursor, cursor + 1], here.size, room);
        if (gone !== null) here.delete(gone);
      }
      expect(here.size).toBeLessThanOrEqual(room);
      expect(here.has(cursor) && here.has(cursor + 1), `the cursor at ${cursor}`).toBe(true);
    }
    for (let at = 0; at < total; at += outlineStride(total)) expect(here.has(at), `outline ${at}`).toBe(true);
  });

  test("the steps beside the cursor, as by looking at all of them", () => {
    const steps = [0, 7, 8, 30, 31, 100];
    for (let step = -2; step < 104; step += 0.5) {
      const found = around(steps, step) as [number, number];
      const before = steps.filter((one) => one <= step).length - 1;
      const after = steps.findIndex((one) => one >= step);
      expect(found, `step ${step}`).toEqual([
        before < 0 ? 0 : before,
        after < 0 ? steps.length - 1 : before < 0 ? 0 : after,
      ]);
    }
    expect(around([], 3)).toBeNull();
  });
});

describe("a statistic at the cursor", () => {
  const heat = (shown: number[], edges: number[], extra: Partial<Heat> = {}): Heat => {
    const columns = edges.length - 1;
    return {
      shown: Float32Array.from(shown),
      edges: Float64Array.from(edges),
      columns,
      layers: shown.length / columns,
      total: columns,
      log: true,
      held: false,
      ...extra,
    } as Heat;
  };

  test("lies between columns on a line of logarithms", () => {
    const of = heat([1, 100], [0, 10, 11]);
    expect(valueBetween(of, 0, 0)).toBe(1);
    expect(valueBetween(of, 0, 5)).toBeCloseTo(10, 4);
    expect(valueBetween(of, 0, 10)).toBe(100);
    expect(valueBetween(heat([1, 100], [0, 10, 11], { log: false }), 0, 5)).toBeCloseTo(50.5);
  });

  test("is never made up: not beside a gap, nor of what is held", () => {
    expect(valueBetween(heat([1, Number.NaN], [0, 10, 11]), 0, 5)).toBe(1);
    expect(valueBetween(heat([Number.NaN, 1], [0, 10, 11]), 0, 5)).toBeNaN();
    expect(valueBetween(heat([1, 100], [0, 10, 11], { held: true }), 0, 5)).toBe(1);
  });

  test("a block's gradient is the root of its layers' squares; blocks without one are unknown", () => {
    const of = heat([3, 4, 12, Number.NaN], [0, 1]);
    expect([...blockNorms(of, [0, 0, null, 1], 0)]).toEqual([5, Number.NaN]);
  });
});

describe("the card beside the model", () => {
  const around = { left: 0, top: 60, right: 1000, bottom: 600 };
  const card = { width: 180, height: 110 };
  const covers = (x: number, y: number, area: { left: number; top: number; right: number; bottom: number }) =>
    x < area.right && x + card.width > area.left && y < area.bottom && y + card.height > area.top;

  test("lies beside the whole model where there is room", () => {
    const model = { left: 100, top: 100, right: 760, bottom: 560 };
    const part = { left: 650, top: 300, right: 700, bottom: 520 };
    const { x, y } = cardBeside(part, card, around, [model]);
    expect(covers(x, y, model)).toBe(false);
    expect(x).toBeGreaterThanOrEqual(760);
  });

  test("always lies inside, and off its own part as far as it can", () => {
    const model = { left: 0, top: 60, right: 1000, bottom: 600 };
    for (let k = 0; k < 40; k += 1) {
      const [left, top] = [(k * 137) % 900, 60 + ((k * 89) % 400)];
      const part = { left, top, right: left + 60, bottom: top + 120 };
      const { x, y, line } = cardBeside(part, card, around, [model]);
      expect(x >= 0 && x + card.width <= 1000 && y >= 60 && y + card.height <= 600).toBe(true);
      expect(covers(x, y, part)).toBe(false);
      const [x0, y0, x1, y1] = line;
      expect(x0 >= part.left && x0 <= part.right && y0 >= part.top && y0 <= part.bottom).toBe(true);
      expect(x1 >= x && x1 <= x + card.width && y1 >= y && y1 <= y + card.height).toBe(true);
    }
  });
});
