"""A model whose parameters become others after `watch()` is noticed and described anew."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from recorded import Recorded, norm
from torch import nn
from toy_models import Gpt, adam, train

from tensorboard_plugin_paramviz import watch
from tensorboard_plugin_paramviz.capture.layers import find_layers, has_changed
from tensorboard_plugin_paramviz.record import STATS

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")


def untie(model: Gpt) -> None:
    model.lm_head.weight = nn.Parameter(model.lm_head.weight.detach().clone())


def add_block(model: Gpt) -> None:
    model.transformer["h"].append(Gpt(blocks=1).transformer["h"][0])


def remove_block(model: Gpt) -> None:
    del model.transformer["h"][1]


def replace_block(model: Gpt) -> None:
    model.transformer["h"][1] = Gpt(blocks=1).transformer["h"][0]


def widen(model: Gpt) -> None:
    model.transformer["wpe"].weight = nn.Parameter(torch.randn(32, 16))


def parametrize(model: Gpt) -> None:
    torch.nn.utils.parametrizations.weight_norm(model.transformer["h"][0].mlp.c_fc)


CHANGES = [untie, add_block, remove_block, replace_block, widen, parametrize]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_other_parameters_are_noticed(change: Callable[[Gpt], None]) -> None:
    model = Gpt()
    layers = find_layers(model)
    assert not has_changed(layers, model)
    change(model)
    assert has_changed(layers, model)
    assert not has_changed(find_layers(model), model)


def test_other_values_of_the_same_parameters_are_no_change() -> None:
    model = Gpt()
    layers = find_layers(model)
    train(model, adam(model), None, 1)
    model.half()
    model.load_state_dict(Gpt().state_dict())
    model.requires_grad_(False)
    model.eval()
    torch.compile(model, backend="eager")
    assert not has_changed(layers, model)
    table = nn.Embedding(4, 2)
    layers = find_layers(table)
    table.load_state_dict({"weight": torch.zeros(4, 2)}, assign=True)
    assert not has_changed(layers, table)


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_a_model_that_changed_is_described_anew(change: Callable[[Gpt], None], tmp_path) -> None:
    model = Gpt()
    with watch(model, tmp_path, every=1, max_overhead=None, strict=True) as viz:
        train(model, adam(model), viz, 2)
        change(model)
        train(model, adam(model), viz, 2, start=2)
    recorded = Recorded(tmp_path)
    assert [snapshot.step for snapshot in recorded.snapshots] == [0, 1, 2, 3]
    assert recorded.models[-1].layers == find_layers(model).infos
    counts = [len(snapshot.stats) for snapshot in recorded.snapshots if snapshot.stats is not None]
    assert counts == [len(recorded.models[0].layers)] * 2 + [len(recorded.models[-1].layers)] * 2
    for path, module in model.named_modules():
        own = list(module.parameters(recurse=False))
        if own and recorded.layer(path).tied_to is None:
            assert recorded.stat(path, "weight_norm") == pytest.approx(norm(*own), rel=1e-5)
    positions = recorded.snapshots[-1].embeddings["transformer.wpe"].values
    assert positions.shape == tuple(model.transformer["wpe"].weight.shape)


@pytest.mark.parametrize("change", [add_block, remove_block, untie], ids=lambda change: change.__name__)
def test_updates_stay_those_of_their_own_layer(change: Callable[[Gpt], None], tmp_path) -> None:
    model = Gpt()
    optimizer = adam(model)
    changes: list[dict[str, float]] = []
    with watch(model, tmp_path, optimizer=optimizer, every=1, max_overhead=None, strict=True) as viz:
        for step in range(6):
            if step == 3:
                change(model)
                held = {id(weight) for group in optimizer.param_groups for weight in group["params"]}
                optimizer.add_param_group({"params": [p for p in model.parameters() if id(p) not in held]})
            optimizer.zero_grad()
            model(torch.randint(0, 65, (4, 8))).backward()
            old = {path: weight.detach().clone() for path, weight in model.named_parameters()}
            optimizer.step()
            moved = {path: weight.detach() - old[path] for path, weight in model.named_parameters()}
            changes.append({path: norm(*(moved[name] for name in own)) for path, own in names(model).items()})
            viz.step(step)
    recorded = Recorded(tmp_path)
    for step, snapshot in enumerate(recorded.snapshots):
        paths = [info.path for info in recorded.models[0 if step < 3 else -1].layers]
        assert snapshot.stats is not None
        measured = dict(zip(paths, snapshot.stats[:, STATS.index("update_norm")], strict=True))
        for path, expected in changes[step].items():
            # Not measured is honest just after the change, and nowhere else.
            assert measured[path] == pytest.approx(expected, rel=1e-3) or (step == 3 and np.isnan(measured[path])), path


def names(model: nn.Module) -> dict[str, list[str]]:
    """The parameters that each layer counts, by path."""
    owned: dict[str, list[str]] = {}
    for name, _ in model.named_parameters():
        owned.setdefault(name.rpartition(".")[0], []).append(name)
    return owned
