"""Thumbnails of matrices: the size of the entries in each of some cells, as bytes on a logarithmic scale."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Float32 = npt.NDArray[np.float32]
UInt8 = npt.NDArray[np.uint8]

#: Bytes that are no level of the scale: a cell that isn't finite, and one whose entries are all 0.
NOT_FINITE, ZERO = 0, 1
_LOWEST, _HIGHEST = 2, 255


def encode_thumbs(cells: Float32, counts: Sequence[int]) -> tuple[UInt8, Float32]:
    """Levels uint8 [C] and, for each thumbnail, the sizes that the lowest and the highest level stand for, float32
    [K, 2].

    cells: float32 [C] >= 0, the thumbnails one after the other; counts: [K], cells of each. A size is at most half a
    level off: 0.3 % where a thumbnail's sizes span a factor of 4, 1.4 % at a factor of 1,000.
    """
    levels = np.zeros(len(cells), np.uint8)
    ranges = np.ones((len(counts), 2), np.float32)
    begin = 0
    for number, count in enumerate(counts):
        part, out = cells[begin : begin + count], levels[begin : begin + count]
        begin += count
        out[part == 0] = ZERO
        usual = np.isfinite(part) & (part > 0)
        if not usual.any():
            continue
        low, high = (float(edge) for edge in (part[usual].min(), part[usual].max()))
        ranges[number] = low, high
        octaves = np.log(part[usual].astype(np.float64) / low)
        span = np.log(high / low) or 1.0
        out[usual] = np.rint(_LOWEST + octaves / span * (_HIGHEST - _LOWEST)).astype(np.uint8)
    return levels, ranges


def decode_thumbs(levels: UInt8, ranges: Float32, counts: Sequence[int]) -> Float32:
    """Cells float32 [C], NaN where they weren't finite. Raises ValueError where the arrays don't fit the counts."""
    if levels.shape != (sum(counts),) or ranges.shape != (len(counts), 2):
        raise ValueError(f"{levels.shape[0]} cells of {len(ranges)} thumbnails, the record tells of {sum(counts)}")
    each = np.repeat(ranges.astype(np.float64), counts, axis=0)  # [C, 2]
    share = (levels.astype(np.float64) - _LOWEST) / (_HIGHEST - _LOWEST)
    cells = each[:, 0] * (each[:, 1] / each[:, 0]) ** share
    cells[levels == ZERO] = 0
    cells[levels == NOT_FINITE] = np.nan
    return cells.astype(np.float32)
