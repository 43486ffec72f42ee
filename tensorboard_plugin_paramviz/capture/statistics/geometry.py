"""How an embedding fills its space: alignment, rank, leading direction, frequency, and how neighbourhoods change.

Of at most 192 of the sampled rows, evenly spread over them and always the same. numpy only; called in the background.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tensorboard_plugin_paramviz.capture.statistics.eigenvalues import eigenvalues
from tensorboard_plugin_paramviz.capture.statistics.segments import Float32, Float64, Int64
from tensorboard_plugin_paramviz.record.names import GEOMETRY_STATS

#: Rows whose cosines are taken with each other, and neighbours of each.
MOST_ROWS, NEIGHBOURS = 192, 10
#: Rows multiplied at a time: a product this small is made by one thread (OpenBLAS starts threads above 2^18 multiply-
#: adds, and they then wait by spinning on the cores that train).
_SMALL_PRODUCT = 1 << 18


class Geometry:
    """Measures one embedding again and again; remembers the neighbours it had the time before."""

    def __init__(self, counts: npt.ArrayLike | None = None) -> None:
        self._counts = None if counts is None else np.asarray(counts, np.float64)  # [R]
        self._neighbours: Int64 | None = None

    def measure(self, rows: Float32) -> Float32:
        """float32 [K], columns as `record.names.GEOMETRY_STATS`; NaN where it can't be told: a row that isn't finite,
        fewer than three rows, no counts, the first time for the churn. rows: float32 [R, D].

        Cost: of 2,000 x 768 about 50 ms of one core.
        """
        figures = dict.fromkeys(GEOMETRY_STATS, np.nan)
        chosen = np.linspace(0, max(0, len(rows) - 1), min(len(rows), MOST_ROWS)).astype(np.int64)
        some = rows[chosen].astype(np.float32)  # [n, D]
        if len(some) > 2 and np.isfinite(some).all() and some.any():
            scale = np.abs(some).max()
            products = _gram(some / scale)  # [n, n]
            figures["mean_cosine"] = mean_cosine(some)
            figures["effective_rank"] = effective_rank(products)
            figures["top_component_ratio"] = top_component_ratio(products)
            neighbours = nearest(products, NEIGHBOURS)
            if self._neighbours is not None and self._neighbours.shape == neighbours.shape:
                figures["neighbour_churn_ratio"] = churn_ratio(self._neighbours, neighbours)
            self._neighbours = neighbours
        if self._counts is not None and len(self._counts) == len(rows):
            norms = np.sqrt(np.einsum("rd,rd->r", rows, rows, dtype=np.float64))  # [R]
            figures["norm_frequency_correlation"] = rank_correlation(norms, self._counts)
        return np.array(list(figures.values()), np.float32)


def mean_cosine(rows: Float32) -> float:
    """Mean cosine of two different rows, (|sum u|^2 - n) / (n (n - 1)) over unit rows u; rows of zeros are left out.
    [n, D]. Around 0 where directions are spread evenly (Ethayarajh, EMNLP 2019)."""
    lengths = np.sqrt(np.einsum("rd,rd->r", rows, rows, dtype=np.float64))
    units = rows[lengths > 0] / lengths[lengths > 0, None]
    n = len(units)
    return float((np.square(units.sum(axis=0)).sum() - n) / (n * (n - 1))) if n > 1 else np.nan


def effective_rank(products: Float32) -> float:
    """exp(-sum p ln p) over p = s / sum s, s the singular values of the rows; from their inner products [n, n]. At most
    min(n, D). (Roy and Vetterli, EUSIPCO 2007; RankMe, arXiv 2210.02885.)"""
    values = np.sqrt(np.maximum(eigenvalues(products.astype(np.float64)), 0))  # [n]
    # Singular values below a thousandth of the largest drown in the rounding of float32 products.
    values = values[values > values.max() * 1e-3]
    shares = values / values.sum()
    return float(np.exp(-(shares * np.log(shares)).sum())) if len(shares) else np.nan


def top_component_ratio(products: Float32) -> float:
    """Share of the variance about the mean in the first principal component: the largest eigenvalue of the centred
    inner products [n, n] over their trace, by a power iteration: a few percent too small where the first two components
    are nearly as large as each other."""
    wide = products.astype(np.float64)
    centred = wide - wide.mean(axis=0) - wide.mean(axis=1)[:, None] + wide.mean()  # [n, n]
    whole = float(np.trace(centred))
    if whole <= 1e-12 * float(np.trace(wide)):
        return np.nan
    vector = centred[:, int(np.argmax(np.diag(centred)))]  # [n], not orthogonal to the first component
    largest = 0.0
    for _ in range(100):
        length = np.sqrt(np.square(vector).sum())
        vector = _times(centred, vector / length)
        before, largest = largest, float(length)
        if abs(largest - before) <= 1e-6 * largest:
            break
    return min(1.0, largest / whole)


def nearest(products: Float32, count: int) -> Int64:
    """The `count` nearest others of each row by cosine, or fewer where there are fewer: int64 [n, count], ascending."""
    lengths = np.sqrt(np.maximum(np.diag(products), 0))
    cosines = products / np.maximum(np.outer(lengths, lengths), np.finfo(np.float32).tiny)  # [n, n]
    np.fill_diagonal(cosines, -np.inf)
    count = min(count, len(products) - 1)
    found = np.argpartition(-cosines, count - 1, axis=1)[:, :count]
    return np.sort(found, axis=1).astype(np.int64)


def churn_ratio(before: Int64, now: Int64) -> float:
    """Share of neighbours that are others than before; both [n, k]. (Emblaze compares neighbourhoods so.)"""
    kept = sum(len(np.intersect1d(old, new, assume_unique=True)) for old, new in zip(before, now, strict=True))
    return 1 - kept / before.size


def rank_correlation(a: Float64, b: Float64) -> float:
    """Spearman's: Pearson's correlation of the ranks, ties at their mean rank. [R] each; NaN where one is constant."""
    ranks = [_ranks(values) - (len(values) - 1) / 2 for values in (a, b)]
    spread = np.sqrt(np.square(ranks[0]).sum() * np.square(ranks[1]).sum())
    finite = np.isfinite(a).all() and np.isfinite(b).all()
    return float((ranks[0] * ranks[1]).sum() / spread) if spread > 0 and finite else np.nan


def _ranks(values: Float64) -> Float64:
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    means: Float64 = (ends - (counts + 1) / 2)[places]
    return means


def _gram(rows: Float32) -> Float32:
    """rows @ rows.T, [n, n]."""
    n, dims = rows.shape
    height = max(1, _SMALL_PRODUCT // max(1, n * dims))
    products = np.empty((n, n), np.float32)
    columns = np.ascontiguousarray(rows.T)
    for start in range(0, n, height):
        np.matmul(rows[start : start + height], columns, out=products[start : start + height])
    return products


def _times(matrix: Float64, vector: Float64) -> Float64:
    product: Float64 = np.einsum("ij,j->i", matrix, vector)
    return product
