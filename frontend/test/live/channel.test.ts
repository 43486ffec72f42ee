import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { BLOCKED_MS, channel, FIRST_MESSAGE_MS, type LiveState, SILENCE_MS } from "../../src/live/channel";
import type { Updates } from "../../src/wire.gen";
import { FakeServer } from "./fake_server";

let server: FakeServer;
let heard: { updates: Updates; first: boolean }[];
let states: LiveState[];

const connect = () =>
  channel(server, {
    onUpdates: (updates, first) => heard.push({ updates, first }),
    onState: (state) => states.push(state),
  });
const counts = () => heard.flatMap(({ updates }) => updates.runs.map((info) => info.snapshots));
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

beforeEach(() => {
  vi.useFakeTimers();
  server = new FakeServer();
  heard = [];
  states = [];
  server.write("a", 3);
});

afterEach(() => {
  vi.useRealTimers();
});

describe("a channel", () => {
  test("hears everything first, then each change once, by events alone", async () => {
    connect().open();
    await pass(10);
    for (let step = 0; step < 20; step++) {
      server.write("a");
      await pass(200);
    }
    expect(counts()).toEqual(Array.from({ length: 21 }, (_, i) => i + 3));
    expect(heard.map(({ first }) => first)).toEqual([true, ...Array(20).fill(false)]);
    expect(server.asked).toEqual({ events: 1, updates: 0 });
  });

  test.each(["refused", "held back"] as const)("polls with one request at a time where events are %s", async (how) => {
    server.events = how;
    connect().open();
    await pass(FIRST_MESSAGE_MS + 100);
    for (let step = 0; step < 5; step++) {
      server.write("a");
      await pass(400);
    }
    expect(counts()).toEqual([3, 4, 5, 6, 7, 8]);
    expect(server.asked.events).toBe(1);
    expect(server.open.size).toBe(0);
    expect(states.some(({ kind }) => kind === "lost")).toBe(false);
  });

  test("notices a line that fell silent, and goes back to events when they get through again", async () => {
    connect().open();
    await pass(12_000);
    server.events = "held back";
    server.write("a");
    await pass(SILENCE_MS);
    expect(counts().at(-1)).toBe(4);
    server.events = "pass";
    await pass(BLOCKED_MS + 11_000);
    expect(server.open.size).toBe(1);
    server.write("a");
    await pass(10);
    expect(counts().at(-1)).toBe(5);
  });

  test("tries blocked events ever more rarely", async () => {
    server.events = "held back";
    connect().open();
    await pass(3600_000);
    expect(server.asked.events).toBeGreaterThan(3);
    expect(server.asked.events).toBeLessThan(10);
  });

  test("asks a dead server with growing pauses and finds another one in its place, whose cursor is larger", async () => {
    connect().open();
    await pass(10);
    server.die();
    await pass(60_000);
    const tries = server.asked.updates;
    expect(tries).toBeGreaterThan(5);
    expect(tries).toBeLessThan(15);
    expect(states.at(-1)?.kind).toBe("lost");
    server.runs.set("a", { snapshots: 9, at: 0 });
    server.restart(1000);
    await pass(9000);
    expect(states.at(-1)?.kind).toBe("live");
    expect(counts().at(-1)).toBe(9);
    expect(server.open.size).toBe(1);
  });

  test("closed, it asks nothing; opened again, it has what came meanwhile", async () => {
    const line = connect();
    line.open();
    await pass(10);
    line.close();
    expect(server.open.size).toBe(0);
    const { events, updates } = server.asked;
    server.write("a", 50);
    await pass(60_000);
    expect(server.asked).toEqual({ events, updates });
    line.open();
    await pass(10);
    expect(counts()).toEqual([3, 50]);
    expect(heard.at(-1)?.first).toBe(true);
  });

  test("a poll that is never answered counts as a loss", async () => {
    server.streaming = false;
    server.getUpdates = (_cursor, _wait, signal) =>
      new Promise((_, reject) => signal.addEventListener("abort", () => reject(new Error("aborted"))));
    connect().open();
    await pass(15_000);
    expect(states.at(-1)?.kind).toBe("lost");
  });

  test("where it may not stream it polls shortly, and streams as soon as it may", async () => {
    server.streaming = false;
    server.waitSecs = 0;
    connect().open();
    await pass(1950);
    expect(server.asked).toEqual({ events: 0, updates: 10 });
    server.streaming = true;
    await pass(250);
    expect(server.open.size).toBe(1);
  });
});
