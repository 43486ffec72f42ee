"""As many groups as the rows fall into, each row in the nearest."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tensorboard_plugin_paramviz.analysis import row_clusters
from tensorboard_plugin_paramviz.analysis.row_clusters import (
    MOST_CLUSTERS,
    clusters_of,
    mean_silhouette,
    number_of_groups,
)
from tensorboard_plugin_paramviz.record import QuantizedRows, quantize


def groups(count: int, rows: int = 400, dims: int = 16, apart: float = 8.0) -> tuple[np.ndarray, np.ndarray]:
    """Rows around `count` places, and where each belongs."""
    random = np.random.default_rng(count)
    truth = random.integers(count, size=rows)
    return (random.normal(size=(count, dims)) * apart)[truth] + random.normal(size=(rows, dims)), truth


def same(one: np.ndarray, other: np.ndarray) -> bool:
    """Are two divisions the same but for the numbers?"""
    return len(set(zip(one.tolist(), other.tolist(), strict=True))) == len(set(one)) == len(set(other))


@pytest.mark.parametrize("count", [2, 3, 5, 8, 12])
def test_groups_that_stand_apart_are_found_and_counted(count: int) -> None:
    rows, truth = groups(count)
    clusters, sizes = clusters_of(quantize(rows.astype(np.float32)))
    assert same(clusters, truth)
    np.testing.assert_array_equal(sizes, sorted(np.bincount(truth), reverse=True))


@given(st.integers(1, 40), st.integers(1, 4), st.integers(0, 50))
def test_whatever_the_rows_the_largest_comes_first_and_there_are_at_most_twelve(
    rows: int, dims: int, seed: int
) -> None:
    random = np.random.default_rng(seed)
    values = random.integers(-2, 3, size=(rows, dims)).astype(np.float32)  # many alike
    values[random.random(rows) < 0.2] = np.nan
    clusters, sizes = clusters_of(quantize(values))
    finite = np.isfinite(values).all(axis=1)
    assert (clusters.dtype, sizes.dtype) == (np.int32, np.int32)
    np.testing.assert_array_equal(clusters >= 0, finite)
    np.testing.assert_array_equal(np.bincount(clusters[finite], minlength=len(sizes)), sizes)
    assert (np.diff(sizes) <= 0).all()
    assert len(sizes) <= MOST_CLUSTERS
    assert (len(sizes) > 0) == finite.any()


def test_of_more_rows_than_are_looked_at_each_is_in_the_nearest_group(monkeypatch: pytest.MonkeyPatch) -> None:
    rows, truth = groups(4, rows=3000)
    rows[::7] = np.inf
    monkeypatch.setattr(row_clusters, "_SOUGHT_ROWS", 100)
    clusters, _ = clusters_of(quantize((rows + 1e3).astype(np.float32)))
    there = np.isfinite(rows).all(axis=1)
    assert (clusters[~there] == -1).all()
    assert same(clusters[there], truth[there])


def test_rows_in_a_basis_fall_into_the_groups_they_do_in_the_space_it_spans() -> None:
    coordinates, truth = groups(3, dims=4)
    stored = quantize(coordinates.astype(np.float32))
    skew = np.random.default_rng(0).normal(size=(4, 30)).astype(np.float32)
    rows = QuantizedRows(stored.values, stored.scale, skew, np.full(400, 1e3, np.float32))
    assert same(clusters_of(rows)[0], truth)


@given(st.integers(2, 30), st.integers(1, 4), st.integers(0, 50))
def test_the_silhouette_is_the_naive_one(rows: int, count: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    values, labels = random.normal(size=(rows, 3)).astype(np.float32), random.integers(count, size=rows)
    distances = np.linalg.norm(values[:, None] - values[None], axis=2)
    naive = []
    for row in range(rows):
        others = {group: [c for c in np.flatnonzero(labels == group) if c != row] for group in set(labels.tolist())}
        own = others.pop(int(labels[row]))
        if not own or not others:
            naive.append(0.0)
            continue
        within, between = distances[row, own].mean(), min(distances[row, one].mean() for one in others.values())
        naive.append((between - within) / max(within, between))
    assert mean_silhouette(values, labels) == pytest.approx(np.mean(naive), abs=1e-3)


def test_of_divisions_about_as_good_the_finest_is_taken() -> None:
    """Two pairs of pairs: two groups are a good answer, four nearly as good a one."""
    places = np.array([[0, 0], [0, 3], [10, 0], [10, 3]], np.float32)
    rows = np.repeat(places, 30, axis=0) + np.random.default_rng(0).normal(size=(120, 2)) * 0.3
    assert number_of_groups(rows.astype(np.float32)) == 4


def test_rows_that_are_all_alike_are_one_group() -> None:
    clusters, sizes = clusters_of(quantize(np.ones((30, 4), np.float32)))
    assert (clusters.tolist(), sizes.tolist()) == ([0] * 30, [30])
