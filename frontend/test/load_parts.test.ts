import { describe, expect, test } from "vitest";
import { coursesOf } from "../src/rows/cloud_parts";
import { seek, settle } from "../src/store/playback";
import {
  cloud,
  drawnPositions,
  loadedCount,
  morph,
  partOf,
  setFrame,
  setStill,
  still,
  varianceOverRun,
} from "../src/store/timeline";
import { firstThree } from "../src/time/tour_math";
import { EMBEDDING, POSITIONS, server, settled, start, tellRuns, useServer } from "./cloud_server";

useServer();

const shown = () => {
  if (!cloud.value) throw new Error("no cloud");
  return cloud.value;
};

describe("two embeddings in one picture", () => {
  test("are asked for at once, and each row knows which it is of", async () => {
    tellRuns();
    void start(null, "joint", { embedding: POSITIONS, layout: "apart" });
    await settled();
    expect(server.asked.every((query) => query.get("with") === "wpe" && query.get("layout") === "apart")).toBe(true);
    expect(shown().set.rows).toBe(4);
    expect(shown().parts.map(({ embedding, first, rows }) => [embedding.path, first, rows])).toEqual([
      ["wte", 0, 2],
      ["wpe", 2, 2],
    ]);
    expect(partOf(shown(), 3)).toEqual({ part: shown().parts[1], index: 1 });
    expect(shown().parts.map((part) => part.ratios?.[0])).toEqual([0.5, 0.4]);
  });

  test("name their rows so that position 1 is not taken for a digit, and only tokens have counts", async () => {
    tellRuns();
    void start(null, "joint", { embedding: POSITIONS, layout: "together" });
    await settled();
    const { words, counts, ids } = shown();
    expect(words.display).toEqual(["a", "b", "pos0", "pos1"]);
    expect([...words.classOf].map((index) => words.classes[index]?.name)).toEqual([
      "lower-case vowel",
      "consonant",
      "position",
      "position",
    ]);
    expect(counts).toBeNull();
    expect(ids).toEqual([0, 1, 0, 1]);
  });

  test("join positions in their own order, and tokens not at all", async () => {
    const embedding = { ...POSITIONS, rows: [30, 5, 12] };
    const parts = [
      { embedding: EMBEDDING, first: 0, rows: 2 },
      { embedding, first: 2, rows: 3 },
    ];
    expect(coursesOf(parts, [0, 1, 30, 5, 12])).toEqual([[3, 4, 2]]);
    expect(coursesOf(parts.slice(0, 1), [0, 1])).toEqual([]);
  });

  test("are no picture to ease from when the second goes: the rows are others", async () => {
    tellRuns();
    void start(null, "joint", { embedding: POSITIONS, layout: "together" });
    await settled();
    void start(null);
    await settled();
    expect(shown().parts.length).toBe(1);
    expect(morph.value).toBeNull();
  });
});

describe("a tour's snapshots", () => {
  test("have eight numbers a row, of which the first three are drawn at first, between two snapshots too", async () => {
    server.total = 3;
    tellRuns();
    void start(null, "tour");
    await settled();
    settle(true);
    seek(0.5);
    expect(shown().set.width).toBe(8);
    expect([...(drawnPositions() ?? [])]).toEqual([0.5, 0, 0, -0.5, 0, 401]);
    expect(varianceOverRun.value).toBeCloseTo(0.8, 9);
    const turned = firstThree(8);
    turned.copyWithin(0, 3, 6);
    setFrame(turned);
    expect([...(drawnPositions() ?? [])]).toEqual([0, 0.5, 0, 0, -0.5, 401]);
    setFrame(firstThree(8));
  });

  test("take no more memory than others, with a few over the whole run", async () => {
    // Of 100,000 rows, 3.2 MB each, 31 are held.
    server.rows = 100_000;
    server.total = 200;
    tellRuns();
    void start(1000, "tour");
    await settled();
    const { set } = shown();
    expect(set.bytes).toBeLessThanOrEqual(96 * 2 ** 20);
    expect(loadedCount.value).toBeGreaterThan(24);
    for (let ordinal = 0; ordinal < 200; ordinal += 9) expect(set.has(ordinal)).toBe(true);
    expect([99, 100, 101].every((ordinal) => set.has(ordinal))).toBe(true);
  });
});

describe("a picture of one step", () => {
  test("is eased in, stays while the cursor moves, and the snapshots are there when it goes", async () => {
    tellRuns();
    void start(1000);
    await settled();
    const asked = server.asked.length;
    const positions = Float32Array.of(1, 2, 3, 4, 5, 6);
    setStill({ positions, run: "r", step: 1000, of: shown().set });
    expect([...(morph.value?.from ?? [])]).toEqual([100, 0, 0, -100, 0, 1]);
    seek(7);
    expect(drawnPositions()).toBe(positions);
    setStill(null);
    expect(morph.value?.from).toBe(positions);
    expect(drawnPositions()?.[0]).toBe(7);
    expect(server.asked.length).toBe(asked);
  });

  test("is not drawn over rows that are not its own", async () => {
    tellRuns();
    void start(1000);
    await settled();
    setStill({ positions: new Float32Array(6), run: "r", step: 1000, of: shown().set });
    void start(1000, "joint", { embedding: POSITIONS, layout: "together" });
    await settled();
    expect(still.value).toBeNull();
    setStill(null);
  });
});
