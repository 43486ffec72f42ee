"""Neighbours, norms and decimated curves agree with the naive way."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from tensorboard_plugin_paramviz.analysis.decimation import keep_extremes
from tensorboard_plugin_paramviz.analysis.neighbours import nearest
from tensorboard_plugin_paramviz.analysis.row_history import norms_of, row_courses
from tensorboard_plugin_paramviz.record import QuantizedRows, dequantize, quantize


def whole(values: np.ndarray) -> QuantizedRows:
    return QuantizedRows(values, np.ones(len(values), np.float32))


def test_neighbours_are_those_of_the_full_cosine_table() -> None:
    values = np.random.default_rng(0).normal(size=(50, 6)).astype(np.float32)
    neighbours, cosines = nearest(whole(values), [7, 0], 10)
    for place, row in enumerate([7, 0]):
        naive = [
            (float(values[row] @ values[other] / np.linalg.norm(values[row]) / np.linalg.norm(values[other])), other)
            for other in range(50)
            if other != row
        ]
        best = sorted(naive, reverse=True)[:10]
        assert neighbours[place].tolist() == [other for _, other in best]
        np.testing.assert_allclose(cosines[place], [cosine for cosine, _ in best], rtol=1e-4)


def test_rows_without_direction_are_nobodys_neighbours() -> None:
    values = np.array([[1, 0], [0, 0], [np.nan, 1], [1, 1]], np.float32)
    neighbours, cosines = nearest(whole(values), [0, 1, 2], 3)
    assert neighbours.tolist() == [[3, -1, -1], [-1, -1, -1], [-1, -1, -1]]
    assert np.isnan(cosines[1:]).all()


def test_norms_without_expanding_are_the_norms_of_the_rows() -> None:
    rows = quantize(np.random.default_rng(1).normal(size=(30, 12)).astype(np.float32))
    np.testing.assert_allclose(norms_of(rows), np.linalg.norm(dequantize(rows), axis=1), rtol=1e-5)


def test_the_history_has_the_chosen_rows_and_the_band_of_all() -> None:
    snapshots = [
        SimpleNamespace(
            rows=quantize(np.full((20, 3), step + 1, np.float32) * np.arange(1, 21)[:, None]),
            grad_norms=np.arange(20, dtype=np.float32) + step,
            update_norms=np.full(20, np.nan, np.float32),
        )
        for step in range(4)
    ]
    history = row_courses(snapshots, 4, [0, 19])
    np.testing.assert_allclose(history["norms"][:, 0], np.sqrt(3) * np.arange(1, 5), rtol=1e-5)
    assert history["grad_norms"].tolist() == [[step, 19 + step] for step in range(4)]
    assert np.isnan(history["update_norms"]).all()
    all_norms = np.sqrt(3) * np.arange(1, 21)
    np.testing.assert_allclose(history["norm_low"][0], np.quantile(all_norms, 0.1), rtol=1e-4)
    np.testing.assert_allclose(history["norm_high"][0], np.quantile(all_norms, 0.9), rtol=1e-4)


def test_the_history_says_how_far_each_row_has_come_since_the_first_snapshot() -> None:
    values = np.random.default_rng(2).normal(size=(5, 12, 7)).astype(np.float32)  # [T, R, D]
    values[3, 4] = np.nan
    nothing = np.full(12, np.nan, np.float32)
    snapshots = [SimpleNamespace(rows=quantize(rows), grad_norms=nothing, update_norms=nothing) for rows in values]
    found = row_courses(snapshots, 5, [4, 9])["displacements"]
    assert found.dtype == np.float32
    assert found[0].tolist() == [0, 0]
    expected = np.linalg.norm(values[:, [4, 9]] - values[0, [4, 9]], axis=2)
    np.testing.assert_allclose(found[1:], expected[1:], rtol=0.02)
    assert np.argwhere(np.isnan(found)).tolist() == [[3, 0]]


@given(hnp.arrays(np.float32, st.integers(1, 3000)), st.integers(16, 500))
def test_decimation_hides_no_extreme_and_keeps_the_ends(values: np.ndarray, most: int) -> None:
    kept = keep_extremes(values, most)
    assert len(kept) <= most
    assert (np.diff(kept) > 0).all()
    assert kept[0] == 0
    assert kept[-1] == len(values) - 1
    finite = values[np.isfinite(values)]
    if len(finite):
        shown = values[kept]
        assert shown[np.isfinite(shown)].max() == finite.max()
        assert shown[np.isfinite(shown)].min() == finite.min()
    if not np.isfinite(values).all():
        assert not np.isfinite(values[kept]).all(), "a broken stretch stays visible"


@pytest.mark.parametrize("at", [0, 1, 4999, 9998, 9999])
def test_one_spike_among_ten_thousand_points_survives(at: int) -> None:
    values = np.ones(10_000, np.float32)
    values[at] = 50
    assert at in keep_extremes(values, 200)
