"""How chosen rows went through a run: their norms, beside those of all rows, and how far they came."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

import numpy as np
import numpy.typing as npt

from tensorboard_plugin_paramviz.record import QuantizedRows, dequantize

Float32 = npt.NDArray[np.float32]


class EmbeddingAtStep(Protocol):
    """What the reader hands out: rows with a scale each, norms of gradient and update per row [R]."""

    @property
    def rows(self) -> QuantizedRows: ...
    @property
    def grad_norms(self) -> Float32: ...
    @property
    def update_norms(self) -> Float32: ...


def norms_of(rows: QuantizedRows) -> Float32:
    """L2 norm of each row, float32 [R], as it was before any projection; without expanding to float rows: the integers
    are squared and the scale follows."""
    if rows.norms is not None:
        return rows.norms
    values = rows.values.astype(np.float32)
    norms: Float32 = np.sqrt(np.einsum("rd,rd->r", values, values)) * rows.scale
    return norms


def row_courses(snapshots: Iterable[EmbeddingAtStep], count: int, rows: list[int]) -> dict[str, Float32]:
    """norms, grad_norms, update_norms and displacements float32 [T, r] of the chosen rows, and norm_low, norm_high
    float32 [T]: the 10th and 90th percentile of all rows' norms (NaN where no row is finite). A displacement is the
    distance in the whole space from the row at the first of the snapshots, NaN where it is not finite at either; of
    rows written in a basis: between their projections. Cost: each snapshot once, and r x D of it, in a basis
    r x d x D."""
    names = ("norms", "grad_norms", "update_norms", "displacements")
    history = {name: np.full((count, len(rows)), np.nan, np.float32) for name in names}
    band = {name: np.full(count, np.nan, np.float32) for name in ("norm_low", "norm_high")}
    start: Float32 | None = None
    for at, snapshot in enumerate(snapshots):
        norms = norms_of(snapshot.rows)  # [R]
        history["norms"][at] = norms[rows]
        history["grad_norms"][at] = snapshot.grad_norms[rows]
        history["update_norms"][at] = snapshot.update_norms[rows]
        values = dequantize(snapshot.rows[rows])  # [r, D]
        start = values if start is None else start
        apart = values - start
        history["displacements"][at] = np.sqrt(np.einsum("rd,rd->r", apart, apart, dtype=np.float64))
        finite = norms[np.isfinite(norms)]
        if len(finite):
            band["norm_low"][at], band["norm_high"][at] = np.quantile(finite, (0.1, 0.9))
    return {**history, **band}
