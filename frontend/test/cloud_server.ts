/** A server for the loader's tests: a run whose snapshot t stands at step 10 t, answered as docs/http_api.md says. */

import { afterEach, beforeEach, expect, vi } from "vitest";
import { type Beside, loadCloud, stopLoading } from "../src/store/load_cloud";
import { setRuns } from "../src/store/runs";
import { showCloud } from "../src/store/timeline";
import type { Embedding, RunInfo } from "../src/wire.gen";

export const EMBEDDING: Embedding = {
  path: "wte",
  role: "token_embedding",
  shape: [2, 8],
  rows: null,
  labels: ["a", "b"],
  counts: null,
  encoding: "int8",
  directions: null,
};

export const POSITIONS: Embedding = { ...EMBEDDING, path: "wpe", role: "position_embedding", labels: null };

/** A basis has a version for each projection. The second embedding has as many rows as the first. */
export const server = {
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
  const parts = query.has("with") ? ["wte", query.get("with") as string] : ["wte"];
  const [rows, width] = [server.rows * parts.length, query.get("projection") === "tour" ? 8 : 3];
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
    dims: width,
    basis_of: null,
    parts: parts.map((embedding, i) => ({ embedding, rows: server.rows, variance_ratios: [0.5 - i / 10, 0.2, 0.1] })),
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
        shape: [list.length, rows, width],
        offset: (list.length * 2 + range.length) * 8,
      },
      { name: "variance_shown", dtype: "<f4", shape: [list.length], offset: 0 },
    ],
  };
  const shownAt = (list.length * 2 + range.length) * 8 + Math.ceil((list.length * rows * width * 4) / 8) * 8;
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
  for (const [i, t] of list.entries()) {
    positions.set([t, 0, 0], i * rows * width);
    positions.set([-t, 0, version], (i * rows + 1) * width);
  }
  return data;
}

export function tellRuns(): void {
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
export const start = (at: number | null, projection?: string, beside: Beside | null = null) =>
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
    beside,
  );

/** Lets the loader work until it has nothing more to ask. */
export async function settled(): Promise<void> {
  for (let asked = -1; asked !== server.asked.length; ) {
    asked = server.asked.length;
    await new Promise((resolve) => setTimeout(resolve, 15));
  }
}

/** Call once in a test file: each test begins with a fresh run and must end without a failure of the loader. */
export function useServer(): void {
  beforeEach(() => {
    Object.assign(server, { total: 300, rows: 2, version: 1, generation: 0, most: 1e9, asked: [] });
    server.stepOf = (t) => t * 10;
    failures.length = 0;
    showCloud(null, 0, null);
    vi.stubGlobal("document", { baseURI: "http://host/data/plugin/paramviz/" });
    vi.stubGlobal("requestAnimationFrame", (draw: (now: number) => void) =>
      setTimeout(() => draw(performance.now()), 1),
    );
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
}
