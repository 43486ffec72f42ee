"""Snapshots of an embedding drawn on a basis: what a picture of them costs, and what names it in the cache."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np
import numpy.typing as npt

from tensorboard_plugin_paramviz.analysis.projection import Basis, Projector
from tensorboard_plugin_paramviz.reader import SnapshotReader
from tensorboard_plugin_paramviz.web import binary
from tensorboard_plugin_paramviz.web.bases import QUIET_SECS
from tensorboard_plugin_paramviz.web.fingerprint import fingerprint

Int64 = npt.NDArray[np.int64]
Float32 = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Drawing:
    """One embedding of one run on one basis. Snapshots are numbered by their place in `usable`."""

    snapshots: SnapshotReader
    path: str
    basis: Basis
    usable: Int64

    @property
    def rows(self) -> int:
        return self.snapshots.shape(self.path)[0]

    @property
    def dims(self) -> int:
        return int(self.basis.directions.shape[1])

    @property
    def bytes(self) -> int:
        """Of the positions of one snapshot."""
        return self.rows * self.dims * 4

    @property
    def total(self) -> int:
        return len(self.usable)

    @property
    def basis_mark(self) -> str:
        return hashlib.sha256(self.basis.directions.tobytes() + self.basis.center.tobytes()).hexdigest()

    def mark(self, group: Int64) -> str | None:
        series = self.snapshots.embedding_series(self.path)
        ended = time.time() - float(series.wall_times[self.usable[-1]]) > QUIET_SECS
        if not ended and group[-1] >= self.total - 1:
            return None
        return fingerprint(self.snapshots, self.path, self.usable[group])

    def draw(self, groups: list[Int64]) -> Iterator[tuple[Float32, Float32]]:
        """Positions [T, R, dims] and share of variance [T] of each group, one after the other."""
        if not groups:
            return
        projector = Projector(self.basis)
        ordinals = self.usable[np.concatenate(groups)]
        snapshots = self.snapshots.embeddings(self.path, ordinals.tolist())
        for group in groups:
            positions = np.empty((len(group), self.rows, self.dims), np.float32)
            shown = np.empty(len(group), np.float32)
            for at, snapshot in enumerate(islice(snapshots, len(group))):
                positions[at], shown[at] = projector.positions_and_share(snapshot.rows)
            yield positions, shown

    def decoded(self, content: memoryview | None, count: int) -> tuple[Float32, Float32] | None:
        if content is None:
            return None
        try:
            _, arrays = binary.decode(bytes(content))
            positions, shown = arrays["positions"], arrays["shown"]
        except (ValueError, KeyError, TypeError):
            return None
        fits = positions.shape == (count, self.rows, self.dims) and shown.shape == (count,)
        return (positions, shown) if fits else None
