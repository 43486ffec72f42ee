"""Groups of rows that lie together."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tensorboard_plugin_paramviz.analysis.clusters import cluster, group_means


def inertia(rows: np.ndarray, labels: np.ndarray) -> float:
    """The naive sum of squared distances to the means of the groups."""
    groups = [rows[labels == label] for label in set(labels.tolist())]
    return float(sum(((group - group.mean(axis=0)) ** 2).sum() for group in groups))


@pytest.mark.parametrize("seed", range(6))
def test_of_few_rows_the_groups_are_the_best_of_all_there_could_be(seed: int) -> None:
    rows = np.random.default_rng(seed).normal(size=(8, 2)).astype(np.float32)
    best = min(inertia(rows, np.array(labels)) for labels in product(range(3), repeat=8) if len(set(labels)) == 3)
    assert inertia(rows, cluster(rows, 3)[0]) <= best * 1.1


def test_groups_that_stand_apart_are_found_wherever_they_lie() -> None:
    random = np.random.default_rng(0)
    truth = np.repeat(np.arange(5), [50, 40, 30, 20, 10])
    rows = (random.normal(size=(5, 8))[truth] * 20 + random.normal(size=(150, 8)) + 1e4).astype(np.float32)
    labels, means = cluster(rows, 5)
    np.testing.assert_array_equal(labels, truth)  # numbered by size
    assert means.shape == (5, 8)


@given(st.integers(1, 60), st.integers(1, 5), st.integers(1, 12), st.integers(0, 99))
def test_every_row_is_in_the_group_whose_mean_is_nearest(rows: int, dims: int, count: int, seed: int) -> None:
    values = np.random.default_rng(seed).integers(-3, 4, size=(rows, dims)).astype(np.float32)  # many rows alike
    labels, means = cluster(values, count)
    groups = len(set(labels.tolist()))
    assert groups <= min(count, len(np.unique(values, axis=0)))
    assert labels.max() == groups - 1, "numbered without gaps"
    centred = values - values.mean(axis=0)
    np.testing.assert_allclose(means, group_means(centred, labels), atol=1e-5)
    distances = np.linalg.norm(centred[:, None] - means[None], axis=2)  # [R, k]
    np.testing.assert_allclose(distances[np.arange(rows), labels], distances.min(axis=1), atol=1e-4)


def test_the_same_rows_give_the_same_groups() -> None:
    rows = np.random.default_rng(1).normal(size=(300, 16)).astype(np.float32)
    np.testing.assert_array_equal(cluster(rows)[0], cluster(rows.copy())[0])
