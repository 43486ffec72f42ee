import { beforeEach, describe, expect, test } from "vitest";
import {
  lineOrder,
  mapAxis,
  moveBy,
  outsideNow,
  scaleWanted,
  setHeatOrder,
  shownHeat,
  zoomBy,
  zoomTo,
} from "../../src/store/heat_view";
import { setLayerQuery, showAllLayers } from "../../src/store/layers";
import { model, runName, runs } from "../../src/store/runs";
import {
  type Heat,
  heat,
  heatRange,
  setHeatColors,
  setHeatRange,
  setStat,
  zoomedHeat,
} from "../../src/store/statistics";
import type { Layer, Model, RunInfo } from "../../src/wire.gen";

const PATHS = ["wte", "h.0.ln_1", "h.0.attn", "ln_f"];
const layer = (path: string): Layer => ({
  path,
  role: "other",
  block: path.startsWith("h.") ? 0 : null,
  shape: [8, 8],
  dtype: "float32",
  parameters: 64,
  tied_to: null,
  trainable: true,
});

/** 100 columns of ten snapshots each; a layer's value is its factor times the column. */
function made(stat: string, factors: readonly number[], range: [number, number] | null = null, columns = 100): Heat {
  const [first, last] = range ?? [0, 999];
  const edges = Float64Array.from({ length: columns + 1 }, (_, c) => first + (c * (last + 1 - first)) / columns);
  const shown = Float32Array.from({ length: factors.length * columns }, (_, i) => {
    return (factors[Math.floor(i / columns)] as number) * (1 + (i % columns));
  });
  return {
    run: "a",
    generation: 1,
    stat,
    log: true,
    held: false,
    total: 1000,
    firstStep: 0,
    lastStep: 999,
    edges,
    shown,
    low: shown,
    high: shown,
    broken: new Uint8Array(shown.length),
    counts: new Float64Array(columns).fill(Math.max(1, (last + 1 - first) / columns)),
    columns,
    layers: factors.length,
    range,
  };
}

beforeEach(() => {
  runs.value = [{ run: "a", snapshots: 1000 } as unknown as RunInfo];
  runName.value = "a";
  model.value = {
    run: "a",
    layers: PATHS.map(layer),
    embeddings: [],
    stats: ["grad_norm"],
    optimizer: {},
  } as unknown as Model;
  setStat("grad_norm");
  setHeatColors("auto");
  setHeatOrder("model");
  setHeatRange(null);
  showAllLayers();
  zoomedHeat.value = null;
  heat.value = made("grad_norm", [1, 5, 2, 3]);
});

describe("the part of the time that is shown", () => {
  test("stays within the run and isn't shorter than a few steps", () => {
    zoomTo(600, 400);
    expect(heatRange.value).toEqual([400, 600]);
    zoomTo(-50, 30);
    expect(heatRange.value?.[0]).toBe(0);
    zoomTo(500, 500.5);
    expect((heatRange.value?.[1] ?? 0) - (heatRange.value?.[0] ?? 0)).toBe(4);
    zoomTo(0, 998);
    expect(heatRange.value).toBeNull();
    expect(mapAxis.value).toEqual([0, 999]);
  });
  test("keeps the step under the pointer where it is, nearer and farther", () => {
    zoomTo(200, 600);
    zoomBy(0.5, 300);
    expect(heatRange.value).toEqual([250, 450]);
    zoomBy(2, 300);
    expect(heatRange.value).toEqual([200, 600]);
    moveBy(10);
    expect(heatRange.value).toEqual([599, 999]);
  });
  test("is drawn from finer columns as soon as they are here for all of it, and from coarse ones till then", () => {
    zoomTo(200, 400);
    expect(shownHeat.value).toBe(heat.value);
    zoomedHeat.value = made("grad_norm", [1, 5, 2, 3], [200, 400]);
    expect(shownHeat.value).toBe(zoomedHeat.value);
    moveBy(0.1);
    expect(shownHeat.value).toBe(heat.value);
    zoomTo(250, 300);
    expect(shownHeat.value).toBe(zoomedHeat.value);
    zoomedHeat.value = made("weight_norm", [1, 5, 2, 3], [200, 400]);
    expect(shownHeat.value).toBe(heat.value);
  });
  test("leaves the colours alone", () => {
    const before = scaleWanted.value;
    zoomTo(200, 400);
    zoomedHeat.value = made("grad_norm", [100, 500, 200, 300], [200, 400]);
    expect(scaleWanted.value).toEqual(before);
  });
});

describe("what is drawn", () => {
  test("is nothing of another run, nor of a model with other layers", () => {
    heat.value = { ...made("grad_norm", [1, 2, 3, 4]), run: "b" };
    expect(shownHeat.value).toBeNull();
    heat.value = made("grad_norm", [1, 2, 3]);
    expect(shownHeat.value).toBeNull();
    heat.value = { ...made("grad_norm", [1, 2, 3, 4]), total: 0 };
    expect(shownHeat.value).toBeNull();
  });
  test("has a scale of the layers shown alone", () => {
    setLayerQuery("ln_f");
    expect(scaleWanted.value).toMatchObject({ least: 3, most: 300 });
  });
  test("is linear where values are negative, whatever was chosen", () => {
    heat.value = { ...made("weight_mean", [-1, 5, 2, 3]), log: false };
    setHeatColors("log");
    expect(scaleWanted.value?.log).toBe(false);
    heat.value = { ...made("grad_norm", [1, 5, 2, 3]), log: false };
    expect(scaleWanted.value?.log).toBe(true);
  });
  test("knows of no band where there is none, and of no cursor where there are no snapshots", () => {
    expect(outsideNow.value).toBeNull();
    setHeatOrder("value");
    expect([...lineOrder.value].sort()).toEqual([0, 1, 2, 3]);
  });
});
