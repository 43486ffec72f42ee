import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  compareWith,
  matching,
  otherBracket,
  otherCloud,
  otherEnd,
  otherPlace,
  setOtherModel,
  sharedAxes,
} from "../../src/store/compare";
import { followOtherCloud, nextRange } from "../../src/store/compare_cloud";
import { seek, setFollowing } from "../../src/store/playback";
import { chooseRun, setRuns } from "../../src/store/runs";
import { SnapshotSet } from "../../src/time/snapshots";
import type { Embedding, Model, RunInfo } from "../../src/wire.gen";
import { EMBEDDING, server, settled, start, useServer } from "../cloud_server";

useServer();

const MiB = 2 ** 20;
const info = (run: string, snapshots: number): RunInfo => ({
  run,
  snapshots,
  first_step: 0,
  last_step: (snapshots - 1) * 10,
  last_wall_time: 0,
  live: false,
  sessions: 1,
  generation: 0,
  damaged: [],
});
const tell = (snapshots: number) =>
  setRuns({
    runs: [info("r", server.total), info("s", snapshots)],
    other_runs: [],
    notices: [],
    loading: { done: true, bytes_read: 1, bytes_total: 1 },
    cursor: 1,
  });
const record = (embeddings: Embedding[]): Model => ({
  run: "s",
  session_id: "x",
  started: 0,
  model_class: "GPT",
  layers: [],
  embeddings,
  stats: [],
  stat_units: {},
  optimizer: {},
  schedule: {},
});

let stop: () => void = () => {};

async function beside(embedding: Embedding, snapshots = server.total): Promise<void> {
  tell(snapshots);
  chooseRun("r");
  void start(0);
  await settled();
  setFollowing(false);
  stop = followOtherCloud();
  setOtherModel(record([embedding]));
  compareWith("s");
  await settled();
}

beforeEach(() => {
  chooseRun("");
});

afterEach(() => {
  stop();
  compareWith(null);
  setOtherModel(null);
});

const askedOfOther = () => server.asked.filter((query) => query.get("run") === "s");
const sampled = (): Embedding => ({ ...EMBEDDING, shape: [server.rows, 8], labels: null });

describe("the cloud of another run", () => {
  test("is drawn along the first run's axes where the rows agree", async () => {
    await beside(sampled());
    expect(askedOfOther().every((query) => query.get("basis_of") === "r")).toBe(true);
    expect(sharedAxes.value).toEqual({ shared: true, reason: null });
    expect(otherCloud.value?.set.loaded).toBe(server.total);
    expect(matching.value?.common).toBe(2);
  });

  test("has axes of its own where they don't, and says why without asking in vain", async () => {
    await beside({ ...sampled(), shape: [2, 16] });
    expect(askedOfOther().some((query) => query.has("basis_of"))).toBe(false);
    expect(sharedAxes.value.shared).toBe(false);
    expect(sharedAxes.value.reason).toBe("it has 16 dimensions, there it has 8");
  });

  test("stands at the step of the one cursor", async () => {
    await beside(sampled());
    for (const at of [0, 17, 17.5, 299]) {
      seek(at);
      expect(otherPlace.value).toBeCloseTo(at, 9);
      expect(otherBracket.value).toEqual({ before: Math.floor(at), after: Math.ceil(at) });
    }
    expect(otherEnd.value).toBeNull();
  });

  test("holds no more than memory may, but always what the cursor stands on", async () => {
    server.rows = 120_000;
    server.total = 120;
    await beside(sampled());
    const set = () => otherCloud.value?.set as SnapshotSet;
    const most = Math.floor((48 * MiB) / set().snapshotBytes);
    expect(most).toBeLessThan(server.total / 2);
    for (const at of [119, 40, 77, 3]) {
      seek(at);
      await settled();
      expect(set().has(at)).toBe(true);
      expect(set().loaded).toBeLessThanOrEqual(most);
    }
  }, 20_000);

  test("grows with its run", async () => {
    server.total = 20;
    await beside(sampled());
    expect(otherCloud.value?.set.total).toBe(20);
    server.total = 26;
    tell(26);
    await settled();
    expect(otherCloud.value?.set.total).toBe(26);
    expect(otherCloud.value?.set.loaded).toBe(26);
  });

  test("is let go of with the comparison", async () => {
    await beside(sampled());
    compareWith(null);
    expect(otherCloud.value).toBeNull();
    const asked = server.asked.length;
    seek(50);
    await settled();
    expect(askedOfOther().length).toBeGreaterThan(0);
    expect(server.asked.slice(asked).filter((query) => query.get("run") === "s")).toEqual([]);
  });
});

test("what is read next never goes beyond what may be held, wherever the cursor stands", () => {
  for (const total of [1, 7, 100, 1000]) {
    for (const most of [8, 30, 2000]) {
      const set = new SnapshotSet(1);
      set.know(
        0,
        Array.from({ length: total }, (_, t) => t),
      );
      const stride = Math.max(1, Math.ceil(total / Math.max(1, Math.min(48, Math.floor(most * 0.8)))));
      for (const place of [0, Math.floor(total / 3), total - 1]) {
        let read = 0;
        for (
          let range = nextRange(set, place, 16, most, stride);
          range;
          range = nextRange(set, place, 16, most, stride)
        ) {
          for (let t = range.first; t <= range.last; t++) set.put(t, t, t, new Float32Array(3));
          set.drop(place, most, stride);
          read += range.last - range.first + 1;
          expect(read, "it reads again and again what it drops").toBeLessThan(3 * total + 100);
        }
        expect(set.has(place)).toBe(true);
        expect(set.loaded).toBeLessThanOrEqual(Math.max(most, Math.ceil(total / stride) + 1));
      }
    }
  }
});
