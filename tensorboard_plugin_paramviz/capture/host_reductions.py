"""Exact figures of large arrays in the computer's own memory, in one pass over it.

numpy's loops are used because they need no team of threads: PyTorch's meets at a barrier after each call, which costs
many times the work where a core is busy elsewhere (a data loader, the writing thread). Threads of our own take blocks
as they come.
"""

from __future__ import annotations

import itertools
import math
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import numpy.typing as npt

#: float16 and, as int16, the upper halves of float32 that bfloat16 are, too.
Floats = npt.NDArray[np.float32] | npt.NDArray[np.float64] | npt.NDArray[np.float16] | npt.NDArray[np.int16]

#: Entries of one dot product: so few that float32 sums stay exact to a millionth, and that BLAS starts no threads.
_ROW = 1 << 11
#: Rows a thread takes at a time. numpy gives up the interpreter lock only for more than 500 of them, and a block of
#: them is still in the cache when it is looked at again.
_BLOCK_ROWS = 576
#: So few blocks (some milliseconds) are done before another thread is awake.
_ALONE = 16
#: Beyond these a square leaves the range of float32, and its sum is made again in float64.
_TINY, _HUGE = 1e-30, 1e30
_pools: dict[int, ThreadPoolExecutor] = {}
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_pools.clear)  # its threads are not in the child


def reduce_arrays(
    arrays: Sequence[Floats], extremes: Sequence[bool], threads: int = 1
) -> list[tuple[float, float, float]]:
    """(norm, largest absolute entry, count of non-finite entries) of each flat array that isn't empty; the largest is
    NaN where `extremes` doesn't ask for it. The same for any number of threads. Errors: none; NaN and infinities show
    in the norm and in the largest.

    Cost: the norms take as long as reading the memory (a GB in 26 ms with one thread, 20 with two, where a bare
    `torch._foreach_norm` takes 28), the extremes half as much again.
    """
    blocks = [
        (array[start : start + _ROW * _BLOCK_ROWS], wanted)
        for array, wanted in zip(arrays, extremes, strict=True)
        for start in range(0, array.size, _ROW * _BLOCK_ROWS)
    ]
    found: list[tuple[float, float, float]] = [(0.0, 0.0, 0.0)] * len(blocks)
    turn = itertools.count()

    def work() -> None:
        with np.errstate(all="ignore"):
            for place in turn:
                if place >= len(blocks):
                    return
                found[place] = _block(*blocks[place])

    helped = len(blocks) > _ALONE
    others = [_pool(threads - 1).submit(work) for _ in range(threads - 1 if helped else 0)]
    work()
    for other in others:
        other.result()
    results, first = [], 0
    for array in arrays:
        count = -(-array.size // (_ROW * _BLOCK_ROWS))
        parts, first = found[first : first + count], first + count
        square, nonfinite = math.fsum(part[0] for part in parts), sum(part[2] for part in parts)
        results.append((math.sqrt(square), _greatest([part[1] for part in parts]), nonfinite))
    return results


def _block(entries: Floats, extremes: bool) -> tuple[float, float, float]:
    """(sum of squares, largest or NaN, non-finite). Cost beside the pass: a copy of a block of narrow numbers."""
    if entries.dtype == np.int16:
        entries = (entries.view(np.uint16).astype(np.uint32) << 16).view(np.float32)
    elif entries.dtype == np.float16:
        entries = entries.astype(np.float32)
    whole = entries.size // _ROW * _ROW
    rows, rest = entries[:whole].reshape(-1, _ROW), entries[whole:]  # [rows, row]
    squares = rows[:, None, :] @ rows[:, :, None]
    square = float(squares.sum(dtype=np.float64)) + float(np.square(rest, dtype=np.float64).sum())
    nonfinite = 0 if math.isfinite(square) else int(entries.size - np.count_nonzero(np.isfinite(entries)))
    if not _TINY < square < _HUGE and entries.dtype == np.float32:
        square = float(np.square(entries, dtype=np.float64).sum())
    largest = math.nan
    if extremes:
        largest = _greatest([float(np.maximum.reduce(entries)), -float(np.minimum.reduce(entries))])
    return square, largest, nonfinite


def _greatest(values: list[float]) -> float:
    return math.nan if any(map(math.isnan, values)) else max(values)


def _pool(threads: int) -> ThreadPoolExecutor:
    if threads not in _pools:
        _pools[threads] = ThreadPoolExecutor(threads, thread_name_prefix="paramviz-reduce")
    return _pools[threads]
