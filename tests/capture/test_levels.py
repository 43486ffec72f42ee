"""What each level records, and how often: norms, statistics, geometry; spectra and the probe at the full one."""

from __future__ import annotations

import logging
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from toy_models import Gpt, adam, read, train

from tensorboard_plugin_paramviz import watch
from tensorboard_plugin_paramviz.capture.taking import DEEP_EVERY
from tensorboard_plugin_paramviz.record import STATS
from tensorboard_plugin_paramviz.record.names import GEOMETRY_STATS, PROBE_STATS

RANK = STATS.index("stable_rank")


def trained(logdir: Path, steps: int = 12, model: Any = None, runs: Any = None, **options: Any) -> list:
    """runs: what is trained, where it isn't the module that is watched."""
    model = Gpt(dropout=0.0) if model is None else model
    optimizer = adam(model)
    with watch(model, logdir, optimizer=optimizer, every=1, max_overhead=None, strict=True, **options) as viz:
        for step in range(steps):
            loss = (model if runs is None else runs)(torch.randint(0, 65, (4, 8)))
            loss.backward()
            optimizer.step()
            viz.step(step, loss=loss)
            optimizer.zero_grad(set_to_none=True)
    return read(logdir)[1]


def test_the_full_level_adds_ranks_and_the_probe_at_each_tenth_snapshot(tmp_path) -> None:
    snapshots = trained(tmp_path, level="full", probe=torch.arange(8)[None])
    for place, snapshot in enumerate(snapshots):
        deep = place % DEEP_EVERY == 0
        assert (snapshot.probe is not None) == deep
        assert np.isfinite(snapshot.stats[:, RANK]).any() == deep
        assert set(snapshot.geometry) == ({"transformer.wte", "transformer.wpe"} if deep else set())
    probe = snapshots[0].probe
    assert probe.shape == (2, len(PROBE_STATS))
    assert np.isfinite(probe).all()
    assert (probe[:, 1] >= 0).all()
    assert (probe[:, 1] <= 1).all()


def test_stable_ranks_are_those_of_the_matrices(tmp_path) -> None:
    model = Gpt(dropout=0.0)
    trained(tmp_path, 11, model, level="full")
    record, snapshots, _ = read(tmp_path)
    weights = dict(model.named_modules())
    for index, layer in enumerate(record[0].layers):
        weight = getattr(weights[layer.path], "weight", None)
        if layer.tied_to is None and weight is not None and weight.ndim == 2:
            values = torch.linalg.svdvals(weight.detach().double())
            exact = float((values**2).sum() / values[0] ** 2)
            assert snapshots[10].stats[index, RANK] == pytest.approx(exact, rel=0.1)
        else:
            assert np.isnan(snapshots[10].stats[index, RANK]), "a norm, or counted in another layer"


def test_the_standard_level_has_no_ranks_and_no_probe_but_the_geometry(tmp_path) -> None:
    snapshots = trained(tmp_path, counts=list(range(65)))
    assert np.isnan([snapshot.stats[:, RANK] for snapshot in snapshots]).all()
    assert all(snapshot.probe is None for snapshot in snapshots)
    first, later = (snapshots[place].geometry["transformer.wte"] for place in (0, DEEP_EVERY))
    assert first.shape == (len(GEOMETRY_STATS),)
    assert np.isfinite(first[:4]).all()
    assert np.isnan(first[4]), "there was nothing before to have changed"
    assert 0 <= later[4] <= 1


def test_without_a_batch_the_first_one_that_the_model_sees_is_the_probe(tmp_path) -> None:
    model = Gpt(dropout=0.0)
    seen: list[tuple[int, ...]] = []
    model.register_forward_pre_hook(lambda _, args: seen.append(tuple(args[0].shape)))
    snapshots = trained(tmp_path, 2, model, level="full")
    assert np.isfinite(snapshots[0].probe).all()
    assert seen == [(4, 8), (1, 8), (4, 8)], "the first sample of the first batch, at the first snapshot"
    assert len(model._forward_pre_hooks) == 1, "only the user's own is left"


@pytest.mark.parametrize("how", ["the wrapper", "in place"])
def test_the_first_batch_is_seen_through_a_compiled_model(tmp_path, how: str) -> None:
    model = Gpt(dropout=0.0)
    if how == "in place":
        model.compile(backend="eager")
        snapshots = trained(tmp_path, 2, model, level="full", probe=torch.arange(8)[None])
    else:
        snapshots = trained(tmp_path, 2, torch.compile(model, backend="eager"), level="full")
    assert np.isfinite(snapshots[0].probe).all()


def test_a_model_that_trains_through_a_compiled_copy_is_asked_to_name_its_batch(tmp_path, caplog) -> None:
    model = Gpt(dropout=0.0)
    with caplog.at_level(logging.WARNING):
        snapshots = trained(tmp_path, 2, model, torch.compile(model, backend="eager"), level="full")
    assert caplog.text.count("pass probe=batch") == 1
    assert snapshots[0].probe is None
    assert np.isfinite(snapshots[0].stats[:, RANK]).any()
    assert not model._forward_pre_hooks


def test_a_probe_at_another_level_is_refused(tmp_path) -> None:
    with pytest.raises(ValueError, match='pass level="full"'):
        watch(nn.Linear(2, 2), tmp_path, probe=torch.ones(1, 2))


def test_learning_rates_are_those_of_each_step(tmp_path) -> None:
    model = Gpt(dropout=0.0)
    optimizer = torch.optim.AdamW(
        [{"params": model.transformer.parameters(), "lr": 0.5}, {"params": [nn.Parameter(torch.ones(1))], "lr": 0.25}]
    )
    halving = torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.5)
    with watch(model, tmp_path, optimizer=optimizer, every=1, max_overhead=None, strict=True) as viz:
        for step in range(3):
            train(model, optimizer, viz, 1, start=step)
            halving.step()
    rates = [snapshot.learning_rates.tolist() for snapshot in read(tmp_path)[1]]
    assert rates == [[0.5, 0.25], [0.25, 0.125], [0.125, 0.0625]]


def test_a_learning_rate_that_is_a_tensor_is_recorded_as_it_was_then(tmp_path) -> None:
    model, rate = Gpt(dropout=0.0), torch.tensor(0.01)
    optimizer = torch.optim.Adam(model.parameters(), lr=rate)
    with watch(model, tmp_path, optimizer=optimizer, every=1, max_overhead=None, strict=True) as viz:
        for step in range(3):
            train(model, optimizer, viz, 1, start=step)
            rate /= 2
    rates = [snapshot.learning_rates.item() for snapshot in read(tmp_path)[1]]
    assert rates == pytest.approx([0.01, 0.005, 0.0025])


def test_gradients_that_were_zeroed_before_the_call_are_pointed_out_once(tmp_path, caplog) -> None:
    model = Gpt(dropout=0.0)
    optimizer = adam(model)
    with caplog.at_level(logging.WARNING), watch(model, tmp_path, every=1, max_overhead=None, strict=True) as viz:
        for step in range(3):
            model(torch.randint(0, 65, (4, 8))).backward()
            optimizer.step()
            optimizer.zero_grad(set_to_none=False)
            viz.step(step)
    assert caplog.text.count("every gradient is 0 at viz.step(0); call it before zero_grad()") == 1


def test_calls_at_every_micro_batch_that_never_meet_a_step_are_pointed_out_once(tmp_path, caplog) -> None:
    model = Gpt(dropout=0.0)
    optimizer = adam(model)
    watched = watch(model, tmp_path, optimizer=optimizer, every=20, max_overhead=None, strict=True)
    with caplog.at_level(logging.WARNING), watched as viz:
        for micro in range(101):
            model(torch.randint(0, 65, (4, 8))).backward()
            if micro % 4 == 3:
                optimizer.step()
            viz.step(micro)
            if micro % 4 == 3:
                optimizer.zero_grad(set_to_none=True)
    assert caplog.text.count("call viz.step() once for each optimizer.step()") == 1


def test_a_table_that_outgrows_its_labels_is_recorded_without_them(tmp_path, caplog) -> None:
    model = nn.Sequential(nn.Embedding(100, 8))
    with watch(model, tmp_path, every=1, max_overhead=None, labels=[str(i) for i in range(100)], strict=True) as viz:
        for step in range(3):
            if step == 2:
                model[0] = nn.Embedding(104, 8)
            model(torch.arange(100)).sum().backward()
            viz.step(step)
    records, snapshots, _ = read(tmp_path)
    assert [record.embeddings[0].labels is None for record in records] == [False, True]
    assert [snapshot.step for snapshot in snapshots] == [0, 1, 2]
    assert "without labels and counts" in caplog.text


def test_sparse_gradients_are_recorded_whatever_the_default_dtype(tmp_path) -> None:
    torch.set_default_dtype(torch.float64)
    try:
        model = nn.Sequential(nn.Embedding(50, 4, sparse=True))
        with watch(model, tmp_path, every=1, max_overhead=None, strict=True) as viz:
            model(torch.arange(5)).sum().backward()
            viz.step(0)
    finally:
        torch.set_default_dtype(torch.float32)
    ((snapshot,),) = (read(tmp_path)[1],)
    assert (snapshot.embeddings["0"].grad_norms[:5] == 2).all()


def test_a_traced_model_is_recorded(tmp_path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of torch, which would have one export instead
        model = torch.jit.trace(nn.Sequential(nn.Linear(3, 2)), torch.ones(1, 3))
    with watch(model, tmp_path, every=1, max_overhead=None, strict=True) as viz:
        viz.step(0)
    assert np.isfinite(read(tmp_path)[1][0].stats[0, STATS.index("weight_norm")])


def test_a_fault_of_the_clock_of_the_device_is_a_fault_like_others(tmp_path, monkeypatch, caplog) -> None:
    def broken(_: object) -> float:
        raise RuntimeError("device lost")

    monkeypatch.setattr("tensorboard_plugin_paramviz.capture.transfer.Transfer.device_secs", broken)
    monkeypatch.setattr("tensorboard_plugin_paramviz.capture.breaker.FIRST_REST_SECS", 0.0)
    model = Gpt(dropout=0.0)
    with watch(model, tmp_path, every=1, max_overhead=None) as viz:
        train(model, adam(model), viz, 3)
        assert viz._recording.background._thread.is_alive()
    assert "device lost" in caplog.text
