"""The groups that the rows of one snapshot fall into, as many as they seem to have."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tensorboard_plugin_paramviz.analysis.clusters import cluster, group_means
from tensorboard_plugin_paramviz.analysis.one_thread import multiply
from tensorboard_plugin_paramviz.analysis.row_sample import FIT_ENTRIES, RowSample
from tensorboard_plugin_paramviz.record import QuantizedRows

Float32 = npt.NDArray[np.float32]
Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]

#: As many colours as people tell apart (ColorBrewer's qualitative schemes end at twelve: Harrower & Brewer, 2003).
MOST_CLUSTERS = 12
#: Rows that the groups are looked for among, that their number is chosen by, and whose silhouettes are measured.
_SOUGHT_ROWS, _CHOOSING_ROWS, _MEASURED_ROWS = 10_000, 2_000, 1_000
#: Of the best silhouette: where several numbers of groups are about as good, the finest of them tells most.
_NEARLY_RATIO = 0.9


def clusters_of(rows: QuantizedRows) -> tuple[Int32, Int32]:
    """clusters int32 [R], 0 … count - 1 with the largest first and -1 for a row that isn't finite, and sizes int32
    [count], count <= 12; both without a group where no row is finite.

    k-means (see `cluster`) in the whole space, of rows written in a basis in what that spans: found among at most
    10,000 evenly spread rows, then each row goes to the nearest mean. Their number is the largest whose mean silhouette
    (Rousseeuw, 1987) comes to nine tenths of the best from 2 to 12, over 1,000 rows. The same rows give the same
    groups. Cost: some 40 runs of k-means over 2,000 rows and 4 over 10,000; of 5,000 x 64 rows 0.3 s, of
    100,000 x 768 1.5.
    """
    count = len(rows.scale)
    stride = max(1, -(-count // _SOUGHT_ROWS), -(-count * max(1, rows.width) // FIT_ENTRIES))
    sample = RowSample([rows[::stride]], whole=True)
    blocks = list(sample.blocks())
    if not blocks:
        return np.full(count, -1, np.int32), np.zeros(0, np.int32)
    values = np.concatenate(blocks)
    groups = number_of_groups(values[:: -(-len(values) // _CHOOSING_ROWS)])
    labels, _ = cluster(values, groups)
    means = group_means(values, labels) * np.float32(sample.unit)
    return _numbered(_nearest(rows, means))


def number_of_groups(rows: Float32, most: int = MOST_CLUSTERS) -> int:
    """How many groups finite rows float32 [R, D] fall into, 1 … most: see `clusters_of`."""
    found = []
    for asked in range(2, min(most, len(rows) - 1) + 1):
        labels, _ = cluster(rows, asked)
        groups = int(labels.max()) + 1
        if groups == asked:  # fewer where the rows have no more different values
            found.append((mean_silhouette(*_thinned(rows, labels)), groups))
    if not found:
        return 1
    best = max(found)[0]
    return max(groups for silhouette, groups in found if silhouette >= min(best, _NEARLY_RATIO * best))


def mean_silhouette(rows: Float32, labels: Int64) -> float:
    """Mean over rows [R, D] of (b - a) / max(a, b): a = mean distance to the others of its group, b = to those of the
    nearest other group; 0 for a row alone in its group, or where there is one group. Cost: R² x D multiplications."""
    _, labels = np.unique(labels, return_inverse=True)
    sizes = np.bincount(labels)
    if len(sizes) < 2:
        return 0.0
    rows = rows - rows.mean(axis=0)
    squares = np.einsum("rd,rd->r", rows, rows)
    distances = np.sqrt(np.maximum(0, squares[:, None] + squares - 2 * multiply(rows, rows.T)))  # [R, R]
    np.fill_diagonal(distances, 0)
    sums = np.stack([distances[:, labels == group].sum(axis=1, dtype=np.float64) for group in range(len(sizes))], 1)
    each = np.arange(len(rows))
    own = sums[each, labels] / np.maximum(1, sizes[labels] - 1)
    others = sums / sizes
    others[each, labels] = np.inf
    nearest = others.min(axis=1)
    larger = np.maximum(own, nearest)
    ratios = np.divide(nearest - own, larger, out=np.zeros(len(rows)), where=(larger > 0) & (sizes[labels] > 1))
    return float(ratios.mean())


def _thinned(rows: Float32, labels: Int64) -> tuple[Float32, Int64]:
    stride = -(-len(rows) // _MEASURED_ROWS)
    return rows[::stride], labels[::stride]


def _nearest(rows: QuantizedRows, means: Float32) -> Int64:
    """The group of each row [R] by the nearest of `means` [k, dims] in the rows' own unit; -1 = not finite."""
    sample = RowSample([rows], whole=True)
    means = means / np.float32(sample.unit)
    center = means.mean(axis=0)
    means = means - center
    lengths = np.einsum("kd,kd->k", means, means)
    labels = np.full(len(rows.scale), -1)
    for places, values in sample.placed_blocks():
        labels[places] = (lengths - 2 * multiply(values - center, means.T)).argmin(axis=1)
    return labels


def _numbered(labels: Int64) -> tuple[Int32, Int32]:
    """The same groups by falling size, without gaps, and their sizes."""
    finite = labels >= 0
    _, dense, sizes = np.unique(labels[finite], return_inverse=True, return_counts=True)
    order = np.argsort(-sizes, kind="stable")
    clusters = np.full(len(labels), -1, np.int32)
    clusters[finite] = np.argsort(order)[dense]
    return clusters, sizes[order].astype(np.int32)
