"""What is recorded is the gradient that the optimizer saw: unscaled, clipped, accumulated. Where that isn't known it is
NaN, and never off by a scale. Each test computes its oracle by hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from toy_models import read

from tensorboard_plugin_paramviz import Watcher, watch
from tensorboard_plugin_paramviz.record import STATS, Snapshot

GRAD, BROKEN, UPDATE, RATIO = (
    STATS.index(name) for name in ("grad_norm", "grad_nonfinite_count", "update_norm", "update_ratio")
)
SCALE = 2.0**12


class Pair(nn.Module):
    """Two layers whose gradients are known by hand."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = nn.Linear(4, 3, bias=False), nn.Linear(4, 3, bias=False)

    def loss(self, x: Tensor, factor: float = 1.0) -> Tensor:
        return self.first(x).sum() + factor * self.second(x).sum()


def by_hand(x: Tensor) -> float:
    """Norm of the gradient of `Pair.loss`, per unit of the factor: each of three outputs gets the sum of x's rows."""
    return float(x.double().sum(0).norm() * 3**0.5)


def opened(model: nn.Module, logdir: Path, optimizer: Any) -> Watcher:
    return watch(model, logdir, optimizer=optimizer, every=1, max_overhead=None, strict=True)


def columns(logdir: Path, *stats: int) -> list[np.ndarray]:
    """[T, L] of each stat."""
    snapshots = read(logdir)[1]
    return [np.stack([snapshot.stats[:, stat] for snapshot in snapshots]) for stat in stats]


def norms(tensors: list[Tensor]) -> list[float]:
    return [float(tensor.detach().double().norm()) for tensor in tensors]


def test_a_clipped_gradient_is_recorded_as_it_was_used(tmp_path) -> None:
    model, expected = Pair(), []
    optimizer = torch.optim.SGD(model.parameters(), 0.5)
    with opened(model, tmp_path, optimizer) as viz:
        for step, limit in enumerate((0.5, 1e6)):
            x = torch.randn(2, 4)
            model.loss(x, 2.0).backward()
            whole = 5**0.5 * by_hand(x)
            nn.utils.clip_grad_norm_(model.parameters(), limit)
            expected.append(np.array([1.0, 2.0]) * by_hand(x) * min(1.0, limit / whole))
            optimizer.step()
            viz.step(step)
            optimizer.zero_grad()
    grads, updates = columns(tmp_path, GRAD, UPDATE)
    np.testing.assert_allclose(grads, expected, rtol=1e-5)
    np.testing.assert_allclose(updates, 0.5 * np.array(expected), rtol=1e-5)


@pytest.mark.parametrize("clips", [False, True], ids=["", "clipped"])
@pytest.mark.parametrize("fused", [False, True], ids=["foreach", "fused"])
def test_under_a_gradient_scaler_nothing_is_ever_off_by_the_scale(tmp_path, fused: bool, clips: bool) -> None:
    model, xs = Pair(), [torch.randn(2, 4) for _ in range(6)]
    factors = [2.0, 2.0, float("inf"), 2.0, float("nan"), 2.0]
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.01, fused=fused)
    scaler = torch.amp.GradScaler("cpu", init_scale=SCALE)
    with opened(model, tmp_path, optimizer) as viz:
        for step, (x, factor) in enumerate(zip(xs, factors, strict=True)):
            scaler.scale(model.loss(x, factor)).backward()
            if clips:
                scaler.unscale_(optimizer)
                nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            scaler.step(optimizer)
            scaler.update()
            viz.step(step)
            optimizer.zero_grad()
    grads, broken, updates = columns(tmp_path, GRAD, BROKEN, UPDATE)
    used, skipped = [0, 1, 3, 5], [2, 4]
    expected = np.array([[by_hand(x), 2 * by_hand(x)] for x in xs])
    if clips:
        expected *= np.minimum(1.0, 1.0 / (np.linalg.norm(expected, axis=1, keepdims=True) + 1e-6))
    np.testing.assert_allclose(grads[used], expected[used], rtol=1e-4)
    assert (broken[used] == 0).all()
    assert (updates[used] > 0).all()
    # A skipped step has no update, shows what is broken, and of the layer that is not: NaN, or what is true.
    assert np.isnan(updates[skipped]).all() or (updates[skipped] == 0).all()
    assert (broken[skipped, 1] == 12).all()
    assert not np.isfinite(grads[skipped, 1]).any()
    if not clips:  # clipping by an infinite norm makes zeros and NaNs of all, before anybody could look
        truth = expected[skipped, 0]
        assert (np.isnan(grads[skipped, 0]) | np.isclose(grads[skipped, 0], truth, rtol=1e-4)).all()
        assert (broken[skipped, 0] == 0).all()


@pytest.mark.parametrize("to_none", [True, False])
@pytest.mark.parametrize("scale", [1.0, SCALE], ids=["", "scaled"])
def test_accumulated_gradients_are_recorded_whole_where_the_call_comes_once_a_step(tmp_path, scale, to_none) -> None:
    model, expected = Pair(), []
    optimizer = torch.optim.SGD(model.parameters(), 0.5)
    scaler = torch.amp.GradScaler("cpu", init_scale=scale, enabled=scale != 1.0)
    with opened(model, tmp_path, optimizer) as viz:
        for step in range(3):
            xs = [torch.randn(2, 4) for _ in range(4)]
            for x in xs:
                scaler.scale(model.loss(x) / 4).backward()
            expected.append(by_hand(torch.cat(xs)) / 4)
            scaler.step(optimizer)
            scaler.update()
            viz.step(step)
            optimizer.zero_grad(set_to_none=to_none)
    grads, updates = columns(tmp_path, GRAD, UPDATE)
    np.testing.assert_allclose(grads, np.stack([expected, expected], axis=1), rtol=1e-4)
    np.testing.assert_allclose(updates, 0.5 * grads, rtol=1e-4)


@pytest.mark.parametrize("scale", [1.0, SCALE], ids=["", "scaled"])
def test_of_a_call_between_two_optimizer_steps_no_half_summed_gradient_is_recorded(tmp_path, scale) -> None:
    model, expected = Pair(), {}
    optimizer = torch.optim.SGD(model.parameters(), 0.5)
    scaler = torch.amp.GradScaler("cpu", init_scale=scale, enabled=scale != 1.0)
    with opened(model, tmp_path, optimizer) as viz:
        xs: list[Tensor] = []
        for step in range(12):
            xs.append(torch.randn(2, 4))
            scaler.scale(model.loss(xs[-1])).backward()
            if step % 4 == 3:
                scaler.step(optimizer)
                scaler.update()
                expected[step] = by_hand(torch.cat(xs))
            viz.step(step)
            if step % 4 == 3:
                optimizer.zero_grad()
                xs = []
    grads, updates = columns(tmp_path, GRAD, UPDATE)
    for step in range(12):
        if step in expected:
            np.testing.assert_allclose(grads[step], expected[step], rtol=1e-4)
            np.testing.assert_allclose(updates[step], 0.5 * expected[step], rtol=1e-4)
        else:
            assert np.isnan(grads[step]).all()
            assert np.isnan(updates[step]).all()


class SignDescent(torch.optim.Optimizer):
    """As people write their own: through .data, which leaves no trace in the tensors' version counters."""

    def __init__(self, parameters: Any, lr: float = 0.01) -> None:
        super().__init__(parameters, {"lr": lr})

    def step(self, closure: Any = None) -> None:
        for group in self.param_groups:
            for parameter in group["params"]:
                parameter.data.sub_(group["lr"] * parameter.grad.data.sign())


OPTIMIZERS: dict[str, Callable[..., torch.optim.Optimizer]] = {
    "sgd": lambda p: torch.optim.SGD(p, 0.1, momentum=0.9, nesterov=True, weight_decay=0.1),
    "sgd maximize": lambda p: torch.optim.SGD(p, 0.1, maximize=True, weight_decay=0.1, foreach=True),
    "sgd fused": lambda p: torch.optim.SGD(p, 0.1, momentum=0.9, fused=True),
    "adam": lambda p: torch.optim.Adam(p, 0.1, foreach=False, amsgrad=True, weight_decay=0.1),
    "adamw foreach": lambda p: torch.optim.AdamW(p, 0.1, foreach=True),
    "adamw fused": lambda p: torch.optim.AdamW(p, 0.1, fused=True),
    "adamw tensor lr": lambda p: torch.optim.AdamW(p, torch.tensor(0.1)),
    "adagrad fused": lambda p: torch.optim.Adagrad(p, 0.1, fused=True),
    "adafactor": lambda p: torch.optim.Adafactor(p, 0.1),
    "rmsprop": lambda p: torch.optim.RMSprop(p, 0.1, centered=True, momentum=0.5),
    "rprop": lambda p: torch.optim.Rprop(p, 0.1),
    "muon": lambda p: torch.optim.Muon(p, 0.1),
    "lbfgs": lambda p: torch.optim.LBFGS(p, 0.1, max_iter=5, line_search_fn="strong_wolfe"),
    "own": SignDescent,
}


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_any_optimizers_gradients_and_changes_are_the_real_ones(tmp_path, name: str) -> None:
    model = Pair()
    optimizer = OPTIMIZERS[name](model.parameters())
    parameters, expected, before = list(model.parameters()), [], []

    def closure() -> Tensor:
        optimizer.zero_grad()
        loss = model.loss(x).square() + model.first.weight.square().sum()
        loss.backward()
        return loss

    with opened(model, tmp_path, optimizer) as viz:
        for step in range(4):
            x, before = torch.randn(2, 4), [parameter.detach().clone() for parameter in parameters]
            closure()
            seen = norms([parameter.grad for parameter in parameters])
            optimizer.step(closure if name == "lbfgs" else None)
            if name == "lbfgs":  # it evaluates several times: the last gradient is the one it ended with
                seen = norms([parameter.grad for parameter in parameters])
            changes = norms([new.detach() - old for new, old in zip(parameters, before, strict=True)])
            expected.append(
                [seen, changes, [change / size for change, size in zip(changes, norms(before), strict=True)]]
            )
            viz.step(step)
    for stat, ours in enumerate(columns(tmp_path, GRAD, UPDATE, RATIO)):
        np.testing.assert_allclose(ours, np.array(expected)[:, stat], rtol=1e-4)


class Net(Pair):
    def __init__(self) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(3)

    def loss(self, x: Tensor, factor: float = 1.0) -> Tensor:
        return (self.norm(self.first(x)) * self.second(x)).square().sum() * factor


@pytest.mark.parametrize("sometimes", [False, True], ids=["every step", "one of them each second step"])
def test_two_optimizers_of_one_model_are_watched_together(tmp_path, sometimes: bool) -> None:
    model, expected = Net(), []
    matrices = torch.optim.Muon([model.first.weight, model.second.weight], lr=0.1)
    others = torch.optim.AdamW(model.norm.parameters(), lr=0.01)
    layers = [list(module.parameters()) for module in (model.first, model.second, model.norm)]
    with opened(model, tmp_path, [matrices, others]) as viz:
        for step in range(6):
            before = [nn.utils.parameters_to_vector(layer).detach().clone() for layer in layers]
            model.loss(torch.randn(2, 4)).backward()
            matrices.step()
            if not (sometimes and step % 2):
                others.step()
            after = [nn.utils.parameters_to_vector(layer).detach() for layer in layers]
            expected.append(norms([new - old for new, old in zip(after, before, strict=True)]))
            viz.step(step)
            matrices.zero_grad()
            others.zero_grad()
    (record,), snapshots, _ = read(tmp_path)
    (updates,) = columns(tmp_path, UPDATE)
    both = slice(0, None, 2) if sometimes else slice(None)
    for index in range(2):
        np.testing.assert_allclose(updates[:, index], np.array(expected)[:, index], rtol=1e-4)
    np.testing.assert_allclose(updates[both, 2], np.array(expected)[both, 2], rtol=1e-4)
    if sometimes:
        assert (np.isnan(updates[1::2, 2]) | (updates[1::2, 2] == 0)).all()
    assert list(snapshots[-1].learning_rates) == pytest.approx([0.1, 0.01])
    assert len(record.optimizer["groups"]) == 2


def rates(snapshots: list[Snapshot]) -> list[list[float]]:
    return [[round(float(rate), 6) for rate in snapshot.learning_rates] for snapshot in snapshots]


def test_the_learning_rate_recorded_is_the_one_the_step_was_made_with(tmp_path) -> None:
    model = Pair()
    optimizer = torch.optim.SGD(
        [{"params": model.first.parameters()}, {"params": model.second.parameters(), "lr": 0.5}], 1.0
    )
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=1, gamma=0.5)
    with opened(model, tmp_path, optimizer) as viz:
        for step in range(3):
            model.loss(torch.randn(2, 4)).backward()
            optimizer.step()
            scheduler.step()
            viz.step(step)
            optimizer.zero_grad()
    assert rates(read(tmp_path)[1]) == [[1.0, 0.5], [0.5, 0.25], [0.25, 0.125]]


def test_a_parameter_group_added_later_is_measured_from_then_on(tmp_path) -> None:
    model = Pair()
    optimizer = torch.optim.SGD(model.first.parameters(), 0.5)
    with opened(model, tmp_path, optimizer) as viz:
        for step in range(4):
            if step == 2:
                optimizer.add_param_group({"params": model.second.parameters(), "lr": 0.25})
            model.loss(torch.ones(1, 4)).backward()
            optimizer.step()
            viz.step(step)
            model.zero_grad()
    (updates,) = columns(tmp_path, UPDATE)
    size = 12**0.5
    np.testing.assert_allclose(updates[:, 0], [0.5 * size] * 4, rtol=1e-5)
    assert (np.isnan(updates[:2, 1]) | (updates[:2, 1] == 0)).all()
    np.testing.assert_allclose(updates[2:, 1], [0.25 * size] * 2, rtol=1e-5)
    assert [row[0] for row in rates(read(tmp_path)[1])] == [0.5] * 4


def test_an_optimizer_that_was_replaced_leaves_no_stale_updates(tmp_path) -> None:
    model = Pair()
    optimizer = torch.optim.SGD(model.parameters(), 0.5)
    with opened(model, tmp_path, optimizer) as viz:
        for step in range(4):
            if step == 2:
                optimizer = torch.optim.SGD(model.parameters(), 0.25)
            model.loss(torch.ones(1, 4)).backward()
            optimizer.step()
            viz.step(step)
            optimizer.zero_grad()
    grads, updates = columns(tmp_path, GRAD, UPDATE)
    np.testing.assert_allclose(grads[[0, 1, 3]], 12**0.5, rtol=1e-5)
    assert np.isnan(grads[2]).all(), "a step that no hook saw is believed from the second one on"
    np.testing.assert_allclose(updates[:2], 0.5 * 12**0.5, rtol=1e-5)
    assert np.isnan(updates[2:]).all()
