"""What a layer does, from its dotted path: one table of the names in common use.

The table knows nanoGPT and GPT-2 (`wte`, `c_attn`), nanochat (`c_q`), Llama and its relatives (`q_proj`, `gate_proj`),
Meta's own Llama (`wq`, `w1`), GPT-NeoX (`query_key_value`), BERT (`attention.self.query`), T5 (`SelfAttention.q`,
`DenseReluDense`), torch.nn.Transformer (`linear1`), mixtures of experts (`experts.3.w1`) and TransformerLens (`W_Q`).
A name it doesn't know is "other": a wrong role would be explained to a person as if it were true. What the names leave
open, `structure.py` proves by shapes.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

_ATTENTION = r"(?:\w*attn\d?|\w*attention|\w*Attention|sa|mha)(?:\.heads?\.\d+)?"
_MLP = r"(?:\w*mlp|\w*MLP|ffn|ffwd|feed_?forward|ff|DenseReluDense|\w*moe|\w*experts?|\w*experts?\.\w+)"
_POSITION = r"(?:abs_|absolute_|learned_)?pos(?:ition(?:al)?)?"

#: (role, pattern of the end of the path), tried in this order.
_TABLE: Final = tuple(
    (role, re.compile(rf"(?:^|\.)(?:{pattern})$"))
    for role, pattern in (
        ("norm", r"ln_?\d|ln_?f|ln|LayerNorm|layer_?norm\d?|\w*(?:layernorm|layer_norm)|norm\d?|norm_f|\w+_norm"),
        ("token_embedding", r"wte|tok_embeddings|embed_tokens|embed_in|word_embeddings|token_embeddings?|shared|W_E"),
        ("token_embedding", r"token_embedding_table|tok_emb|token_emb|tok_embed|tok_embedding"),
        ("position_embedding", rf"wpe|{_POSITION}_emb(?:ed(?:ding)?s?)?(?:_table)?|embed_positions|W_pos"),
        ("position_embedding", rf"{_POSITION}_enc(?:oding)?"),
        # T5's `wo` closes an MLP, Meta's an attention: the MLP is asked first.
        ("mlp_gate", rf"gate_proj|{_MLP}\.(?:w1|wi_0|W_gate)"),
        # Gate and up in one matrix (`gate_up_proj`) count as up.
        ("mlp_up", rf"{_MLP}\.(?:c_fc|w3|wi|wi_1|W_in)|up_proj|gate_up_proj|dense_h_to_4h|intermediate\.dense"),
        ("mlp_down", rf"{_MLP}\.(?:c_proj|w2|wo|W_out)|down_proj|dense_4h_to_h"),
        ("attn_qkv", rf"query_key_value|qkv_proj|Wqkv|to_qkv|{_ATTENTION}\.(?:c_attn|qkv)"),
        # DeepSeek's low-rank keys and values are made in one go, as others make all three.
        ("attn_qkv", rf"{_ATTENTION}\.(?:kv_proj|kv_a_proj_with_mqa|kv_b_proj)|to_kv"),
        ("attn_q", rf"q_proj|wq|to_q|{_ATTENTION}(?:\.self)?\.(?:query|q|c_q|q_lin|q_a_proj|q_b_proj|W_Q)"),
        ("attn_k", rf"k_proj|wk|to_k|{_ATTENTION}(?:\.self)?\.(?:key|k|c_k|k_lin|W_K)"),
        ("attn_v", rf"v_proj|wv|to_v|{_ATTENTION}(?:\.self)?\.(?:value|v|c_v|v_lin|W_V)"),
        ("attn_out", rf"{_ATTENTION}\.(?:c_proj|out_proj|o_proj|dense|proj|output\.dense|out|out_lin|wo|o|W_O)"),
        ("attn_out", r"o_proj|wo|to_out(?:\.0)?"),
        ("mlp_down", r"output\.dense"),
        ("mlp_up", r"linear1|fc1|fc_in|lin1"),
        ("mlp_down", r"linear2|fc2|fc_out|lin2"),
        ("lm_head", r"lm_head|embed_out|unembed|W_U|cls\.predictions\.decoder"),
    )
)
#: Names that tell a role in a transformer's block only: the fc1 of a small classifier is no half of an MLP block.
_GENERIC = re.compile(r"(?:^|\.)(?:linear[12]|fc[12]|fc_in|fc_out|lin[12])$")
_IN_MLP = re.compile(rf"(?:^|\.){_MLP}\.(?:\w+\.)*\w+$")
_CONTAINER = re.compile(
    r"(?:^|\.)(?:h|layers?|blocks?|resblocks|transformer_blocks|(?:encoder|decoder|transformer)_layers"
    r"|(?:layers\.)?encoder_layer(?=_))[._](\d+)(?=\.|$)"
)
_NUMBER = re.compile(r"(?<![^.])\d+(?![^.])")
#: Components that wrappers put into a path: DistributedDataParallel and DataParallel, torch.compile, FSDP.
_WRAPPERS = frozenset({"_orig_mod", "_fsdp_wrapped_module", "_checkpoint_wrapped_module"})
#: What adapters (PEFT) and torch.nn.utils.parametrize hang below the layer that they are part of.
_PART_OF = re.compile(
    r"\.(?:base_layer|original_module|modules_to_save\.\w+|parametrizations\.\w+(?:\.\d+)?"
    r"|(?:lora|ia3|hada|lokr|oft|boft|vera|dora)_\w+(?:\.\w+)*)$"
)


def plain_path(path: str) -> str:
    """The path as the user's own model has it: a leading `module.` and `_orig_mod.` anywhere are stripped."""
    parts = [part for part in path.split(".") if part not in _WRAPPERS]
    while parts and parts[0] == "module":
        parts.pop(0)
    return ".".join(parts)


def whole_path(path: str) -> str:
    """The layer that an adapter's matrix, the base layer it adapts, or a parametrization is part of:
    `h.0.attn.c_attn.lora_A.default` -> `h.0.attn.c_attn`. Any other path as it is."""
    while (shorter := _PART_OF.sub("", path)) != path:
        path = shorter
    return path


def role_of(path: str) -> str:
    """One of `record.ROLES`, by the name alone; "other" where the table has no such name. An adapter's matrix has the
    role of the layer it adapts: what it learns is a part of that layer's weight."""
    return _role_of(_NUMBER.sub("0", path))


@lru_cache(maxsize=4096)
def _role_of(path: str) -> str:
    # No name of the table depends on a block's number: the thousandth block costs what the second one did.
    path = whole_path(path)
    return next((role for role, pattern in _TABLE if pattern.search(path)), "other")


def is_in_mlp(path: str) -> bool:
    """Does a part of the path name an MLP?"""
    return _IN_MLP.search(whole_path(path)) is not None


def is_generic(path: str) -> bool:
    """Does the role come from a name that any model may use, such as fc1?"""
    path = whole_path(path)
    return _GENERIC.search(path) is not None and not is_in_mlp(path)


def block_of(path: str) -> tuple[str, int] | None:
    """(stack, number) of the transformer block a layer stands in: ("transformer.h", 3). None = in no block."""
    match = _CONTAINER.search(path)
    return (path[: match.start(1) - 1], int(match.group(1))) if match else None


def number_blocks(paths: list[str]) -> list[int | None]:
    """The block number of each path. A second stack (a decoder after its encoder) is numbered on from the first. A list
    of plain layers (an MLP's `layers.3`) is no stack of blocks: its order is that of its modules."""
    places = [block_of(path) for path in paths]
    sizes: dict[str, int] = {}
    deep: set[str] = set()  # stacks whose members have layers below them
    for path, place in zip(paths, places, strict=True):
        if place is not None:
            sizes[place[0]] = max(sizes.get(place[0], 0), place[1] + 1)
            if whole_path(path) != f"{place[0]}{path[len(place[0])]}{place[1]}":
                deep.add(place[0])
    offsets: dict[str, int] = {}
    total = 0
    for stack, size in sizes.items():
        if stack in deep:
            offsets[stack] = total
            total += size
    return [None if place is None or place[0] not in deep else offsets[place[0]] + place[1] for place in places]
