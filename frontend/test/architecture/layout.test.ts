import { describe, expect, test } from "vitest";
import { foldBlocks } from "../../src/architecture/fold";
import { layoutModel } from "../../src/architecture/layout";
import { modelWidth, TALLEST } from "../../src/architecture/size";
import { type Layout, type Rect, WIDTH } from "../../src/architecture/types";
import type { Layer } from "../../src/wire.gen";
import { gpt, layer, llama, mixture } from "./models";

const overlap = (a: Rect, b: Rect) =>
  a.x < b.x + b.width - 0.01 &&
  b.x < a.x + a.width - 0.01 &&
  a.y < b.y + b.height - 0.01 &&
  b.y < a.y + a.height - 0.01;

function expectSound(found: Layout, layers: readonly Layer[]): void {
  for (const [i, one] of found.slabs.entries()) {
    for (const other of found.slabs.slice(i + 1))
      expect(overlap(one, other), `${one.name} over ${other.name}`).toBe(false);
  }
  const drawn = [...found.slabs.map((slab) => slab.layer), ...found.hidden].sort((a, b) => a - b);
  expect(drawn, "each layer is drawn once or told as hidden").toEqual(layers.map((_, ordinal) => ordinal));
  const { x, y, width, height } = found.bounds;
  for (const slab of found.slabs) {
    expect(slab.x).toBeGreaterThanOrEqual(x);
    expect(slab.y).toBeGreaterThanOrEqual(y);
    expect(slab.x + slab.width).toBeLessThanOrEqual(x + width + 0.01);
    expect(slab.y + slab.height).toBeLessThanOrEqual(y + height + 0.01);
  }
}

const slabOf = (found: Layout, layers: readonly Layer[], path: string) =>
  found.slabs.find((slab) => layers[slab.layer]?.path === path);

describe("the picture of a model", () => {
  test.each([
    ["nanoGPT of 4 blocks", gpt(4)],
    ["GPT-2", gpt(12, 768, 50_257)],
    ["96 blocks", gpt(96, 1024, 50_257)],
    ["Llama with few key heads", llama(6)],
    ["8 experts", mixture(8)],
    ["64 experts", mixture(64)],
    ["one block", gpt(1)],
  ])("nothing lies over anything else, and no layer is forgotten: %s", (_, layers) => {
    expectSound(layoutModel(layers), layers);
  });

  test("matrices have their true proportions, with the side of the stream across", () => {
    const layers = gpt(2, 128);
    const found = layoutModel(layers);
    const up = slabOf(found, layers, "transformer.h.0.mlp.c_fc");
    const down = slabOf(found, layers, "transformer.h.0.mlp.c_proj");
    expect([up?.width, up?.height, up?.transposed]).toEqual([WIDTH, 4 * WIDTH, false]);
    expect([down?.width, down?.height, down?.transposed]).toEqual([WIDTH, 4 * WIDTH, true]);
    const tokens = slabOf(found, layers, "transformer.wte");
    expect([tokens?.width, tokens?.height]).toEqual([WIDTH, 65]);
  });

  test("attention stands above the stream and the MLP below it", () => {
    const layers = gpt(3);
    for (const slab of layoutModel(layers).slabs) {
      const role = layers[slab.layer]?.role ?? "";
      if (role.startsWith("attn_")) expect(slab.y).toBeGreaterThan(0);
      if (role.startsWith("mlp_")) expect(slab.y + slab.height).toBeLessThan(0);
    }
  });

  test("a vocabulary too tall to draw is cut and says so", () => {
    const layers = gpt(2, 768, 50_257);
    const tokens = slabOf(layoutModel(layers), layers, "transformer.wte");
    expect(tokens?.height).toBe(TALLEST);
    expect(tokens?.cut).toBe(true);
  });

  test("tied weights are drawn as tied", () => {
    const layers = gpt(2);
    const found = layoutModel(layers);
    expect(slabOf(found, layers, "lm_head")?.tiedTo).toBe("transformer.wte");
    expect(found.wires.filter((wire) => wire.kind === "tie")).toHaveLength(1);
  });

  test("the last norm and the head stand across the stream, in their proportions", () => {
    const layers = gpt(2, 128, 65);
    const found = layoutModel(layers);
    const head = slabOf(found, layers, "lm_head");
    expect([head?.width, head?.height, head?.transposed]).toEqual([65, WIDTH, true]);
    const norm = slabOf(found, layers, "transformer.ln_f");
    expect(norm?.height).toBe(WIDTH);
  });

  test("a tie runs below everything and comes in from the side", () => {
    const layers = gpt(2);
    const found = layoutModel(layers);
    const { points } = found.wires.find((wire) => wire.kind === "tie") ?? { points: [] };
    const lowest = Math.min(...found.slabs.map((slab) => slab.y));
    expect(Math.min(...points.filter((_, i) => i % 2 === 1))).toBeLessThan(lowest);
    const tokens = slabOf(found, layers, "transformer.wte");
    expect(points.slice(-2)).toEqual([tokens?.x, (tokens?.y ?? 0) + (tokens?.height ?? 0) / 2]);
    expect(found.captions.filter((caption) => caption.text === "tied")).toHaveLength(1);
  });

  test("each folded block stands on its plate, in its order, with all of its matrices", () => {
    const layers = gpt(96);
    const found = layoutModel(layers);
    for (const plate of found.plates.filter((one) => one.folded)) {
      const own = found.tiles.filter((tile) => tile.block >= plate.first && tile.block <= plate.last);
      expect(own.map((tile) => tile.block)).toEqual([...own.map((tile) => tile.block)].sort((a, b) => a - b));
      for (const tile of own) {
        expect(tile.x).toBeGreaterThanOrEqual(plate.x);
        expect(tile.x + tile.width).toBeLessThanOrEqual(plate.x + plate.width);
      }
    }
    const told = new Set(found.tiles.flatMap((tile) => tile.layers));
    const matrices = found.hidden.filter((place) => layers[place]?.role !== "norm");
    expect([...told].sort((a, b) => a - b)).toEqual(matrices);
  });

  test("every branch comes back to the stream", () => {
    const found = layoutModel(gpt(4));
    expect(found.nodes.length / 2).toBe(8);
    for (let k = 1; k < found.nodes.length; k += 2) expect(found.nodes[k]).toBe(0);
  });

  test("Q, K and V of a joint matrix are told apart, and only where they are thirds of it", () => {
    const layers = gpt(1);
    expect(slabOf(layoutModel(layers), layers, "transformer.h.0.attn.c_attn")?.seams.map((seam) => seam.name)).toEqual([
      "Q",
      "K",
      "V",
    ]);
    const grouped = [layer("wte", "token_embedding", null, 65, 128), layer("h.0.attn.qkv", "attn_qkv", 0, 192, 128)];
    expect(slabOf(layoutModel(grouped), grouped, "h.0.attn.qkv")?.seams).toEqual([]);
  });

  test("a model nobody knows becomes a labelled stack", () => {
    const layers = [
      layer("conv", "other", null, 32, 3, 3, 3),
      layer("fc1", "other", null, 100, 288),
      layer("fc2", "other", null, 10, 100),
    ];
    const found = layoutModel(layers);
    expect(found.recognized).toBe(false);
    expectSound(found, layers);
    expect(found.captions.map((caption) => caption.text)).toEqual(["conv", "fc1", "fc2"]);
  });

  test("a model without any layer is an empty picture", () => {
    expect(layoutModel([]).slabs).toEqual([]);
  });

  test("the width of the stream is found in models of all kinds", () => {
    expect(modelWidth(gpt(2, 96, 96))).toBe(96);
    expect(modelWidth(llama(2, 256))).toBe(256);
    expect(modelWidth(mixture(4))).toBe(64);
  });
});

describe("folding", () => {
  const blocks = Array.from({ length: 96 }, (_, b) => b);
  test("few blocks are all drawn", () => expect(foldBlocks([0, 1, 2], null).every((run) => !run.folded)).toBe(true));
  test("of many, the first two, the last two and those around the focus are drawn", () => {
    const shown = foldBlocks(blocks, 70).filter((run) => !run.folded);
    expect(shown.map((run) => run.first)).toEqual([0, 1, 69, 70, 71, 94, 95]);
  });
  test("folded plates count what they stand for, and nothing is left out", () => {
    const runs = foldBlocks(blocks, null);
    expect(runs.reduce((sum, run) => sum + run.last - run.first + 1, 0)).toBe(96);
    expect(runs.filter((run) => run.folded).length).toBe(2);
  });
  test("a focus at the end folds one stretch only", () => {
    expect(foldBlocks(blocks, 0).filter((run) => run.folded)).toEqual([{ first: 2, last: 93, folded: true }]);
  });
});
