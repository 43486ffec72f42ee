import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { loadCloud, stopLoading, wakeLoader } from "../src/store/load_cloud";
import { following, seekStep } from "../src/store/playback";
import { setRuns } from "../src/store/runs";
import { cloud, loadedCount, morph, place, showCloud, step, total } from "../src/store/timeline";
import type { Embedding, RunInfo } from "../src/wire.gen";

const EMBEDDING: Embedding = {
  path: "wte",
  role: "token_embedding",
  shape: [2, 8],
  rows: null,
  labels: ["a", "b"],
  counts: null,
  encoding: "int8",
  directions: null,
};

/** A run whose snapshot t stands at step 10 t; it answers `positions` as docs/http_api.md says. */
const server = { total: 0, rows: 2, version: 1, generation: 0, most: 1e9, asked: [] as URLSearchParams[] };

function reply(query: URLSearchParams): ArrayBuffer {
  const value = (name: string, otherwise: number) => Number(query.get(name) ?? otherwise);
  const list = Array.from({ length: server.total }, (_, t) => t)
    .filter((t) => t % value("stride", 1) === 0 && t * 10 >= value("from", 0) && t * 10 <= value("to", 1e9))
    .slice(0, server.most);
  const header = {
    run: "r",
    embedding: "wte",
    generation: server.generation,
    basis: {
      version: server.version,
      variance_ratios: [0.5, 0.2, 0.1],
      fitted_steps: [0],
      radius: 1,
      aligned: false,
      kept_ratio: 1,
    },
    total: server.total,
    arrays: [
      { name: "steps", dtype: "<i8", shape: [list.length], offset: 0 },
      { name: "wall_times", dtype: "<f8", shape: [list.length], offset: list.length * 8 },
      { name: "positions", dtype: "<f4", shape: [list.length, server.rows, 3], offset: list.length * 16 },
    ],
  };
  const text = new TextEncoder().encode(JSON.stringify(header));
  const start = Math.ceil((8 + text.length) / 8) * 8;
  const data = new ArrayBuffer(start + list.length * (16 + server.rows * 12));
  new Uint8Array(data).set(new TextEncoder().encode("PVZ1"));
  new DataView(data).setUint32(4, text.length, true);
  new Uint8Array(data).set(text, 8);
  new BigInt64Array(data, start, list.length).set(list.map((t) => BigInt(t * 10)));
  const positions = new Float32Array(data, start + list.length * 16);
  for (const [i, t] of list.entries()) positions.set([t, 0, 0, -t, 0, server.version], i * server.rows * 3);
  return data;
}

function tellRuns(): void {
  const info: RunInfo = {
    run: "r",
    snapshots: server.total,
    first_step: 0,
    last_step: (server.total - 1) * 10,
    last_wall_time: 0,
    live: true,
    sessions: 1,
    generation: server.generation,
    damaged: [],
  };
  setRuns({ runs: [info], other_runs: [], loading: { done: true, bytes_read: 1, bytes_total: 1 }, cursor: 1 });
}

const failures: unknown[] = [];
const start = (at: number | null) =>
  loadCloud("r", EMBEDDING, at, {
    failed: async (error) => {
      failures.push(error);
      return false;
    },
  });

/** Lets the loader work until it has nothing more to ask. */
async function settled(): Promise<void> {
  for (let asked = -1; asked !== server.asked.length; ) {
    asked = server.asked.length;
    await new Promise((resolve) => setTimeout(resolve, 15));
  }
}

beforeEach(() => {
  Object.assign(server, { total: 300, rows: 2, version: 1, generation: 0, most: 1e9, asked: [] });
  failures.length = 0;
  showCloud(null, 0, null);
  vi.stubGlobal("document", { baseURI: "http://host/data/plugin/paramviz/" });
  vi.stubGlobal("requestAnimationFrame", (draw: (now: number) => void) => setTimeout(() => draw(performance.now()), 1));
  vi.stubGlobal("fetch", async (url: string) => {
    const query = new URL(url).searchParams;
    server.asked.push(query);
    return new Response(reply(query));
  });
});

afterEach(() => {
  stopLoading();
  vi.unstubAllGlobals();
  expect(failures).toEqual([]);
});

describe("loading a cloud", () => {
  test("draws a coarse one first, then has every snapshot at its own place", async () => {
    tellRuns();
    let firstDrawn = 0;
    const unsubscribe = cloud.subscribe((shown) => {
      firstDrawn ||= shown?.set.loaded ?? 0;
    });
    void start(null);
    await settled();
    unsubscribe();
    expect(server.asked[0]?.get("stride")).toBe("5");
    expect(firstDrawn).toBe(64);
    expect(step.value).toBe(2990);
    expect(loadedCount.value).toBe(300);
    for (let ordinal = 0; ordinal < 300; ordinal++) {
      expect(cloud.value?.set.knownStep(ordinal)).toBe(ordinal * 10);
      expect(cloud.value?.set.positions(ordinal)?.[0]).toBe(ordinal);
    }
  });

  test("needs few requests for a long run", async () => {
    server.total = 10_000;
    tellRuns();
    void start(null);
    await settled();
    expect(loadedCount.value).toBe(10_000);
    expect(server.asked.length).toBeLessThan(20);
  });

  test("goes on where a reply was cut", async () => {
    server.most = 7;
    tellRuns();
    void start(null);
    await settled();
    expect(loadedCount.value).toBe(300);
    expect(cloud.value?.set.positions(299)?.[0]).toBe(299);
  });

  test("begins at the step asked for, without following the run", async () => {
    tellRuns();
    void start(850);
    await settled();
    expect(step.value).toBe(850);
    expect(following.value).toBe(false);
  });

  test("asks for nothing once everything is here", async () => {
    tellRuns();
    void start(null);
    await settled();
    const asked = server.asked.length;
    wakeLoader();
    await settled();
    expect(server.asked.length).toBe(asked);
  });
});

describe("a run that grows", () => {
  test("brings only what is newer, and the cursor follows", async () => {
    tellRuns();
    void start(null);
    await settled();
    const asked = server.asked.length;
    server.total = 303;
    tellRuns();
    wakeLoader();
    await settled();
    expect(server.asked.slice(asked).map((query) => query.get("from"))).toEqual(["2991"]);
    expect(total.value).toBe(303);
    await vi.waitFor(() => expect(place.value).toBe(302));
  });

  test("after a long absence is thinned first and then complete", async () => {
    tellRuns();
    void start(null);
    await settled();
    server.total = 3000;
    tellRuns();
    wakeLoader();
    await settled();
    expect(loadedCount.value).toBe(3000);
    for (const ordinal of [299, 300, 1501, 2999]) expect(cloud.value?.set.positions(ordinal)?.[0]).toBe(ordinal);
  });

  test("holds no more snapshots than memory may, however long it is followed, and keeps those at the cursor", async () => {
    // Of 105,000 rows, 1.3 MB each, 80 are held.
    const set = () => cloud.value?.set;
    server.rows = 105_000;
    server.total = 70;
    tellRuns();
    void start(null);
    await settled();
    for (server.total = 71; server.total <= 90; server.total++) {
      tellRuns();
      wakeLoader();
      await settled();
    }
    expect(total.value).toBe(90);
    expect(loadedCount.value).toBe(80);
    expect([0, 88, 89].every((ordinal) => set()?.has(ordinal))).toBe(true);
  });

  test("leaves nothing behind at the signal that ends it, however often it was woken", async () => {
    const added = vi.spyOn(AbortSignal.prototype, "addEventListener");
    const removed = vi.spyOn(AbortSignal.prototype, "removeEventListener");
    tellRuns();
    void start(null);
    await settled();
    for (let woken = 0; woken < 20; woken++) {
      wakeLoader();
      await settled();
    }
    expect(added.mock.calls.length).toBeGreaterThan(20);
    expect(added.mock.calls.length - removed.mock.calls.length).toBeLessThanOrEqual(1);
    vi.restoreAllMocks();
  });

  test("starts with nothing at all, and asks for nothing until there is something", async () => {
    server.total = 0;
    tellRuns();
    void start(null);
    await settled();
    expect(server.asked).toEqual([]);
    server.total = 2;
    tellRuns();
    wakeLoader();
    await settled();
    expect(loadedCount.value).toBe(2);
  });
});

describe("what was true no longer is", () => {
  test("a new basis is read again, from the old picture, at the same step", async () => {
    tellRuns();
    void start(1000);
    await settled();
    Object.assign(server, { version: 2, total: 301 });
    tellRuns();
    wakeLoader();
    await settled();
    expect(cloud.value?.basis.version).toBe(2);
    expect(step.value).toBe(1000);
    expect(loadedCount.value).toBe(301);
    expect(cloud.value?.set.positions(7)?.[5]).toBe(2);
    expect(morph.value?.from[5]).toBe(1);
  });

  test("a restart that voided every snapshot clears the picture until there are new ones", async () => {
    tellRuns();
    void start(null);
    await settled();
    Object.assign(server, { generation: 1, total: 0 });
    tellRuns();
    wakeLoader();
    await settled();
    expect(cloud.value).toBeNull();
    Object.assign(server, { total: 3 });
    tellRuns();
    wakeLoader();
    await settled();
    expect(loadedCount.value).toBe(3);
  });

  test("a request that failed is made again, and the cursor stays where it was put", async () => {
    tellRuns();
    let broken = false;
    const answer = globalThis.fetch;
    vi.stubGlobal("fetch", async (url: string) => (broken ? new Response("busy", { status: 503 }) : answer(url)));
    const told: string[] = [];
    void loadCloud("r", EMBEDDING, null, {
      shown: () => told.push("shown"),
      failed: async (error) => {
        told.push((error as Error).message);
        broken = false;
        return true;
      },
    });
    await settled();
    seekStep(1200);
    Object.assign(server, { total: 301 });
    broken = true;
    tellRuns();
    wakeLoader();
    await settled();
    expect(told).toEqual(["shown", "busy", "shown"]);
    expect(step.value).toBe(1200);
    expect(total.value).toBe(301);
  });

  test("a new generation drops everything of the old one", async () => {
    tellRuns();
    void start(null);
    await settled();
    Object.assign(server, { generation: 1, total: 20 });
    tellRuns();
    wakeLoader();
    await settled();
    expect(total.value).toBe(20);
    expect(loadedCount.value).toBe(20);
  });
});
