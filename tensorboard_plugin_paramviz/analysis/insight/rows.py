"""What is measured on the rows of an embedding in one snapshot. numpy only, of a sample of rows."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from tensorboard_plugin_paramviz.analysis.insight.nouns import Float32, Float64, Int64
from tensorboard_plugin_paramviz.analysis.one_thread import multiply

#: Rows whose directions are compared: of so few no product and no decomposition wakes the threads of BLAS. From 64 on
#: the eigenvalues take 4 ms and more on two busy cores, below it a tenth of one.
MOST_ROWS = 60


def measure_rows(rows: Float32) -> tuple[float, float, Float64]:
    """(mean cosine of two different rows, effective rank, mean of the rows' directions float64 [D]) of up to 60 rows
    spread evenly over float32 [R, D]; rows that aren't finite or have no length are left out. NaN of fewer than
    three.

    Mean cosine: (|sum u|^2 - n) / (n (n - 1)) over unit rows u (Ethayarajh 2019). Effective rank: exp of the entropy of
    the singular values' shares (Roy & Vetterli 2007). Cost: a millisecond.
    """
    some = rows[np.linspace(0, max(0, len(rows) - 1), min(len(rows), MOST_ROWS)).astype(np.int64)].astype(np.float64)
    lengths = np.sqrt(np.einsum("rd,rd->r", some, some))
    good = np.isfinite(lengths) & (lengths > 0)
    some, lengths = some[good], lengths[good]
    count = len(some)
    if count < 3:
        return np.nan, np.nan, np.zeros(rows.shape[1])
    units = some / lengths[:, None]
    cosine = (float(np.square(units.sum(0)).sum()) - count) / (count * (count - 1))
    scaled = (some / lengths.max()).astype(np.float32)
    products = multiply(scaled, np.ascontiguousarray(scaled.T)).astype(np.float64)  # [n, n]
    values = np.sqrt(np.maximum(np.linalg.eigvalsh(products), 0))
    shares = values[values > 1e-3 * values.max()]
    shares = shares / shares.sum()
    return cosine, float(np.exp(-(shares * np.log(shares)).sum())), units.mean(0)


#: Rows that groups are looked for among, and dimensions they are compared in.
CROWD_ROWS, CROWD_DIMS = 192, 64


def crowd_rows(row_count: int, counts: Int64 | None) -> Int64:
    """Places of up to 192 rows, int64 [n], rising: those that occur most often where that is known (a token that is
    never seen stands nowhere), else evenly spread."""
    if row_count <= CROWD_ROWS:
        return np.arange(row_count)
    if counts is not None:
        return np.sort(np.argsort(-counts, kind="stable")[:CROWD_ROWS])
    return np.linspace(0, row_count - 1, CROWD_ROWS).astype(np.int64)


def crowd_of(rows: Float32) -> npt.NDArray[np.float16]:
    """Of rows float32 [n, D] what is kept to see which stand together: float16 [n, min(D, 64)], of length 1 on average;
    empty where one isn't finite. More dimensions are mixed at random into 64, always the same way, which keeps
    distances to a tenth or so (Johnson & Lindenstrauss 1984). Cost: n x D x 64."""
    if not np.isfinite(rows).all():
        return np.zeros((0, 0), np.float16)
    dims = rows.shape[1]
    if dims > CROWD_DIMS:
        rows = multiply(rows, _mixing(dims))
    length = float(np.sqrt(np.einsum("nd,nd->", rows, rows, dtype=np.float64) / max(1, len(rows))))
    return (rows / np.float32(length)).astype(np.float16) if length > 0 else np.zeros((0, 0), np.float16)


@lru_cache(maxsize=4)
def _mixing(dims: int) -> Float32:
    found: Float32 = np.random.default_rng(0).standard_normal((dims, CROWD_DIMS), np.float32) / np.sqrt(CROWD_DIMS)
    return found.astype(np.float32)


def rank_limit(row_count: int, dims: int) -> int:
    """What the effective rank can reach at most."""
    return max(1, min(row_count, MOST_ROWS, dims))
