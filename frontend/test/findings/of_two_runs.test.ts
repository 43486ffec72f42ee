import { beforeEach, describe, expect, test, vi } from "vitest";
import { compareWith, paneShown, setOtherModel } from "../../src/store/compare";
import { heatShown, showHeat } from "../../src/store/compare_heat";
import { soFar } from "../../src/store/finding_marks";
import {
  awaitFinding,
  closeFinding,
  findingShown,
  followFinding,
  openFinding,
  openNext,
  showFindingIn,
  showSide,
} from "../../src/store/finding_shown";
import { keepInsights } from "../../src/store/insights";
import { chooseLayer, layerPath, layers } from "../../src/store/layers";
import { seekStep } from "../../src/store/playback";
import { chooseRun, runs, setModel } from "../../src/store/runs";
import { layersRun } from "../../src/store/side";
import { makeCloud, showCloud, step } from "../../src/store/timeline";
import { setView, view } from "../../src/store/view";
import { SnapshotSet } from "../../src/time/snapshots";
import type { Finding, RunInfo } from "../../src/wire.gen";
import { LABELS, tokens } from "../choosing_run";
import { gpt, record } from "../model_record";
import { finding } from "./finding";

vi.stubGlobal("requestAnimationFrame", () => 1);
vi.stubGlobal("performance", { now: () => 0 });

const ofA = finding({ layers: ["h.0.mlp.c_fc"], first_step: 100, last_step: 200 });
const ofB = finding({ insight: "exploding_gradients", layers: ["h.3.mlp.c_fc"], first_step: 400, last_step: 500 });
const BASIS = { version: 1, variance_ratios: [1], fitted_steps: [0], radius: 1, aligned: false, kept_ratio: 1 };

function told(which: "a" | "b", run: string, findings: Finding[]): void {
  keepInsights(which, { run, generation: 0, snapshots: 101, phases: [], boundaries: [], findings });
}

beforeEach(() => {
  awaitFinding(null);
  compareWith(null);
  const info = (run: string) => ({ run, generation: 0, snapshots: 101, first_step: 0, last_step: 1000 }) as RunInfo;
  runs.value = [info("r"), info("s")];
  chooseRun("r");
  setModel({ ...record(gpt(2), { embeddings: [tokens] }), run: "r" }, null);
  setOtherModel({ ...record(gpt(4), { embeddings: [tokens] }), run: "s" });
  const set = new SnapshotSet(LABELS.length);
  for (let i = 0; i <= 100; i++) set.put(i, i * 10, 0, new Float32Array(LABELS.length * 3));
  showCloud(makeCloud("r", tokens, set, BASIS, 0), 0, null);
  told("a", "r", [ofA]);
  setView("layers");
  chooseLayer(null);
  compareWith("s");
  told("b", "s", [ofB]);
  return followFinding();
});

describe("of two runs", () => {
  test("the other one's findings are gone to as well: its step, its layers, and back", () => {
    seekStep(50);
    openFinding(ofB, "b");
    expect(findingShown.value).toEqual(ofB);
    expect([step.value, layerPath.value]).toEqual([400, "h.3.mlp.c_fc"]);
    expect([layersRun.value?.run, layers.value.length]).toEqual(["s", gpt(4).length]);
    closeFinding();
    expect([findingShown.value, step.value, layersRun.value?.run]).toEqual([null, 50, "r"]);
  });

  test("lists, and what comes next, are of the one that is switched to; an open one of the other is put away", () => {
    openFinding(ofA);
    showSide("b");
    expect(findingShown.value).toBeNull();
    openNext(1);
    expect(findingShown.value).toEqual(ofB);
    expect(soFar.value).not.toContain(ofA);
  });

  test("clouds and the heat map keep A's layers, and the map follows the switch unless it shows the difference", () => {
    setView("heat");
    expect(heatShown.value).toBe("difference");
    showHeat("b");
    expect([paneShown.value, layersRun.value?.run]).toEqual(["b", "r"]);
    showSide("a");
    expect(heatShown.value).toBe("a");
  });

  test("with one of them left only that one is told of", () => {
    openFinding(ofB, "b");
    compareWith(null);
    expect(findingShown.value).toBeNull();
    expect(layersRun.value?.run).toBe("r");
  });
});

describe("going back from a finding", () => {
  test("shows the view again that it was opened in, unless another one was gone to by hand", () => {
    setView("embeddings");
    openFinding(ofA);
    showFindingIn(ofA, "heat");
    closeFinding();
    expect(view.value).toBe("embeddings");
    openFinding(ofA);
    showFindingIn(ofA, "layers");
    setView("heat");
    closeFinding();
    expect(view.value).toBe("heat");
  });
});
