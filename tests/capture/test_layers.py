"""Layers carry the role and block that their name or the structure proves, and nothing is guessed."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from toy_models import Gpt

from tensorboard_plugin_paramviz.capture.layers import find_layers, find_tables
from tensorboard_plugin_paramviz.capture.model_facts import class_name
from tensorboard_plugin_paramviz.capture.roles import number_blocks, plain_path, role_of


def by_path(model: nn.Module) -> dict[str, tuple[str, int | None]]:
    return {info.path: (info.role, info.block) for info in find_layers(model).infos}


def test_every_layer_of_a_nanogpt_is_recognized() -> None:
    assert by_path(Gpt(blocks=2)) == {
        "transformer.wte": ("token_embedding", None),
        "transformer.wpe": ("position_embedding", None),
        **{
            f"transformer.h.{block}.{name}": (role, block)
            for block in range(2)
            for name, role in {
                "ln_1": "norm",
                "ln_2": "norm",
                "attn.c_attn": "attn_qkv",
                "attn.c_proj": "attn_out",
                "mlp.c_fc": "mlp_up",
                "mlp.c_proj": "mlp_down",
            }.items()
        },
        "transformer.ln_f": ("norm", None),
        "lm_head": ("lm_head", None),
    }


@pytest.mark.parametrize(
    ("path", "role"),
    [
        ("model.embed_tokens", "token_embedding"),
        ("model.layers.3.self_attn.q_proj", "attn_q"),
        ("model.layers.3.self_attn.k_proj", "attn_k"),
        ("model.layers.3.self_attn.v_proj", "attn_v"),
        ("model.layers.3.self_attn.o_proj", "attn_out"),
        ("model.layers.3.mlp.gate_proj", "mlp_gate"),
        ("model.layers.3.mlp.up_proj", "mlp_up"),
        ("model.layers.3.mlp.down_proj", "mlp_down"),
        ("model.layers.3.input_layernorm", "norm"),
        ("layers.3.attention.wq", "attn_q"),
        ("layers.3.attention.wo", "attn_out"),
        ("layers.3.feed_forward.w1", "mlp_gate"),
        ("layers.3.feed_forward.w2", "mlp_down"),
        ("layers.3.feed_forward.w3", "mlp_up"),
        ("gpt_neox.embed_in", "token_embedding"),
        ("gpt_neox.layers.0.attention.query_key_value", "attn_qkv"),
        ("gpt_neox.layers.0.attention.dense", "attn_out"),
        ("gpt_neox.layers.0.mlp.dense_h_to_4h", "mlp_up"),
        ("gpt_neox.layers.0.mlp.dense_4h_to_h", "mlp_down"),
        ("embed_out", "lm_head"),
        ("bert.embeddings.word_embeddings", "token_embedding"),
        ("bert.embeddings.position_embeddings", "position_embedding"),
        ("bert.embeddings.token_type_embeddings", "other"),
        ("bert.encoder.layer.0.attention.self.query", "attn_q"),
        ("bert.encoder.layer.0.attention.self.key", "attn_k"),
        ("bert.encoder.layer.0.attention.output.dense", "attn_out"),
        ("bert.encoder.layer.0.attention.output.LayerNorm", "norm"),
        ("bert.encoder.layer.0.intermediate.dense", "mlp_up"),
        ("bert.encoder.layer.0.output.dense", "mlp_down"),
        ("encoder.layers.encoder_layer_3.self_attention.out_proj", "attn_out"),
        ("visual.transformer.resblocks.3.attn.out_proj", "attn_out"),
        ("blocks.3.attn.qkv", "attn_qkv"),
        ("layers.3.0.fn.to_qkv", "attn_qkv"),
        ("layers.3.cross_attn.to_out.0", "attn_out"),
        ("layers.3.block_sparse_moe.experts.7.w2", "mlp_down"),
        ("layers.3.mlp.experts.expert_7.wo", "mlp_down"),
        ("layers.3.mlp.shared_expert.gate_proj", "mlp_gate"),
        ("base_model.model.layers.3.self_attn.q_proj.base_layer", "attn_q"),
        ("base_model.model.layers.3.self_attn.q_proj.lora_B.default", "attn_q"),
        ("base_model.model.layers.3.self_attn.q_proj.lora_magnitude_vector.my_adapter", "attn_q"),
        ("layers.3.self_attn.q_proj.lora_a", "attn_q"),
        ("lm_head.modules_to_save.default", "lm_head"),
        ("layers.3.mlp.up_proj.parametrizations.weight.0", "mlp_up"),
        ("layers.3.mlp.gate", "other"),
        ("layers.3.self_attn.rel_pos_emb", "other"),
        ("conv1", "other"),
        ("classifier", "other"),
        ("renorming", "other"),
    ],
)
def test_common_names_have_their_role(path: str, role: str) -> None:
    assert role_of(path) == role


def test_a_torch_transformer_numbers_its_decoder_on_from_its_encoder() -> None:
    model = nn.Transformer(8, 2, num_encoder_layers=2, num_decoder_layers=1, dim_feedforward=16, batch_first=True)
    found = by_path(model)
    assert found["encoder.layers.1.self_attn"] == ("attn_qkv", 1)
    assert found["encoder.layers.1.self_attn.out_proj"] == ("attn_out", 1)
    assert found["decoder.layers.0.multihead_attn"] == ("attn_qkv", 2)
    assert found["decoder.layers.0.linear1"] == ("mlp_up", 2)
    assert found["decoder.norm"] == ("norm", None)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of torch.compile's own imports
def test_wrappers_leave_no_trace_in_a_path() -> None:
    assert plain_path("module._orig_mod.transformer.h.0._orig_mod.mlp") == "transformer.h.0.mlp"
    assert number_blocks(["encoder.layers.1.x", "decoder.layers.0.x", "head"]) == [1, 2, None]
    model = Gpt()
    assert by_path(nn.DataParallel(model)) == by_path(model)
    assert by_path(torch.compile(model)) == by_path(model)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("paths", "blocks"),
    [
        (["encoder.layers.encoder_layer_0.ln_1", "encoder.layers.encoder_layer_1.ln_1"], [0, 1]),
        (["visual.transformer.resblocks.1.ln_1", "transformer.resblocks.0.ln_1"], [1, 2]),
        (["encoder.block.1.layer.0.layer_norm", "decoder.block.0.layer.2.layer_norm"], [1, 2]),
        (["layers.0", "layers.2", "head"], [None, None, None]),  # a list of plain layers is no stack of blocks
        (["layers.0", "layers.0.lora_A.default", "layers.2.base_layer"], [None, None, None]),
        (["layers.0", "layers.0.mlp"], [0, 0]),  # a block with a parameter of its own
        (["layer1.0.conv1", "layer2.0.conv1"], [None, None]),
        (["layers.3.mlp.experts.5.w1", "layers.12.mlp.experts.0.w1"], [3, 12]),
    ],
)
def test_blocks_are_numbered_by_the_lists_they_stand_in(paths: list[str], blocks: list[int | None]) -> None:
    assert number_blocks(paths) == blocks


def test_a_users_own_attribute_called_module_makes_no_path_twice() -> None:
    model = nn.ModuleDict({"module": nn.ModuleDict({"a": nn.Linear(2, 2)}), "a": nn.Linear(2, 2)})
    assert list(by_path(model)) == ["module.a", "a"]


class TwoMatrices(nn.Module):
    """An MLP whose w1 gates nothing, and a lone matrix called as the halves of MLPs are."""

    def __init__(self) -> None:
        super().__init__()
        self.attn = nn.MultiheadAttention(4, 1)
        self.fc1 = nn.Linear(4, 8)
        self.mlp = nn.ModuleDict({"w1": nn.Linear(4, 8), "w2": nn.Linear(8, 4)})
        self.se = nn.ModuleDict({"fc1": nn.Linear(4, 2)})


def test_names_that_mean_something_beside_others_only() -> None:
    roles = {path: role for path, (role, _) in by_path(TwoMatrices()).items()}
    assert roles == {
        "attn": "attn_qkv",
        "attn.out_proj": "attn_out",
        "fc1": "mlp_up",
        "mlp.w1": "mlp_up",
        "mlp.w2": "mlp_down",
        "se.fc1": "other",
    }


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of torch.compile's own imports
def test_the_class_is_the_users_own_whatever_is_around_it() -> None:
    compiled: nn.Module = torch.compile(Gpt(), backend="eager")  # type: ignore[assignment]
    assert class_name(nn.DataParallel(compiled)) == "Gpt"
    assert class_name(torch.compile(nn.DataParallel(Gpt()), backend="eager")) == "Gpt"  # type: ignore[arg-type]
    assert class_name(nn.utils.parametrizations.weight_norm(nn.Linear(2, 2))) == "Linear"


def test_each_table_is_drawn_once_tokens_first() -> None:
    model = Gpt()
    tables = find_tables(find_layers(model))
    assert [(table.info.path, table.slot.name, table.shape) for table in tables] == [
        ("transformer.wte", "weight", (65, 16)),
        ("transformer.wpe", "weight", (16, 16)),
    ]
    assert find_tables(find_layers(nn.Embedding(0, 4))) == ()


def test_a_tied_layer_is_counted_once_by_the_first() -> None:
    layers = find_layers(Gpt())
    head = next(info for info in layers.infos if info.path == "lm_head")
    assert (head.tied_to, head.parameters, head.shape) == ("transformer.wte", 0, (65, 16))
    assert sum(info.parameters for info in layers.infos) == sum(p.numel() for p in Gpt().parameters())
    assert len(layers.slots) == len(list(Gpt().parameters()))


def test_frozen_layers_say_so() -> None:
    model = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2).requires_grad_(False))
    assert [info.trainable for info in find_layers(model).infos] == [True, False]


class Unnamed(nn.Module):
    """Tables whose names say nothing."""

    def __init__(self, length: int, position_name: str) -> None:
        super().__init__()
        self.kinds = nn.Embedding(3, 8)
        self.first = nn.Embedding(40, 8)
        self.add_module(position_name, nn.Embedding(12, 8))
        self.last = nn.Linear(8, 40)
        self.block_size = length


def test_the_structure_gives_the_roles_that_names_do_not() -> None:
    found = {path: role for path, (role, _) in by_path(Unnamed(length=12, position_name="second")).items()}
    expected = {"kinds": "other", "first": "token_embedding", "second": "position_embedding", "last": "lm_head"}
    assert found == expected
    assert by_path(Unnamed(length=0, position_name="my_pos"))["my_pos"][0] == "position_embedding"


def test_a_table_that_nothing_proves_to_be_positions_stays_other() -> None:
    assert by_path(Unnamed(length=99, position_name="second"))["second"][0] == "other"


def test_a_module_that_is_the_whole_model_has_a_path() -> None:
    assert by_path(nn.Linear(2, 3)) == {"(model)": ("other", None)}


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (nn.ReLU(), "no parameters"),
        (nn.LazyLinear(3), "run one batch through the model first"),
        (nn.Linear(2, 2, device="meta"), "meta device"),
    ],
)
def test_a_model_that_cannot_be_watched_is_refused_with_the_reason(model: nn.Module, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        find_layers(model)
