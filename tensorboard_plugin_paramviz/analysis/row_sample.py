"""Rows of one or several snapshots, thinned to what a fit looks at and handed out in blocks that stay in a cache.

Rows that are all written in one basis are taken as coordinates in orthonormal axes of what it spans: d numbers
instead of D, with the same lengths and angles.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from tensorboard_plugin_paramviz.analysis.one_thread import multiply
from tensorboard_plugin_paramviz.record import QuantizedRows

Float32 = npt.NDArray[np.float32]
Float64 = npt.NDArray[np.float64]
Int64 = npt.NDArray[np.int64]

#: Rows looked at for a fit, over all its snapshots, and their entries: both bound its cost.
FIT_ROWS = 40_000
FIT_ENTRIES = 8 << 20
BLOCK_ROWS = 1024


class Span:
    """Orthonormal directions of what a stored basis spans. axes: float32 [d, D]. turn: float32 [d, d], from coordinates
    along the basis to coordinates along the axes (Cholesky factor of the basis' Gram matrix)."""

    def __init__(self, directions: Float32) -> None:
        gram = multiply(directions, directions.T).astype(np.float64)  # [d, d]
        gram[np.diag_indices_from(gram)] += 1e-9  # an empty direction
        factor = np.linalg.cholesky(gram)
        self.of = directions
        self.turn: Float32 = factor.astype(np.float32)
        self.axes: Float32 = multiply(np.linalg.inv(factor).astype(np.float32), directions)


class RowSample:
    """Every n-th row of each of `snapshots`, another one in each. unit: the size of the largest entry; blocks come in
    it, since the squares of a run that diverges, or has all but vanished, would leave float32. span: what their
    coordinates are along, None = the table's own dimensions. whole: no row is left out."""

    def __init__(self, snapshots: Sequence[QuantizedRows], *, whole: bool = False) -> None:
        bases = [snapshot.directions for snapshot in snapshots]
        shared = bases[0] if bases and all(basis is bases[0] for basis in bases) else None
        self.span = None if shared is None else Span(shared)
        self.width = snapshots[0].width
        self.dims = self.width if shared is None else len(shared)
        rows = sum(len(snapshot.scale) for snapshot in snapshots)
        stride = 1 if whole else max(1, -(-rows // FIT_ROWS), -(-rows * self.dims // FIT_ENTRIES))
        self._parts = [snapshot[at % stride :: stride] for at, snapshot in enumerate(snapshots)]
        self.unit = max([unit_of(part) for part in self._parts], default=0.0) or 1.0

    def blocks(self) -> Iterator[Float32]:
        """float32 [<= 1024, dims] of the rows that are finite. Cost: one pass, nothing is kept."""
        return (values for _, values in self.placed_blocks())

    def placed_blocks(self) -> Iterator[tuple[Int64, Float32]]:
        """The same, each with the places [r] that its rows have in the sample of their snapshot."""
        for part in self._parts:
            for number, rows in enumerate(blocks_of(part)):
                values = rows.values.astype(np.float32)
                if self.span is not None:
                    values = multiply(values, self.span.turn)
                elif rows.directions is not None:
                    values = multiply(values, rows.directions)
                values *= (rows.scale / np.float32(self.unit))[:, None]
                finite = np.isfinite(values).all(axis=1)
                if finite.any():
                    places = number * BLOCK_ROWS + np.flatnonzero(finite)
                    yield places, values if finite.all() else values[finite]

    def lost(self) -> float:
        """Mean squared length, in units, that the rows lost when they were written in a basis."""
        lost = np.concatenate([lost_energy(part, self.span) for part in self._parts]) / self.unit**2
        finite = np.isfinite(lost)
        return float(lost[finite].mean()) if finite.any() else 0.0

    def widened(self, vectors: Float64) -> Float64:
        """Vectors [dims, n] of the sample's coordinates as vectors of the table, [D, n]."""
        return vectors if self.span is None else np.einsum("dw,dn->wn", self.span.axes, vectors)

    def narrowed(self, vectors: Float64) -> Float64:
        """The inverse: what lies along the sample's coordinates of vectors of the table [D, n], as [dims, n]."""
        return vectors if self.span is None else np.einsum("dw,wn->dn", self.span.axes, vectors)


def blocks_of(rows: QuantizedRows) -> Iterator[QuantizedRows]:
    for at in range(0, len(rows.scale), BLOCK_ROWS):
        yield rows[at : at + BLOCK_ROWS]


def unit_of(rows: QuantizedRows) -> float:
    """The largest entry by absolute value among the rows that are finite, or one as large; 0 = there is none."""
    if rows.values.size == 0:
        return 0.0
    if rows.values.dtype == np.int8:
        largest = 127.0 * rows.scale  # as it is written: one entry of each row stands at ±127
    else:
        largest = np.maximum(rows.values.max(axis=1).astype(np.float64), -rows.values.min(axis=1).astype(np.float64))
        largest *= rows.scale
    finite = np.isfinite(largest)
    return float(largest[finite].max(initial=0.0))


def lost_energy(rows: QuantizedRows, span: Span | None = None) -> Float64:
    """Squared length that each row lost by its projection onto the basis it is written in, float64 [R]. span: of that
    basis, where the caller has it."""
    if rows.directions is None or rows.norms is None:
        return np.zeros(len(rows.scale))
    turn = (span or Span(rows.directions)).turn
    values = multiply(rows.values.astype(np.float32), turn)
    kept = np.einsum("rd,rd->r", values, values, dtype=np.float64) * rows.scale.astype(np.float64) ** 2
    lost: Float64 = np.maximum(rows.norms.astype(np.float64) ** 2 - kept, 0)
    return lost
