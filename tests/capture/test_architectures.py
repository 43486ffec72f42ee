"""Every layer of the architectures in common use has its role and block: real classes with random weights, tiny."""

from __future__ import annotations

import pytest
import torch
from known_architectures import ARCHITECTURES
from torch import nn
from toy_architectures import Positions

from tensorboard_plugin_paramviz.capture.layers import find_layers, find_tables

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_every_layer_has_the_role_and_block_it_should(name: str) -> None:
    build, expected, tables = ARCHITECTURES[name]
    model = build()
    layers = find_layers(model)
    assert {info.path: (info.role, info.block) for info in layers.infos} == expected
    assert sum(info.parameters for info in layers.infos) == sum(parameter.numel() for parameter in model.parameters())
    assert tuple(table.info.role for table in find_tables(layers)) == tables


@pytest.mark.parametrize("name", ["Llama", "T5", "torch.nn.Transformer", "CNN"])
def test_layers_come_in_the_order_of_the_model(name: str) -> None:
    model = ARCHITECTURES[name][0]()
    paths = [path for path, module in model.named_modules() if list(module.parameters(recurse=False))]
    assert [info.path for info in find_layers(model).infos] == paths


@pytest.mark.parametrize(
    ("shape", "name"),
    [
        ((12, 8), "pos_emb"),
        ((1, 12, 8), "pos_embed"),
        ((12, 1, 8), "positional_embedding"),
        ((1, 12, 8), "pos_embedding"),
        ((12, 8), "position_embeddings"),
    ],
)
def test_a_bare_position_parameter_is_a_table_of_its_own(shape: tuple[int, ...], name: str) -> None:
    model = Positions(shape, name)
    layers = find_layers(model)
    roles = {info.path: (info.role, info.parameters) for info in layers.infos}
    assert roles == {
        "(model)": ("other", 8),
        name: ("position_embedding", 96),
        "embed": ("token_embedding", 320),
        "head": ("lm_head", 360),
    }
    tokens, positions = find_tables(layers)
    assert (tokens.info.path, tokens.shape) == ("embed", (40, 8))
    assert (positions.info.path, positions.shape) == (name, (12, 8))
    rows = positions.slot.parameter().detach().reshape(positions.shape)  # [12, 8]
    assert rows.data_ptr() == model.get_parameter(name).data_ptr()


def test_a_users_own_position_module_that_holds_one_parameter_is_a_table() -> None:
    class LearnedPositions(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.pe = nn.Parameter(torch.randn(1, 12, 8))

    model = nn.ModuleDict({"tok_emb": nn.Embedding(40, 8), "pos_enc": LearnedPositions()})
    assert [(table.info.path, table.slot.name, table.shape) for table in find_tables(find_layers(model))] == [
        ("tok_emb", "weight", (40, 8)),
        ("pos_enc", "pe", (12, 8)),
    ]


@pytest.mark.parametrize("parameter", [torch.randn(4, 3, 8), torch.randn(8), torch.randn(12, 8, dtype=torch.complex64)])
def test_a_name_alone_makes_no_table(parameter: torch.Tensor) -> None:
    model = nn.Linear(2, 2)
    model.pos_embed = nn.Parameter(parameter)
    assert find_tables(find_layers(model)) == ()
    assert find_tables(find_layers(nn.ModuleDict({"tok_emb": nn.Linear(40, 8)}))) == ()


class ScaledEmbedding(nn.Module):
    """Hands on the weight of the table inside it, as if it were its own."""

    def __init__(self) -> None:
        super().__init__()
        self.inner, self.scale = nn.Embedding(40, 8), nn.Parameter(torch.ones(1))

    @property
    def weight(self) -> nn.Parameter:
        return self.inner.weight


def test_a_table_that_is_handed_on_is_drawn_where_it_is() -> None:
    tables = find_tables(find_layers(nn.ModuleDict({"tok_emb": ScaledEmbedding()})))
    assert [table.info.path for table in tables] == ["tok_emb.inner"]
