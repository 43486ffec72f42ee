"""The probe: figures of each block on one fixed batch, and not a trace of it in the training."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
import torch
from probed_models import DIMS, LENGTH, WAYS, Attention, Transformer, hooks_of, ids
from test_attention_figures import by_hand
from test_undisturbed import everything
from torch import Tensor, nn
from torch.overrides import has_torch_function_unary

from tensorboard_plugin_paramviz.capture.layers import find_layers
from tensorboard_plugin_paramviz.capture.probe import Probe, dead_units
from tensorboard_plugin_paramviz.record.names import PROBE_STATS

RMS, ENTROPY, LOGIT, DEAD = range(len(PROBE_STATS))


def probe(model: nn.Module, batch: Any) -> Probe:
    return Probe(model, batch, find_layers(model))


def seen_by_hooks(model: Transformer, batch: Tensor) -> list[list[float]]:
    """The figures of the "softmax" way, by hooks and a softmax by hand."""
    found: list[list[float]] = [[math.nan] * len(PROBE_STATS) for _ in model.h]
    for number, block in enumerate(model.h):

        def attention(
            module: Attention, inputs: tuple[Tensor], output: Tensor, row: list[float] = found[number]
        ) -> None:
            q, k, _ = (p.unflatten(-1, (4, 4)).transpose(1, 2) for p in module.c_attn(inputs[0]).split(DIMS, -1))
            logits = (q @ k.mT / 2).masked_fill(torch.ones(LENGTH, LENGTH).triu(1) == 1, -math.inf)
            row[ENTROPY], row[LOGIT] = by_hand(logits.flatten(0, -2).tolist())

        def hidden(module: nn.Module, inputs: tuple[Tensor], row: list[float] = found[number]) -> None:
            means = inputs[0].abs().mean((0, 1))
            row[DEAD] = (means <= 0.025 * means.mean()).float().mean().item()

        def output(module: nn.Module, inputs: Any, y: Tensor, row: list[float] = found[number]) -> None:
            row[RMS] = y.square().mean().sqrt().item()

        block.attn.register_forward_hook(attention)
        block.mlp.c_proj.register_forward_pre_hook(hidden)
        block.register_forward_hook(output)
    with torch.no_grad():
        model.eval()(batch)
    return found


@pytest.mark.parametrize("way", WAYS)
def test_figures_are_those_of_hooks_and_a_softmax_by_hand_however_attention_is_written(way: str) -> None:
    torch.manual_seed(1)
    model, other = Transformer(way), Transformer("softmax")
    other.load_state_dict(model.state_dict())
    with torch.no_grad():
        model.h[1].mlp.c_fc.bias[:10] = other.h[1].mlp.c_fc.bias[:10] = -100  # never fire
    batch = ids()
    torch.manual_seed(2)
    found = probe(model, batch).run()
    torch.manual_seed(2)
    wanted = torch.tensor(seen_by_hooks(other, batch))
    torch.testing.assert_close(found, wanted, rtol=1e-4, atol=1e-5)
    assert found[1, DEAD] >= 10 / 40
    assert not hooks_of(model)


def test_training_with_a_probe_at_every_step_is_the_same_to_the_last_bit() -> None:
    def losses(probes: bool) -> list[float]:
        torch.manual_seed(3)
        model = Transformer()
        batch = ids()
        optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
        probe_ = probe(model, batch)
        found = []
        for _ in range(6):
            loss = model(ids())
            loss.backward()
            optimizer.step()
            if probes:
                assert probe_.run().isfinite().all()
            optimizer.zero_grad()
            found.append(loss.item())
        return [*found, *(buffer.float().sum().item() for buffer in model.buffers())]

    assert losses(probes=True) == losses(probes=False)


def test_the_same_weights_give_the_same_figures_also_where_the_model_draws_noise() -> None:
    model = Transformer()
    measured = probe(model, ids())
    first = measured.run()
    torch.rand(100)
    assert torch.equal(measured.run(), first)


def test_compiled_code_stays_and_none_is_added() -> None:
    compiled: list[int] = []

    def backend(graph: torch.fx.GraphModule, inputs: Any) -> Any:
        compiled.append(len(inputs))
        return graph.forward

    class Small(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layers = nn.ModuleList([nn.TransformerEncoderLayer(DIMS, 2, 32, dropout=0.0) for _ in range(2)])
            self.layers[1].compile(backend=backend)

        def forward(self, x: Tensor) -> Tensor:
            return self.layers[1](self.layers[0](x))

    torch._dynamo.reset()
    small, x = Small(), torch.randn(5, 2, DIMS)
    model = torch.compile(small, backend=backend)
    measured = probe(model, x)
    first = measured.run()
    assert not compiled
    loss = model(x).sum()
    small(x).sum()
    graphs = len(compiled)
    assert graphs > 0
    assert torch.equal(measured.run(), first)
    assert first.isfinite().all()
    assert torch.equal(model(x).sum(), loss)
    small(x).sum()
    assert len(compiled) == graphs


@pytest.mark.parametrize("wrap", ["DataParallel", "DistributedDataParallel"])
def test_a_distributed_wrapper_is_left_out(wrap: str, tmp_path: Path) -> None:
    inner = Transformer()
    batch = ids()
    if wrap == "DataParallel":
        found = probe(nn.DataParallel(inner), batch).run()
    else:
        store = torch.distributed.FileStore(str(tmp_path / "store"), 1)
        torch.distributed.init_process_group("gloo", store=store, rank=0, world_size=1)
        try:
            found = probe(nn.parallel.DistributedDataParallel(inner), batch).run()
        finally:
            torch.distributed.destroy_process_group()
    assert found.isfinite().all()
    assert found.shape == (2, 4)


@pytest.mark.parametrize("where", ["labels", "block", "index"])
def test_a_fault_of_the_model_comes_out_with_everything_put_back(where: str) -> None:
    model = Transformer()
    batch: Any = ids()
    if where == "labels":
        batch = {"ids": ids(), "labels": ids(length=LENGTH + 1)}
    elif where == "index":
        batch = ids() + 1000
    else:
        model.h[1].mlp.c_proj.register_forward_pre_hook(lambda *_: 1 / 0)
    before, hooks = everything(model), hooks_of(model)
    with pytest.raises((RuntimeError, IndexError, ZeroDivisionError)):
        probe(model, batch).run()
    assert everything(model) == before
    assert hooks_of(model) == hooks
    assert not has_torch_function_unary(torch.ones(1))  # the mode is gone too


def test_a_batch_is_a_tensor_a_tuple_a_dict_or_a_function() -> None:
    model, batch = Transformer(), ids()
    forms = [batch, (batch, batch), [batch, batch], {"ids": batch, "labels": batch}, lambda model: model(batch)]
    found = []
    for form in forms:
        torch.manual_seed(5)
        found.append(probe(model, form).run())
    assert all(torch.equal(one, found[0]) for one in found)


def test_the_batch_is_fixed_even_if_the_loader_fills_its_tensor_again() -> None:
    model, batch = Transformer(), ids()
    measured = probe(model, {"ids": batch})
    first = measured.run()
    batch.random_(0, 30)
    assert torch.equal(measured.run(), first)


@pytest.mark.parametrize(
    ("batch", "says"),
    [
        (None, "not NoneType"),
        (torch.utils.data.DataLoader([1]), "probe=next(iter(loader))"),
        (nn.Linear(1, 1), "not Linear"),
        ("text", "not str"),
        ({}, "probe is empty"),
        ((), "probe is empty"),
        ({0: torch.ones(1)}, "names of the model's arguments"),
    ],
)
def test_what_is_no_batch_is_refused_in_one_line_that_says_what_to_pass(batch: Any, says: str) -> None:
    with pytest.raises((TypeError, ValueError)) as refused:
        probe(Transformer(), batch)
    assert says in str(refused.value)
    assert str(refused.value).startswith("watch(): probe ")
    assert "\n" not in str(refused.value)


def test_a_model_without_blocks_has_no_figures_and_is_not_run() -> None:
    assert probe(nn.Sequential(nn.Linear(3, 3)), lambda model: 1 / 0).run().shape == (0, len(PROBE_STATS))


def test_a_unit_is_dead_up_to_a_fortieth_of_its_layers_mean() -> None:
    hidden = torch.tensor([1.0, -1.0, 0.0, 0.02, 0.026]).expand(2, 3, 5)  # mean 0.4092: the line is at 0.01023
    assert dead_units(hidden).item() == 1
    assert dead_units(torch.zeros(4, 7)).item() == 7
    assert dead_units(torch.tensor([[1.0, math.nan]])).isnan()
    assert dead_units(torch.tensor([[1.0, math.inf]])).isnan()


def test_softmaxes_over_features_and_of_gates_are_not_attention() -> None:
    class LinearAttention(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.q, self.k, self.v = (nn.Linear(DIMS, DIMS) for _ in "qkv")

        def forward(self, x: Tensor) -> Tensor:
            q, k, v = (part(x).unflatten(-1, (4, -1)).transpose(1, 2) for part in (self.q, self.k, self.v))
            return (q.softmax(-1) @ (k.softmax(-2).mT @ v)).transpose(1, 2).flatten(2)

    model = nn.Module()
    model.layers = nn.ModuleList([LinearAttention()])
    found = probe(model, lambda model: model.layers[0](torch.randn(2, 4, DIMS))).run()
    assert found[0, RMS] > 0
    assert found[0, ENTROPY].isnan()
    assert found[0, LOGIT].isnan()


@pytest.mark.parametrize("stances", [True, False])
def test_what_is_compiled_inside_the_model_runs_eagerly(stances: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not stances:
        monkeypatch.delattr(torch.compiler, "set_stance")  # torch before 2.6
    compiled: list[int] = []

    def backend(graph: torch.fx.GraphModule, inputs: Any) -> Any:
        compiled.append(len(inputs))
        return graph.forward

    torch._dynamo.reset()
    model = Transformer()
    model.h[1].mlp.compile(backend=backend)
    if stances:
        model.h[0].mlp.c_fc.forward = torch.compile(model.h[0].mlp.c_fc.forward, backend=backend)
    assert probe(model, ids()).run().isfinite().all()
    assert not compiled
    with torch.no_grad():
        model(ids())
    assert len(compiled) == (2 if stances else 1)


def test_a_gate_in_a_block_that_is_called_attention_is_not_attention() -> None:
    class AttentionBlock(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.gate = nn.Linear(DIMS, 6)

        def forward(self, x: Tensor) -> Tensor:
            return x * (x @ self.gate.weight.mT).softmax(-1)[..., :1]

    model = nn.Module()
    model.layers = nn.ModuleList([AttentionBlock()])
    found = probe(model, lambda model: model.layers[0](torch.randn(2, 7, DIMS))).run()
    assert found[0, RMS] > 0
    assert found[0, ENTROPY].isnan()


def test_a_sharded_model_says_that_every_rank_must_run_and_gives_the_figures_of_the_whole_one(tmp_path: Path) -> None:
    from torch.distributed.fsdp import fully_shard

    model, batch = Transformer(), ids()
    torch.manual_seed(6)
    whole = probe(model, batch)
    wanted = whole.run()
    assert not whole.needs_every_rank
    store = torch.distributed.FileStore(str(tmp_path / "store"), 1)
    torch.distributed.init_process_group("gloo", store=store, rank=0, world_size=1)
    try:
        mesh = torch.distributed.init_device_mesh("cpu", (1,))
        for block in model.h:
            fully_shard(block, mesh=mesh)
        fully_shard(model, mesh=mesh)
        torch.manual_seed(6)
        sharded = probe(model, batch)
        assert sharded.needs_every_rank
        torch.testing.assert_close(sharded.run(), wanted)
        model(batch).backward()
        assert all(parameter.grad is not None for name, parameter in model.named_parameters() if "router" not in name)
    finally:
        torch.distributed.destroy_process_group()


def test_a_model_under_the_older_fsdp_is_refused_with_what_to_use_instead() -> None:
    class FullyShardedDataParallel(nn.Module):
        def __init__(self, module: nn.Module) -> None:
            super().__init__()
            self._fsdp_wrapped_module = module

    with pytest.raises(ValueError, match=r"use fully_shard \(FSDP2\)"):
        probe(FullyShardedDataParallel(Transformer()), ids())
