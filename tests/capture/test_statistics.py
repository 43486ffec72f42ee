"""Each statistic against the formula written down plainly, on models small and large, ordinary and awkward."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from toy_models import Gpt

from tensorboard_plugin_paramviz.capture.finishing import finish
from tensorboard_plugin_paramviz.capture.plan import Options, make_plan
from tensorboard_plugin_paramviz.capture.sampling import PARAMETER_ENTRIES, Sampling, flat
from tensorboard_plugin_paramviz.capture.taking import Taker
from tensorboard_plugin_paramviz.record import STATS

EPSILON = 1e-3


def naive(model: nn.Module, before: dict[int, Tensor] | None, has_epsilon: bool) -> np.ndarray:
    """[L, S], every entry of every parameter in float64, one formula a line."""
    seen: set[int] = set()
    rows = []
    for _, module in model.named_modules():
        own = list(module.parameters(recurse=False))
        if not own:
            continue
        fresh = [p for p in own if id(p) not in seen and p.numel()]
        seen |= {id(p) for p in own}
        row = dict.fromkeys(STATS, float("nan"))
        if fresh:
            w = np.concatenate([wide(p) for p in fresh])
            rms = np.sqrt(np.mean(w**2))
            row["weight_norm"] = np.sqrt(np.sum(w**2))
            row["weight_rms"] = rms
            row["weight_mean"] = np.mean(w)
            row["weight_std"] = np.std(w)
            row["weight_max_abs"] = np.max(np.abs(w))
            row["weight_near_zero_ratio"] = np.mean(np.abs(w) <= 1e-3 * rms) if np.isfinite(rms) else float("nan")
            row["weight_nonfinite_count"] = np.sum(~np.isfinite(w))
            grads = [wide(p.grad.to_dense()) for p in fresh if p.grad is not None]
            if grads:
                g = np.concatenate(grads)
                row["grad_norm"] = np.sqrt(np.sum(g**2))
                row["grad_rms"] = np.sqrt(np.mean(g**2))
                row["grad_max_abs"] = np.max(np.abs(g))
                row["grad_nonfinite_count"] = np.sum(~np.isfinite(g))
            dense = [wide(p.grad) for p in fresh if p.grad is not None and not p.grad.is_sparse]
            if dense and has_epsilon:
                row["grad_below_epsilon_ratio"] = np.mean(np.abs(np.concatenate(dense)) < EPSILON)
            if before is not None:
                old = np.concatenate([wide(before[id(p)]) for p in fresh])
                row["update_norm"] = np.linalg.norm(w - old)
                if old.any():
                    row["update_ratio"] = np.linalg.norm(w - old) / np.linalg.norm(old)
        rows.append([row[name] for name in STATS])
    return np.array(rows)


def wide(tensor: Tensor) -> np.ndarray:
    return tensor.detach().double().reshape(-1).numpy()


def measure(
    model: nn.Module, optimizer: torch.optim.Optimizer | None = None, *, level: str = "standard"
) -> tuple[np.ndarray, np.ndarray]:
    """(ours, naive), with a step of the optimizer between if one is given."""
    optimizers = [] if optimizer is None else [optimizer]
    options = Options("auto", level, None, 1_000_000, 100, None, None)
    taker = Taker(make_plan(model, options, optimizers, "session", 0.0), optimizers)
    before = taker.keep_before() if optimizer else None
    copies = {id(p): p.detach().clone() for p in model.parameters()}
    if optimizer:
        optimizer.step()
    taken = taker.take(before, None)
    snapshot = finish(taken, taken.arrays(), 0, 0.0)
    assert snapshot.stats is not None
    with np.errstate(all="ignore"):
        return snapshot.stats, naive(model, copies if optimizer else None, optimizer is not None)


def filled(model: nn.Module) -> nn.Module:
    for parameter in model.parameters():
        parameter.grad = torch.randn_like(parameter)
    return model


class Awkward(nn.Module):
    """A scalar, an empty parameter, an unused layer, a frozen one, zeros, and a layer that isn't contiguous."""

    def __init__(self) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.tensor(0.5))
        self.nothing = nn.Parameter(torch.zeros(0, 3))
        self.empty_only = nn.Module()
        self.empty_only.weight = nn.Parameter(torch.zeros(0))
        self.unused = nn.Linear(3, 4)
        self.frozen = nn.Linear(4, 3).requires_grad_(False)
        self.zeros = nn.Linear(3, 3, bias=False)
        nn.init.zeros_(self.zeros.weight)
        self.turned = nn.Linear(200, 300, bias=False)
        self.turned.weight = nn.Parameter(torch.randn(200, 300).T)
        self.far_from_zero = nn.LayerNorm(64)
        nn.init.normal_(self.far_from_zero.weight, 1.0, 1e-5)


def awkward() -> nn.Module:
    model = Awkward()
    for name in ("scale", "nothing"):
        getattr(model, name).grad = torch.ones_like(getattr(model, name))
    model.turned.weight.grad = torch.randn(300, 200)
    return model


MODELS = {
    "gpt": lambda: filled(Gpt()),
    "one linear": lambda: filled(nn.Linear(3, 5)),
    "large matrix and bias": lambda: filled(nn.Linear(300, 200)),
    "mlp without embeddings": lambda: filled(nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 2))),
    "torch transformer": lambda: filled(nn.Transformer(8, 2, 1, 1, 16, batch_first=True)),
    "awkward": awkward,
    "bfloat16": lambda: filled(nn.Linear(300, 200).bfloat16()),
    "float16": lambda: filled(nn.Linear(300, 200).half()),
    "float64": lambda: filled(nn.Linear(300, 200).double()),
}


@pytest.mark.parametrize("name", MODELS)
def test_statistics_are_those_of_the_formulas(name: str) -> None:
    model = MODELS[name]()
    ours, expected = measure(model)
    estimated = {"weight_near_zero_ratio": 0.003, "weight_mean": 0.1, "weight_std": 0.01}  # where a parameter is large
    rms = expected[:, STATS.index("weight_rms")]
    for stat, tolerance in estimated.items():
        difference = np.abs(ours[:, STATS.index(stat)] - expected[:, STATS.index(stat)])
        assert (np.isnan(rms) | (difference <= tolerance * (1 if stat.endswith("ratio") else rms))).all(), stat
    exact = [column for column, stat in enumerate(STATS) if stat not in estimated]
    assert np.isnan(ours[:, STATS.index("stable_rank")]).all(), "measured at the full level only"
    np.testing.assert_allclose(ours[:, exact], expected[:, exact], rtol=2e-5, atol=1e-6)


@pytest.mark.parametrize("entry", [float("nan"), float("inf"), float("-inf")])
@pytest.mark.parametrize("width", [4, 400])
def test_entries_that_are_not_finite_are_counted_and_show_in_the_norm(entry: float, width: int) -> None:
    model = filled(nn.Linear(width, 100))
    with torch.no_grad():
        model.weight[3, 2] = entry
        model.weight.grad[5, :3] = entry
    ours, expected = measure(model)
    for stat in ("weight_nonfinite_count", "grad_nonfinite_count", "weight_norm", "grad_norm", "weight_max_abs"):
        column = STATS.index(stat)
        np.testing.assert_allclose(ours[:, column], expected[:, column])
    assert ours[0, STATS.index("weight_nonfinite_count")] == 1
    assert ours[0, STATS.index("grad_nonfinite_count")] == 3


def test_a_sparse_gradient_counts_as_the_dense_one_it_stands_for() -> None:
    model = Gpt(vocabulary=2000, sparse=True)
    model(torch.randint(0, 100, (2, 8))).backward()
    assert model.transformer["wte"].weight.grad.is_sparse
    ours, expected = measure(model)
    columns = [STATS.index(name) for name in STATS if name.startswith("grad")]
    np.testing.assert_allclose(ours[:, columns], expected[:, columns], rtol=1e-5)


def test_an_update_is_exact_for_small_layers_and_close_for_large_ones() -> None:
    small, large = filled(nn.Linear(30, 20)), filled(nn.Linear(1000, 400))
    for model, tolerance in ((small, 1e-5), (large, 0.02)):
        ours, expected = measure(model, torch.optim.AdamW(model.parameters(), 1e-3))
        columns = [STATS.index("update_norm"), STATS.index("update_ratio")]
        np.testing.assert_allclose(ours[:, columns], expected[:, columns], rtol=tolerance)


def test_the_light_level_measures_norms_alone() -> None:
    ours, expected = measure(filled(Gpt(dims=64)), level="light")
    for column, name in enumerate(STATS):
        if name in ("weight_norm", "weight_rms", "grad_norm"):
            np.testing.assert_allclose(ours[:, column], expected[:, column], rtol=1e-5)
        else:
            assert np.isnan(ours[:, column]).all()


@pytest.mark.parametrize("shape", [(), (0,), (7,), (8_192,), (8_193,), (768, 2304), (1000, 1000), (3, 5, 4096)])
def test_the_entries_taken_are_few_and_from_all_columns(shape: tuple[int, ...]) -> None:
    tensor = torch.arange(torch.Size(shape).numel()).reshape(shape)
    entries = Sampling([tensor]).entries(0, tensor)
    assert len(entries) <= PARAMETER_ENTRIES
    if tensor.numel() <= PARAMETER_ENTRIES:
        assert torch.equal(entries, tensor.reshape(-1))
    else:
        assert len(entries) > PARAMETER_ENTRIES / 2
        assert len(shape) == 1 or len((entries % shape[-1]).unique()) > 0.7 * min(shape[-1], PARAMETER_ENTRIES)


@pytest.mark.parametrize("cuts", [(0, 70_000, 70_000, 100_000), (0, 1, 3, 99_999, 100_000)])
def test_the_entries_of_the_parts_of_a_parameter_are_those_of_the_whole(cuts: tuple[int, ...]) -> None:
    whole = torch.randn(100_000)
    sampling = Sampling([whole])
    parts = [sampling.entries(0, whole[a:b], a) for a, b in itertools.pairwise(cuts)]
    assert torch.equal(torch.cat(parts), sampling.entries(0, whole))


@pytest.mark.parametrize("size", [20, 400])
def test_gradients_under_adams_epsilon_are_counted_and_other_optimizers_have_none(size: int) -> None:
    model = nn.Linear(size, size)
    model.weight.grad, model.bias.grad = torch.randn(size, size) * EPSILON, torch.full((size,), EPSILON)
    column = STATS.index("grad_below_epsilon_ratio")
    for adam in (torch.optim.AdamW, torch.optim.Adam, torch.optim.NAdam):
        ours, expected = measure(model, adam(model.parameters(), 1e-6, eps=EPSILON))
        np.testing.assert_allclose(ours[:, column], expected[:, column], atol=1e-6 if size == 20 else 0.01)
        assert 0.6 < ours[0, column] < 0.7, "of a normal distribution 68 % lie within one deviation"
    ours, _ = measure(model, torch.optim.RMSprop(model.parameters(), 1e-6, eps=EPSILON))
    assert np.isnan(ours[0, column])


def test_a_layer_that_only_partly_has_a_gradient_is_measured_where_it_has_one() -> None:
    model = nn.Linear(30, 20)
    model.bias.grad = torch.ones(20)
    ours, expected = measure(model)
    np.testing.assert_allclose(ours, expected, rtol=1e-5)
    assert ours[0, STATS.index("grad_rms")] == 1


def test_a_small_spread_around_one_is_seen_in_a_large_parameter_too() -> None:
    model = nn.LayerNorm(200_000, bias=False)
    nn.init.normal_(model.weight, 1.0, 1e-4)
    ours, expected = measure(model)
    column = STATS.index("weight_std")
    np.testing.assert_allclose(ours[:, column], expected[:, column], rtol=0.05)


def test_large_models_take_turns_with_their_extremes_and_every_layer_has_its_turn(monkeypatch) -> None:
    monkeypatch.setattr("tensorboard_plugin_paramviz.capture.taking.EXTREMES_ENTRIES", 250_000)
    model = filled(nn.Sequential(*(nn.Linear(300, 300, bias=False) for _ in range(4))))
    taker = Taker(make_plan(model, Options("auto", "standard", None, 1_000_000, 100, None, None), [], "s", 0.0), [])
    column = STATS.index("weight_max_abs")
    seen = []
    for _ in range(3):
        taken = taker.take(None, None)
        seen.append(finish(taken, taken.arrays(), 0, 0.0).stats[:, column])
    measured = np.isfinite(seen)  # [3, L]
    assert (measured.sum(axis=0) == 1).all(), "one turn in three each"
    expected = [layer.weight.abs().max().item() for layer in model]
    np.testing.assert_allclose(np.nanmax(seen, axis=0), expected, rtol=1e-6)


def test_a_layer_of_several_large_parameters_has_its_extremes_in_one_turn(monkeypatch) -> None:
    monkeypatch.setattr("tensorboard_plugin_paramviz.capture.taking.EXTREMES_ENTRIES", 500_000)
    model = filled(nn.LSTM(200, 200, 2))
    taker = Taker(make_plan(model, Options("auto", "standard", None, 1_000_000, 100, None, None), [], "s", 0.0), [])
    taken = [taker.take(None, None) for _ in range(3)]
    seen = [finish(one, one.arrays(), 0, 0.0).stats[0, STATS.index("weight_max_abs")] for one in taken]
    assert np.isfinite(seen).any()


@pytest.mark.parametrize("layout", ["transposed", "channels last"])
def test_scattered_parameters_are_read_in_the_order_of_their_memory_without_a_copy(layout: str) -> None:
    if layout == "transposed":
        tensor = torch.randn(300, 200).T
    else:
        tensor = torch.randn(8, 16, 3, 3).contiguous(memory_format=torch.channels_last)
    assert flat(tensor).data_ptr() == tensor.data_ptr()
    assert flat(tensor).sort().values.equal(tensor.reshape(-1).sort().values)


@pytest.mark.parametrize("rows", [100, 3000])
@pytest.mark.parametrize("touched", [5, 1000])
def test_updates_of_a_table_are_those_of_its_rows_however_few_are_touched(rows: int, touched: int) -> None:
    table = nn.Embedding(3000, 64)
    counts = (1e6 / (1 + torch.arange(3000))).long()
    ids = torch.multinomial(counts.float(), touched, replacement=True)
    optimizer = torch.optim.SGD(table.parameters(), 1.0)
    model = nn.Sequential(table)
    model(ids).square().sum().backward()
    options = Options("auto", "standard", None, 1_000_000, rows, None, counts.numpy())
    taker = Taker(make_plan(model, options, [optimizer], "session", 0.0), [optimizer])
    before, old = taker.keep_before(), table.weight.detach().clone()
    optimizer.step()
    taken = taker.take(before, None)
    stats = finish(taken, taken.arrays(), 0, 0.0).stats
    exact = (table.weight - old).norm().item()
    assert stats[0, STATS.index("update_norm")] == pytest.approx(exact, rel=1e-5 if rows == 3000 else 0.35)
