import { beforeEach, describe, expect, test, vi } from "vitest";
import { keyFrom, keyText } from "../../src/findings/keys";
import { chosen } from "../../src/store/chosen";
import { findingPart } from "../../src/store/finding_link";
import { layerLevels, soFar, tokenMarks } from "../../src/store/finding_marks";
import {
  awaitFinding,
  closeFinding,
  findingLoop,
  findingShown,
  followFinding,
  loopFinding,
  openFinding,
  openNext,
  showTokenOf,
} from "../../src/store/finding_shown";
import { findingKey, setInsights } from "../../src/store/insights";
import { chooseLayer, hiddenKinds, layerPath, toggleKind } from "../../src/store/layers";
import { following, loopAll, loopPart, playing, seekStep, setFollowing } from "../../src/store/playback";
import { chooseRun, embeddingPath, setModel } from "../../src/store/runs";
import { forgetRows, select, selected } from "../../src/store/selection";
import { loop } from "../../src/store/settings";
import { heatRange, setHeatRange, stat } from "../../src/store/statistics";
import { makeCloud, showCloud, step } from "../../src/store/timeline";
import { setView } from "../../src/store/view";
import { SnapshotSet } from "../../src/time/snapshots";
import type { Finding } from "../../src/wire.gen";
import { embedding, LABELS, tokens } from "../choosing_run";
import { gpt, record } from "../model_record";
import { finding } from "./finding";

vi.stubGlobal("requestAnimationFrame", () => 1);
vi.stubGlobal("performance", { now: () => 0 });

const sick = finding({ layers: ["h.0.mlp.c_fc", "h.1.mlp.c_fc"], first_step: 405, last_step: 600 });
const rare = finding({
  insight: "undertrained_tokens",
  severity: "watch",
  layers: ["wte"],
  tokens: ["B", "3"],
  first_step: 100,
  last_step: 1000,
});
const BASIS = { version: 1, variance_ratios: [1], fitted_steps: [0], radius: 1, aligned: false, kept_ratio: 1 };

function told(findings: Finding[], run = "r"): void {
  setInsights({ run, generation: 0, snapshots: 101, phases: [], boundaries: [], findings });
}

beforeEach(() => {
  awaitFinding(null);
  forgetRows();
  chooseRun("r");
  setModel(record(gpt(2), { embeddings: [tokens], stats: ["weight_norm", "grad_norm"] }), null);
  const set = new SnapshotSet(LABELS.length);
  for (let i = 0; i <= 100; i++) set.put(i, i * 10, 0, new Float32Array(LABELS.length * 3));
  showCloud(makeCloud("r", tokens, set, BASIS, 0), 0, null);
  told([sick, rare]);
  setView("embeddings");
  chooseLayer(null);
  loopAll();
  loop.value = false;
  stat.value = "weight_norm";
  return followFinding();
});

describe("opening a finding", () => {
  test("goes to the first snapshot that has it, chooses its first layer and loops its steps without playing", () => {
    openFinding(sick);
    expect(findingShown.value).toEqual(sick);
    expect(step.value).toBe(410);
    expect(layerPath.value).toBe("h.0.mlp.c_fc");
    expect(loop.value).toBe(true);
    expect(loopPart.value?.first).toBeLessThan(405);
    expect(loopPart.value?.last).toBeGreaterThan(600);
    expect(playing.value).toBe(false);
    expect(soFar.value).toContain(sick);
  });

  test("chooses its tokens together, one alone is selected", () => {
    openFinding(rare);
    expect(chosen.value.map((row) => LABELS[row])).toEqual(["B", "3"]);
    expect(step.value).toBe(1000);
    told([{ ...rare, tokens: ["e"] }]);
    openFinding({ ...rare, tokens: ["e"] });
    expect(LABELS[selected.value as number]).toBe("e");
    expect(chosen.value).toEqual([]);
  });

  test("shows a layer that was hidden, the statistic that tells of it, and the steps that were zoomed away from", () => {
    toggleKind("mlp");
    setView("heat");
    setHeatRange([0, 100]);
    openFinding(sick);
    expect(hiddenKinds.value.size).toBe(0);
    expect(stat.value).toBe("grad_norm");
    expect(heatRange.value).toBeNull();
  });

  test("one by one with the keys, round and round", () => {
    openNext(1);
    expect(findingShown.value).toEqual(sick);
    openNext(1);
    expect(findingShown.value).toEqual(rare);
    openNext(1);
    expect(findingShown.value).toEqual(sick);
    openNext(-1);
    expect(findingShown.value).toEqual(rare);
  });
});

describe("going back from it", () => {
  test("what was chosen and looped before is so again, and the cursor stands where it stood", () => {
    seekStep(50);
    select(2);
    chooseLayer(0);
    openFinding(sick);
    openFinding(rare);
    closeFinding();
    expect(findingShown.value).toBeNull();
    expect([selected.value, layerPath.value, loop.value, loopPart.value]).toEqual([2, "wte", false, null]);
    expect(chosen.value).toEqual([]);
    expect(step.value).toBe(50);
  });

  test("a cursor that was moved meanwhile stays", () => {
    seekStep(50);
    openFinding(sick);
    seekStep(500);
    closeFinding();
    expect(step.value).toBe(500);
  });

  test("who followed a run that grows follows it again", () => {
    seekStep(2000);
    setFollowing(true);
    openFinding(sick);
    expect(following.value).toBe(false);
    closeFinding();
    expect(following.value).toBe(true);
  });

  test("a loop that was set by hand meanwhile stays", () => {
    openFinding(sick);
    loopAll();
    closeFinding();
    expect(loop.value).toBe(true);
    expect(loopPart.value).toBeNull();
  });

  test("whoever chooses something else looks at that, and keeps it", () => {
    openFinding(sick);
    chooseLayer(4);
    expect(findingShown.value).toBeNull();
    expect(layerPath.value).toBe("h.0.attn.c_proj");
    openFinding(rare);
    showTokenOf(rare, "3");
    expect(findingShown.value).toEqual(rare);
    select(0);
    expect(findingShown.value).toBeNull();
    expect(selected.value).toBe(0);
  });

  test("its loop goes off and on by its button", () => {
    openFinding(sick);
    expect(findingLoop.value?.on).toBe(true);
    loopAll();
    expect(findingLoop.value?.on).toBe(false);
    loopFinding(sick);
    expect(findingLoop.value?.on).toBe(true);
  });
});

describe("rows of an embedding that isn't on screen", () => {
  const places = embedding("wpe", null, 8);
  const other = finding({ insight: "embedding_collapse", severity: "watch", layers: ["wpe"], first_step: 30 });

  beforeEach(() => {
    setModel(record(gpt(2), { embeddings: [tokens, places] }), null);
    told([other]);
  });

  test("are shown where rows are looked at, and going back shows the other again", () => {
    openFinding(other);
    expect(embeddingPath.value).toBe("wpe");
    expect(findingShown.value).toEqual(other);
    closeFinding();
    expect(embeddingPath.value).toBe("wte");
  });

  test("stay away where layers are looked at", () => {
    setView("heat");
    openFinding(other);
    expect(embeddingPath.value).toBe("wte");
    expect(layerPath.value).toBe("wpe");
  });
});

describe("a finding in a run that grows", () => {
  test("stays open though its last step and its sentence change", () => {
    openFinding(sick);
    told([rare, { ...sick, last_step: 900, sentence: "now this" }]);
    expect(findingShown.value?.sentence).toBe("now this");
    told([{ ...sick, first_step: 420 }]);
    expect(findingShown.value?.first_step).toBe(420);
  });

  test("is another one where the step is far away, or it is of another layer", () => {
    openFinding(sick);
    told([{ ...sick, first_step: 550 }]);
    expect(findingShown.value).toBeNull();
    told([{ ...sick, layers: ["h.1.mlp.c_fc"] }]);
    expect(findingShown.value).toBeNull();
  });

  test("is none of another run", () => {
    openFinding(sick);
    chooseRun("other");
    told([sick], "other");
    expect(findingShown.value).toBeNull();
  });
});

describe("a link", () => {
  const part = findingPart();

  test("carries the finding, however its layers and tokens are written", () => {
    for (const one of [sick, rare, finding({ layers: ["a/b ~c"], tokens: ["\n"] }), finding({ tokens: ["~"] })]) {
      const key = findingKey(one);
      expect(keyFrom(keyText(key))).toBe(key);
    }
    openFinding(sick);
    expect(part.read()).toBe("vanishing_gradients~405~h.0.mlp.c_fc");
  });

  test("without a step goes there once the run is here; until then it is kept", () => {
    told([], "r");
    setFollowing(true);
    part.write(keyText(findingKey(sick)));
    expect(findingShown.value).toBeNull();
    expect(part.read()).toBe(keyText(findingKey(sick)));
    told([rare, sick]);
    expect(findingShown.value).toEqual(sick);
    expect(step.value).toBe(410);
  });

  test("with a step shows what it was made from", () => {
    seekStep(700);
    part.write(keyText(findingKey(sick)));
    expect(findingShown.value).toEqual(sick);
    expect(step.value).toBe(700);
    expect(layerPath.value).toBeNull();
  });

  test("that is broken changes nothing", () => {
    for (const text of ["", "x", "a~b~c", "%~1", "a~1~%E0%A4%A~", "a~1~b~c~d"]) {
      part.write(text);
      expect(part.read()).toBeUndefined();
    }
  });
});

describe("marks", () => {
  test("are on layers and tokens while the finding goes on, and the same array while nothing changes", () => {
    seekStep(410);
    const levels = layerLevels.value;
    expect([...levels].filter((level) => level === 3)).toHaveLength(2);
    expect(tokenMarks.value.map(({ rows }) => rows.map((row) => LABELS[row]))).toEqual([["B", "3"]]);
    const [told, rings] = [soFar.value, tokenMarks.value];
    seekStep(420);
    expect(layerLevels.value).toBe(levels);
    expect([soFar.value, tokenMarks.value]).toEqual([told, rings]);
    expect(soFar.value).toBe(told);
    expect(tokenMarks.value).toBe(rings);
    seekStep(0);
    expect([...layerLevels.value].every((level) => level === 0)).toBe(true);
    expect(tokenMarks.value).toEqual([]);
  });
});
