"""What a simulated run records each tenth snapshot: probe and geometry tell what was planted, and of healthy runs that
nothing was."""

from __future__ import annotations

import numpy as np
import pytest

from simulated.laws import WARMUP_SHARE
from simulated.model import PEAK_LR, Settings, make_layers
from simulated.probe import KEYS, Probe
from simulated.run import simulate
from tensorboard_plugin_paramviz.record import Snapshot
from tensorboard_plugin_paramviz.record.names import GEOMETRY_STATS, PROBE_STATS
from tensorboard_plugin_paramviz.record.summary import decode_snapshot

WTE = "transformer.wte"


def snapshots(name: str, seed: int = 0) -> list[Snapshot]:
    settings = Settings(steps=600, snapshots=100, layers=3, rows=65, dims=16, seed=seed)
    events = [(step, one) for step, one in simulate(settings, name) if one.value[0].tag.startswith("paramviz/")]
    return [decode_snapshot(one, step, 0.0) for step, one in events if one.value[0].tag != "paramviz/model"]


def probes(name: str, column: str) -> np.ndarray:
    """[P, B]"""
    taken = [one.probe for one in snapshots(name) if one.probe is not None]
    return np.stack(taken)[:, :, PROBE_STATS.index(column)]


def test_each_tenth_snapshot_has_a_probe_and_a_geometry_and_every_one_the_learning_rates() -> None:
    taken = snapshots("convergence")
    assert [at for at, one in enumerate(taken) if one.probe is not None] == list(range(0, 100, 10))
    assert [at for at, one in enumerate(taken) if one.geometry] == list(range(0, 100, 10))
    rates = np.stack([one.learning_rates for one in taken if one.learning_rates is not None])
    assert rates.shape == (100, 2)
    assert rates.max() == pytest.approx(PEAK_LR, rel=0.02)
    assert rates[0, 0] < rates[int(100 * WARMUP_SHARE) + 1, 0]


def test_a_healthy_model_attends_ever_more_sharply_and_no_unit_is_dead() -> None:
    entropy = probes("convergence", "attention_entropy_ratio")
    assert (entropy[0] > 0.95).all()
    assert (entropy[-1] > 0.4).all()
    assert (entropy[-1] < 0.9).all()
    assert (probes("convergence", "mlp_dead_ratio") < 0.02).all()
    growth = probes("convergence", "activation_rms")[-1]
    assert (np.diff(growth) > 0).all()
    assert growth[-1] < 10


def test_entropy_is_that_of_the_softmax() -> None:
    settings = Settings(100, 10, layers=2, rows=9, dims=8, seed=3)
    probe = Probe(make_layers(settings), settings.steps, settings.seed)
    scale = 0.15 + (1.6 - 0.15) * (1 - np.exp(-30 / 12)) * probe.own  # [B]
    weights = np.exp(probe.logits * scale[:, None, None])
    weights /= weights.sum(-1, keepdims=True)
    expected = -(weights * np.log(weights)).sum(-1).mean(-1) / np.log(KEYS)
    told = probe.at(30.0, {})[:, PROBE_STATS.index("attention_entropy_ratio")]
    np.testing.assert_allclose(told, expected, rtol=1e-5)


def test_dead_units_and_collapsed_attention_show_in_one_block_and_in_no_other() -> None:
    dead = probes("dead_units", "mlp_dead_ratio")[-1]
    assert (dead > 0.9).sum() == 1
    assert (dead < 0.02).sum() == 2
    entropy = probes("attention_collapse", "attention_entropy_ratio")[-1]
    assert (entropy < 0.1).sum() == 1
    assert (entropy > 0.4).sum() == 2
    assert probes("attention_collapse", "attention_max_logit")[-1].max() > 50


def test_rows_that_turn_one_way_show_in_the_geometry() -> None:
    places = [GEOMETRY_STATS.index(name) for name in ("mean_cosine", "effective_rank")]
    last = {
        name: [one for one in snapshots(name) if one.geometry][-1].geometry[WTE][places]
        for name in ("convergence", "embedding_collapse")
    }
    assert last["embedding_collapse"][0] > 0.9 > 0.6 > last["convergence"][0]
    assert last["embedding_collapse"][1] < 0.6 * last["convergence"][1]


def test_a_collapsed_matrix_says_so_in_its_stable_rank() -> None:
    stats = [one.stats for one in snapshots("rank_collapse") if one.stats is not None]
    ranks = np.stack(stats)[:, :, -1]
    fell = ranks[-1] / ranks[0]
    assert (fell[2:-1] < 0.5).sum() == 2, "the tables are measured, the head is tied"
