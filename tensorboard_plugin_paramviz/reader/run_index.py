"""One run: its files' columns joined into series with strictly rising steps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from tensorboard_plugin_paramviz.reader.columns import StepColumn
from tensorboard_plugin_paramviz.reader.file_index import FileIndex

Int64 = npt.NDArray[np.int64]
Float64 = npt.NDArray[np.float64]
Column = TypeVar("Column", bound=StepColumn)
Result = TypeVar("Result")


@dataclass(frozen=True)
class ValueSeries:
    """Places of one tag's tensors through the run. All arrays [T]; files index `paths`."""

    steps: Int64
    wall_times: Float64
    files: Int64
    offsets: Int64
    lengths: Int64
    dtypes: Int64
    shapes: list[tuple[int, ...]]
    paths: list[str]


@dataclass(frozen=True)
class ScalarSeries:
    steps: Int64
    wall_times: Float64
    values: npt.NDArray[np.float32]


class RunIndex:
    """All files of a run, in TensorBoard's order (by name). changed: the index's cursor at the last change.
    generation: raised when snapshots served before are void; a run that takes the name of one that vanished begins
    behind its last."""

    def __init__(self, run: str, generation: int = 0) -> None:
        self.run = run
        self.files: dict[str, FileIndex] = {}
        self.changed = 0
        self.generation = generation
        self._cache: dict[object, Any] = {}

    def touch(self, cursor: int) -> None:
        self.changed = cursor
        self._cache.clear()

    @property
    def tags(self) -> list[str]:
        return sorted({tag for file in self.files.values() for tag, column in file.values.items() if len(column)})

    @property
    def scalar_tags(self) -> list[str]:
        return sorted({tag for file in self.files.values() for tag, column in file.scalars.items() if len(column)})

    @property
    def has_records(self) -> bool:
        return any(file.sessions or file.values for file in self.files.values())

    @property
    def sessions(self) -> list[tuple[str, int, int]]:
        """(file path, offset, length) of each model record, oldest first."""
        return [(file.path, *place) for file in self._ordered() for place in file.sessions]

    @property
    def damaged(self) -> list[str]:
        return [sentence for file in self._ordered() for sentence in file.complaints]

    @property
    def written_at(self) -> float:
        """Unix seconds of the last change of any file, by the file system."""
        return max((file.changed_at for file in self.files.values()), default=0.0)

    def snapshot_steps(self) -> tuple[Int64, Float64]:
        """Steps and wall times of all snapshots: steps at which any tag of ours stands."""

        def build() -> tuple[Int64, Float64]:
            series = [self.values(tag) for tag in self.tags]
            if not series:
                return np.empty(0, np.int64), np.empty(0, np.float64)
            steps, first = np.unique(np.concatenate([one.steps for one in series]), return_index=True)
            return steps, np.concatenate([one.wall_times for one in series])[first]

        return self._cached("steps", build)

    def values(self, tag: str) -> ValueSeries:
        def build() -> ValueSeries:
            parts = self._live_parts([(file, file.values.get(tag)) for file in self._ordered()])
            paths = [file.path for file, _, _ in parts]
            shapes = [shape for _, column, keep in parts for shape in column.shapes[:keep]]
            kept = [keep for _, _, keep in parts]
            return ValueSeries(
                steps=_join([column.steps[:keep] for _, column, keep in parts], np.int64),
                wall_times=_join([column.wall_times[:keep] for _, column, keep in parts], np.float64),
                files=np.repeat(np.arange(len(parts)), kept),
                offsets=_join([column.offsets[:keep] for _, column, keep in parts], np.int64),
                lengths=_join([column.lengths[:keep] for _, column, keep in parts], np.int64),
                dtypes=_join([column.dtypes[:keep] for _, column, keep in parts], np.int64),
                shapes=shapes,
                paths=paths,
            )

        return self._cached(("values", tag), build)

    def scalars(self, tag: str) -> ScalarSeries:
        def build() -> ScalarSeries:
            parts = self._live_parts([(file, file.scalars.get(tag)) for file in self._ordered()])
            return ScalarSeries(
                steps=_join([column.steps[:keep] for _, column, keep in parts], np.int64),
                wall_times=_join([column.wall_times[:keep] for _, column, keep in parts], np.float64),
                values=_join([column.values[:keep] for _, column, keep in parts], np.float32),
            )

        return self._cached(("scalars", tag), build)

    def voids_earlier(self, file: FileIndex) -> bool:
        """True where `file` repeats steps that stand in an earlier file (a resumed run)."""
        first = [column.steps[0] for column in file.values.values() if len(column)]
        start = min([*first, *([] if file.purge_step is None else [file.purge_step])], default=None)
        if start is None:
            return False
        earlier = [other for path, other in self.files.items() if path < file.path]
        return any(column.steps[-1] >= start for other in earlier for column in other.values.values() if len(column))

    def _ordered(self) -> list[FileIndex]:
        return [self.files[path] for path in sorted(self.files)]

    @staticmethod
    def _live_parts(
        columns: list[tuple[FileIndex, Column | None]],
    ) -> list[tuple[FileIndex, Column, int]]:
        """(file, column, number of leading points that count): a later file voids what it repeats of earlier ones."""
        void_from: int | None = None
        parts = []
        for file, column in reversed(columns):
            if column is not None and len(column):
                keep = len(column) if void_from is None else int(np.searchsorted(np.asarray(column.steps), void_from))
                parts.append((file, column, keep))
                void_from = column.steps[0] if void_from is None else min(void_from, column.steps[0])
            if file.purge_step is not None:
                void_from = file.purge_step if void_from is None else min(void_from, file.purge_step)
        return parts[::-1]

    def _cached(self, key: object, build: Callable[[], Result]) -> Result:
        if key not in self._cache:
            self._cache[key] = build()
        result: Result = self._cache[key]
        return result


def _join(parts: list[Any], dtype: type) -> npt.NDArray[Any]:
    return np.concatenate([np.asarray(part, dtype) for part in parts]) if parts else np.empty(0, dtype)
