import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { FULL, type Load, Quality } from "../../src/scene/quality";
import { Thrift } from "../../src/scene/thrift";
import type { Economy } from "../../src/scene/types";
import { generator } from "./random";

const EVERYTHING: Load = { labels: true, trails: true, rows: 100_000 };

/** Pictures that each wait `ms`, for `secs`; the economies passed through. */
function run(
  quality: Quality,
  ms: number | ((economy: Economy) => number),
  secs: number,
  load = EVERYTHING,
): Economy[] {
  const seen = [quality.economy];
  for (let passed = 0; passed < secs * 1000; ) {
    const wait = typeof ms === "number" ? ms : ms(quality.economy);
    quality.note(wait, load);
    passed += wait;
    if (quality.economy !== seen.at(-1)) seen.push(quality.economy);
  }
  return seen;
}

/** A machine that needs so many ms for a whole picture of the pixels, labels, trails and rows. */
const machine = (pixels: number, labels: number, trails: number, rows: number) => (economy: Economy) =>
  Math.max(
    1000 / 60,
    pixels * economy.pixels ** 2 + (economy.labels ? labels : 0) + (economy.trails ? trails : 0) + rows * economy.rows,
  );

describe("the quality governor", () => {
  it("leaves a fast machine alone", () => {
    expect(run(new Quality(), 1000 / 60, 60)).toEqual([FULL]);
    expect(run(new Quality(), 1000 / 30, 60)).toEqual([FULL]);
  });

  it("gives up pixels first, then labels, then trails, then rows, and takes them back the other way round", () => {
    const quality = new Quality();
    const down = run(quality, 40, 30);
    const names = (list: Economy[]) =>
      list.slice(1).map((now, k) => {
        const before = list[k] as Economy;
        return (["pixels", "labels", "trails", "rows"] as const).filter((name) => now[name] !== before[name]).join();
      });
    const order = [...Array(4).fill("pixels"), "labels", "trails", ...Array(8).fill("rows")];
    expect(names(down)).toEqual(order);
    expect(quality.economy).toEqual({ pixels: 0.5, labels: false, trails: false, rows: 0.0625 });
    expect(names(run(quality, 1000 / 60, 60))).toEqual(order.toReversed());
    expect(quality.economy).toBe(FULL);
  });

  it("gets a slow machine to 30 pictures a second within seconds and stays there", () => {
    for (const costs of [machine(60, 5, 0, 0), machine(5, 30, 10, 10), machine(10, 5, 5, 200), machine(0, 0, 0, 400)]) {
      const quality = new Quality();
      run(quality, costs, 4);
      expect(costs(quality.economy)).toBeLessThanOrEqual(34);
      const settled = run(quality, costs, 60);
      // A step up that fails is seen: it must be rare.
      expect(settled.length).toBeLessThan(16);
      expect(costs(quality.economy)).toBeLessThanOrEqual(34);
    }
  });

  it("does not go to and fro where one step decides between too slow and fast", () => {
    const quality = new Quality();
    const edge = (economy: Economy) => (economy.pixels === 1 ? 36 : 18);
    run(quality, edge, 30);
    expect(run(quality, edge, 60).length).toBeLessThan(12);
  });

  it("gives up only what is there, and never thins out a few rows", () => {
    const quality = new Quality();
    const seen = run(quality, 100, 30, { labels: false, trails: false, rows: 9000 });
    expect(seen.every(({ labels, trails, rows }) => rows === 1 || (!labels && !trails))).toBe(true);
    expect(Math.min(...seen.map(({ rows }) => rows))).toBe(0.5);
    expect(seen.filter(({ labels, rows }) => !labels && rows === 1)).toEqual([]);
    const few = run(new Quality(), 100, 30, { ...EVERYTHING, rows: 65 });
    expect(few.every(({ rows }) => rows === 1)).toBe(true);
  });

  it("minds neither a single hitch nor a tab that comes back, but a standstill that lasts", () => {
    const quality = new Quality();
    for (let k = 0; k < 300; k += 1) quality.note(k % 16 === 0 ? 140 : 1000 / 60, EVERYTHING);
    quality.note(30_000, EVERYTHING);
    for (let k = 0; k < 20; k += 1) quality.note(1000 / 60, EVERYTHING);
    expect(quality.economy).toBe(FULL);
    for (let k = 0; k < 5; k += 1) quality.note(800, EVERYTHING);
    expect(quality.economy).not.toBe(FULL);
  });

  it("keeps to its ladder whatever the waits are", () => {
    const random = generator(5);
    const quality = new Quality();
    for (let k = 0; k < 20_000; k += 1) {
      quality.note(random() < 0.01 ? random() * 5000 : random() * 70, EVERYTHING);
      const { pixels, labels, trails, rows } = quality.economy;
      expect(pixels === 0.5 || (labels && trails && rows === 1)).toBe(true);
      expect(labels && !trails).toBe(false);
      expect(trails && rows < 1).toBe(false);
    }
  });
});

describe("when the governor has its say", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  const slow = (thrift: Thrift, pictures: number, allowed = true) => {
    for (let k = 0; k < pictures; k += 1) thrift.begin(60, EVERYTHING, allowed);
  };

  it("thins out moving pictures and asks once for the whole one when they have stopped", () => {
    const settle = vi.fn();
    const thrift = new Thrift(settle);
    slow(thrift, 40);
    expect(thrift.drawn).not.toBe(FULL);
    vi.advanceTimersByTime(170);
    expect(settle).not.toHaveBeenCalled();
    vi.advanceTimersByTime(20);
    expect(settle).toHaveBeenCalledTimes(1);
    expect(thrift.begin(16, EVERYTHING, true)).toBe(FULL);
    vi.advanceTimersByTime(10_000);
    expect(settle).toHaveBeenCalledTimes(1);
    expect(thrift.begin(16, EVERYTHING, true)).not.toBe(FULL);
  });

  it("takes no picture after a rest for a slow one: nobody waited for it", () => {
    const thrift = new Thrift(() => {});
    for (let k = 0; k < 100; k += 1) {
      thrift.begin(400, EVERYTHING, true);
      vi.advanceTimersByTime(1000);
    }
    expect(thrift.drawn).toBe(FULL);
  });

  it("draws everything where it may not economize, and starts anew when it may again", () => {
    const thrift = new Thrift(() => {});
    slow(thrift, 40);
    slow(thrift, 1, false);
    expect(thrift.drawn).toBe(FULL);
    slow(thrift, 100, false);
    expect(thrift.drawn).toBe(FULL);
    expect(thrift.begin(16, EVERYTHING, true)).toBe(FULL);
    slow(thrift, 40);
    expect(thrift.drawn).not.toBe(FULL);
  });

  it("asks for nothing once the scene is gone", () => {
    const settle = vi.fn();
    const thrift = new Thrift(settle);
    slow(thrift, 40);
    thrift.dispose();
    vi.advanceTimersByTime(1000);
    expect(settle).not.toHaveBeenCalled();
  });
});
