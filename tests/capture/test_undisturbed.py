"""A forward pass that leaves no trace."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.backends import mha

from tensorboard_plugin_paramviz.capture.undisturbed import undisturbed


class Restless(nn.Module):
    """Changes everything a forward pass can, also in eval mode."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(3))
        self.frozen = nn.Dropout(0.5).eval()
        self.norm = nn.BatchNorm1d(3)
        self.own = torch.Generator().manual_seed(3)
        self.calls, self.cache = 0, None
        self.seen: Any = None
        for name, value in {
            "in_place": torch.zeros(3),
            "hidden_from_versions": torch.zeros(3),
            "bound_anew": torch.tensor(0),
            "grows": torch.zeros(2),
            "wide": torch.zeros(1).expand(5),
            "bytes": torch.zeros(2).to(torch.float8_e4m3fn),
            "unknown": torch.tensor([float("nan")]),
        }.items():
            self.register_buffer(name, value)

    def forward(self, x: Tensor) -> Tensor:
        self.calls += 1
        self.cache, self.late = x, x
        self.in_place += 1
        self.hidden_from_versions.data.add_(1)
        self.bound_anew = self.bound_anew + 1
        self.grows.resize_(4).fill_(9)
        self.bytes.copy_(torch.ones(2))
        self.register_buffer("new", x)
        self.seen = (
            self.training,
            self.frozen.training,
            torch.is_grad_enabled(),
            torch.backends.mha.get_fastpath_enabled(),
        )
        noise = torch.rand(3) + torch.rand(3, generator=self.own) + random.random() + float(np.random.rand())
        return self.frozen(self.norm(x)) * self.weight * noise


def everything(model: nn.Module) -> list[Any]:
    """All that must be the same: attributes by identity, buffers by value, modes and RNGs."""
    modules = list(model.modules())
    names = [{k: id(v) for k, v in module.__dict__.items()} for module in modules]
    buffers = {name: (id(b), b.shape, b.float().tolist().__repr__()) for name, b in model.named_buffers()}
    rng = torch.get_rng_state().tolist(), random.getstate(), np.random.get_state()[1].tolist(), np.random.get_state()[2]
    flags = torch.is_grad_enabled(), mha.get_fastpath_enabled(), torch.is_autocast_cache_enabled()
    own = [m.own.get_state().tolist() for m in modules if hasattr(m, "own")]
    return [names, buffers, rng, flags, own, [module.training for module in modules]]


@pytest.mark.parametrize("fails", [False, True])
def test_all_that_a_forward_pass_changes_is_put_back(fails: bool) -> None:
    model = nn.Sequential(Restless(), nn.Dropout(0.1))
    before = everything(model)
    try:
        with undisturbed(model):
            model(torch.randn(4, 3))
            assert model[0].seen == (False, False, False, False)
            assert model[0].calls == 1
            if fails:
                raise KeyboardInterrupt
    except KeyboardInterrupt:
        assert fails
    assert everything(model) == before


def test_autocast_keeps_no_weights_without_gradients_for_the_training_after_it() -> None:
    model = nn.Linear(4, 4)
    with torch.autocast("cpu", torch.bfloat16):
        with undisturbed(model):
            assert model(torch.randn(2, 4)).dtype == torch.bfloat16
        model(torch.randn(2, 4)).sum().backward()
    assert model.weight.grad is not None


def test_modules_with_an_eval_of_their_own_are_not_asked_for_it() -> None:
    class Merging(nn.Linear):
        def train(self, mode: bool = True) -> Merging:
            raise AssertionError("merges weights")

    model = Merging(2, 2)
    with undisturbed(model):
        assert not model.training
    assert model.training


def test_a_scripted_module_is_put_back_into_its_mode() -> None:
    with pytest.warns(DeprecationWarning, match="jit"):
        model = torch.jit.script(nn.Sequential(nn.BatchNorm1d(3), nn.Dropout(0.5)))
    before = {name: buffer.clone() for name, buffer in model.named_buffers()}
    with undisturbed(model):
        x = torch.randn(4, 3)
        assert torch.equal(model(x), model(x))
    assert model.training
    assert all(torch.equal(buffer, before[name]) for name, buffer in model.named_buffers())
