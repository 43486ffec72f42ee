import { beforeEach, describe, expect, test } from "vitest";
import { layerParts } from "../src/store/layer_link";
import { blockRange, hiddenKinds, layerPath, layerQuery, setBlockRange, toggleKind } from "../src/store/layers";
import { applyState, readState } from "../src/store/link";
import { setModel } from "../src/store/runs";
import { heatColors, heatRange, paintBy, stat } from "../src/store/statistics";
import { setView, view } from "../src/store/view";
import { parseHash, withState } from "../src/url_state";
import { gpt, record } from "./model_record";

const parts = layerParts();
const seen = () => ({
  view: view.value,
  stat: stat.value,
  paint: paintBy.value,
  scale: heatColors.value,
  layer: layerPath.value,
  kinds: [...hiddenKinds.value].sort(),
  blocks: blockRange.value,
  query: layerQuery.value,
  range: heatRange.value,
});

function fromTheStart(): void {
  for (const part of parts) part.clear?.();
}

beforeEach(() => {
  setModel(record(gpt(8)), null);
  fromTheStart();
});

describe("a link of the views of layers", () => {
  test("is empty at the start", () => {
    expect(readState(parts).size).toBe(0);
  });

  test("brings back view, statistic, paint, scale, layer, kinds, blocks, search and part of the run", () => {
    setView("heat");
    stat.value = "update_ratio";
    paintBy.value = "stat";
    heatColors.value = "linear";
    layerPath.value = "h.3.mlp.c_proj";
    toggleKind("norm");
    toggleKind("head");
    setBlockRange([2, 5]);
    layerQuery.value = "é & = #";
    heatRange.value = [10.4, 99.2];
    const state = readState(parts);
    const carried = parseHash(withState("#paramviz", state) as string);
    const before = seen();
    fromTheStart();
    expect(seen()).not.toEqual(before);
    applyState(parts, carried);
    expect(seen()).toEqual({ ...before, range: [10, 100] });
  });

  test("of one view says nothing of the others, which are then as at the start", () => {
    stat.value = "update_ratio";
    setBlockRange([2, 5]);
    applyState(parts, new Map([["tab", "layers"]]));
    expect(seen()).toMatchObject({ view: "layers", stat: "grad_norm", blocks: null });
  });

  test.each([
    ["tab", "elsewhere"],
    ["stat", "no stat!"],
    ["paint", "purple"],
    ["scale", "cubic"],
    ["blocks", "5-2"],
    ["blocks", "a-b"],
    ["range", "-5-9"],
    ["range", "1e9"],
  ])("passes over %s=%s", (key, text) => {
    const before = seen();
    applyState(parts, new Map([[key, text]]));
    expect(seen()).toEqual(before);
  });
});
