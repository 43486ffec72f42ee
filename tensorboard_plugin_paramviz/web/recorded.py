"""The snapshots of a run in which an embedding was recorded, or all of several."""

from __future__ import annotations

from functools import reduce

import numpy as np
import numpy.typing as npt
from tensorboard.errors import NotFoundError

from tensorboard_plugin_paramviz.reader import MissingError, SnapshotReader
from tensorboard_plugin_paramviz.record import QuantizedRows
from tensorboard_plugin_paramviz.web.fingerprint import fingerprint

Int64 = npt.NDArray[np.int64]


class Recorded:
    """Snapshots are numbered by their place among these, 0 = the first in which all the embeddings of `paths` were
    recorded as the newest ones are. usable: for each path their ordinals in its series, [T]. steps int64 [T],
    wall_times float64 [T]."""

    def __init__(self, snapshots: SnapshotReader, *paths: str) -> None:
        """Raises MissingError where an embedding isn't there, or the paths have no step in common."""
        self.snapshots = snapshots
        self.paths = paths
        series = [snapshots.embedding_series(path) for path in paths]
        usable = [snapshots.usable(path) for path in paths]
        if len(paths) > 1:
            steps = [one.steps[ordinals] for one, ordinals in zip(series, usable, strict=True)]
            common = reduce(np.intersect1d, steps)
            if not len(common):
                names = " and ".join(map(repr, paths))
                raise MissingError(f"run {snapshots.run!r} never recorded {names} at the same step")
            usable = [one[np.searchsorted(of, common)] for one, of in zip(usable, steps, strict=True)]
        self.usable = tuple(usable)
        self.steps: Int64 = series[0].steps[usable[0]]
        self.wall_times: npt.NDArray[np.float64] = series[0].wall_times[usable[0]]

    def __len__(self) -> int:
        return len(self.steps)

    @property
    def run(self) -> str:
        return self.snapshots.run

    @property
    def same(self) -> tuple[int, ...]:
        """Changes when what was said of these snapshots is no longer true."""
        return (self.snapshots.generation, *(number for path in self.paths for number in self.snapshots.shape(path)))

    def place_of(self, step: int) -> int:
        """Raises NotFoundError that names the steps beside it."""
        at = int(np.searchsorted(self.steps, step))
        if at == len(self.steps) or self.steps[at] != step:
            beside = ", ".join(str(int(near)) for near in self.steps[max(0, at - 1) : at + 1])
            names = " with ".join(map(repr, self.paths))
            raise NotFoundError(f"run {self.run!r} has no {names} at step {step}; nearest: {beside}")
        return at

    def rows(self, places: Int64) -> list[QuantizedRows]:
        """All rows of these snapshots, those of the first embedding first. Cost: reads each once."""
        return [rows for path in self.paths for rows in self.rows_of(path, places)]

    def rows_of(self, path: str, places: Int64) -> list[QuantizedRows]:
        ordinals = self.usable[self.paths.index(path)][places]
        return [snapshot.rows for snapshot in self.snapshots.embeddings(path, ordinals.tolist())]

    def mark(self, places: Int64) -> str:
        """What tells these snapshots from any others by their content: see `fingerprint`."""
        both = zip(self.paths, self.usable, strict=True)
        return "+".join(fingerprint(self.snapshots, path, ordinals[places]) for path, ordinals in both)
