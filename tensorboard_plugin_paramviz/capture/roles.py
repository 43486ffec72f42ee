"""What a layer does, from its dotted path: one table of the names in common use.

The table knows nanoGPT and GPT-2 (`wte`, `c_attn`), Llama and its relatives (`q_proj`, `gate_proj`), Meta's own Llama
(`wq`, `w1`), GPT-NeoX (`query_key_value`), BERT (`attention.self.query`) and torch.nn.Transformer (`self_attn`,
`linear1`). A name it doesn't know is "other": a wrong role would be explained to a person as if it were true.
"""

from __future__ import annotations

import re
from typing import Final

_ATTENTION = r"(?:self_attn|cross_attn|multihead_attn|self_attention|attention|attn|sa|crossattention|EncDecAttention)"
_MLP = r"(?:mlp|ffn|ffwd|feed_forward|ff|MLP)"

#: (role, pattern of the end of the path), tried in this order.
_TABLE: Final = tuple(
    (role, re.compile(rf"(?:^|\.)(?:{pattern})$"))
    for role, pattern in (
        ("norm", r"ln_?\d|ln_?f|ln|LayerNorm|layer_?norm\d?|\w*(?:layernorm|layer_norm)|norm\d?|norm_f|\w+_norm"),
        ("token_embedding", r"wte|tok_embeddings|embed_tokens|embed_in|word_embeddings|token_embeddings?"),
        ("token_embedding", r"token_embedding_table|tok_emb|token_emb|tok_embed"),
        ("position_embedding", r"wpe|position_embeddings?|position_embedding_table|pos_emb|pos_embed|pos_embedding"),
        ("position_embedding", r"embed_positions|position_emb"),
        ("attn_qkv", rf"{_ATTENTION}\.c_attn|query_key_value|qkv_proj|Wqkv|{_ATTENTION}\.qkv|{_ATTENTION}"),
        ("attn_q", rf"q_proj|wq|{_ATTENTION}(?:\.self)?\.(?:query|q)"),
        ("attn_k", rf"k_proj|wk|{_ATTENTION}(?:\.self)?\.(?:key|k)"),
        ("attn_v", rf"v_proj|wv|{_ATTENTION}(?:\.self)?\.(?:value|v)"),
        ("attn_out", rf"{_ATTENTION}\.(?:c_proj|out_proj|o_proj|dense|proj|output\.dense|wo|o)|o_proj|wo"),
        ("mlp_gate", rf"gate_proj|{_MLP}\.w1"),
        ("mlp_up", rf"{_MLP}\.(?:c_fc|w3)|up_proj|dense_h_to_4h|intermediate\.dense|linear1|fc1|fc_in"),
        ("mlp_down", rf"{_MLP}\.(?:c_proj|w2)|down_proj|dense_4h_to_h|output\.dense|linear2|fc2|fc_out"),
        ("lm_head", r"lm_head|embed_out|unembed|cls\.predictions\.decoder"),
    )
)
_CONTAINER = re.compile(
    r"(?:^|\.)(?:h|layers?|blocks?|block|transformer_blocks|encoder_layers|decoder_layers)\.(\d+)(?=\.|$)"
)
#: Components that wrappers put into a path: DistributedDataParallel and DataParallel, torch.compile, FSDP.
_WRAPPERS = frozenset({"_orig_mod", "_fsdp_wrapped_module", "_checkpoint_wrapped_module"})


def plain_path(path: str) -> str:
    """The path as the user's own model has it: a leading `module.` and `_orig_mod.` anywhere are stripped."""
    parts = [part for part in path.split(".") if part not in _WRAPPERS]
    while parts and parts[0] == "module":
        parts.pop(0)
    return ".".join(parts)


def role_of(path: str) -> str:
    """One of `record.ROLES`, by the name alone; "other" where the table has no such name."""
    return next((role for role, pattern in _TABLE if pattern.search(path)), "other")


def block_of(path: str) -> tuple[str, int] | None:
    """(stack, number) of the transformer block a layer stands in: ("transformer.h", 3). None = in no block."""
    match = _CONTAINER.search(path)
    return (path[: match.start(1) - 1], int(match.group(1))) if match else None


def number_blocks(paths: list[str]) -> list[int | None]:
    """The block number of each path. A second stack (a decoder after its encoder) is numbered on from the first."""
    places = [block_of(path) for path in paths]
    sizes: dict[str, int] = {}
    for place in places:
        if place is not None:
            sizes[place[0]] = max(sizes.get(place[0], 0), place[1] + 1)
    offsets: dict[str, int] = {}
    total = 0
    for stack, size in sizes.items():
        offsets[stack] = total
        total += size
    return [None if place is None else offsets[place[0]] + place[1] for place in places]
