/** A run on screen for the tests of choosing: eight characters, four positions, a storage of the browser's. */

import { afterEach, beforeEach, vi } from "vitest";
import { endIsolation, showAllClasses, visible } from "../src/store/filters";
import { followGroups, groups } from "../src/store/groups";
import { setModel } from "../src/store/runs";
import { followSearch, setMatchCase, setQuery, setRegex } from "../src/store/search";
import { forgetRows } from "../src/store/selection";
import { makeCloud, showCloud } from "../src/store/timeline";
import { SnapshotSet } from "../src/time/snapshots";
import type { Basis, Embedding, Model } from "../src/wire.gen";

export const LABELS = ["a", "e", "b", "B", "E", "3", " ", "!"];
const stored = new Map<string, string>();
let stops: (() => void)[] = [];

export const embedding = (
  path: string,
  labels: string[] | null,
  size = labels?.length ?? 0,
  rows: number[] | null = null,
): Embedding => ({
  path,
  role: path === "wpe" ? "position_embedding" : "token_embedding",
  shape: [size, 4],
  rows,
  labels,
  counts: null,
  encoding: "int8",
  directions: null,
});
const BASIS: Basis = {
  version: 1,
  variance_ratios: [0.5, 0.2, 0.1],
  fitted_steps: [0],
  radius: 1,
  aligned: false,
  kept_ratio: 1,
};
export const tokens = embedding("wte", LABELS);
export const positions = embedding("wpe", null, 4);

/** A run with one snapshot of these embeddings on screen. NaN rows can't be drawn. */
export function show(run: string, shown: Embedding[], session = "1", broken: number[] = []): void {
  let first = 0;
  const parts = shown.map((one) => {
    const rows = one.rows?.length ?? (one.shape[0] as number);
    const part = { embedding: one, first, rows };
    first += rows;
    return part;
  });
  const set = new SnapshotSet(first);
  const points = new Float32Array(first * 3);
  for (const row of broken) points.fill(Number.NaN, row * 3, row * 3 + 3);
  set.put(0, 0, 0, points);
  const all = [tokens, positions];
  setModel(
    {
      run,
      session_id: session,
      embeddings: [...new Set([...shown, ...all.filter((one) => !shown.some(({ path }) => path === one.path))])],
    } as unknown as Model,
    shown[0]?.path ?? null,
  );
  showCloud(makeCloud(run, shown[0] as Embedding, set, BASIS, 1, parts), 0, null);
}

export function withRun(): void {
  beforeEach(() => {
    stored.clear();
    vi.stubGlobal("window", {
      localStorage: {
        getItem: (key: string) => stored.get(key) ?? null,
        setItem: (key: string, text: string) => stored.set(key, text),
      },
    });
    stops = [followGroups(), followSearch()];
    show("a", [tokens]);
  });

  afterEach(() => {
    for (const stop of stops) stop();
    showCloud(null, 0, null);
    forgetRows();
    setQuery("");
    setRegex(false);
    setMatchCase(false);
    showAllClasses();
    endIsolation();
    groups.value = [];
    vi.unstubAllGlobals();
  });
}

export const labelled = (rows: readonly number[]) => rows.map((row) => LABELS[row]).join("");
export const shown = () => labelled([...visible.value.keys()].filter((row) => visible.value[row] === 1));
