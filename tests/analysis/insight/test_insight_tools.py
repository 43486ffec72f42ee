"""The tools detectors are made of: medians in bins, onsets, laws, the schedule."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made import STEPS, X, curve, healthy_loss, known

from tensorboard_plugin_paramviz.analysis.insight.bins import bin_medians, noise_of
from tensorboard_plugin_paramviz.analysis.insight.fall import fall
from tensorboard_plugin_paramviz.analysis.insight.ramps import departure
from tensorboard_plugin_paramviz.analysis.insight.rows import measure_rows
from tensorboard_plugin_paramviz.analysis.insight.schedule import boundaries, progress_at


@settings(max_examples=30)
@given(st.integers(1, 400), st.integers(1, 40), st.integers(0, 9))
def test_the_medians_of_bins_are_those_of_their_values(count: int, bins: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    shares, values = np.arange(count) / count, rng.standard_normal(count)
    values[rng.random(count) < 0.1] = np.nan
    centres, medians = bin_medians(shares, values, bins)
    finite = np.isfinite(values)
    if finite.sum() <= bins:
        np.testing.assert_array_equal(medians, values[finite])
        return
    part = np.minimum((shares * bins).astype(int), bins - 1)
    groups = [values[finite & (part == one)] for one in range(bins)]
    np.testing.assert_allclose(medians, [np.median(group) for group in groups if len(group)])
    assert (np.diff(centres) > 0).all()


def test_noise_is_told_from_a_slope() -> None:
    noise = np.random.default_rng(0).standard_normal(4000)
    assert noise_of(noise + np.linspace(0, 500, 4000)) == pytest.approx(1, rel=0.1)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("onset", [0.2, 0.45, 0.7])
def test_an_onset_is_found_long_before_any_threshold_is_crossed(onset: float, seed: int) -> None:
    x = np.arange(100) / 100
    u = ((x - onset) / 0.15).clip(0, 1)
    values = -0.3 * np.log(x + 0.05) + u * u * (3 - 2 * u) + 0.06 * np.random.default_rng(seed).standard_normal(100)
    found = departure(x, values)
    assert found is not None
    assert found.onset == pytest.approx(onset, abs=0.025)
    assert found.size == pytest.approx(1, abs=0.15)
    assert found.score > 100


@pytest.mark.parametrize("seed", range(8))
def test_noise_about_a_course_has_no_onset_worth_a_word(seed: int) -> None:
    x = np.arange(100) / 100
    found = departure(x, -0.3 * np.log(x + 0.02) + 0.1 * np.random.default_rng(seed).standard_normal(100))
    assert found is not None
    assert found.score < 25


def test_the_fit_of_an_onset_is_the_best_least_squares_has() -> None:
    rng, x = np.random.default_rng(1), np.arange(60) / 60
    values = np.where(x > 0.5, x - 0.5, 0) + 0.02 * rng.standard_normal(60)
    found = departure(x, values)
    assert found is not None
    columns = [np.ones(60), np.log(x + 0.02)]
    before = np.stack(columns, 1)

    def rest(shape: np.ndarray) -> float:
        basis = np.column_stack([before, shape])
        return float(np.square(values - basis @ np.linalg.lstsq(basis, values, rcond=None)[0]).sum())

    whole = values - before @ np.linalg.lstsq(before, values, rcond=None)[0]
    lines = [rest((x - onset).clip(0)) for onset in np.unique(np.linspace(x[3], x[-4], 120))]
    assert float(whole @ whole) / found.gain <= min(lines) * (1 + 1e-9)


def test_the_slope_of_a_power_law_is_told_from_its_noise() -> None:
    x, loss = bin_medians(X, healthy_loss(3))
    law = fall(x, loss, x)
    true = 0.1 * np.gradient(np.log(0.35 + 0.65 * (1 + 200 * x) ** -0.6), x)
    late = x > 0.1
    np.testing.assert_allclose(law.slope[late], true[late], atol=0.006)


def test_a_schedule_s_warm_up_and_decay_are_told_where_they_are() -> None:
    rate = 1e-3 * np.minimum(1, (np.arange(STEPS) + 1) / 60) * (1 - ((X - 0.8) / 0.2).clip(0))
    found = {one.name: one.step for one in boundaries(known(learning_rate=curve(rate)))}
    assert found["warm_up_end"] == pytest.approx(60, abs=4)
    assert found["decay_start"] == pytest.approx(0.8 * STEPS, abs=0.01 * STEPS)
    cosine = 1e-3 * np.where(X < 0.05, (X + 5e-4) / 0.0505, 0.55 + 0.45 * np.cos(np.pi * (X - 0.05) / 0.95))
    began = {one.name: one.step for one in boundaries(known(learning_rate=curve(cosine)))}
    assert began["decay_start"] == pytest.approx(0.05 * STEPS, abs=0.01 * STEPS)
    assert boundaries(known(learning_rate=curve(np.full(STEPS, 1e-3)))) == ()
    assert boundaries(known()) == ()


def test_progress_is_the_sum_of_learning_rates() -> None:
    rate = np.where(X < 0.5, 1e-3, 5e-4)
    progress = progress_at(known(learning_rate=curve(rate)), np.array([0.25, 0.5, 1.0]))
    np.testing.assert_allclose(progress, [0.25, 0.5, 0.75], atol=0.01)


def test_rows_are_measured_as_their_formulas_say() -> None:
    rows = np.random.default_rng(0).standard_normal((40, 12)).astype(np.float32) + 0.5
    cosine, rank, direction = measure_rows(rows)
    units = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    assert cosine == pytest.approx((units @ units.T)[~np.eye(40, dtype=bool)].mean(), abs=1e-5)
    values = np.linalg.svd(rows.astype(float), compute_uv=False)
    shares = values / values.sum()
    assert rank == pytest.approx(np.exp(-(shares * np.log(shares)).sum()), rel=1e-4)
    np.testing.assert_allclose(direction, units.mean(0), rtol=1e-5)
    assert np.isnan(measure_rows(np.full((5, 3), np.nan, np.float32))[:2]).all()
