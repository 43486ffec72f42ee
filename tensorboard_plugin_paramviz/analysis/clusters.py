"""Groups of rows that lie together: k-means, small enough to need no library of its own."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tensorboard_plugin_paramviz.analysis.one_thread import multiply

Float32 = npt.NDArray[np.float32]
Int64 = npt.NDArray[np.int64]

#: Groups looked for: more than the three directions between them, few enough to see.
CLUSTERS = 10
_STARTS = 4
_MOST_ROUNDS = 50


def cluster(rows: Float32, count: int = CLUSTERS) -> tuple[Int64, Float32]:
    """labels int64 [R] and means float32 [k, D], k <= count, of finite rows float32 [R, D].

    Lloyd's algorithm ("Least squares quantization in PCM", 1982) from k-means++ starts (Arthur & Vassilvitskii, 2007),
    the best of four; the random numbers are fixed, so the same rows give the same groups. Cost: at most 4 x 50 times
    R x k x D multiplications, usually a tenth of it.
    """
    # Distances are differences of large numbers where all rows lie far from the origin.
    rows = rows - rows.mean(axis=0, dtype=np.float64).astype(np.float32)
    random = np.random.default_rng(0)
    found = [_from(rows, _spread_starts(rows, count, random)) for _ in range(_STARTS)]
    _, labels = min(found, key=lambda one: one[0])
    return labels, group_means(rows, labels)


def group_means(rows: Float32, labels: Int64) -> Float32:
    """float32 [k, D]; zeros for a group without rows."""
    groups = [rows[labels == group] for group in range(int(labels.max(initial=-1)) + 1)]
    means = [group.sum(axis=0, dtype=np.float64) / max(1, len(group)) for group in groups]
    return np.array(means, np.float32).reshape(len(groups), rows.shape[1])


def _from(rows: Float32, means: Float32) -> tuple[float, Int64]:
    """The sum of squared distances, and the labels, once no row changes its group."""
    squares = np.einsum("rd,rd->r", rows, rows)
    labels = np.full(len(rows), -1)
    for _ in range(_MOST_ROUNDS):
        distances = np.einsum("kd,kd->k", means, means) - 2 * multiply(rows, means.T)  # [R, k], less |row|²
        nearest = distances.argmin(axis=1)
        if (nearest == labels).all():
            break
        labels = nearest
        kept = np.unique(labels)
        means = means.copy()
        means[kept] = group_means(rows, labels)[kept]
    inertia = squares.sum(dtype=np.float64) + distances[np.arange(len(rows)), labels].sum(dtype=np.float64)
    # Numbered without gaps, by size: a group that lost all its rows has no number.
    _, dense = np.unique(labels, return_inverse=True)
    order = np.argsort(-np.bincount(dense), kind="stable")
    return float(inertia), np.argsort(order)[dense]


def _spread_starts(rows: Float32, count: int, random: np.random.Generator) -> Float32:
    """Rows far from each other: each drawn with a chance that grows with the square of its distance to the others."""
    chosen = [int(random.integers(len(rows)))]
    nearest = np.full(len(rows), np.inf)
    while len(chosen) < min(count, len(rows)):
        apart = rows - rows[chosen[-1]]
        nearest = np.minimum(nearest, np.einsum("rd,rd->r", apart, apart))
        total = nearest.sum()
        if not total > 0:
            break
        chosen.append(int(random.choice(len(rows), p=nearest / total)))
    return rows[chosen]
