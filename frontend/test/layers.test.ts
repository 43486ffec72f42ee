import { beforeEach, describe, expect, test } from "vitest";
import { sizeOf } from "../src/panels/layer_filters";
import {
  blockRange,
  chooseFirstLayer,
  chooseLayer,
  chosenLayer,
  hiddenFinds,
  kindRows,
  layerPath,
  layers,
  setBlockRange,
  setLayerQuery,
  showAllKinds,
  showAllLayers,
  shownLayers,
  toggleKind,
} from "../src/store/layers";
import { setModel } from "../src/store/runs";
import { gpt, record } from "./model_record";

const paths = () => shownLayers.value.map((place) => layers.value[place]?.path);
const row = (kind: string) => kindRows.value.find((one) => one.kind === kind);

beforeEach(() => {
  showAllLayers();
  chooseLayer(null);
  setModel(record(gpt(4)), null);
});

describe("kinds of parameters", () => {
  test("are told in the order of the model with their shape or count", () => {
    expect(kindRows.value.map(({ kind, layers: all }) => [kind, sizeOf(all)])).toEqual([
      ["token_embedding", "65×128"],
      ["position_embedding", "64×128"],
      ["attention", "8 matrices"],
      ["mlp", "8 matrices"],
      ["norm", "9 vectors"],
      ["head", "tied"],
    ]);
  });

  test("that are switched off leave the rest, in its order", () => {
    toggleKind("attention");
    toggleKind("norm");
    expect(paths()).toEqual([
      "wte",
      "wpe",
      ...[0, 1, 2, 3].flatMap((block) => [`h.${block}.mlp.c_fc`, `h.${block}.mlp.c_proj`]),
      "lm_head",
    ]);
    expect(row("attention")).toMatchObject({ hidden: true, shown: 0 });
    toggleKind("attention");
    expect(row("attention")).toMatchObject({ hidden: false, shown: 8 });
  });

  test("are partly shown where the blocks or the search leave some of them out", () => {
    setBlockRange([1, 2]);
    expect(row("attention")).toMatchObject({ hidden: false, shown: 4 });
    expect(row("norm")?.shown).toBe(5);
    expect(row("token_embedding")?.shown).toBe(1);
    setLayerQuery("c_fc");
    expect(row("attention")?.shown).toBe(0);
    expect(row("mlp")?.shown).toBe(2);
  });
});

describe("a range of blocks", () => {
  test("that is all of them is none, so that a deeper model shows all of its own", () => {
    setBlockRange([0, 3]);
    expect(blockRange.value).toBeNull();
    setBlockRange([0, 2]);
    expect(blockRange.value).toEqual([0, 2]);
    setModel(record(gpt(12)), null);
    expect(paths().filter((path) => path?.endsWith("c_attn"))).toEqual([0, 1, 2].map((b) => `h.${b}.attn.c_attn`));
  });
});

describe("a search for layers", () => {
  test.each([
    ["c_PROJ", 8],
    ["h.3.", 6],
    ["mlp_down", 4],
    ["mlp up", 4],
    ["attention", 8],
    ["position", 1],
    ["zz", 0],
  ])("for %j finds by path and by role: %d", (text, count) => {
    setLayerQuery(text);
    expect(shownLayers.value.length).toBe(count);
  });

  test("chooses the first one that is shown, and nothing where there is none", () => {
    setLayerQuery("c_fc");
    setBlockRange([2, 3]);
    expect(chooseFirstLayer()).toBe(true);
    expect(layerPath.value).toBe("h.2.mlp.c_fc");
    setLayerQuery("zz");
    expect(chooseFirstLayer()).toBe(false);
    expect(layerPath.value).toBe("h.2.mlp.c_fc");
  });

  test("counts what it would find with all kinds and blocks shown", () => {
    setLayerQuery("c_fc");
    setBlockRange([2, 3]);
    expect(hiddenFinds.value).toBe(2);
    toggleKind("mlp");
    expect([paths(), hiddenFinds.value]).toEqual([[], 4]);
    showAllKinds();
    expect([shownLayers.value.length, hiddenFinds.value]).toEqual([4, 0]);
  });
});

test("a chosen layer stays chosen in a run that has it too, and only there", () => {
  chooseLayer(layers.value.findIndex((layer) => layer.path === "h.3.attn.c_proj"));
  setModel(record(gpt(2)), null);
  expect(chosenLayer.value).toBeNull();
  setModel(record(gpt(12)), null);
  expect(layers.value[chosenLayer.value as number]?.path).toBe("h.3.attn.c_proj");
});
