"""The reply of `clusters`: which rows lie together at a step, looked for once."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tensorboard_plugin_paramviz.analysis.row_clusters import clusters_of
from tensorboard_plugin_paramviz.reader import SnapshotReader
from tensorboard_plugin_paramviz.web import binary
from tensorboard_plugin_paramviz.web.arguments import Arguments
from tensorboard_plugin_paramviz.web.bases import QUIET_SECS, REFIT_GROWTH
from tensorboard_plugin_paramviz.web.fingerprint import fingerprint
from tensorboard_plugin_paramviz.web.row_replies import ordinal_of

Int32 = npt.NDArray[np.int32]

#: Results kept, of 4 bytes a row.
MOST_KEPT = 16


@dataclass
class _Stand:
    """The step that an embedding's clusters stand on where none is asked for. count: snapshots there were."""

    same: tuple[int, tuple[int, int]]
    count: int
    step: int


class Clusters:
    """Safe to call from many threads: they wait for each other, since nobody looks for more than one at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._stands: dict[tuple[str, str], _Stand] = {}
        self._kept: dict[tuple[str, str, str], tuple[Int32, Int32]] = {}

    def reply(self, snapshots: SnapshotReader, arguments: Arguments) -> bytes:
        """PVZ1 with a `ClustersHeader`. Raises TensorBoard's errors, MissingError. Cost: see `clusters_of`, the first
        time."""
        path, step = arguments.text("embedding"), arguments.step("step")
        snapshots.embedding_series(path)  # nothing is kept under a name that is none
        with self._lock:
            if step is None:
                step = self._last_step(snapshots, path)
            clusters, sizes = self._found(snapshots, path, ordinal_of(snapshots, path, step))
        header = {"run": snapshots.run, "embedding": path, "step": step, "count": len(sizes)}
        return binary.encode(header, {"clusters": clusters, "sizes": sizes})

    def _last_step(self, snapshots: SnapshotReader, path: str) -> int:
        """The last there was, as long as the run isn't half as long again and goes on: colours that change with each
        snapshot tell nothing."""
        usable, series = snapshots.usable(path), snapshots.embedding_series(path)
        same = (snapshots.generation, snapshots.shape(path))
        stand = self._stands.get((snapshots.run, path))
        ended = time.time() - float(series.wall_times[usable[-1]]) > QUIET_SECS
        if stand is None or stand.same != same or ended or len(usable) >= stand.count * REFIT_GROWTH:
            stand = _Stand(same, len(usable), int(series.steps[usable[-1]]))
            self._stands[snapshots.run, path] = stand
        return stand.step

    def _found(self, snapshots: SnapshotReader, path: str, ordinal: int) -> tuple[Int32, Int32]:
        key = (snapshots.run, path, fingerprint(snapshots, path, np.array([ordinal])))
        found = self._kept.pop(key, None) or clusters_of(snapshots.embedding(path, ordinal).rows)
        while len(self._kept) >= MOST_KEPT:
            self._kept.pop(next(iter(self._kept)))
        self._kept[key] = found
        return found
