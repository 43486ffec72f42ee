"""int8 rows with a scale each: what an embedding costs on disk is R x D bytes and a little.

A row is `values * scale`, its largest entry at ±127, so that the error of an entry is at most half a scale: 0.4 % of
the row's largest entry. The scale is float32 and not float16: rows of a small table would fall into float16's
subnormals.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Float32 = npt.NDArray[np.float32]

#: 127 of it is still a float32.
_LARGEST_SCALE = np.nextafter(np.finfo(np.float32).max / np.float32(127), np.float32(0))


@dataclass(frozen=True)
class QuantizedRows:
    """values: int8 [R, D] (or float16/float32, then scale is all ones). scale: float32 [R], NaN marks a row that was
    not finite.

    Of rows written in a basis, values holds d coordinates each, int8 [R, d]; directions: float32 [d, D], what they are
    coordinates of; norms: float32 [R], L2 norms of the rows before their projection.
    """

    values: npt.NDArray[np.int8] | npt.NDArray[np.float16] | Float32
    scale: Float32
    directions: Float32 | None = None
    norms: Float32 | None = None

    @property
    def width(self) -> int:
        """D of the table, however many coordinates of it were kept."""
        width: int = (self.values if self.directions is None else self.directions).shape[1]
        return width

    def __getitem__(self, chosen: npt.NDArray[np.int64] | list[int] | slice) -> QuantizedRows:
        norms = None if self.norms is None else self.norms[chosen]
        return QuantizedRows(self.values[chosen], self.scale[chosen], self.directions, norms)


def quantize(rows: Float32) -> QuantizedRows:
    """Quantize float32 [R, D] to int8 with a scale per row. A row with a NaN or infinite entry keeps none of its
    values: its scale is NaN. A row of zeros has scale 0. Cost: three passes over the rows."""
    if rows.shape[1] == 0:
        return QuantizedRows(np.zeros(rows.shape, np.int8), np.zeros(len(rows), np.float32))
    largest = np.maximum(rows.max(axis=1), -rows.min(axis=1))  # [R], NaN where a row has one
    finite = np.isfinite(largest)
    scale = np.where(finite, np.minimum(largest / np.float32(127), _LARGEST_SCALE), np.float32("nan"))  # [R]
    # A row of subnormals has a scale that rounds to 0; it is stored as a row of zeros.
    inverse = np.zeros_like(scale)
    np.divide(np.float32(1), scale, out=inverse, where=finite & (scale > np.finfo(np.float32).tiny))
    scale[finite & (inverse == 0)] = 0
    with np.errstate(invalid="ignore"):
        scaled = np.rint(rows * inverse[:, None])  # [R, D]
    scaled[~finite] = 0
    return QuantizedRows(np.clip(scaled, -127, 127).astype(np.int8), scale)


def dequantize(rows: QuantizedRows) -> Float32:
    """float32 [R, D]; a row that was not finite comes back as NaN. Of rows written in a basis: their projections onto
    it, at a cost of R x d x D multiplications."""
    values: Float32 = rows.values.astype(np.float32)
    if rows.directions is not None:
        values = values @ rows.directions  # before the scales, with which it could leave float32
    with np.errstate(over="ignore"):
        values *= rows.scale[:, None]
    return values
