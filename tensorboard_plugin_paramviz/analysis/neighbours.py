"""Nearest neighbours among sampled rows, by cosine in the full space (never by distance on the screen)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Float32 = npt.NDArray[np.float32]


def nearest(values: Float32, rows: list[int], count: int) -> tuple[npt.NDArray[np.int32], Float32]:
    """For each of `rows`, the `count` rows of values [R, D] with the largest cosine, itself left out.

    Returns neighbours int32 [r, count] and cosines float32 [r, count], falling; -1 and NaN where there are none (fewer
    rows, or a row that is not finite or zero). Cost: r x R x D multiplications.
    """
    norms = np.linalg.norm(values, axis=1)  # [R]
    usable = np.isfinite(norms) & (norms > 0)
    unit = np.zeros_like(values)
    np.divide(values, norms[:, None], out=unit, where=usable[:, None])
    cosines = unit[rows] @ unit.T  # [r, R]
    cosines[:, ~usable] = -np.inf
    cosines[np.arange(len(rows)), rows] = -np.inf
    cosines[~usable[rows]] = -np.inf
    order = np.argsort(-cosines, axis=1, kind="stable")[:, :count]  # [r, <= count]
    best = np.take_along_axis(cosines, order, axis=1)
    neighbours = np.full((len(rows), count), -1, np.int32)
    found = np.full((len(rows), count), np.nan, np.float32)
    width = order.shape[1]
    neighbours[:, :width] = np.where(np.isfinite(best), order, -1)
    found[:, :width] = np.where(np.isfinite(best), best, np.nan)
    return neighbours, found
