"""Many snapshots as few columns, so that a whole run fits on a screen and no spike is lost on the way."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Int64 = npt.NDArray[np.int64]
Float32 = npt.NDArray[np.float32]
Float64 = npt.NDArray[np.float64]

_LARGEST = (1 << 63) - 1
#: A value stands out of its column where it is this many times the column's mean or less than its inverse; on a linear
#: scale, where it is farther from the mean than so many times the usual distance of neighbours in time.
SPIKE_RATIO, SPIKE_DISTANCES = 2.0, 6.0


@dataclass(frozen=True)
class Columns:
    """Series [N] in C columns. edges: int64 [C + 1], steps; column c holds edges[c] <= step < edges[c + 1]. shown, low,
    high: float32 [N, C], NaN where a column has no finite value. shown is the mean (geometric on a logarithmic scale),
    or the value that stands out of it. counts: int64 [C], snapshots in each."""

    edges: Int64
    shown: Float32
    low: Float32
    high: Float32
    counts: Int64


def step_edges(steps: Int64, most: int, first: int, last: int) -> Int64:
    """Edges of at most `most` columns over first <= step <= last. Where there are no more snapshots than columns, each
    has one of its own; else columns are equally wide in steps."""
    inside = steps[(steps >= first) & (steps <= last)]
    if len(inside) <= most:
        return np.array([*inside.tolist(), min(last + 1, _LARGEST)] if len(inside) else [first, last + 1], np.int64)
    most = min(most, last - first + 1)
    # As Python's integers: a step may be any that fits into 64 bits, and the width of the range then isn't one.
    edges = [first + k * (last - first + 1) // most for k in range(most + 1)]
    return np.array([min(edge, _LARGEST) for edge in edges], np.int64)


def binned(steps: Int64, values: Float32, edges: Int64, *, log: bool) -> Columns:
    """values: float32 [T, N] at rising steps [T]. log: of sizes, where a ratio says more than a difference; a 0 is left
    out of the mean where there is anything else. Cost: a few passes over the values inside."""
    begin = np.searchsorted(steps, edges)  # [C + 1]
    counts = np.diff(begin).astype(np.int64)
    width = values.shape[1]
    shown, low, high = (np.full((width, len(counts)), np.nan, np.float32) for _ in range(3))
    filled = np.flatnonzero(counts)
    if len(filled):
        part = values[begin[0] : begin[-1]].astype(np.float64)  # [T', N]
        starts = begin[filled] - begin[0]
        each = np.add.reduceat(np.isfinite(part), starts, axis=0)  # [C', N], finite values in each column
        lows = np.minimum.reduceat(np.where(np.isfinite(part), part, np.inf), starts, axis=0)
        highs = np.maximum.reduceat(np.where(np.isfinite(part), part, -np.inf), starts, axis=0)
        mean = _geometric_means(part, starts) if log else _means(part, starts)
        outstanding = _outstanding_ratio if log else _outstanding_distance
        chosen = np.where(each > 1, outstanding(part, mean, lows, highs), mean)
        for target, found in ((shown, chosen), (low, lows), (high, highs)):
            target[:, filled] = np.where(each == 0, np.nan, found).T
    return Columns(edges, shown, low, high, counts)


def held(values: Float32) -> Float32:
    """values [T, N] with each gap filled by what was measured last before it: of a statistic that isn't measured in
    each snapshot. What comes before the first measurement stays NaN."""
    known = np.isfinite(values)
    last = np.maximum.accumulate(np.where(known, np.arange(len(values))[:, None], -1), axis=0)  # [T, N]
    filled = np.take_along_axis(values, np.maximum(last, 0), axis=0)
    return np.where(last >= 0, filled, np.nan).astype(np.float32)


def _means(part: Float64, starts: Int64) -> Float64:
    finite = np.isfinite(part)
    return _ratio(np.add.reduceat(np.where(finite, part, 0), starts, axis=0), np.add.reduceat(finite, starts, axis=0))


def _geometric_means(part: Float64, starts: Int64) -> Float64:
    positive = np.isfinite(part) & (part > 0)
    logs = np.add.reduceat(np.log(np.where(positive, part, 1)), starts, axis=0)
    many = np.add.reduceat(positive, starts, axis=0)
    means: Float64 = np.where(many > 0, np.exp(_ratio(logs, many)), 0.0)
    return means


def _outstanding_ratio(part: Float64, mean: Float64, lows: Float64, highs: Float64) -> Float64:
    above, below = _ratio(highs, mean), _ratio(mean, np.where(lows > 0, lows, mean))
    return np.where(np.maximum(above, below) > SPIKE_RATIO, np.where(above >= below, highs, lows), mean)


def _outstanding_distance(part: Float64, mean: Float64, lows: Float64, highs: Float64) -> Float64:
    jumps = np.abs(np.diff(np.where(np.isfinite(part), part, np.nan), axis=0))
    jumps = np.where(np.isnan(jumps), np.inf, jumps)  # those beside a gap are the largest: the median minds them least
    usual = np.median(jumps, axis=0) if len(jumps) else np.zeros(part.shape[1])  # [N]
    above, below = highs - mean, mean - lows
    stands_out = np.maximum(above, below) > SPIKE_DISTANCES * usual
    return np.where(stands_out, np.where(above >= below, highs, lows), mean)


def _ratio(above: npt.NDArray[np.generic], below: npt.NDArray[np.generic]) -> Float64:
    quotient: Float64 = np.divide(above, below, out=np.zeros(above.shape, np.float64), where=np.asarray(below) != 0)
    return quotient
