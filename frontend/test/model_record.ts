/** Model records for tests: a GPT of so many blocks, 128 wide, as the one that trains on characters. */

import type { Layer, Model } from "../src/wire.gen";

function layer(path: string, role: string, block: number | null, shape: number[], tied: string | null = null): Layer {
  const parameters = tied === null ? shape.reduce((product, extent) => product * extent, 1) : 0;
  return { path, role, block, shape, dtype: "float32", parameters, tied_to: tied, trainable: true };
}

export function gpt(blocks: number): Layer[] {
  return [
    layer("wte", "token_embedding", null, [65, 128]),
    layer("wpe", "position_embedding", null, [64, 128]),
    ...Array.from({ length: blocks }, (_, b) => [
      layer(`h.${b}.ln_1`, "norm", b, [128]),
      layer(`h.${b}.attn.c_attn`, "attn_qkv", b, [384, 128]),
      layer(`h.${b}.attn.c_proj`, "attn_out", b, [128, 128]),
      layer(`h.${b}.ln_2`, "norm", b, [128]),
      layer(`h.${b}.mlp.c_fc`, "mlp_up", b, [512, 128]),
      layer(`h.${b}.mlp.c_proj`, "mlp_down", b, [128, 512]),
    ]).flat(),
    layer("ln_f", "norm", null, [128]),
    layer("lm_head", "lm_head", null, [65, 128], "wte"),
  ];
}

export function record(layers: Layer[], more: Partial<Model> = {}): Model {
  return {
    run: "r",
    session_id: "first",
    started: 0,
    model_class: "GPT",
    layers,
    embeddings: [],
    stats: ["weight_norm", "grad_norm"],
    stat_units: {},
    optimizer: {},
    schedule: {},
    ...more,
  };
}
