"""One statistic of all layers, or all statistics of one layer, through a run; kept while it grows."""

from __future__ import annotations

import threading
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tensorboard_plugin_paramviz.reader import SnapshotReader

Int64 = npt.NDArray[np.int64]
Float32 = npt.NDArray[np.float32]
#: Bytes kept: ten statistics of 10,000 snapshots of 150 layers.
MOST_BYTES = 64 << 20


@dataclass(frozen=True)
class Series:
    """steps: int64 [T], rising. values: float32 [T, N]."""

    steps: Int64
    values: Float32


class StatSeries:
    """Safe to call from many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: dict[tuple[object, ...], Series] = {}

    def column(self, snapshots: SnapshotReader, column: int) -> Series:
        """One statistic of all layers, [T, L]. Cost: reads what was written since the last call; see `stats_part`."""
        return self._series(snapshots, ("column", column), slice(None), slice(column, column + 1))

    def layer(self, snapshots: SnapshotReader, layer: int) -> Series:
        """All statistics of one layer, [T, S]."""
        return self._series(snapshots, ("layer", layer), slice(layer, layer + 1), slice(None))

    def _series(self, snapshots: SnapshotReader, which: tuple[object, ...], layers: slice, columns: slice) -> Series:
        key = (snapshots.run, *which)
        mark = (snapshots.generation, snapshots.stats_shape)
        with self._lock:
            known = self._kept.pop((*key, mark), None)
        if known is not None and not np.array_equal(snapshots.stats_steps[: len(known.steps)], known.steps):
            known = None  # of two writers at once, one may add earlier steps than the other has
        after = int(known.steps[-1]) if known is not None and len(known.steps) else None
        steps, _, part = snapshots.stats_part(layers, columns, after)
        values = part.reshape(len(part), part.shape[1] * part.shape[2])  # [T, N]
        if known is not None:
            steps = np.concatenate([known.steps, steps]) if len(steps) else known.steps
            values = np.concatenate([known.values, values]) if len(values) else known.values
        found = Series(steps, values)
        with self._lock:
            for old in [kept for kept in self._kept if kept[: len(key)] == key]:
                del self._kept[old]
            self._kept[(*key, mark)] = found
            while sum(one.values.nbytes for one in self._kept.values()) > MOST_BYTES and len(self._kept) > 1:
                del self._kept[next(iter(self._kept))]
        return found
