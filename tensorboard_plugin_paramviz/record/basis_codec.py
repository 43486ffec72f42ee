"""A stored basis: the few directions that the rows of a wide table are written in.

int8 [d, D], each row of it to be divided by its length: a direction has length 1, so no scale is stored. Rounding turns
the directions by less than a hundredth and makes them slightly oblique; coordinates are computed against the directions
as they are stored, so that a row comes back as its exact projection onto what they span.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from tensorboard_plugin_paramviz.record.embedding_codec import Float32, QuantizedRows, quantize


@dataclass(frozen=True, eq=False)
class StoredBasis:
    """values: int8 [d, D]."""

    values: npt.NDArray[np.int8]

    @classmethod
    def of(cls, directions: Float32) -> StoredBasis:
        """Of orthonormal directions, float32 [d, D]."""
        return cls(quantize(directions).values)  # type: ignore[arg-type]

    @cached_property
    def identity(self) -> int:
        """Told from others by: what is written in a basis names it, and a reader takes no other for it."""
        return zlib.crc32(self.values.tobytes())

    @cached_property
    def directions(self) -> Float32:
        """float32 [d, D], each of length 1."""
        rows = self.values.astype(np.float32)
        lengths = np.sqrt(np.einsum("kd,kd->k", rows, rows))  # [d]
        rows /= np.where(lengths > 0, lengths, 1)[:, None]
        return rows


@dataclass(frozen=True)
class Coordinates:
    """The rows of a table in a basis, as they are written. rows: int8 [R, d], scale and norms float32 [R]. is_new: the
    basis itself goes with them."""

    rows: QuantizedRows
    basis: StoredBasis
    is_new: bool


def lengthen(values: Float32, directions: Float32) -> Float32:
    """Coordinates float32 [R, d] along directions [d, D], turned so that lengths and angles between them are those of
    the rows they stand for: by the Cholesky factor of the directions' Gram matrix."""
    gram = (directions @ directions.T).astype(np.float64)  # [d, d]
    gram[np.diag_indices_from(gram)] += 1e-9  # an empty direction
    turned: Float32 = values @ np.linalg.cholesky(gram).astype(np.float32)
    return turned
