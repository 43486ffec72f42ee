"""The geometry of an embedding against plain formulas, and what it says of clouds whose shape is known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tensorboard_plugin_paramviz.capture.statistics import geometry
from tensorboard_plugin_paramviz.capture.statistics.eigenvalues import eigenvalues
from tensorboard_plugin_paramviz.capture.statistics.geometry import Geometry
from tensorboard_plugin_paramviz.record.names import GEOMETRY_STATS


def measure(rows: np.ndarray, counts: object = None) -> dict[str, float]:
    return dict(zip(GEOMETRY_STATS, Geometry(counts).measure(rows.astype(np.float32)).tolist(), strict=True))


def cloud(rows: int = 200, dims: int = 20, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((rows, dims)).astype(np.float32)


@settings(deadline=None, max_examples=30)
@given(rows=st.integers(3, 60), dims=st.integers(1, 40), seed=st.integers(0, 99), shift=st.sampled_from([0.0, 3.0]))
def test_every_figure_is_that_of_its_formula(rows: int, dims: int, seed: int, shift: float) -> None:
    points = cloud(rows, dims, seed) + np.float32(shift)
    found = measure(points, np.arange(rows))
    units = points / np.linalg.norm(points, axis=1, keepdims=True)
    cosines = units @ units.T
    assert found["mean_cosine"] == pytest.approx(cosines[~np.eye(rows, dtype=bool)].mean(), abs=1e-5)
    values = np.linalg.svd(points.astype(np.float64), compute_uv=False)
    shares = values[values > 0] / values.sum()
    assert found["effective_rank"] == pytest.approx(np.exp(-(shares * np.log(shares)).sum()), rel=5e-3)
    centred = np.linalg.svd(points - points.mean(axis=0), compute_uv=False) ** 2
    assert found["top_component_ratio"] == pytest.approx(centred[0] / centred.sum(), rel=0.03)


def test_clouds_of_known_shape_are_told_apart() -> None:
    even = measure(cloud())
    assert abs(even["mean_cosine"]) < 0.02
    assert even["effective_rank"] > 19
    assert even["top_component_ratio"] < 0.1
    cone = measure(cloud() + 5)
    assert cone["mean_cosine"] > 0.9
    line = measure(np.outer(np.linspace(-1, 1, 200), np.ones(20)) + cloud() * 1e-3)
    assert line["top_component_ratio"] > 0.999
    assert line["effective_rank"] < 1.2


def test_norms_that_follow_the_counts_are_correlated_with_them_in_rank() -> None:
    points, counts = cloud(), np.arange(200) ** 3
    grown = points / np.linalg.norm(points, axis=1, keepdims=True) * np.sqrt(1 + np.arange(200))[:, None]
    assert measure(grown, counts)["norm_frequency_correlation"] == pytest.approx(1)
    assert measure(grown, counts[::-1])["norm_frequency_correlation"] == pytest.approx(-1)
    assert np.isnan(measure(grown)["norm_frequency_correlation"]), "counts are not known"
    assert np.isnan(measure(grown, np.ones(200))["norm_frequency_correlation"]), "and these tell nothing"


def test_ties_share_their_rank() -> None:
    a, b = np.array([1.0, 1, 2, 3]), np.array([10.0, 20, 20, 40])
    ranks_a, ranks_b = np.array([0.5, 0.5, 2, 3]), np.array([0, 1.5, 1.5, 3])
    assert geometry.rank_correlation(a, b) == pytest.approx(np.corrcoef(ranks_a, ranks_b)[0, 1])


def test_churn_is_the_share_of_neighbours_that_are_others_than_before() -> None:
    points, watched = cloud(), Geometry()
    column = GEOMETRY_STATS.index("neighbour_churn_ratio")
    assert np.isnan(watched.measure(points)[column]), "nothing to compare with"
    assert watched.measure(points * 3)[column] == 0
    assert watched.measure(cloud(seed=1))[column] > 0.9
    swapped = cloud(seed=1)
    swapped[[0, 1]] = swapped[[1, 0]]
    assert 0 < watched.measure(swapped)[column] < 0.2


@pytest.mark.parametrize("rows", [np.zeros((0, 4)), np.zeros((2, 4)), np.zeros((9, 4)), np.full((9, 4), np.nan)])
def test_what_has_no_geometry_is_not_measured(rows: np.ndarray) -> None:
    assert np.isnan(list(measure(rows, np.arange(len(rows))).values())).all()


def test_of_many_rows_some_are_taken_always_the_same() -> None:
    many = cloud(5000, 8)
    assert measure(many) == pytest.approx(measure(many), rel=1e-12, nan_ok=True)
    assert measure(many)["effective_rank"] == pytest.approx(8, rel=0.02)


def test_huge_and_tiny_rows_are_measured_like_others() -> None:
    usual = measure(cloud())
    for scale in (1e-25, 1e25):
        assert measure(cloud() * scale) == pytest.approx(usual, rel=1e-3, nan_ok=True)


@settings(deadline=None, max_examples=30)
@given(size=st.integers(1, 40), seed=st.integers(0, 99), rank=st.integers(0, 40))
def test_eigenvalues_are_those_of_lapack(size: int, seed: int, rank: int) -> None:
    factor = np.random.default_rng(seed).standard_normal((size, min(rank, size)))
    symmetric = factor @ factor.T
    exact = np.linalg.eigvalsh(symmetric)
    np.testing.assert_allclose(eigenvalues(symmetric), exact, atol=1e-8 * max(1.0, exact.max()))
