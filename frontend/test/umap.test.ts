import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { chooseRun, setModel, toggleEmbedding } from "../src/store/runs";
import { projection, setProjection } from "../src/store/settings";
import { cloud, drawnPositions, makeCloud, morph, setStill, showCloud, still } from "../src/store/timeline";
import { cancelUmap, followUmap, linear, tryUmapAgain, umapTask } from "../src/store/umap";
import { SnapshotSet } from "../src/time/snapshots";
import type { Basis, Model } from "../src/wire.gen";
import { EMBEDDING, POSITIONS } from "./cloud_server";

const BASIS: Basis = {
  version: 1,
  variance_ratios: [0.5, 0.2, 0.1],
  fitted_steps: [0],
  radius: 3,
  aligned: false,
  kept_ratio: 1,
};

/** What the server says next, and what it was asked. */
let answers: (() => Response)[] = [];
let asked: URLSearchParams[] = [];
let stop = () => {};

const state = (fields: object) => () => Response.json(fields);

function done(step: number): () => Response {
  const arrays = [{ name: "positions", dtype: "<f4", shape: [2, 3], offset: 0 }];
  const header = { run: "r", embedding: "wte", step, neighbours: 15, radius: 6, arrays };
  const text = new TextEncoder().encode(JSON.stringify(header));
  const start = Math.ceil((8 + text.length) / 8) * 8;
  const data = new ArrayBuffer(start + 24);
  new Uint8Array(data).set(new TextEncoder().encode("PVZ1"));
  new DataView(data).setUint32(4, text.length, true);
  new Uint8Array(data).set(text, 8);
  new Float32Array(data, start).set([2, 4, 6, step, 0, 0]);
  return () => new Response(data, { headers: { "content-type": "application/octet-stream" } });
}

beforeEach(() => {
  answers = [];
  asked = [];
  vi.useFakeTimers({ toFake: ["setTimeout"] });
  vi.stubGlobal("document", { baseURI: "http://host/data/plugin/paramviz/" });
  vi.stubGlobal("fetch", async (url: string) => {
    asked.push(new URL(url).searchParams);
    return ((answers.length > 1 ? answers.shift() : answers[0]) as () => Response)();
  });
  setProjection("last");
  chooseRun("r");
  setModel({ run: "r", embeddings: [EMBEDDING, POSITIONS] } as unknown as Model, "wte");
  const set = new SnapshotSet(2);
  set.put(0, 0, 0, Float32Array.of(1, 1, 1, 2, 2, 2));
  showCloud(makeCloud("r", EMBEDDING, set, BASIS, 0), 0, null);
  stop = followUmap();
});

afterEach(() => {
  stop();
  setStill(null);
  setProjection("joint");
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const passed = (ms: number) => vi.advanceTimersByTimeAsync(ms);

describe("UMAP of a step", () => {
  test("is waited for with its progress while the picture before stays, then eased in as large as that", async () => {
    answers = [state({ state: "running", progress: 0.25 }), state({ state: "running", progress: 0.5 }), done(400)];
    setProjection("umap:400");
    await passed(0);
    expect(umapTask.value).toMatchObject({ state: "running", step: 400, progress: 0.25 });
    expect(drawnPositions()?.[0]).toBe(1);
    await passed(400);
    expect(umapTask.value?.progress).toBe(0.5);
    await passed(400);
    expect(umapTask.value).toBeNull();
    expect(asked.map((query) => query.get("step"))).toEqual(["400", "400", "400"]);
    // Its radius is 6, that of the snapshots 3.
    expect([...(still.value?.positions ?? [])]).toEqual([1, 2, 3, 200, 0, 0]);
    expect(morph.value?.from[0]).toBe(1);
    expect(linear.value).toBe("last");
  });

  test("goes at once for the projection beneath, and a second one is asked for no more than needed", async () => {
    answers = [done(400)];
    setProjection("umap:400");
    await passed(0);
    setProjection("last");
    await passed(0);
    expect(still.value).toBeNull();
    expect(morph.value?.from[0]).toBe(1);
    await passed(5000);
    expect(asked.length).toBe(1);
  });

  test("given up goes back to the projection before, or to the UMAP that stands", async () => {
    answers = [state({ state: "running", progress: 0 })];
    setProjection("umap:400");
    await passed(0);
    cancelUmap();
    await passed(2000);
    expect(projection.value).toBe("last");
    expect(umapTask.value).toBeNull();
    expect(asked.length).toBe(1);
    answers = [done(400)];
    setProjection("umap:400");
    await passed(0);
    answers = [state({ state: "running", progress: 0 })];
    setProjection("umap:700");
    await passed(0);
    expect(still.value?.step).toBe(400);
    cancelUmap();
    await passed(0);
    expect(projection.value).toBe("umap:400");
    expect(still.value?.step).toBe(400);
    expect(umapTask.value).toBeNull();
  });

  test.each([
    [
      state({ state: "missing", message: "Install it: pip install 'x[umap]'" }),
      "missing",
      "Install it: pip install 'x[umap]'",
    ],
    [state({ state: "failed", message: "The rows are all alike." }), "failed", "The rows are all alike."],
    [() => new Response("There is no step 400.", { status: 404 }), "failed", "There is no step 400."],
  ])("that can't be made says why, and is asked for again on request", async (answer, kind, message) => {
    answers = [answer, done(400)];
    setProjection("umap:400");
    await passed(5000);
    expect(umapTask.value).toMatchObject({ state: kind, message });
    expect(asked.length).toBe(1);
    tryUmapAgain();
    await passed(0);
    expect(umapTask.value).toBeNull();
    expect(still.value?.step).toBe(400);
  });

  test("is asked for once more after the connection was lost", async () => {
    answers = [
      () => {
        throw new TypeError("network");
      },
      done(400),
    ];
    setProjection("umap:400");
    await passed(0);
    expect(umapTask.value?.state).toBe("running");
    await passed(2000);
    expect(still.value?.step).toBe(400);
  });

  test("is left where a second embedding comes into the picture", async () => {
    answers = [done(400)];
    setProjection("umap:400");
    await passed(0);
    toggleEmbedding("wpe");
    await passed(0);
    expect(projection.value).toBe("last");
    expect(still.value).toBeNull();
    toggleEmbedding("wpe");
    expect(cloud.value?.parts.length).toBe(1);
  });
});
