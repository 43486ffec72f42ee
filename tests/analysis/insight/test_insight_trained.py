"""What was said wrongly, or not at all, of runs that were really trained (benchmarks/sick_training.py), one by one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from made import ADAMW, SNAPSHOTS, STEPS, blocks, curve, healthy_loss, known, of_block, ramp, statistics

from tensorboard_plugin_paramviz.analysis.insight import Curve, Finding, Known, Probe, Statistics, Table, diagnose
from tensorboard_plugin_paramviz.analysis.insight.gradient_flow import exploding
from tensorboard_plugin_paramviz.analysis.insight.layer_view import LayerView
from tensorboard_plugin_paramviz.analysis.insight.loss_shape import oscillation
from tensorboard_plugin_paramviz.analysis.insight.ramps import departure
from tensorboard_plugin_paramviz.analysis.insight.rates import learning_rate
from tensorboard_plugin_paramviz.record.names import PROBE_STATS

RATE = curve(np.full(STEPS, 1e-3))


def found(run: Known) -> dict[str, Finding]:
    return {one.insight: one for one in diagnose(run).findings}


def of_layers(of: Statistics, **others: object) -> dict[str, Finding]:
    """Without a loss, of which nothing is asked here."""
    return found(Known(0, STEPS - 1, statistics=of, learning_rate=RATE, optimizer=ADAMW, **others))  # type: ignore[arg-type]


def changed(name: str, values: np.ndarray, layers: np.ndarray | None = None) -> Statistics:
    """Healthy layers, of which some have other values of one statistic."""
    of = statistics()
    column = of.values[:, :, of.names.index(name)]
    column[:] = np.where(np.ones_like(column) if layers is None else layers, values, column)
    return of


@pytest.mark.parametrize(("end", "told"), [(1.6, False), (1.1, True)])
def test_a_small_matrix_that_learns_comes_down_to_few_directions_and_has_not_collapsed(end: float, told: bool) -> None:
    """Width 32, where a fresh matrix has 8: healthy ones end between 1.6 and 4."""
    of = changed("stable_rank", 8 - (8 - end) * ramp(0.02, 0.4))
    wide = tuple(replace(layer, shape=(32, 32)) for layer in of.layers)
    assert ("rank_collapse" in of_layers(replace(of, layers=wide))) == told


def test_weights_of_which_a_part_grows_do_not_look_like_a_product_of_two_vectors() -> None:
    """Queries that grow, or biases of a layer: beside them all others are near zero."""
    share = ramp(0.4, 0.5) * of_block(2, "mlp_up")
    looks = {"weight_near_zero_ratio": 1 + 4 * share, "weight_max_abs": 1 + 0.8 * share}
    assert "rank_collapse" in of_layers(statistics(**looks))
    looks["weight_max_abs"] = looks["weight_max_abs"] * (1 + 5 * share)
    assert "rank_collapse" not in of_layers(statistics(**looks, weight_rms=1 + 5 * share, weight_norm=1 + 5 * share))


def test_units_of_which_half_died_are_suspected_without_a_probe() -> None:
    """Seen of 85 % of them: the largest gradient stood out 1.5 times farther, the RMS fell to 1 / 1.8."""
    sick = of_block(1, "mlp_up", "mlp_down") * (np.arange(SNAPSHOTS)[:, None] >= 50)
    of = statistics(grad_rms=1 - 0.45 * sick, grad_norm=1 - 0.45 * sick, grad_max_abs=1 - 0.175 * sick)
    one = of_layers(of)["dead_units"]
    assert (one.severity, one.layers) == ("watch", ("h.1.mlp_up", "h.1.mlp_down"))
    assert one.first == pytest.approx(0.5 * STEPS, abs=0.03 * STEPS)


def test_a_loss_as_noisy_as_small_batches_make_it_can_bear_gradients_that_grow() -> None:
    factor = 10 ** (1.8 * ramp(0.1, 0.5) * of_block(0))
    of = statistics(grad_rms=factor, grad_norm=factor)
    for seed in range(30):
        run = known(healthy_loss(seed, noise=0.15), statistics=of)
        assert exploding(run, LayerView(run, of)) == []


def short(loss: np.ndarray) -> Known:
    return Known(0, len(loss) - 1, Curve(np.arange(len(loss)), loss), vocabulary=65)


def test_the_noise_of_a_short_run_agrees_with_itself_by_chance_and_does_not_swing() -> None:
    noise = [0.07 * np.random.default_rng(seed).standard_normal(400) for seed in range(40)]
    course = 2.4 + 2 * np.exp(-np.arange(400) / 40)
    assert [seed for seed, one in enumerate(noise) if oscillation(short(course * (1 + one)))] == []
    swing = 0.12 * np.sin(np.arange(400) / 8 * 2 * np.pi) * (np.arange(400) > 200)
    (one,) = oscillation(short(course * (1 + 0.3 * noise[0] + swing)))
    assert one.first == pytest.approx(200, abs=15)


def test_layers_that_no_gradient_reaches_are_named_where_the_graph_is_cut() -> None:
    below = of_block(0) + of_block(1)
    one = of_layers(changed("grad_norm", np.array(np.nan), below > 0))["vanishing_gradients"]
    assert (one.severity, one.first, len(one.layers)) == ("watch", 0, 8)
    assert one.layers[-1] == "h.1.mlp_down", "the last one named is where to look"
    head = replace(blocks()[0], path="pooler", role="other", block=None)
    of = changed("grad_norm", np.array(np.nan), of_block(0, "attn_qkv") > 0)
    unused = of_layers(replace(of, layers=(head, *of.layers[1:])))["vanishing_gradients"]
    assert unused.severity == "note", "a head that the loss doesn't go through is usual"
    frozen = tuple(replace(layer, trainable=layer.block > 1) for layer in blocks())  # type: ignore[operator]
    of = changed("grad_norm", np.array(np.nan), below > 0)
    assert "vanishing_gradients" not in of_layers(replace(of, layers=frozen))


def test_gradients_that_never_come_through_are_told_though_they_never_fell() -> None:
    factor = np.where(of_block(0) + of_block(1), 1e-9, 1.0)
    of = statistics(grad_rms=factor, grad_norm=factor, grad_max_abs=factor)
    one = of_layers(of)["vanishing_gradients"]
    assert (one.severity, one.first, len(one.layers)) == ("problem", 0, 8)
    late = np.where(np.arange(SNAPSHOTS)[:, None] < 3, 1.0, factor)
    of = statistics(grad_rms=late, grad_norm=late, grad_max_abs=late)
    assert of_layers(of)["vanishing_gradients"].first == of.steps[3], "not from the start, where they had some"


def test_a_layer_that_falls_behind_those_that_grew_has_not_lost_its_gradient() -> None:
    others = of_block(0) + of_block(1) + of_block(2)
    factor = np.where(others, 0.02, 1.0) * 10 ** (1.2 * ramp(0.5, 0.8) * of_block(3, "attn_qkv", "attn_out"))
    factor = factor * 10 ** (-1.2 * ramp(0.5, 0.8) * of_block(3, "mlp_down"))
    assert "vanishing_gradients" not in of_layers(statistics(grad_rms=factor, grad_norm=factor))


def test_a_layer_that_no_parameter_group_has_is_told_though_gradients_come() -> None:
    of = statistics()
    moved = 0.32 * (1 + 0.01 * ramp(0, 1)) * np.ones((SNAPSHOTS, len(of.layers)))
    left = of_block(1, "mlp_up", "mlp_down") > 0
    of.values[:, :, of.names.index("weight_norm")] = np.where(left, 0.32, moved)
    of.values[:, :, of.names.index("update_norm")] *= ~left
    one = of_layers(of)["update_ratio"]
    assert set(one.layers) == {"h.1.mlp_up", "h.1.mlp_down"}
    assert (one.severity, one.first) == ("watch", 0)
    unknown = changed("update_norm", np.array(np.nan))
    unknown.values[:, :, unknown.names.index("weight_norm")] = np.where(left, 0.32, moved)
    assert "update_ratio" not in of_layers(unknown), "without the optimizer nobody knows"


def table(counts: np.ndarray, rank: np.ndarray | None = None) -> Table:
    """Rows in 50 snapshots, which all get as much gradient and change alike."""
    steps = np.linspace(0, STEPS - 1, 50).astype(np.int64)
    ones = np.ones((50, len(counts)), np.float32)
    rank = np.full(50, 12.0) if rank is None else rank
    labels = tuple(f"t{at}" for at in range(len(counts)))
    wide = np.zeros((50, 8))
    return Table("wte", "token_embedding", steps, np.zeros(50), rank, wide, ones, ones, ones, 16, labels, counts)


def test_a_token_that_never_occurs_is_told_even_where_a_tied_head_moves_its_row() -> None:
    counts = np.where(np.arange(40) < 3, 0, 900)
    one = found(known(tables=(table(counts),)))["undertrained_tokens"]
    assert one.tokens == ("t0", "t1", "t2")
    assert "occur nowhere in the training data" in one.sentence
    assert "hardly" not in one.sentence
    seldom = np.where(np.arange(40) < 3, 1, 900)
    assert "undertrained_tokens" not in found(known(tables=(table(seldom),)))


def test_what_a_probe_sees_first_is_dated_between_it_and_the_one_before() -> None:
    steps = np.linspace(0, 0.9 * STEPS, 10).astype(np.int64)
    values = np.tile(np.array([1.2, 0.7, 6.0, 0.01], np.float32), (10, 4, 1))  # [P, B, A]
    values[5:, 1, PROBE_STATS.index("attention_entropy_ratio")] = 0.02
    values[5:, 2, PROBE_STATS.index("mlp_dead_ratio")] = 0.9
    told = of_layers(statistics(), probe=Probe(steps, values, PROBE_STATS))
    for insight in ("attention_collapse", "dead_units"):
        assert steps[4] < told[insight].first < steps[5]


def test_rows_that_fall_into_few_directions_in_a_run_too_short_to_fit_are_dated_by_their_rank() -> None:
    one = table(np.full(40, 9), rank=np.where(np.arange(50) < 3, 14.0, 1.2))
    first = {name: getattr(one, name)[:5] for name in ("steps", "mean_cosine", "effective_rank", "directions")}
    rows = {name: getattr(one, name)[:5] for name in ("norms", "gradients", "updates")}
    assert found(known(tables=(replace(one, **first, **rows),)))["embedding_collapse"].first == one.steps[3]


def test_a_run_that_is_lost_within_its_first_steps_diverged() -> None:
    loss = np.full(400, np.nan)
    loss[:14] = [4.5, 4.4, 4.3, 4.3, 4.2, 4.4, 5.5, 9, 30, 200, 1e3, 1e5, 1e8, 1e15]
    diagnosis = diagnose(short(loss))
    one = {one.insight: one for one in diagnosis.findings}["divergence"]
    assert 4 <= one.first <= 8
    assert diagnosis.phases[-1].name == "divergence"
    assert "convergence" not in {phase.name for phase in diagnosis.phases}
    few = found(short(np.array([4.5, 4.2, 3.9, 3.5, 3.4, 3.3, 3.2, 3.1, 3.9, 4.1, 4.0])))
    assert "divergence" not in few, "so few losses need a larger rise"


def at_rate(rate: float, loss: np.ndarray, **others: object) -> dict[str, Finding]:
    return judged(loss, curve(np.full(STEPS, rate)), **others)


def judged(loss: np.ndarray, rate: Curve, **others: object) -> dict[str, Finding]:
    run = known(loss, statistics=statistics(), learning_rate=rate, optimizer=ADAMW, **others)
    return {one.insight: one for one in learning_rate(run, [])}


def test_a_loss_that_stands_at_what_frequencies_tell_is_the_fault_of_a_rate_far_too_high() -> None:
    counts = 100_000 // (np.arange(65) + 1)
    shares = counts / counts.sum()
    even = -float((shares * np.log(shares)).sum())
    tokens = table(counts)
    stuck = np.maximum(healthy_loss() - 1, even) * (1 + 0.01 * np.random.default_rng(0).standard_normal(STEPS))
    one = at_rate(0.03, stuck, tables=(tokens,))["learning_rate_too_high"]
    assert one.severity == "problem"
    assert f"{even:.3g}" in one.sentence
    assert at_rate(0.03, stuck)["learning_rate_too_high"].severity == "note", "where frequencies aren't known"
    learns = at_rate(0.03, healthy_loss(), tables=(tokens,))["learning_rate_too_high"]
    assert learns.severity == "note"


def test_a_rate_far_too_low_is_to_be_watched_where_next_to_nothing_was_learned() -> None:
    still = np.log(65) * (1 - 0.02 * np.arange(STEPS) / STEPS)
    one = at_rate(1e-6, still)["learning_rate_too_low"]
    assert one.severity == "watch"
    assert "fallen by 2 % only" in one.sentence
    assert at_rate(1e-6, 0.4 * still)["learning_rate_too_low"].severity == "note", "what has learned before"
    rising = judged(still, curve(np.linspace(1e-9, 1e-5, STEPS)))
    assert rising["learning_rate_too_low"].severity == "note", "in a warm-up it is still to come"


def test_validation_that_had_risen_long_before_the_data_was_known_by_heart_turned_then() -> None:
    x = np.arange(STEPS) / STEPS
    train = 4.5 * np.exp(-x / 0.25) + 0.1
    validation = np.maximum(4.5 * np.exp(-x / 0.08), 0) + 3 + 6 * (x - 0.2).clip(0)
    one = found(known(train, validation=curve(validation, 40)))["overfitting"]
    assert float(x[np.argmax(train < 0.05 * 4.6)]) > 0.6
    assert one.first == pytest.approx(0.2 * STEPS, abs=0.06 * STEPS)
    lowest = curve(validation, 40).values.min()
    assert f"from {lowest:.3g}, its lowest" in one.sentence


def test_a_line_that_stops_is_dated_from_where_it_began() -> None:
    x = np.arange(100) / 100
    noise = 0.005 * np.random.default_rng(1).standard_normal(100)
    fits = departure(x, 1.4 * ((x - 0.5) / 0.25).clip(0, 1) + noise, trend=False)
    assert fits is not None
    assert fits.onset == pytest.approx(0.5, abs=0.015)
