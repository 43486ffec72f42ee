import { beforeEach, describe, expect, test } from "vitest";
import { loopAll, loopOver, loopPart, markLoop, placeAhead, play, playing, seek } from "../src/store/playback";
import {
  beside,
  chooseEmbedding,
  embeddingPath,
  onlyApart,
  partsLayout,
  pictureName,
  rowNoun,
  setLayout,
  setModel,
  setWith,
  toggleEmbedding,
} from "../src/store/runs";
import { loop, pace } from "../src/store/settings";
import { makeCloud, showCloud } from "../src/store/timeline";
import { SnapshotSet } from "../src/time/snapshots";
import type { Embedding, Model } from "../src/wire.gen";
import { EMBEDDING, POSITIONS } from "./cloud_server";

const model = (...embeddings: Embedding[]) => ({ run: "r", embeddings }) as unknown as Model;

beforeEach(() => {
  setWith(null);
  setLayout("together");
  setModel(model(EMBEDDING, POSITIONS), null);
  chooseEmbedding("wte");
});

describe("the embeddings shown", () => {
  test("are one or two, tokens first however they were ticked, and one always stays", () => {
    toggleEmbedding("wte");
    expect(embeddingPath.value).toBe("wte");
    chooseEmbedding("wpe");
    toggleEmbedding("wte");
    expect([embeddingPath.value, beside.value?.path]).toEqual(["wte", "wpe"]);
    expect([pictureName.value, rowNoun.value]).toEqual(["Token and position embeddings", "row"]);
    toggleEmbedding("wte");
    expect([embeddingPath.value, beside.value]).toEqual(["wpe", null]);
    expect([pictureName.value, rowNoun.value]).toEqual(["Position embeddings", "position"]);
  });

  test("stand apart where they have no space in common, and together again where they have", () => {
    setModel(model(EMBEDDING, { ...POSITIONS, shape: [2, 16] }), null);
    toggleEmbedding("wpe");
    expect(partsLayout.value).toBe("apart");
    expect(onlyApart.value).toContain("8 dimensions");
    setModel(model(EMBEDDING, POSITIONS), null);
    expect([partsLayout.value, onlyApart.value]).toEqual(["together", null]);
  });

  test("are one where another model has no second", () => {
    toggleEmbedding("wpe");
    setModel(model(EMBEDDING), null);
    setModel(model(EMBEDDING, POSITIONS), null);
    expect(beside.value).toBeNull();
  });
});

describe("a loop", () => {
  beforeEach(() => {
    const set = new SnapshotSet(2);
    for (let t = 0; t < 101; t++) set.put(t, t * 10, t, new Float32Array(6));
    const basis = { version: 1, variance_ratios: [], fitted_steps: [], radius: 1, aligned: false, kept_ratio: 1 };
    showCloud(makeCloud("r", EMBEDDING, set, basis, 0), 0, null);
    globalThis.requestAnimationFrame = () => 1;
    pace.value = "snapshot";
    loop.value = false;
    loopAll();
  });

  test("over a part is marked by the cursor at both of its ends, in either order, and taken back", () => {
    seek(40);
    markLoop();
    seek(20);
    markLoop();
    expect(loopPart.value).toEqual({ first: 200, last: 400 });
    expect(loop.value).toBe(true);
    markLoop();
    expect(loopPart.value).toBeNull();
  });

  test("begins at the part's beginning when the cursor stands outside, and reads ahead within it", () => {
    loopOver(300, 200);
    seek(90);
    play();
    expect(placeAhead()).toBeCloseTo(20 + 1.5 * 5, 6);
    seek(29);
    play();
    expect(placeAhead()).toBeCloseTo(20 + 1.5 * 5 - 1, 6);
    seek(0);
    expect([playing.value, placeAhead()]).toEqual([false, 0]);
  });
});
