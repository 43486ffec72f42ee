"""A run of any length in a few columns: what stands out is seen, what is missing is told."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from tensorboard_plugin_paramviz.analysis.step_bins import SPIKE_RATIO, binned, held, step_edges


def naive(steps: np.ndarray, series: np.ndarray, low: int, high: int) -> tuple[float, float, float]:
    """Geometric mean, least and largest of one series between two steps."""
    inside = [float(v) for s, v in zip(steps, series, strict=True) if low <= s < high and np.isfinite(v)]
    if not inside:
        return np.nan, np.nan, np.nan
    positive = [value for value in inside if value > 0]
    mean = float(np.exp(np.mean(np.log(positive)))) if positive else 0.0
    return mean, min(inside), max(inside)


@given(
    hnp.arrays(np.float32, st.tuples(st.integers(1, 60), st.integers(1, 4)),
               elements=st.one_of(st.floats(2**-10, 1000, width=32), st.sampled_from([0.0, np.nan, np.inf]))),
    st.integers(1, 20),
)  # fmt: skip
def test_columns_are_what_a_loop_over_the_snapshots_finds(values: np.ndarray, most: int) -> None:
    steps = np.cumsum(np.arange(1, len(values) + 1)).astype(np.int64)
    edges = step_edges(steps, most, int(steps[0]), int(steps[-1]))
    assert len(edges) - 1 <= most
    columns = binned(steps, values, edges, log=True)
    assert columns.counts.sum() == len(steps)
    for series in range(values.shape[1]):
        for column in range(len(edges) - 1):
            mean, low, high = naive(steps, values[:, series], edges[column], edges[column + 1])
            shown = columns.shown[series, column]
            np.testing.assert_allclose([columns.low[series, column], columns.high[series, column]], [low, high])
            if np.isnan(mean):
                assert np.isnan(shown)
            else:
                assert np.isclose(shown, mean, rtol=1e-4) or shown in (np.float32(low), np.float32(high))


def test_one_spike_among_ten_thousand_snapshots_is_the_largest_cell_of_its_row() -> None:
    values = np.exp(0.1 * np.random.default_rng(0).standard_normal((10_000, 3))).astype(np.float32)
    values[6_789, 1] = 500
    steps = np.arange(10_000, dtype=np.int64)
    columns = binned(steps, values, step_edges(steps, 1_000, 0, 9_999), log=True)
    assert columns.shown.shape == (3, 1_000)
    assert columns.shown[1].argmax() == 678
    assert columns.shown[1, 678] == 500
    assert columns.shown[0].max() < SPIKE_RATIO, "where nothing stands out, the mean is shown"


def test_on_a_linear_scale_a_dip_below_zero_is_seen_too() -> None:
    values = np.zeros((1_000, 1), np.float32) + np.random.default_rng(0).standard_normal((1_000, 1)) * 0.01
    values[500] = -3
    steps = np.arange(1_000, dtype=np.int64)
    columns = binned(steps, values.astype(np.float32), step_edges(steps, 100, 0, 999), log=False)
    assert columns.shown[0].argmin() == 50
    assert columns.shown[0, 50] == -3


def test_few_snapshots_have_a_column_each_however_unevenly_they_lie() -> None:
    steps = np.array([0, 1, 2, 100, 5_000], np.int64)
    edges = step_edges(steps, 10, 0, 5_000)
    assert edges.tolist() == [0, 1, 2, 100, 5_000, 5_001]
    columns = binned(steps, np.arange(5, dtype=np.float32)[:, None], edges, log=False)
    assert columns.shown.tolist() == [[0, 1, 2, 3, 4]]


def test_steps_may_be_any_of_64_bits() -> None:
    steps = np.array([-(1 << 62), 0, 1, (1 << 62) - 1, 1 << 62], np.int64)
    for most in (1, 2, 3, 5, 100):
        edges = step_edges(steps, most, int(steps[0]), int(steps[-1]))
        assert (np.diff(edges.astype(object)) > 0).all()
        assert binned(steps, np.ones((5, 1), np.float32), edges, log=True).counts.sum() == 5


@pytest.mark.parametrize("log", [True, False])
def test_a_stretch_without_snapshots_is_empty_and_not_zero(log: bool) -> None:
    steps = np.concatenate([np.arange(50), np.arange(950, 1_000)]).astype(np.int64)
    columns = binned(steps, np.ones((100, 1), np.float32), step_edges(steps, 10, 0, 999), log=log)
    assert columns.counts.tolist() == [50, 0, 0, 0, 0, 0, 0, 0, 0, 50]
    assert np.isnan(columns.shown[0, 1:9]).all()
    assert columns.shown[0, 0] == 1


def test_a_range_shows_only_what_lies_in_it() -> None:
    steps = np.arange(1_000, dtype=np.int64)
    edges = step_edges(steps, 50, 200, 399)
    columns = binned(steps, steps.astype(np.float32)[:, None], edges, log=False)
    assert (edges[0], edges[-1], len(edges)) == (200, 400, 51)
    assert (columns.low[0, 0], columns.high[0, -1]) == (200, 399)


def test_what_is_measured_now_and_then_holds_until_it_is_measured_again() -> None:
    values = np.array([[np.nan, 1], [2, np.nan], [np.nan, np.nan], [3, 4]], np.float32)
    np.testing.assert_array_equal(held(values), [[np.nan, 1], [2, 1], [2, 1], [3, 4]])
