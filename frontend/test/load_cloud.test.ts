import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { loadCloud, stopLoading, wakeLoader } from "../src/store/load_cloud";
import { following, seekStep } from "../src/store/playback";
import { setRuns } from "../src/store/runs";
import { cloud, loadedCount, loadedVersion, morph, place, showCloud, step, total } from "../src/store/timeline";
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

/** A run whose snapshot t stands at step 10 t; it answers `positions` as docs/http_api.md says. A basis has a version for
 * each projection. */
const server = {
  total: 0,
  rows: 2,
  version: 1,
  generation: 0,
  most: 1e9,
  stepOf: (t: number) => t * 10,
  asked: [] as URLSearchParams[],
};
const versionOf = (query: URLSearchParams) => server.version + (query.get("projection") ?? "").length * 100;

function reply(query: URLSearchParams): ArrayBuffer {
  const value = (name: string, otherwise: number) => Number(query.get(name) ?? otherwise);
  const range = Array.from({ length: server.total }, (_, t) => t).filter(
    (t) => server.stepOf(t) >= value("from", 0) && server.stepOf(t) <= value("to", 1e9),
  );
  const list = range.filter((t) => t % value("stride", 1) === 0).slice(0, server.most);
  const version = versionOf(query);
  const header = {
    run: "r",
    embedding: "wte",
    generation: server.generation,
    projection: query.get("projection") ?? "joint",
    basis_of: null,
    basis: {
      version,
      variance_ratios: [0.5, 0.2, 0.1],
      fitted_steps: [0],
      radius: 1,
      aligned: false,
      kept_ratio: 1,
    },
    total: server.total,
    first: range[0] ?? server.total,
    arrays: [
      { name: "steps", dtype: "<i8", shape: [list.length], offset: 0 },
      { name: "wall_times", dtype: "<f8", shape: [list.length], offset: list.length * 8 },
      { name: "range_steps", dtype: "<i8", shape: [range.length], offset: list.length * 16 },
      {
        name: "positions",
        dtype: "<f4",
        shape: [list.length, server.rows, 3],
        offset: (list.length * 2 + range.length) * 8,
      },
      { name: "variance_shown", dtype: "<f4", shape: [list.length], offset: 0 },
    ],
  };
  const shownAt = (list.length * 2 + range.length) * 8 + Math.ceil((list.length * server.rows * 12) / 8) * 8;
  (header.arrays.at(-1) as { offset: number }).offset = shownAt;
  const text = new TextEncoder().encode(JSON.stringify(header));
  const start = Math.ceil((8 + text.length) / 8) * 8;
  const data = new ArrayBuffer(start + shownAt + list.length * 4);
  new Uint8Array(data).set(new TextEncoder().encode("PVZ1"));
  new DataView(data).setUint32(4, text.length, true);
  new Uint8Array(data).set(text, 8);
  new BigInt64Array(data, start, list.length).set(list.map((t) => BigInt(server.stepOf(t))));
  new BigInt64Array(data, start + list.length * 16, range.length).set(range.map((t) => BigInt(server.stepOf(t))));
  new Float32Array(data, start + shownAt, list.length).set(list.map((t) => t / 1000));
  const positions = new Float32Array(data, start + (list.length * 2 + range.length) * 8);
  for (const [i, t] of list.entries()) positions.set([t, 0, 0, -t, 0, version], i * server.rows * 3);
  return data;
}

function tellRuns(): void {
  const info: RunInfo = {
    run: "r",
    snapshots: server.total,
    first_step: 0,
    last_step: server.stepOf(server.total - 1),
    last_wall_time: 0,
    live: true,
    sessions: 1,
    generation: server.generation,
    damaged: [],
  };
  setRuns({
    runs: [info],
    other_runs: [],
    notices: [],
    loading: { done: true, bytes_read: 1, bytes_total: 1 },
    cursor: 1,
  });
}

const failures: unknown[] = [];
const start = (at: number | null, projection?: string) =>
  loadCloud(
    "r",
    { ...EMBEDDING, shape: [server.rows, 8] },
    at,
    {
      failed: async (error) => {
        failures.push(error);
        return false;
      },
    },
    projection,
  );

/** Lets the loader work until it has nothing more to ask. */
async function settled(): Promise<void> {
  for (let asked = -1; asked !== server.asked.length; ) {
    asked = server.asked.length;
    await new Promise((resolve) => setTimeout(resolve, 15));
  }
}

beforeEach(() => {
  Object.assign(server, { total: 300, rows: 2, version: 1, generation: 0, most: 1e9, asked: [] });
  server.stepOf = (t) => t * 10;
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
    expect(firstDrawn).toBe(61); // each fifth, and the one at the cursor
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

  test.each([
    ["grow", (t: number) => t * t],
    ["jump", (t: number) => (t < 150 ? t : 100_000 + t * 7)],
  ])("begins at exactly the step asked for where steps %s", async (_, stepOf) => {
    server.stepOf = stepOf;
    for (const asked of [3, 131, 149, 151, 298]) {
      server.asked = [];
      tellRuns();
      const firstPicture = new Promise<void>((drawn) => {
        const unsubscribe = cloud.subscribe((now) => {
          if (!now) return;
          queueMicrotask(() => unsubscribe());
          expect(now.set.has(asked)).toBe(true);
          expect(server.asked.length).toBeLessThanOrEqual(2);
          drawn();
        });
      });
      void start(stepOf(asked));
      await firstPicture;
      expect(step.value).toBe(stepOf(asked));
      await settled();
      expect(step.value).toBe(stepOf(asked));
      expect(loadedCount.value).toBe(300);
      stopLoading();
      showCloud(null, 0, null);
    }
  });

  test("goes to exactly the step that is typed, before anything is loaded there", async () => {
    server.stepOf = (t) => (t < 7003 ? t : 1_000_000 + t * 3);
    server.total = 20_000;
    tellRuns();
    void start(null);
    await vi.waitFor(() => expect(cloud.value).not.toBeNull());
    seekStep(server.stepOf(7003));
    expect(step.value).toBe(server.stepOf(7003));
    await settled();
    expect(step.value).toBe(server.stepOf(7003));
  });

  test("of large snapshots draws fewer first, then gives the run its outline, and what each shows of its variance", async () => {
    // Of 50,000 rows, 0.6 MB each, ten make the first picture and 160 are held.
    server.rows = 50_000;
    tellRuns();
    let firstDrawn = 0;
    const unsubscribe = cloud.subscribe((shown) => {
      firstDrawn ||= shown?.set.loaded ?? 0;
    });
    void start(1234);
    await settled();
    unsubscribe();
    expect(firstDrawn).toBe(11);
    const set = cloud.value?.set;
    for (let ordinal = 0; ordinal < 300; ordinal += 5) expect(set?.has(ordinal)).toBe(true);
    expect(set?.has(123) && set.has(122) && set.has(299)).toBe(true);
    expect(set?.varianceShown(123)).toBeCloseTo(0.123, 6);
    expect(set?.varianceShown(1)).toBeNaN();
    expect(set?.bytes).toBeLessThanOrEqual(96 * 2 ** 20);
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

  test("another projection is eased in from the old picture, at the same step, and only the last one asked for is drawn", async () => {
    tellRuns();
    void start(1000);
    await settled();
    const before = server.asked.length;
    void start(step.value, "last");
    void start(step.value, "clusters");
    await settled();
    expect(new Set(server.asked.slice(before + 1).map((query) => query.get("projection")))).toEqual(
      new Set(["clusters"]),
    );
    expect(cloud.value?.basis.version).toBe(801);
    expect(step.value).toBe(1000);
    expect(loadedCount.value).toBe(300);
    for (let ordinal = 0; ordinal < 300; ordinal++) expect(cloud.value?.set.positions(ordinal)?.[5]).toBe(801);
    expect(morph.value?.from[5]).toBe(1);
  });

  test("a basis that changes between any two replies never stands beside another in one picture", async () => {
    const seen = new Set<string>();
    const unsubscribe = loadedVersion.subscribe(() => {
      const now = cloud.peek();
      const mixed = Array.from({ length: now?.set.total ?? 0 }, (_, t) => now?.set.positions(t)?.[5]);
      for (const version of mixed) if (version !== undefined) seen.add(`${version} of ${now?.basis.version}`);
    });
    for (let changes = 1; changes <= 8; changes++) {
      tellRuns();
      const [asked, version] = [server.asked.length, server.version];
      const answer = globalThis.fetch;
      vi.stubGlobal("fetch", async (url: string) => {
        // The change comes with the n-th reply.
        if (server.asked.length === asked + changes) server.version = version + 1;
        return answer(url);
      });
      void start(500);
      await settled();
      vi.stubGlobal("fetch", answer);
      expect(cloud.value?.set.loaded).toBe(300);
      expect(cloud.value?.basis.version).toBe(server.version);
      server.total = 300;
      showCloud(null, 0, null);
    }
    unsubscribe();
    for (const pair of seen) expect(pair.split(" of ")[0]).toBe(pair.split(" of ")[1]);
    expect(seen.size).toBeGreaterThan(1);
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
