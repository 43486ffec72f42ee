"""One long array of all parameters' entries, and where each parameter's part lies in it: P small sums in one go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Float32 = npt.NDArray[np.float32]
Float64 = npt.NDArray[np.float64]
Int64 = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Segments:
    """values: float32 [all entries]. counts: int64 [P], how many of them are each parameter's; 0 = none."""

    values: Float32
    counts: Int64

    @classmethod
    def of(cls, parts: Sequence[Float32 | None]) -> Segments:
        """None or empty: nothing is known of a parameter. Cost: a copy."""
        counts = np.array([0 if part is None else part.size for part in parts], np.int64)
        filled = [part.reshape(-1) for part in parts if part is not None and part.size]
        return cls(np.concatenate(filled) if filled else np.zeros(0, np.float32), counts)

    def sums(self, values: npt.NDArray[np.generic]) -> Float64:
        """float64 [P], of values as long as all entries; 0 where there are none."""
        return self._reduce(np.add, values.astype(np.float64, copy=False), 0.0)

    def largest(self, values: Float32 | Float64) -> Float64:
        """float64 [P]; NaN where an entry is, -inf where there are none."""
        return self._reduce(np.maximum, values, -np.inf)

    def spread_out(self, per_parameter: Float64) -> Float64:
        """[P] -> one for each entry."""
        return np.repeat(per_parameter, self.counts)

    def _reduce(self, how: np.ufunc, values: npt.NDArray[np.generic], nothing: float) -> Float64:
        filled = self.counts > 0
        result = np.full(len(self.counts), nothing, np.float64)
        if filled.any():
            starts = np.cumsum(self.counts[filled]) - self.counts[filled]
            result[filled] = how.reduceat(values, starts)
        return result
