import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { followSteps } from "../src/store/load_steps";
import { following, goLive, seekStep } from "../src/store/playback";
import { runName, setModel, setProblem, setRuns } from "../src/store/runs";
import { cloud, cursorStep, makeCloud, showCloud, snapshots, step, stepRange, total } from "../src/store/timeline";
import { SnapshotSet } from "../src/time/snapshots";
import { EMBEDDING } from "./cloud_server";
import { gpt, record } from "./model_record";

/** A run without embeddings, whose snapshot t stands at step 10 t. */
const server = { total: 5, generation: 0, broken: false, asked: [] as string[] };

function answer(query: URLSearchParams): ArrayBuffer {
  const from = Number(query.get("from") ?? 0);
  const all = Array.from({ length: server.total }, (_, t) => t * 10);
  const steps = all.filter((one) => one >= from);
  const header = {
    run: query.get("run"),
    generation: server.generation,
    first: all.length - steps.length,
    arrays: [
      { name: "steps", dtype: "<i8", shape: [steps.length], offset: 0 },
      { name: "wall_times", dtype: "<f8", shape: [steps.length], offset: steps.length * 8 },
    ],
  };
  const text = new TextEncoder().encode(JSON.stringify(header));
  const start = Math.ceil((8 + text.length) / 8) * 8;
  const data = new ArrayBuffer(start + steps.length * 16);
  new Uint8Array(data).set(new TextEncoder().encode("PVZ1"));
  new DataView(data).setUint32(4, text.length, true);
  new Uint8Array(data).set(text, 8);
  new BigInt64Array(data, start, steps.length).set(steps.map(BigInt));
  new Float64Array(data, start + steps.length * 8).set(steps.map((one) => 1000 + one));
  return data;
}

function tellRuns(name = "r"): void {
  const info = {
    run: name,
    snapshots: server.total,
    first_step: 0,
    last_step: (server.total - 1) * 10,
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
    loading: { done: true, bytes_read: 0, bytes_total: 0 },
    cursor: 1,
  });
}

let stop = () => {};
const wanted = { embedding: null, step: null as number | null, row: null, part: null };

beforeEach(() => {
  vi.useFakeTimers();
  Object.assign(server, { total: 5, generation: 0, broken: false, asked: [] });
  vi.stubGlobal("document", { baseURI: "http://host/data/plugin/paramviz/" });
  vi.stubGlobal("window", globalThis);
  vi.stubGlobal("requestAnimationFrame", (tick: (now: number) => void) =>
    setTimeout(() => tick(performance.now()), 16),
  );
  vi.stubGlobal("fetch", async (url: string) => {
    const { pathname, searchParams } = new URL(url);
    server.asked.push(`${pathname.split("/").at(-1)} ${searchParams.get("from") ?? ""}`.trim());
    if (server.broken) throw new TypeError("no answer");
    return new Response(answer(searchParams));
  });
  vi.spyOn(console, "warn").mockImplementation(() => {});
  wanted.step = null;
  tellRuns();
  runName.value = "r";
  setModel(record(gpt(2)), null);
});

afterEach(() => {
  stop();
  showCloud(null, 0, null);
  runName.value = null;
  setProblem("cloud", null);
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

const settled = () => vi.advanceTimersByTimeAsync(3000);

describe("a run without embeddings", () => {
  test("has a time cursor over the steps of its statistics, at the end of them", async () => {
    stop = followSteps(wanted);
    await settled();
    expect([total.value, step.value, stepRange.value, following.value]).toEqual([5, 40, [0, 40], true]);
    expect(cloud.value).toBeNull();
    seekStep(12);
    expect([step.value, cursorStep.value]).toEqual([10, 10]);
  });

  test("begins at the step of a link", async () => {
    wanted.step = 21;
    stop = followSteps(wanted);
    await settled();
    expect([step.value, following.value, wanted.step]).toEqual([20, false, null]);
  });

  test("that grows is asked for what is new only; whoever follows it goes along, whoever looks back stays", async () => {
    stop = followSteps(wanted);
    await settled();
    server.total = 7;
    tellRuns();
    await settled();
    expect([total.value, step.value]).toEqual([7, 60]);
    seekStep(20);
    server.total = 9;
    tellRuns();
    await settled();
    expect([total.value, step.value]).toEqual([9, 20]);
    expect(server.asked).toEqual(["steps", "steps 41", "steps 61"]);
    goLive();
    await settled();
    expect(step.value).toBe(80);
  });

  test("that was begun anew is read anew, at the step where the cursor was", async () => {
    stop = followSteps(wanted);
    await settled();
    seekStep(30);
    Object.assign(server, { generation: 1, total: 4 });
    tellRuns();
    await settled();
    expect([total.value, step.value, following.value]).toEqual([4, 30, false]);
  });

  test("is asked for again where the server did not answer", async () => {
    server.broken = true;
    stop = followSteps(wanted);
    await vi.advanceTimersByTimeAsync(100);
    expect(total.value).toBe(0);
    server.broken = false;
    await settled();
    expect(total.value).toBe(5);
  });
});

describe("a run with embeddings", () => {
  const withEmbedding = () => setModel(record(gpt(2), { embeddings: [EMBEDDING] }), null);

  test("is asked for its positions only", async () => {
    withEmbedding();
    stop = followSteps(wanted);
    await settled();
    expect([server.asked, snapshots.value]).toEqual([[], null]);
  });

  test("that can't be read has the steps meanwhile, and gives them up for the cloud", async () => {
    withEmbedding();
    stop = followSteps(wanted);
    setProblem("cloud", "The rows are damaged.");
    await settled();
    expect(total.value).toBe(5);
    const set = new SnapshotSet(2);
    set.put(0, 7, 0, new Float32Array(6));
    const basis = { version: 1, variance_ratios: [1], fitted_steps: [7], radius: 1, aligned: false, kept_ratio: 1 };
    showCloud(makeCloud("r", EMBEDDING, set, basis, 0), 0, null);
    expect([total.value, step.value]).toEqual([1, 7]);
    showCloud(null, 0, null);
    setProblem("cloud", null);
    expect(snapshots.value).toBeNull();
  });
});

test("another run's steps take the place of the last one's", async () => {
  stop = followSteps(wanted);
  await settled();
  seekStep(10);
  server.total = 3;
  tellRuns("other");
  runName.value = "other";
  setModel(record(gpt(2), { run: "other" }), null);
  await settled();
  expect([total.value, step.value, following.value]).toEqual([3, 20, true]);
});
