import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { followAlone } from "../../src/live/alone";
import { LINGER_MS, type Word } from "../../src/live/hub";
import type { Updates } from "../../src/wire.gen";
import { FakeServer } from "./fake_server";

const BASE = "http://host/data/plugin/paramviz/";
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
let server: FakeServer;

beforeEach(() => {
  vi.useFakeTimers();
  server = new FakeServer();
  vi.stubGlobal("EventSource", function Source() {
    return server.openEvents();
  });
  vi.stubGlobal("fetch", async (address: string, { signal }: { signal: AbortSignal }) => {
    const query = new URL(address).searchParams;
    return Response.json(await server.getUpdates(Number(query.get("cursor")), Number(query.get("wait")), signal));
  });
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function openTab(locks: LockManager | null) {
  const heard: Updates[] = [];
  const hear = (word: Word) => word.kind === "updates" && heard.push(word.updates);
  const line = followAlone(BASE, hear, locks);
  line.open();
  return { line, newest: () => heard.at(-1)?.cursor };
}

/** One lock at a time, in the order of asking: what the browser's own do, without its clock. */
function fakeLocks(): LockManager {
  let tail: Promise<unknown> = Promise.resolve();
  const request = (_: string, { signal }: { signal: AbortSignal }, held: () => Promise<void>) => {
    const mine = tail.then(() => (signal.aborted ? undefined : held()));
    tail = mine;
    return mine;
  };
  return { request } as unknown as LockManager;
}

describe("tabs without a shared worker", () => {
  test("one streams, the others poll shortly; when it is hidden the next one streams", async () => {
    const locks = fakeLocks();
    const tabs = Array.from({ length: 8 }, () => openTab(locks));
    await pass(500);
    expect(server.open.size).toBe(1);
    server.write("a", 2);
    await pass(300);
    for (const tab of tabs) expect(tab.newest()).toBe(server.cursor);
    tabs[0]?.line.close();
    await pass(LINGER_MS + 500);
    expect(server.open.size).toBe(1);
    for (const tab of tabs) tab.line.close();
    await pass(LINGER_MS + 500);
    expect(server.open.size).toBe(0);
    const { updates } = server.asked;
    await pass(60_000);
    expect(server.asked.updates).toBe(updates);
  });

  test("without locks too, which plain http to another machine doesn't have, they are live by polling", async () => {
    const tabs = [openTab(null), openTab(null)];
    await pass(500);
    server.write("a", 2);
    await pass(300);
    for (const tab of tabs) expect(tab.newest()).toBe(server.cursor);
    expect(server.asked.events).toBe(0);
  });
});
