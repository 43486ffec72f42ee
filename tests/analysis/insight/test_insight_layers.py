"""What is said of layers: at which, from when on, and not of healthy ones."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from made import ADAMW, SNAPSHOTS, STEPS, blocks, curve, known, of_block, ramp, statistics

from tensorboard_plugin_paramviz.analysis.insight import Curve, Finding, Probe, Statistics, Table, diagnose
from tensorboard_plugin_paramviz.analysis.insight.rates import usual_rate
from tensorboard_plugin_paramviz.record.names import PROBE_STATS

RATE = curve(np.full(STEPS, 1e-3))


def found(of: Statistics | None = None, **others: object) -> dict[str, Finding]:
    """By insight, notes left out."""
    one = known(statistics=of, learning_rate=RATE, optimizer=ADAMW, **others)
    return {finding.insight: finding for finding in diagnose(one).findings if finding.severity != "note"}


def paths(*chosen: np.ndarray) -> set[str]:
    return {layer.path for layer, one in zip(blocks(), sum(chosen)[0], strict=True) if one}


@pytest.mark.parametrize("seed", range(6))
def test_of_healthy_layers_nothing_is_said(seed: int) -> None:
    assert found(statistics(seed)) == {}


def test_the_folk_rule_s_alarm_is_none_here() -> None:
    """Updates of 1 to 3 % of the weights, 10 to 30 times the folk value of 1e-3, are AdamW's own in a short run."""
    healthy = statistics()
    assert np.median(healthy.of("update_ratio")) > 0.01
    assert found(healthy) == {}


@pytest.mark.parametrize("seed", range(3))
def test_gradients_that_no_longer_come_through_are_told_with_all_the_layers_below(seed: int) -> None:
    sick = of_block(0) + of_block(1)
    factor = 10 ** (-4 * ramp(0.3, 0.4) * sick)
    one = found(statistics(seed, grad_rms=factor, grad_norm=factor, grad_max_abs=factor))["vanishing_gradients"]
    assert one.first == pytest.approx(0.3 * STEPS, abs=0.02 * STEPS)
    assert set(one.layers) == paths(sick)


def test_gradients_that_all_shrink_alike_have_not_vanished() -> None:
    factor = 10 ** (-3 * ramp(0.1, 0.9))
    assert "vanishing_gradients" not in found(statistics(grad_rms=factor, grad_norm=factor, grad_max_abs=factor))


@pytest.mark.parametrize("seed", range(3))
def test_gradients_that_grow_are_told_from_where_they_began_to(seed: int) -> None:
    sick = of_block(0) + of_block(1)
    factor = 10 ** (2.5 * ramp(0.5, 1.0) * sick)
    one = found(statistics(seed, grad_rms=factor, grad_norm=factor, grad_max_abs=factor))["exploding_gradients"]
    assert f"most in {one.layers[0]}: " in one.sentence, "who goes to its first layer is where the sentence says"
    assert one.first == pytest.approx(0.5 * STEPS, abs=0.025 * STEPS)
    assert set(one.layers) == paths(sick)


def test_gradients_that_grow_while_the_loss_falls_to_its_lowest_are_no_explosion() -> None:
    """As in the first steps of a real run at 1e-2, which dip and then grow tenfold in the lowest block."""
    factor = 10 ** (1.8 * ramp(0.2, 0.9) * of_block(0))
    of = statistics(grad_rms=factor, grad_norm=factor, grad_max_abs=factor)
    assert found(of) == {}
    flat = np.maximum(known().train.values, known().train.values[round(0.2 * STEPS)])  # type: ignore[union-attr]
    sick = diagnose(known(flat, statistics=of, learning_rate=RATE, optimizer=ADAMW)).findings
    assert "exploding_gradients" in {one.insight for one in sick}
    begun = known(known().train.values, statistics=of)  # type: ignore[union-attr]
    few = replace(begun, train=Curve(begun.train.steps[:9], begun.train.values[:9]))  # type: ignore[union-attr]
    assert "exploding_gradients" not in {one.insight for one in diagnose(few).findings}


def test_one_large_gradient_is_no_explosion() -> None:
    factor = np.ones((SNAPSHOTS, 1))
    factor[60] = 50
    assert found(statistics(grad_rms=factor, grad_norm=factor, grad_max_abs=factor)) == {}


def probe(name: str, block: int, values: np.ndarray) -> Probe:
    table = np.tile(np.array([1.2, 0.7, 6.0, 0.01], np.float32), (10, 4, 1))  # [P, B, A]
    table[:, block, PROBE_STATS.index(name)] = values
    return Probe(np.linspace(0, 0.9 * STEPS, 10).astype(np.int64), table, PROBE_STATS)


def test_dead_units_are_told_by_the_probe_and_dated_by_the_gradients_between_its_snapshots() -> None:
    dead, sick = 0.95 * ramp(0.4, 0.55), of_block(2, "mlp_up", "mlp_down")
    left = np.sqrt(1 - dead * sick)
    of = statistics(grad_rms=left, grad_norm=left, update_norm=left)
    one = found(of, probe=probe("mlp_dead_ratio", 2, dead[::10, 0]))["dead_units"]
    assert one.severity == "problem"
    assert one.first == pytest.approx(0.4 * STEPS, abs=0.03 * STEPS)
    assert set(one.layers) == paths(sick)
    suspected = found(of)["dead_units"]  # without a probe it is a guess, and said to be one
    assert suspected.severity == "watch"
    assert set(suspected.layers) == paths(sick)


def test_attention_that_collapses_is_told_by_the_probe_and_suspected_without_one() -> None:
    grown = 6 ** (ramp(0.5, 0.7) * of_block(1, "attn_qkv"))
    entropy = 0.7 * (1 - 0.97 * ramp(0.5, 0.7)[::10, 0])
    one = found(statistics(weight_norm=grown), probe=probe("attention_entropy_ratio", 1, entropy))["attention_collapse"]
    assert one.severity == "problem"
    assert one.first == pytest.approx(0.5 * STEPS, abs=0.03 * STEPS)
    assert one.layers == ("h.1.attn_qkv",)
    assert found(statistics(weight_norm=grown))["attention_collapse"].severity == "watch"


def test_a_matrix_that_loses_its_rank_is_told_with_or_without_the_rank_recorded() -> None:
    sick = of_block(3, "attn_qkv", "attn_out")
    share = 0.98 * ramp(0.4, 0.6) * sick
    looks = {"weight_near_zero_ratio": 1 + 2.5 * share, "weight_max_abs": 1 + 0.7 * share}
    assert set(found(statistics(**looks))["rank_collapse"].layers) == paths(sick)
    of = statistics()
    of.values[:, :, of.names.index("stable_rank")] = 1 / (share + (1 - share) / 6)
    one = found(of)["rank_collapse"]
    assert one.first == pytest.approx(0.4 * STEPS, abs=0.02 * STEPS)
    assert set(one.layers) == paths(sick)


def test_steps_outside_the_band_of_adamw_are_told() -> None:
    sick = of_block(0, "mlp_up")
    for factor in (0.01, 30.0):
        one = found(statistics(update_norm=factor ** (ramp(0.5, 0.55) * sick)))["update_ratio"]
        assert one.layers == ("h.0.mlp_up",)
        assert one.evidence is not None


def test_where_parameter_groups_have_rates_of_their_own_no_step_is_measured_by_the_largest_of_them() -> None:
    slow = statistics(update_norm=np.where(of_block(0, "mlp_up") > 0, 0.01, 1.0))  # learns at a hundredth of the rate
    one_rate = known(statistics=slow, learning_rate=RATE, optimizer=ADAMW)
    several = replace(one_rate, optimizer=replace(ADAMW, rates=2))
    assert "update_ratio" in {finding.insight for finding in diagnose(one_rate).findings}
    assert "update_ratio" not in {finding.insight for finding in diagnose(several).findings}


def test_the_layer_whose_gradient_moved_first_is_named_at_a_spike() -> None:
    loss = known().train.values.copy()  # type: ignore[union-attr]
    loss[1216:1230] *= 1.6
    factor = np.ones((SNAPSHOTS, len(blocks())))
    factor[60, 5] = 9  # the snapshot at step 1,211
    whole = known(loss, statistics=statistics(grad_norm=factor), learning_rate=RATE, optimizer=ADAMW)
    one = next(finding for finding in diagnose(whole).findings if finding.insight == "spike")
    assert one.layers == (blocks()[5].path,)
    assert blocks()[5].path in one.sentence


def test_weights_that_are_no_numbers_name_their_layer() -> None:
    of = statistics()
    of.values[70:, 3, of.names.index("weight_nonfinite_count")] = 2
    one = found(of)["non_finite"]
    assert (one.first, one.layers) == (int(of.steps[70]), (blocks()[3].path,))


def test_a_high_learning_rate_is_blamed_for_a_divergence_and_a_usual_one_is_not() -> None:
    loss = known().train.values + 2.5 * (1 - np.exp(-(np.arange(STEPS) / STEPS - 0.6).clip(0) / 0.06))  # type: ignore[union-attr]
    for peak, blamed in ((8e-3, True), (5e-4, False)):
        rate = curve(peak * np.minimum(1, (np.arange(STEPS) + 1) / 60))
        one = known(loss, statistics=statistics(lr=peak), learning_rate=rate, optimizer=ADAMW)
        names = {finding.insight: finding.first for finding in diagnose(one).findings}
        assert ("learning_rate_too_high" in names) == blamed
        assert not blamed or names["learning_rate_too_high"] == pytest.approx(60, abs=4)


def test_a_rate_far_beyond_the_usual_is_to_be_watched_though_the_loss_is_stable() -> None:
    """At 180 times the usual rate a real run stood at what letters are frequent, and didn't diverge."""
    for times, severity in ((4, None), (12, "note"), (60, "watch")):
        peak = times * usual_rate(256 * len(blocks()))
        one = known(statistics=statistics(lr=peak), learning_rate=curve(np.full(STEPS, peak)), optimizer=ADAMW)
        said = [each for each in diagnose(one).findings if each.insight == "learning_rate_too_high"]
        assert [each.severity for each in said] == [severity] * (severity is not None)
        assert all(f"{times} times" in each.sentence or f"{times}.0 times" in each.sentence for each in said)


def table(**others: object) -> Table:
    rng, steps = np.random.default_rng(0), np.linspace(0, STEPS - 1, 50).astype(np.int64)
    norms = np.ones((50, 40), np.float32)
    sizes = np.exp(0.2 * rng.standard_normal((2, 50, 40))).astype(np.float32)
    directions = np.tile(np.eye(16)[0] * 0.3, (50, 1))
    parts = {"mean_cosine": np.full(50, 0.1), "effective_rank": np.full(50, 12.0), "directions": directions} | others
    return Table(
        "wte", "token_embedding", steps, norms=norms, gradients=sizes[0], updates=sizes[1], rank_limit=16, **parts
    )  # type: ignore[arg-type]


def test_rows_that_turn_into_one_direction_are_told_from_where_they_began_to() -> None:
    part = ramp(0.5, 0.65, 50)[:, 0]
    length = np.sqrt((0.97 * part) ** 2 + (1 - 0.97 * part) ** 2)
    directions = 0.02 * np.random.default_rng(0).standard_normal((50, 16))
    directions[:, 3] += 0.97 * part / length
    of = table(mean_cosine=0.1 + 0.87 * part, effective_rank=12 - 10.5 * part, directions=directions)
    assert found(tables=(of,))["embedding_collapse"].first == pytest.approx(0.5 * STEPS, abs=0.03 * STEPS)
    of_positions = diagnose(known(tables=(replace(of, path="wpe", role="position_embedding"),))).findings
    assert [one.severity for one in of_positions if one.insight == "embedding_collapse"] == ["note"]
    assert found(tables=(table(),)) == {}


def test_tokens_that_hardly_learn_are_named_if_the_data_hardly_has_them() -> None:
    labels, counts = tuple(f"t{at}" for at in range(40)), np.full(40, 500)
    counts[[3, 9, 30]] = [0, 2, 1]
    asleep = table(labels=labels, counts=counts)
    for values in (asleep.gradients, asleep.updates):
        values[:, [3, 9, 12]] *= 0.005  # 30 learns although it is rare, 12 is frequent although it rests
    one = found(tables=(asleep,))["undertrained_tokens"]
    assert one.tokens == ("t3", "t9")
    assert "2 of 40 tokens of wte hardly learn: 't3', 't9'. Their rows get" in one.sentence
    assert one.first >= 0.05 * STEPS
