"""The architectures in common use: how to build them, tiny, and the role and block each of their layers should have."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from torch import nn
from toy_architectures import Experts, Lecture, LeNet, Nanochat, StackedExperts, TransformerLens
from toy_models import Gpt

V, N, D = 40, 24, 16  # rows of the token and position tables, their width
SIZES = {"vocab_size": V, "hidden_size": D, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 32}
LENGTH = {"max_position_embeddings": N}
GROUPED = {**SIZES, **LENGTH, "num_key_value_heads": 1}
IMAGE = {"image_size": 8, "patch_size": 4, "hidden_size": D, "num_hidden_layers": 2, "num_attention_heads": 2}
SPECIAL = {"pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 2}


def hugging_face(family: str, model: str, config: str, **sizes: Any) -> Callable[[], nn.Module]:
    """A real class of `transformers` with random weights; imported when it is built."""

    def build() -> nn.Module:
        library = import_module(f"transformers.models.{family}")
        return getattr(library, model)(getattr(library, config)(**sizes))  # type: ignore[no-any-return]

    return build


def stack(path: str, layers: dict[str, str], blocks: int = 2, first: int = 0) -> dict[str, tuple[str, int | None]]:
    """The same layers in each block."""
    return {f"{path}.{n}.{name}": (role, first + n) for n in range(blocks) for name, role in layers.items()}


def outside(**layers: str) -> dict[str, tuple[str, int | None]]:
    """Layers in no block; __ stands for a dot."""
    return {name.replace("__", "."): (role, None) for name, role in layers.items()}


ATTENTION = {
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_out",
}
NORMS = {"input_layernorm": "norm", "post_attention_layernorm": "norm"}
QK_NORMS = {"self_attn.q_norm": "norm", "self_attn.k_norm": "norm"}
SANDWICH = {"pre_feedforward_layernorm": "norm", "post_feedforward_layernorm": "norm"}
GATED = {"mlp.gate_proj": "mlp_gate", "mlp.up_proj": "mlp_up", "mlp.down_proj": "mlp_down"}
EXPERTS = {"mlp.experts.gate_up_proj": "mlp_up", "mlp.experts.down_proj": "mlp_down", "mlp.gate": "other"}
LLAMA_ENDS = outside(model__embed_tokens="token_embedding", model__norm="norm", lm_head="lm_head")
LLAMA = LLAMA_ENDS | stack("model.layers", ATTENTION | GATED | NORMS)
GPT2_BLOCK = {
    "ln_1": "norm",
    "attn.c_attn": "attn_qkv",
    "attn.c_proj": "attn_out",
    "ln_2": "norm",
    "mlp.c_fc": "mlp_up",
    "mlp.c_proj": "mlp_down",
}
GPT2 = stack("transformer.h", GPT2_BLOCK) | outside(
    transformer__wte="token_embedding",
    transformer__wpe="position_embedding",
    transformer__ln_f="norm",
    lm_head="lm_head",
)
NEOX = stack(
    "gpt_neox.layers",
    {
        "attention.query_key_value": "attn_qkv",
        "attention.dense": "attn_out",
        "mlp.dense_h_to_4h": "mlp_up",
        "mlp.dense_4h_to_h": "mlp_down",
    }
    | NORMS,
) | outside(gpt_neox__embed_in="token_embedding", gpt_neox__final_layer_norm="norm", lm_head="lm_head")
BERT = stack(
    "bert.encoder.layer",
    {
        "attention.self.query": "attn_q",
        "attention.self.key": "attn_k",
        "attention.self.value": "attn_v",
        "attention.output.dense": "attn_out",
        "attention.output.LayerNorm": "norm",
        "intermediate.dense": "mlp_up",
        "output.dense": "mlp_down",
        "output.LayerNorm": "norm",
    },
) | outside(
    bert__embeddings__word_embeddings="token_embedding",
    bert__embeddings__position_embeddings="position_embedding",
    bert__embeddings__token_type_embeddings="other",
    bert__embeddings__LayerNorm="norm",
    cls__predictions="other",
    cls__predictions__transform__dense="other",
    cls__predictions__transform__LayerNorm="norm",
    cls__predictions__decoder="lm_head",
)
VIT = stack(
    "vit.layers",
    {
        "attention.q_proj": "attn_q",
        "attention.k_proj": "attn_k",
        "attention.v_proj": "attn_v",
        "attention.o_proj": "attn_out",
        "mlp.fc1": "mlp_up",
        "mlp.fc2": "mlp_down",
        "layernorm_before": "norm",
        "layernorm_after": "norm",
    },
) | outside(
    vit__embeddings="other",
    vit__embeddings__position_embeddings="position_embedding",
    vit__embeddings__patch_embeddings__projection="other",
    vit__layernorm="norm",
    classifier="other",
)
OPT_ATTENTION = {f"self_attn.{name}_proj": role for name, role in {"q": "attn_q", "k": "attn_k", "v": "attn_v"}.items()}
OPT_ATTENTION |= {"self_attn.out_proj": "attn_out", "self_attn_layer_norm": "norm"}
OPT = stack(
    "model.decoder.layers", OPT_ATTENTION | {"fc1": "mlp_up", "fc2": "mlp_down", "final_layer_norm": "norm"}
) | outside(
    model__decoder__embed_tokens="token_embedding",
    model__decoder__embed_positions="position_embedding",
    model__decoder__final_layer_norm="norm",
    lm_head="lm_head",
)
PHI_BLOCK = ATTENTION | {"self_attn.dense": "attn_out", "mlp.fc1": "mlp_up", "mlp.fc2": "mlp_down"}
PHI_BLOCK = {name: role for name, role in PHI_BLOCK.items() if "o_proj" not in name} | {"input_layernorm": "norm"}
PHI = stack("model.layers", PHI_BLOCK) | outside(
    model__embed_tokens="token_embedding", model__final_layernorm="norm", lm_head="lm_head"
)


def t5_block(parts: dict[str, str], relative: bool) -> dict[str, str]:
    names = {"q": "attn_q", "k": "attn_k", "v": "attn_v", "o": "attn_out"}
    block = {f"layer.{n}.layer_norm": "norm" for n in range(len(parts) + 1)}
    for place, attention in parts.items():
        block |= {f"layer.{place}.{attention}.{name}": role for name, role in names.items()}
    if relative:
        block["layer.0.SelfAttention.relative_attention_bias"] = "other"
    mlp = {"wi_0": "mlp_gate", "wi_1": "mlp_up", "wo": "mlp_down"}
    return block | {f"layer.{len(parts)}.DenseReluDense.{name}": role for name, role in mlp.items()}


SELF, CROSS = {"0": "SelfAttention"}, {"0": "SelfAttention", "1": "EncDecAttention"}
T5 = (
    outside(shared="token_embedding", encoder__embed_tokens="token_embedding", decoder__embed_tokens="token_embedding")
    | outside(encoder__final_layer_norm="norm", decoder__final_layer_norm="norm", lm_head="lm_head")
    | stack("encoder.block", t5_block(SELF, True), blocks=1)
    | {f"encoder.block.1.{name}": (role, 1) for name, role in t5_block(SELF, False).items()}
    | stack("decoder.block", t5_block(CROSS, True), blocks=1, first=2)
    | {f"decoder.block.1.{name}": (role, 3) for name, role in t5_block(CROSS, False).items()}
)
LATENT = {
    "self_attn.q_a_proj": "attn_q",
    "self_attn.q_a_layernorm": "norm",
    "self_attn.q_b_proj": "attn_q",
    "self_attn.kv_a_proj_with_mqa": "attn_qkv",
    "self_attn.kv_a_layernorm": "norm",
    "self_attn.kv_b_proj": "attn_qkv",
    "self_attn.o_proj": "attn_out",
}
SHARED_EXPERT = {name.replace("mlp.", "mlp.shared_experts."): role for name, role in GATED.items()}
DEEPSEEK = (
    LLAMA_ENDS
    | stack("model.layers", LATENT | GATED | NORMS, blocks=1)
    | {f"model.layers.1.{name}": (role, 1) for name, role in (LATENT | EXPERTS | SHARED_EXPERT | NORMS).items()}
)
MAMBA = stack(
    "backbone.layers",
    {"mixer": "other", "norm": "norm"}
    | {f"mixer.{name}": "other" for name in ("conv1d", "in_proj", "x_proj", "dt_proj", "out_proj")},
) | outside(backbone__embeddings="token_embedding", backbone__norm_f="norm", lm_head="lm_head")
TORCH_ENCODER = {"self_attn": "attn_qkv", "self_attn.out_proj": "attn_out", "linear1": "mlp_up", "linear2": "mlp_down"}
TORCH_DECODER = TORCH_ENCODER | {"multihead_attn": "attn_qkv", "multihead_attn.out_proj": "attn_out", "norm3": "norm"}
TORCH = (
    stack("encoder.layers", TORCH_ENCODER | {"norm1": "norm", "norm2": "norm"})
    | stack("decoder.layers", TORCH_DECODER | {"norm1": "norm", "norm2": "norm"}, first=2)
    | outside(encoder__norm="norm", decoder__norm="norm")
)
NANOCHAT_BLOCK = {
    "attn.c_q": "attn_q",
    "attn.c_k": "attn_k",
    "attn.c_v": "attn_v",
    "attn.c_proj": "attn_out",
    "mlp.c_fc": "mlp_up",
    "mlp.c_proj": "mlp_down",
}
NANOCHAT = (
    {"(model)": ("other", None), "value_embeds.0": ("other", None), "value_embeds.2": ("other", None)}
    | outside(transformer__wte="token_embedding", lm_head="lm_head", smear_gate="other")
    | stack("transformer.h", NANOCHAT_BLOCK, blocks=3)
    | {f"transformer.h.{block}.attn.ve_gate": ("other", block) for block in (0, 2)}
)
HEADS = {"key": "attn_k", "query": "attn_q", "value": "attn_v"}
LECTURE = stack(
    "blocks",
    {f"sa.heads.{head}.{name}": role for head in range(2) for name, role in HEADS.items()}
    | {"sa.proj": "attn_out", "ffwd.net.0": "mlp_up", "ffwd.net.2": "mlp_down", "ln1": "norm", "ln2": "norm"},
) | outside(
    token_embedding_table="token_embedding",
    position_embedding_table="position_embedding",
    ln_f="norm",
    lm_head="lm_head",
)
LENS_BLOCK = {"attn.W_Q": "attn_q", "attn.W_K": "attn_k", "attn.W_V": "attn_v", "attn.W_O": "attn_out"}
LENS = stack("blocks", LENS_BLOCK | {"mlp.W_in": "mlp_up", "mlp.W_out": "mlp_down"}) | outside(
    embed__W_E="token_embedding", pos_embed__W_pos="position_embedding", unembed__W_U="lm_head"
)
MODULE_EXPERTS = {"moe.gate": "other", "norm": "norm"}
for number in range(3):
    MODULE_EXPERTS |= {
        f"moe.experts.{number}.{name}": role
        for name, role in {"w1": "mlp_gate", "w2": "mlp_down", "w3": "mlp_up"}.items()
    }
STACKED_EXPERTS = {"mlp.router": "other", "mlp.experts.gate_up_proj": "mlp_up", "mlp.experts.down_proj": "mlp_down"}

GPT2_SIZES = {"vocab_size": V, "n_embd": D, "n_layer": 2, "n_head": 2, "n_positions": N, **SPECIAL}
OPT_SIZES = {"vocab_size": V, "hidden_size": D, "num_hidden_layers": 2, "num_attention_heads": 2, "ffn_dim": 32}
T5_SIZES = {"vocab_size": V, "d_model": D, "d_kv": 8, "d_ff": 32, "num_layers": 2, "num_heads": 2}
DEEPSEEK_SIZES = {"num_key_value_heads": 2, "n_routed_experts": 4, "n_group": 1, "topk_group": 1}
DEEPSEEK_SIZES |= {"num_experts_per_tok": 2, "moe_intermediate_size": 8, "first_k_dense_replace": 1, "kv_lora_rank": 8}
DEEPSEEK_SIZES |= {"q_lora_rank": 8, "qk_rope_head_dim": 4, "qk_nope_head_dim": 4, "v_head_dim": 8}
QWEN_MOE_SIZES = {"num_experts": 4, "num_experts_per_tok": 2, "moe_intermediate_size": 8, "head_dim": 8}
TOKENS, BOTH = ("token_embedding",), ("token_embedding", "position_embedding")

#: name: (how to build it, (role, block) of every layer, roles of the tables that are drawn).
ARCHITECTURES: dict[str, tuple[Callable[[], nn.Module], dict[str, tuple[str, int | None]], tuple[str, ...]]] = {
    "nanoGPT": (Gpt, GPT2, BOTH),
    "nanochat": (Nanochat, NANOCHAT, TOKENS),
    "lecture": (Lecture, LECTURE, BOTH),
    "TransformerLens": (TransformerLens, LENS, BOTH),
    "GPT-2": (hugging_face("gpt2", "GPT2LMHeadModel", "GPT2Config", **GPT2_SIZES), GPT2, BOTH),
    "GPT-NeoX": (hugging_face("gpt_neox", "GPTNeoXForCausalLM", "GPTNeoXConfig", **SIZES, **LENGTH), NEOX, TOKENS),
    "Llama": (hugging_face("llama", "LlamaForCausalLM", "LlamaConfig", **GROUPED), LLAMA, TOKENS),
    "Mistral": (hugging_face("mistral", "MistralForCausalLM", "MistralConfig", **GROUPED), LLAMA, TOKENS),
    "Qwen2": (hugging_face("qwen2", "Qwen2ForCausalLM", "Qwen2Config", **GROUPED), LLAMA, TOKENS),
    "Qwen3": (
        hugging_face("qwen3", "Qwen3ForCausalLM", "Qwen3Config", **GROUPED, head_dim=8),
        LLAMA | stack("model.layers", QK_NORMS),
        TOKENS,
    ),
    "Qwen3-MoE": (
        hugging_face("qwen3_moe", "Qwen3MoeForCausalLM", "Qwen3MoeConfig", **GROUPED, **QWEN_MOE_SIZES),
        LLAMA_ENDS | stack("model.layers", ATTENTION | QK_NORMS | NORMS | EXPERTS),
        TOKENS,
    ),
    "Gemma": (hugging_face("gemma", "GemmaForCausalLM", "GemmaConfig", **GROUPED, head_dim=8), LLAMA, TOKENS),
    "Gemma2": (
        hugging_face("gemma2", "Gemma2ForCausalLM", "Gemma2Config", **GROUPED, head_dim=8),
        LLAMA | stack("model.layers", SANDWICH),
        TOKENS,
    ),
    "Gemma3": (
        hugging_face("gemma3", "Gemma3ForCausalLM", "Gemma3TextConfig", **GROUPED, head_dim=8, **SPECIAL),
        LLAMA | stack("model.layers", SANDWICH | QK_NORMS),
        TOKENS,
    ),
    "BERT": (hugging_face("bert", "BertForMaskedLM", "BertConfig", **SIZES, **LENGTH), BERT, BOTH),
    "ViT": (
        hugging_face("vit", "ViTForImageClassification", "ViTConfig", **IMAGE, intermediate_size=32),
        VIT,
        ("position_embedding",),
    ),
    "OPT": (
        hugging_face("opt", "OPTForCausalLM", "OPTConfig", **OPT_SIZES, **LENGTH, word_embed_proj_dim=D, **SPECIAL),
        OPT,
        BOTH,
    ),
    "Phi": (hugging_face("phi", "PhiForCausalLM", "PhiConfig", **SIZES, **LENGTH, **SPECIAL), PHI, TOKENS),
    "T5": (
        hugging_face("t5", "T5ForConditionalGeneration", "T5Config", **T5_SIZES, feed_forward_proj="gated-gelu"),
        T5,
        TOKENS,
    ),
    "Mixtral": (
        hugging_face("mixtral", "MixtralForCausalLM", "MixtralConfig", **GROUPED, num_local_experts=4),
        LLAMA_ENDS | stack("model.layers", ATTENTION | NORMS | EXPERTS),
        TOKENS,
    ),
    "DeepSeek": (
        hugging_face("deepseek_v3", "DeepseekV3ForCausalLM", "DeepseekV3Config", **SIZES, **LENGTH, **DEEPSEEK_SIZES),
        DEEPSEEK,
        TOKENS,
    ),
    "Mamba": (
        hugging_face("mamba", "MambaForCausalLM", "MambaConfig", vocab_size=V, hidden_size=D, num_hidden_layers=2),
        MAMBA,
        TOKENS,
    ),
    "torch.nn.Transformer": (lambda: nn.Transformer(D, 2, 2, 2, 32, batch_first=True), TORCH, ()),
    "experts as modules": (Experts, stack("layers", MODULE_EXPERTS), ()),
    "experts as 3-D parameters": (StackedExperts, stack("layers", STACKED_EXPERTS), ()),
    "CNN": (LeNet, outside(conv1="other", bn1="norm", conv2="other", fc1="other", fc2="other"), ()),
    "MLP": (
        lambda: nn.ModuleDict({"layers": nn.ModuleList(nn.Linear(4, 4) for _ in range(3))}),
        {f"layers.{number}": ("other", None) for number in range(3)},
        (),
    ),
}
