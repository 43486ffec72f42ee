import { describe, expect, test } from "vitest";
import { foldBlocks } from "../../src/architecture/fold";
import { layoutModel } from "../../src/architecture/layout";
import { modelWidth, TALLEST } from "../../src/architecture/size";
import { type Layout, type Rect, WIDTH } from "../../src/architecture/types";
import type { Layer } from "../../src/wire.gen";

function layer(path: string, role: string, block: number | null, ...shape: number[]): Layer {
  const parameters = shape.reduce((all, side) => all * side, 1);
  return { path, role, block, shape, dtype: "float32", parameters, tied_to: null, trainable: true };
}

function gpt(blocks: number, d = 128, vocabulary = 65): Layer[] {
  const inside = Array.from({ length: blocks }, (_, b) => [
    layer(`transformer.h.${b}.ln_1`, "norm", b, d),
    layer(`transformer.h.${b}.attn.c_attn`, "attn_qkv", b, 3 * d, d),
    layer(`transformer.h.${b}.attn.c_proj`, "attn_out", b, d, d),
    layer(`transformer.h.${b}.ln_2`, "norm", b, d),
    layer(`transformer.h.${b}.mlp.c_fc`, "mlp_up", b, 4 * d, d),
    layer(`transformer.h.${b}.mlp.c_proj`, "mlp_down", b, d, 4 * d),
  ]).flat();
  const head = { ...layer("lm_head", "lm_head", null, vocabulary, d), parameters: 0, tied_to: "transformer.wte" };
  return [
    layer("transformer.wte", "token_embedding", null, vocabulary, d),
    layer("transformer.wpe", "position_embedding", null, 64, d),
    ...inside,
    layer("transformer.ln_f", "norm", null, d),
    head,
  ];
}

function llama(blocks: number, d = 256): Layer[] {
  const inside = Array.from({ length: blocks }, (_, b) => [
    layer(`model.layers.${b}.self_attn.q_proj`, "attn_q", b, d, d),
    layer(`model.layers.${b}.self_attn.k_proj`, "attn_k", b, d / 4, d),
    layer(`model.layers.${b}.self_attn.v_proj`, "attn_v", b, d / 4, d),
    layer(`model.layers.${b}.self_attn.o_proj`, "attn_out", b, d, d),
    layer(`model.layers.${b}.mlp.gate_proj`, "mlp_gate", b, 3 * d, d),
    layer(`model.layers.${b}.mlp.up_proj`, "mlp_up", b, 3 * d, d),
    layer(`model.layers.${b}.mlp.down_proj`, "mlp_down", b, d, 3 * d),
    layer(`model.layers.${b}.input_layernorm`, "norm", b, d),
    layer(`model.layers.${b}.post_attention_layernorm`, "norm", b, d),
  ]).flat();
  return [
    layer("model.embed_tokens", "token_embedding", null, 32_000, d),
    ...inside,
    layer("model.norm", "norm", null, d),
    layer("lm_head", "lm_head", null, 32_000, d),
  ];
}

function mixture(experts: number): Layer[] {
  const d = 64;
  const inside = Array.from({ length: experts }, (_, e) => [
    layer(`h.0.moe.experts.${e}.w1`, "mlp_up", 0, 2 * d, d),
    layer(`h.0.moe.experts.${e}.w2`, "mlp_down", 0, d, 2 * d),
  ]).flat();
  return [layer("wte", "token_embedding", null, 100, d), layer("h.0.attn.qkv", "attn_qkv", 0, 3 * d, d), ...inside];
}

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
