"""What is measured on the rows of an embedding in one snapshot. numpy only, of a sample of rows."""

from __future__ import annotations

import numpy as np

from tensorboard_plugin_paramviz.analysis.insight.nouns import Float32, Float64
from tensorboard_plugin_paramviz.analysis.one_thread import multiply

#: Rows whose directions are compared: of so few no product and no decomposition wakes the threads of BLAS.
MOST_ROWS = 64


def measure_rows(rows: Float32) -> tuple[float, float, Float64]:
    """(mean cosine of two different rows, effective rank, mean of the rows' directions float64 [D]) of up to 64 rows
    spread evenly over float32 [R, D]; rows that aren't finite or have no length are left out. NaN of fewer than
    three.

    Mean cosine: (|sum u|^2 - n) / (n (n - 1)) over unit rows u (Ethayarajh 2019). Effective rank: exp of the entropy of
    the singular values' shares (Roy & Vetterli 2007). Cost: some milliseconds.
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


def rank_limit(row_count: int, dims: int) -> int:
    """What the effective rank can reach at most."""
    return max(1, min(row_count, MOST_ROWS, dims))
