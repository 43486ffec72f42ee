/** Model records of known architectures, in small. */

import type { Layer } from "../../src/wire.gen";

export function layer(path: string, role: string, block: number | null, ...shape: number[]): Layer {
  const parameters = shape.reduce((all, side) => all * side, 1);
  return { path, role, block, shape, dtype: "float32", parameters, tied_to: null, trainable: true };
}

export function gpt(blocks: number, d = 128, vocabulary = 65): Layer[] {
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

export function llama(blocks: number, d = 256): Layer[] {
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

export function mixture(experts: number): Layer[] {
  const d = 64;
  const inside = Array.from({ length: experts }, (_, e) => [
    layer(`h.0.moe.experts.${e}.w1`, "mlp_up", 0, 2 * d, d),
    layer(`h.0.moe.experts.${e}.w2`, "mlp_down", 0, d, 2 * d),
  ]).flat();
  return [layer("wte", "token_embedding", null, 100, d), layer("h.0.attn.qkv", "attn_qkv", 0, 3 * d, d), ...inside];
}
