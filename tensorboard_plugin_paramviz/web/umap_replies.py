"""The reply of `umap`: how far it is, why there is none, or the positions."""

from __future__ import annotations

import importlib
from importlib.metadata import PackageNotFoundError, distribution
from importlib.util import find_spec
from typing import Any

import numpy as np
import numpy.typing as npt
from tensorboard.errors import InvalidArgumentError

from tensorboard_plugin_paramviz.analysis.row_sample import RowSample
from tensorboard_plugin_paramviz.reader import SnapshotReader
from tensorboard_plugin_paramviz.record import QuantizedRows
from tensorboard_plugin_paramviz.web import binary, wire
from tensorboard_plugin_paramviz.web.arguments import Arguments
from tensorboard_plugin_paramviz.web.fingerprint import fingerprint
from tensorboard_plugin_paramviz.web.layouts import Failure, Layouts, Wish
from tensorboard_plugin_paramviz.web.projection_cache import FORMAT, ProjectionCache
from tensorboard_plugin_paramviz.web.row_replies import ordinal_of

Float32 = npt.NDArray[np.float32]

#: umap-learn's own default.
NEIGHBOURS = 15
MISSING = "UMAP needs the umap-learn library: pip install 'tensorboard-plugin-paramviz[umap]'"


class UmapReplies:
    """Safe to call from many threads."""

    def __init__(self, cache: ProjectionCache | None) -> None:
        self._cache = cache
        self.layouts = Layouts(self._keep)

    def reply(self, snapshots: SnapshotReader, arguments: Arguments) -> bytes | wire.UmapState:
        """PVZ1 with a `UmapHeader`, or a `UmapState` while there are no positions. Asking is what begins it and keeps
        it going. Raises TensorBoard's errors, MissingError. Cost: none here; the snapshot is read in the background."""
        path = arguments.text("embedding")
        step = arguments.step("step")
        if step is None:
            raise InvalidArgumentError("argument 'step' is missing")
        neighbours = arguments.integer("neighbours", NEIGHBOURS, 2, 200) or NEIGHBOURS
        ordinal = ordinal_of(snapshots, path, step)
        key = f"{FORMAT} umap {neighbours} {fingerprint(snapshots, path, np.array([ordinal]))}"
        progress = self.layouts.progress(key)
        if progress is not None:
            return {"state": "running", "progress": progress}
        count, _ = snapshots.shape(path)
        found = self.layouts.found(key)
        if found is None:
            found = self._kept(key, count)
        if isinstance(found, Failure):
            return {"state": "failed", "message": found.message}
        if found is not None:
            header = {
                "run": snapshots.run,
                "embedding": path,
                "step": step,
                "neighbours": neighbours,
                "radius": _radius(found),
            }
            return binary.encode(header, {"positions": found})
        if not is_installed():
            return {"state": "missing", "message": MISSING}
        self.layouts.want(Wish(key, neighbours, count, lambda: coordinates(snapshots.embedding(path, ordinal).rows)))
        return {"state": "running", "progress": 0.0}

    def _keep(self, key: str, positions: Float32) -> None:
        if self._cache:
            self._cache.write(key, binary.encode({}, {"positions": positions}))

    def _kept(self, key: str, count: int) -> Float32 | None:
        content = self._cache.read(key) if self._cache else None
        if content is None:
            return None
        try:
            positions: Any = binary.decode(bytes(content))[1]["positions"]
        except (ValueError, KeyError, TypeError):
            return None
        if positions.shape != (count, 3):
            return None
        self.layouts.put(key, positions)
        return np.asarray(positions, np.float32)


def is_installed() -> bool:
    """Is umap-learn there? Looked for without importing it, and again each time: it may be installed meanwhile. Another
    library is called umap, too."""
    importlib.invalidate_caches()
    try:
        distribution("umap-learn")
    except PackageNotFoundError:
        return False
    return find_spec("umap") is not None


def coordinates(rows: QuantizedRows) -> tuple[Float32, npt.NDArray[np.int64]]:
    """The rows that have a direction, float32 [n, D], of rows in a basis [n, d] along orthonormal axes, and their
    places [n]: neither those that aren't finite nor those of zeros."""
    sample = RowSample([rows], whole=True)
    values, places = [np.empty((0, sample.dims), np.float32)], [np.empty(0, np.int64)]
    for at, block in sample.placed_blocks():
        some = block.any(axis=1)
        values.append(block[some])
        places.append(at[some])
    return np.concatenate(values), np.concatenate(places)


def _radius(positions: Float32) -> float:
    lengths = np.linalg.norm(positions, axis=1)
    lengths = lengths[np.isfinite(lengths)]
    return float(np.quantile(lengths, 0.99)) if len(lengths) else 1.0
