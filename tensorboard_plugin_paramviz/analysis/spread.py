"""How much of the differences between rows a picture of them shows."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Float32 = npt.NDArray[np.float32]
Float64 = npt.NDArray[np.float64]


class Spread:
    """Variance of rows about their mean, and of their positions, gathered block by block."""

    def __init__(self) -> None:
        self._count = 0
        self._near: Float32 | None = None  # of the first rows: a mean far from the origin would take the digits
        self._near_along: Float32 | None = None
        self._sum: Float64 | None = None
        self._along: Float64 = np.zeros(0)
        self._energy, self._along_energy = 0.0, np.zeros(0)

    def add(self, rows: Float32, along: Float32) -> None:
        """Finite rows [r, dims] and where they are drawn [r, n], in the same units."""
        if self._near is None or self._near_along is None or self._sum is None:
            self._near, self._near_along = rows.mean(axis=0), along.mean(axis=0)
            self._sum = np.zeros(rows.shape[1])
            self._along, self._along_energy = np.zeros(along.shape[1]), np.zeros(along.shape[1])
        centred, drawn = rows - self._near, along - self._near_along
        self._count += len(rows)
        self._sum += centred.sum(axis=0)
        self._along += drawn.sum(axis=0)
        self._energy += float(np.einsum("rd,rd->", centred, centred))
        self._along_energy += np.einsum("rk,rk->k", drawn, drawn)

    @property
    def varies(self) -> bool:
        """There is a variance to have a share of, and not only the rounding of rows whose largest entry is 1."""
        return self._energy > 1e-12 * self._count

    def shares(self, lost: float) -> tuple[tuple[float, ...], float]:
        """The shares of variance along the directions drawn, none without rows, and that of what was recorded; lost:
        mean squared length that was not, in the same units."""
        if self._sum is None or self._count == 0:
            return (), 1.0
        kept = self._energy / self._count - float(np.square(self._sum / self._count).sum())
        total = kept + lost
        if not total > 0:
            return (0.0,) * len(self._along), 1.0
        ratios = (self._along_energy / self._count - np.square(self._along / self._count)) / total
        return tuple(np.clip(ratios, 0, 1).tolist()), min(1.0, kept / total)
