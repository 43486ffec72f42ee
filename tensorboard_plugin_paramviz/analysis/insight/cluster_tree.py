"""The groups that tokens stand in, in one snapshot: those branches of a tree of rows that stand clear of all others.

A number of groups need not be chosen, so that it can't change by chance from one snapshot to the next: average linkage
joins the two nearest branches until one is left, and a branch is a group where it stands clear.
"""

from __future__ import annotations

import numpy as np

from tensorboard_plugin_paramviz.analysis.insight.nouns import Float32, Float64, Int64
from tensorboard_plugin_paramviz.analysis.one_thread import multiply

#: Tokens of a group: at least so many, and at most this share of all: what is left when some tokens leave is no group.
FEWEST, LARGEST = 4, 0.4
#: Of Gaussian rows the clearest branch reaches a separation of 0.05 in 64 dimensions, 0.2 in 16 and 0.35 in 8, what a
#: tree finds by chance (`clear_from`); punctuation in a character model reaches 0.25 to 0.4.
ABOVE_CHANCE, BY_CHANCE = 0.15, 2.5
#: A branch is no group as a whole where one of its parts stands so much clearer.
WHOLE = 0.75


def clear_from(dims: int) -> float:
    """The separation from which on a group in so many dimensions stands clear."""
    return ABOVE_CHANCE + BY_CHANCE / max(1, dims)


def distances(rows: Float32) -> Float64:
    """Between rows [n, K], float64 [n, n]"""
    wide = rows - rows.mean(axis=0)
    squares = np.einsum("nk,nk->n", wide, wide)
    found: Float64 = np.sqrt(np.maximum(squares[:, None] + squares - 2 * multiply(wide, wide.T), 0)).astype(np.float64)
    np.fill_diagonal(found, 0)
    return found


def separation(sums: Float64, inside: np.ndarray) -> float:
    """1 - a / b of a group of at least two rows: a = mean distance of two rows of it, b = mean distance to the rows
    outside that are nearest to it, half as many as it has: a silhouette (Rousseeuw 1987) whose other group is whatever
    lies nearest. sums [n]: each row's distances to those of the group, added up; inside: bool [n]."""
    count = int(inside.sum())
    near = sums[~inside] / count
    many = min(len(near), max(2, count // 2))
    if many == 0:
        return 0.0
    outside = float(np.partition(near, many - 1)[:many].mean())
    own = float(sums[inside].sum()) / (count * (count - 1))
    return 1 - own / outside if outside > 0 else 0.0


def separation_of(apart: Float64, members: Int64) -> float:
    """The same from all distances [n, n] and the places of the group's rows."""
    inside = np.zeros(len(apart), bool)
    inside[members] = True
    return separation(apart[:, members].sum(axis=1), inside)


def clear_groups(apart: Float64, limit: float) -> list[tuple[float, Int64]]:
    """(separation, places) of groups that stand clear, none of them within another: a branch is kept in one piece if
    that is clearer, each row counted, than what its parts have, and none of them is much clearer. apart: [n, n]. limit:
    see `clear_from`. Cost: of 192 rows 5 ms."""
    count = len(apart)
    most = LARGEST * count
    sums = apart.copy()  # of each branch, distances to every row [n]
    between = apart.copy()  # of two branches, all distances added up [n, n]
    mean = apart.copy()  # the same divided by their number, infinite where there is no branch any more
    np.fill_diagonal(mean, np.inf)
    sizes = np.ones(count)
    inside = np.eye(count, dtype=bool)
    worth = np.zeros(count)
    kept: list[list[tuple[float, Int64]]] = [[] for _ in range(count)]
    for _ in range(count - 1):
        a, b = divmod(int(np.argmin(mean)), count)
        if not np.isfinite(mean[a, b]):
            break
        sums[a] += sums[b]
        between[a] += between[b]
        between[:, a] = between[a]
        sizes[a] += sizes[b]
        inside[a] |= inside[b]
        worth[a] += worth[b]
        kept[a] = kept[a] + kept[b]
        sizes[b], kept[b] = np.inf, []  # infinitely large, so that it is never nearest
        mean[b], mean[:, b] = np.inf, np.inf
        alive = np.isfinite(mean[a])
        mean[a, alive] = between[a, alive] / (sizes[a] * sizes[alive])
        mean[:, a] = mean[a]
        if FEWEST <= sizes[a] <= most:
            clear = separation(sums[a], inside[a])
            clearest = max((one[0] for one in kept[a]), default=0.0)
            if clear > limit and clear * sizes[a] >= worth[a] and clear >= WHOLE * clearest:
                worth[a], kept[a] = clear * sizes[a], [(clear, np.flatnonzero(inside[a]))]
    return [one for part in kept for one in part]
