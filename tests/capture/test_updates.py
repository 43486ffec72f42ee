"""The change by the last optimizer step is measured when it can be known, and NaN when it can't."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn
from toy_models import Gpt, adam, read, train

from tensorboard_plugin_paramviz import watch
from tensorboard_plugin_paramviz.record import STATS

NORM = STATS.index("update_norm")


def test_every_recorded_step_has_its_update_even_when_few_are_recorded(tmp_path) -> None:
    model = Gpt()
    optimizer = adam(model)
    with watch(model, tmp_path, optimizer=optimizer, every=3, max_overhead=None, strict=True) as viz:
        train(model, optimizer, viz, 10)
    snapshots = read(tmp_path)[1]
    assert [snapshot.step for snapshot in snapshots] == [0, 3, 6, 9]
    for snapshot in snapshots:
        assert np.nanmin(snapshot.stats[:, NORM]) > 0
        assert (snapshot.embeddings["transformer.wpe"].update_norms[:8] > 0).all()


def test_rows_changes_are_exact(tmp_path) -> None:
    model = Gpt()
    optimizer = torch.optim.SGD(model.parameters(), 0.5)
    with watch(model, tmp_path, optimizer=optimizer, every=1, max_overhead=None, strict=True) as viz:
        model(torch.randint(0, 65, (4, 8))).backward()
        before = model.transformer["wte"].weight.detach().clone()
        optimizer.step()
        viz.step(0)
    rows = read(tmp_path)[1][0].embeddings["transformer.wte"]
    weight = model.transformer["wte"].weight
    np.testing.assert_allclose(rows.update_norms, (weight - before).norm(dim=1).detach(), rtol=1e-5)
    np.testing.assert_allclose(rows.grad_norms, weight.grad.norm(dim=1), rtol=1e-5)


def test_a_table_none_of_whose_sampled_rows_moved_has_not_moved(tmp_path) -> None:
    """By its rows, as when they move: the spread entries, which meet others, would say something else."""
    model = nn.Embedding(10_000, 4)
    optimizer = torch.optim.SGD(model.parameters(), 1.0)
    sampled: list[int] = []
    for run in (tmp_path / "tells which rows", tmp_path / "moves the others"):
        with watch(model, run, optimizer=optimizer, every=1, max_overhead=None, rows=10, strict=True) as viz:
            model.weight.grad = torch.ones_like(model.weight)
            model.weight.grad[torch.tensor(sampled, dtype=torch.int64)] = 0.0
            optimizer.step()
            viz.step(0)
        (record,), (snapshot,), _ = read(run)
        sampled = list(record.embeddings[0].rows)
    assert not next(iter(snapshot.embeddings.values())).update_norms.any()
    assert snapshot.stats[0, NORM] == 0


def test_several_optimizer_steps_a_call_measure_the_last_of_them(tmp_path) -> None:
    model = nn.Linear(4, 4, bias=False)
    optimizer = torch.optim.SGD(model.parameters(), 1.0)
    with watch(model, tmp_path, optimizer=optimizer, every=1, max_overhead=None, strict=True) as viz:
        for step in range(4):
            for size in (8.0, 4.0, 1.0):
                model.weight.grad = torch.full_like(model.weight, size)
                optimizer.step()
            viz.step(step)
    assert [snapshot.stats[0, NORM] for snapshot in read(tmp_path)[1]] == pytest.approx([4.0] * 4)


def test_a_call_every_hundred_steps_is_foreseen_after_the_first(tmp_path) -> None:
    model = nn.Linear(4, 4, bias=False)
    optimizer = torch.optim.SGD(model.parameters(), 0.25)
    with watch(model, tmp_path, optimizer=optimizer, every=100, max_overhead=None, strict=True) as viz:
        for step in range(1, 401):
            model.weight.grad = torch.ones_like(model.weight)
            optimizer.step()
            if step % 100 == 0:
                viz.step(step)
    norms = [snapshot.stats[0, NORM] for snapshot in read(tmp_path)[1]]
    assert np.isnan(norms[0])  # nothing yet said that it would take a hundred
    assert norms[1:] == pytest.approx([1.0] * 3)


def test_a_skipped_optimizer_step_has_no_update(tmp_path) -> None:
    model = nn.Linear(4, 4)
    optimizer = torch.optim.SGD(model.parameters(), 1.0)
    with watch(model, tmp_path, optimizer=optimizer, every=1, max_overhead=None, strict=True) as viz:
        for step in range(4):
            model.weight.grad = torch.ones_like(model.weight)
            if step != 2:  # as a gradient scaler does after an overflow
                optimizer.step()
            viz.step(step)
    assert [bool(np.isnan(snapshot.stats[0, NORM])) for snapshot in read(tmp_path)[1]] == [False, False, True, False]


def test_an_optimizer_that_skips_by_itself_has_no_update(tmp_path) -> None:
    model = nn.Linear(4, 4)
    optimizer = torch.optim.SGD(model.parameters(), 0.0)  # steps, and changes nothing
    with watch(model, tmp_path, optimizer=optimizer, every=1, max_overhead=None, strict=True) as viz:
        model.weight.grad = torch.full_like(model.weight, float("inf"))
        model.weight.data.clamp_(-1, 1)
        optimizer.param_groups[0]["params"] = []
        optimizer.step()
        viz.step(0)
    assert np.isnan(read(tmp_path)[1][0].stats[0, NORM])


def test_without_an_optimizer_there_are_gradients_and_no_updates(tmp_path) -> None:
    model = Gpt()
    with watch(model, tmp_path, every=1, max_overhead=None, strict=True) as viz:
        train(model, adam(model), viz, 2)
    stats = read(tmp_path)[1][1].stats
    assert np.isnan(stats[:, NORM]).all()
    assert np.nanmin(stats[:, STATS.index("grad_norm")]) > 0


def test_the_hook_is_gone_after_close(tmp_path) -> None:
    model = Gpt()
    optimizer = adam(model)
    viz = watch(model, tmp_path, optimizer=optimizer)
    assert len(optimizer._optimizer_step_pre_hooks) == 1
    viz.close()
    assert len(optimizer._optimizer_step_pre_hooks) == 0
