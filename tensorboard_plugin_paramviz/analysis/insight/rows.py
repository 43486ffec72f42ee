"""What is measured on the rows of an embedding in one snapshot. numpy only, of a sample of rows."""

from __future__ import annotations

import numpy as np

from tensorboard_plugin_paramviz.analysis.insight.nouns import Float32

#: Rows whose directions are compared.
MOST_ROWS = 96


def measure_rows(rows: Float32) -> tuple[float, float]:
    """(mean cosine of two different rows, effective rank) of up to 96 rows spread evenly over float32 [R, D]; rows
    that aren't finite or have no length are left out. NaN of fewer than three.

    Mean cosine: (|sum u|^2 - n) / (n (n - 1)) over unit rows u (Ethayarajh 2019). Effective rank: exp of the entropy of
    the singular values' shares (Roy & Vetterli 2007). Cost: some milliseconds.
    """
    some = rows[np.linspace(0, max(0, len(rows) - 1), min(len(rows), MOST_ROWS)).astype(np.int64)].astype(np.float64)
    lengths = np.sqrt(np.einsum("rd,rd->r", some, some))
    good = np.isfinite(lengths) & (lengths > 0)
    some, lengths = some[good], lengths[good]
    count = len(some)
    if count < 3:
        return np.nan, np.nan
    units = some / lengths[:, None]
    cosine = (float(np.square(units.sum(0)).sum()) - count) / (count * (count - 1))
    scaled = some / lengths.max()
    values = np.sqrt(np.maximum(np.linalg.eigvalsh(scaled @ scaled.T), 0))
    shares = values[values > 1e-3 * values.max()]
    shares = shares / shares.sum()
    return cosine, float(np.exp(-(shares * np.log(shares)).sum()))


def rank_limit(row_count: int, dims: int) -> int:
    """What the effective rank can reach at most."""
    return max(1, min(row_count, MOST_ROWS, dims))
