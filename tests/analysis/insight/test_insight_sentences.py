"""Numbers in a sentence are those of the run, and nothing is said that wasn't measured."""

from __future__ import annotations

import re

import numpy as np
import pytest
from made import STEPS, X, blocks, curve, healthy_loss, known, of_block, ramp, statistics

from tensorboard_plugin_paramviz.analysis.insight import Curve, Finding, Known, Table, diagnose
from tensorboard_plugin_paramviz.analysis.insight.attention import attention_collapse
from tensorboard_plugin_paramviz.analysis.insight.layer_view import LayerView
from tensorboard_plugin_paramviz.analysis.insight.spikes import spikes
from tensorboard_plugin_paramviz.analysis.insight.tables import embedding_collapse


def found(run: Known, insight: str) -> Finding:
    return next(one for one in diagnose(run).findings if one.insight == insight)


def numbers(sentence: str) -> list[float]:
    return [float(one.replace(",", "")) for one in re.findall(r"\d[\d,]*(?:\.\d+)?", sentence)]


def test_a_loss_near_zero_that_diverges_is_told_with_its_own_best_and_last() -> None:
    loss = 4 * (0.01 + 0.99 * np.exp(-X / 0.05)) + 1.5 * (1 - np.exp(-(X - 0.6).clip(0) / 0.06))
    loss = loss * (1 + 0.01 * np.random.default_rng(0).standard_normal(STEPS))
    one = found(known(loss), "divergence")
    _, best, last = numbers(one.sentence)
    assert best == pytest.approx(0.04, rel=0.1)
    assert last == pytest.approx(float(np.median(loss[-40:])), rel=0.02)
    assert one.evidence is not None
    assert one.evidence.threshold is not None
    assert best < one.evidence.threshold < 0.1


def test_generalization_is_told_with_the_validation_loss_itself() -> None:
    heart, late = (X / 0.06).clip(0, 1), ((X - 0.6) / 0.06).clip(0, 1)
    validation = 4 * (1 + 0.5 * (X / 0.2).clip(0, 1)) * (1 - late) + 0.01
    run = known(4 * (1.02 - heart), validation=curve(validation, 40), train_accuracy=curve(heart))
    _, before, after, _ = numbers(found(run, "grokking").sentence)
    assert before == pytest.approx(6.01, rel=0.01)
    assert after == pytest.approx(0.01, rel=0.1)


def test_a_drop_is_told_by_the_share_of_the_loss_that_it_takes() -> None:
    u = ((X - 0.55) / 0.04).clip(0, 1)
    loss = np.log(65) * (0.35 + 0.65 * (0.6 * (1 + X / 0.025) ** -2.2 + 0.4 * (1 - u)))
    loss = loss * (1 + 0.01 * np.random.default_rng(0).standard_normal(STEPS))
    drop = next(one for one in diagnose(known(loss)).phases if "at once" in one.reason and one.name == "rapid_learning")
    share = 1 - np.median(loss[int(0.6 * STEPS) : int(0.62 * STEPS)]) / np.median(loss[int(0.52 * STEPS) : 1080])
    assert numbers(drop.reason)[-1] == pytest.approx(100 * share, abs=4)


def test_a_spike_at_the_very_end_isn_t_said_to_come_back() -> None:
    loss = healthy_loss(1)
    loss[[900, STEPS - 1]] *= 2
    earlier, newest = spikes(known(loss), [])
    assert earlier.sentence.endswith("and comes back.")
    assert "comes back" not in newest.sentence


def test_rows_that_lose_directions_without_turning_one_way_are_told_by_their_rank() -> None:
    shares = np.arange(100) / 100
    rank = 40 - 37 * ((shares - 0.4) / 0.1).clip(0, 1)
    nothing = np.full((100, 60), np.nan, np.float32)
    table = Table(
        "wte", "token_embedding", np.arange(0, STEPS, 20), np.full(100, 0.02), rank, np.zeros((100, 4)),
        nothing, nothing, nothing, 60,
    )  # fmt: skip
    (one,) = embedding_collapse(known(tables=(table,)))
    assert "fall into few directions" in one.sentence
    assert one.evidence is not None
    assert [series.name for series in one.evidence.series] == ["effective rank"]
    assert one.evidence.threshold == pytest.approx(6)


def test_without_a_probe_nothing_is_said_of_attention_but_what_the_weights_may_lead_to() -> None:
    grown = 1 + 4 * ramp(0.4, 0.7) * of_block(2, "attn_qkv")
    run = known(statistics=statistics(weight_norm=grown))
    assert run.statistics is not None
    (one,) = attention_collapse(run, LayerView(run, run.statistics))
    assert "may come to look" in one.sentence
    assert one.layers == (next(layer.path for layer in blocks() if layer.path == "h.2.attn_qkv"),)


def test_a_constant_learning_rate_isn_t_said_to_rise() -> None:
    rate = Curve(np.arange(STEPS), np.full(STEPS, 0.02))
    run = known(learning_rate=rate, statistics=statistics())
    assert "reaches 0.02" in found(run, "learning_rate_too_high").sentence
