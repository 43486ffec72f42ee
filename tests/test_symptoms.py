"""What a scenario says is planted can be measured in the recorded numbers: at its layers and from its step on, neither
before nor elsewhere, and not in a healthy run."""

from __future__ import annotations

import copy
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from recorded_run import (
    NOTHING,
    SEEDS,
    STEPS,
    WPE,
    WTE,
    RecordedRun,
    effective_rank,
    mean_cosine,
    median,
    recorded,
    scenarios,
)
from tensorboard.backend.event_processing.event_file_loader import LegacyEventFileLoader

from simulated.course import SCENARIOS
from tensorboard_plugin_paramviz.record import ModelRecord

Symptom = Callable[[RecordedRun], None]
SYMPTOMS: dict[str, Symptom] = {}


def symptom(function: Symptom) -> Symptom:
    SYMPTOMS[function.__name__] = function
    return function


def healthy_elsewhere(run: RecordedRun, *names: str, within: float = 1.7) -> None:
    """Layers that were not planted, and all of them before the onset, change by their own slow laws at most."""
    for name in names:
        for ratio in (run.grown(name)[~run.planted], run.drift(name)):
            assert (ratio < within).all(), name
            assert (ratio > 1 / within).all(), name


@symptom
def plateau_then_drop(run: RecordedRun) -> None:
    loss = run.scalar("train/loss")
    drop = next(p["to_step"] for p in run.truth["phases"] if p["name"] == "plateau")
    assert 0.25 * STEPS <= drop - run.onset <= 0.41 * STEPS
    early, late = median(loss, run.onset, run.onset + 80), median(loss, drop - 80, drop)
    assert 0.96 * early < late < 1.01 * early
    assert median(loss, run.onset - 110, run.onset - 80) > 1.03 * late
    assert median(loss, drop + 60, drop + 100) < 0.8 * late


@symptom
def divergence(run: RecordedRun) -> None:
    loss, gradient, at = run.scalar("train/loss"), run.scalar("train/grad_norm"), run.onset
    best = median(loss, at - 50, at)
    assert best < 1.02 * median(loss, at - 200, at - 50)
    assert median(loss, at + 80, at + 120) > 1.5 * best
    assert median(gradient, at + 100, at + 130) > 10 * median(gradient, at - 150, at - 40)
    growth = run.grown("weight_norm")
    matrices = np.array(["c_" in path for path in run.paths])
    assert growth[run.planted].min() > 1.4 * growth[matrices & ~run.planted].max()
    lr = run.scalar("train/lr")
    assert 3e-3 * 0.98 < lr.max() < 6e-3


@symptom
def oscillation(run: RecordedRun) -> None:
    loss, at = run.scalar("train/loss"), run.onset
    window = np.ones(61) / 61
    around = loss / np.convolve(np.pad(loss, 30, mode="edge"), window, "valid") - 1  # [N]
    before, after = around[at - 150 : at], around[at + 80 :]
    assert after.std() > 2.5 * before.std()

    def agreement(values: np.ndarray) -> float:
        return float(np.corrcoef(values[:-2], values[2:])[0, 1])

    assert agreement(after) > 0.6
    assert agreement(before) < 0.3
    assert run.scalar("train/lr")[-1] >= 2e-3


@symptom
def loss_spikes(run: RecordedRun) -> None:
    loss, gradient = run.scalar("train/loss"), run.scalar("train/grad_norm")
    quiet = np.ones(STEPS, bool)
    quiet[:150] = False
    for finding in run.truth["findings"]:
        at = finding["step"]
        usual = median(loss, at - 30, at - 3)
        assert loss[at] > 1.2 * usual
        assert gradient[at - 2 : at].max() > 3 * median(gradient, at - 30, at - 3)
        assert median(loss, at + 45, at + 55) < 1.06 * usual
        quiet[at - 3 : at + 60] = False
    level = np.array([median(loss, step - 15, step + 16) for step in range(STEPS)])
    assert (loss[quiet] < 1.12 * level[quiet]).all()


@symptom
def overfitting(run: RecordedRun) -> None:
    train, val, at = run.scalar("train/loss"), run.scalar("val/loss"), run.onset
    least = median(val, at - 60, at + 60)
    assert median(val, 940, STEPS) > 1.15 * least
    assert median(val, at - 200, at - 100) > least
    assert median(train, 940, STEPS) < 0.8 * median(train, at - 60, at + 60)


@symptom
def grokking(run: RecordedRun) -> None:
    train, val = run.scalar("train/accuracy"), run.scalar("val/accuracy")
    heart, at = run.finding("overfitting")["step"], run.finding("grokking")["step"]
    assert median(train, heart, STEPS) > 0.99
    assert median(train, 0, 5) < 0.1
    assert np.nanmax(val[:at]) < 0.1
    assert np.nanmin(val[at + 100 :]) > 0.95
    loss = run.scalar("val/loss")
    assert median(loss, at - 200, at) > 1.3 * np.log(65)
    assert median(loss, at + 100, STEPS) < 0.1 * np.log(65)
    large = np.array([path.endswith(("c_attn", "c_fc")) for path in run.paths])
    norms = run.stat("weight_norm")[:, large]
    assert (run.over(norms, heart, heart + 100) > 1.3 * run.over(norms, 900, STEPS)).all()


@symptom
def vanishing_gradients(run: RecordedRun) -> None:
    gradients = run.grown("grad_rms")
    assert (gradients[run.planted] < 2e-4).all()
    # Block by block downwards, and the deepest under a tenth of a millionth.
    blocks = [np.isin(run.paths, [p for p in run.paths if f".h.{b}." in p]) & run.planted for b in range(4)]
    by_block = [gradients[block].mean() for block in blocks if block.any()]
    assert by_block == sorted(by_block)
    assert run.over(run.stat("grad_rms"), 900, STEPS)[run.planted].min() < 1e-7
    assert run.grown("update_norm")[run.paths.index(WPE)] < 0.5 * run.grown("update_norm")[run.paths.index(WTE)]
    assert run.rows(WPE, 950)[1].max() < 1e-6
    assert not run.planted[run.paths.index(WTE)]
    healthy_elsewhere(run, "grad_rms")


@symptom
def exploding_gradients(run: RecordedRun) -> None:
    growth, at = run.grown("grad_norm"), run.onset
    assert (growth[run.planted] > 5).all()
    assert growth[run.paths.index(WPE)] == growth.max() or growth[run.paths.index(WTE)] == growth.max()
    healthy_elsewhere(run, "grad_norm")
    loss, gradient = run.scalar("train/loss"), run.scalar("train/grad_norm")
    assert median(gradient, 950, STEPS) > 10 * median(gradient, at - 100, at)
    assert median(loss, at, at + 45) < 1.02 * median(loss, at - 100, at)
    assert median(loss, 950, STEPS) > 1.15 * median(loss, at - 100, at)


@symptom
def dead_units(run: RecordedRun) -> None:
    assert (run.grown("grad_rms")[run.planted] < 0.4).all()
    assert (run.grown("update_norm")[run.planted] < 0.5 * run.grown("update_norm")[~run.planted].min()).all()
    outstanding = run.stat("grad_max_abs") / run.stat("grad_rms")
    assert (run.grown("", outstanding)[run.planted] > 3).all()
    np.testing.assert_allclose(run.grown("", outstanding)[~run.planted], 1, rtol=0.01)
    np.testing.assert_allclose(run.grown("weight_near_zero_ratio")[run.planted], 1, rtol=0.01)
    healthy_elsewhere(run, "grad_rms")


@symptom
def attention_collapse(run: RecordedRun) -> None:
    at = run.onset
    assert [path.split(".")[-1] for path in np.array(run.paths)[run.planted]] == ["c_attn"]
    assert (run.grown("weight_norm")[run.planted] > 3).all()
    assert (run.grown("grad_norm")[run.planted] > 4).all()
    healthy_elsewhere(run, "weight_norm", "grad_norm")
    # The weights go first, the loss after.
    weights = run.stat("weight_norm")
    early = run.over(weights, at + 40, at + 60) / run.over(weights, at - 50, at)
    assert (early[run.planted] > 1.15).all()
    loss = run.scalar("train/loss")
    assert median(loss, at, at + 60) < 1.02 * median(loss, at - 100, at)
    assert median(loss, 950, STEPS) > 1.15 * median(loss, at - 100, at)


@symptom
def rank_collapse(run: RecordedRun) -> None:
    near_zero = run.stat("weight_near_zero_ratio")[:, run.planted]
    before, after = run.over(near_zero, run.onset - 100, run.onset), run.over(near_zero, 900, STEPS)
    assert (after > 2 * before).all()
    np.testing.assert_allclose(run.over(run.stat("weight_near_zero_ratio"), 900, STEPS)[~run.planted].max(), 8e-4)
    outstanding = run.grown("", run.stat("weight_max_abs") / run.stat("weight_rms"))
    matrices = np.array(["c_" in path for path in run.paths])
    assert (outstanding[run.planted] > 1.25).all()
    np.testing.assert_allclose(outstanding[~run.planted & matrices], 1, rtol=0.01)
    healthy_elsewhere(run, "weight_norm", "grad_norm")
    assert (run.grown("weight_norm")[run.planted] < 1.7).all()


@symptom
def embedding_collapse(run: RecordedRun) -> None:
    before, after = run.rows(WTE, run.onset - 15)[0], run.rows(WTE, 990)[0]
    assert mean_cosine(before) < 0.5
    assert mean_cosine(after) > 0.95
    assert effective_rank(after) < 0.5 * effective_rank(before)
    assert abs(mean_cosine(run.rows(WPE, 990)[0]) - mean_cosine(run.rows(WPE, run.onset - 15)[0])) < 0.2
    lengths = [np.linalg.norm(rows, axis=1).mean() for rows in (before, after)]
    assert 0.7 < lengths[1] / lengths[0] < 1.4


@symptom
def undertrained_tokens(run: RecordedRun) -> None:
    info = run.model.embeddings[0]
    assert info.labels is not None
    assert info.counts is not None
    chosen = np.isin(info.labels, run.finding("undertrained_tokens")["tokens"])
    assert 2 <= chosen.sum() <= 6
    assert (np.array(info.counts)[chosen] <= 2).all()
    assert (np.array(info.counts)[~chosen] > 2).all()
    values, gradients, updates = run.rows(WTE, 950)
    assert gradients[chosen].max() < 0.01 * gradients[~chosen].min()
    assert updates[chosen].max() < 0.05 * updates[~chosen].min()
    lengths = np.linalg.norm(values, axis=1)
    assert lengths[chosen].max() < 0.5 * lengths[~chosen].min()

    def spread(rows: np.ndarray) -> float:
        return float(np.linalg.norm(rows - rows.mean(0), axis=1).mean())

    assert spread(values[chosen]) < 0.1 * spread(values[~chosen])
    begun = run.rows(WTE, 0)[0]
    assert spread(begun[chosen]) > 0.5 * spread(begun[~chosen])


@symptom
def clusters_change(run: RecordedRun) -> None:
    labels = run.model.embeddings[0].labels
    assert labels is not None

    def tightness(rows: np.ndarray, tokens: list[str]) -> float:
        """Of a group: how far its rows are from their mean, of how far all are from theirs."""
        chosen = rows[np.isin(labels, tokens)]
        return float(
            np.linalg.norm(chosen - chosen.mean(0), axis=1).mean() / np.linalg.norm(rows - rows.mean(0), axis=1).mean()
        )

    ways = {"cluster_born": -1, "cluster_merged": -1, "cluster_dissolved": 1}
    for finding in run.truth["findings"]:
        around = [run.rows(WTE, finding["step"] + 25 * side)[0] for side in (-1, 1)]
        before, after = (tightness(rows, finding["tokens"]) for rows in around)
        tight, loose = (after, before) if ways[finding["insight"]] < 0 else (before, after)
        assert tight < 0.45
        assert loose > 1.7 * tight


@symptom
def resume(run: RecordedRun) -> None:
    saved = run.onset
    assert len(run.files) == 2
    first, second = (list(LegacyEventFileLoader(str(path)).Load()) for path in run.files)
    last = max(event.step for event in first)
    assert last > saved + 20
    assert {event.step for event in second[:3]} == {saved}
    assert second[1].session_log.status == second[1].session_log.START
    records = [event.summary.value[0].tensor.string_val[0] for event in (first[2], second[2])]
    assert len({ModelRecord.from_json(record).session_id for record in records}) == 2
    assert [event.wall_time for event in first + second] == sorted(event.wall_time for event in first + second)
    assert run.index.scalars("train/loss").steps.tolist() == list(range(STEPS))
    loss = run.scalar("train/loss")
    assert median(loss, saved, saved + 6) > 1.03 * median(loss, saved - 40, saved)
    assert median(loss, saved + 30, saved + 60) < 1.02 * median(loss, saved - 40, saved)
    # The rows go on from where the saved state had them: no farther than between any two snapshots.
    at = int(np.searchsorted(run.steps, saved))
    tables = [run.rows(WTE, step)[0] for step in run.steps[at - 4 : at + 1]]
    moved = [np.linalg.norm(later - earlier) for earlier, later in pairwise(tables)]
    assert moved[-1] < 2 * max(moved[:-1])


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", scenarios(sorted(set(SCENARIOS) - set(NOTHING))))
def test_what_is_planted_shows_there_and_then(name: str, seed: int) -> None:
    SYMPTOMS[name](recorded(name, seed))


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", scenarios(sorted(set(SCENARIOS) - set(NOTHING))))
def test_what_is_planted_does_not_show_in_a_healthy_run(name: str, seed: int) -> None:
    pretended = copy.copy(recorded("convergence", seed))
    pretended.truth = recorded(name, seed).truth
    with pytest.raises((AssertionError, RuntimeWarning)):  # a warning where a tag has no values at all
        SYMPTOMS[name](pretended)


def test_every_scenario_with_something_to_find_has_its_check() -> None:
    assert set(SYMPTOMS) == set(SCENARIOS) - set(NOTHING)
