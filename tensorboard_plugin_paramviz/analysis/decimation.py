"""Fewer points of a curve without hiding its spikes."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def keep_extremes(values: npt.NDArray[np.float32], most: int) -> npt.NDArray[np.int64]:
    """At most `most` (>= 8) ordinals of values [N], rising: of each equal bucket the first, lowest, highest and last
    point, so that
    every spike survives and a line through them looks as the line through all ("M4", Jugel et al., VLDB 2014). NaN and
    infinite points of a bucket are represented by the first of them. Cost: one pass."""
    count = len(values)
    if count <= most:
        return np.arange(count)
    buckets = max(1, most // 5)
    width = -(-count // buckets)
    padded = np.full(buckets * width, np.nan, np.float64)
    padded[:count] = values
    table = padded.reshape(buckets, width)  # [buckets, width]
    used = np.arange(buckets) * width < count
    finite = np.isfinite(table)
    low = np.where(finite, table, np.inf).argmin(axis=1)
    high = np.where(finite, table, -np.inf).argmax(axis=1)
    start = np.arange(buckets) * width
    last = np.minimum(start + width, count) - 1
    inside = np.arange(buckets * width).reshape(buckets, width) < count
    broken = (~finite & inside).argmax(axis=1)
    ordinals = np.stack([start, start + low, start + high, start + broken, last], axis=1)[used]
    return np.unique(np.minimum(ordinals, count - 1))
