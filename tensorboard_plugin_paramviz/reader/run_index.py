"""One run: its files' columns joined into series with strictly rising steps.

Of two files one of which was begun after the other had ended (a restart), the later voids what it repeats. Files that
were written at the same time void nothing: their steps are mixed, and where both have a step, the later file's counts.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from tensorboard_plugin_paramviz.reader.columns import StepColumn
from tensorboard_plugin_paramviz.reader.file_index import FileIndex
from tensorboard_plugin_paramviz.reader.parallel import sentence, written_at_once
from tensorboard_plugin_paramviz.reader.stand_in import NO_MODEL_RECORD
from tensorboard_plugin_paramviz.record.names import BASIS_PREFIX, EMBEDDING_PREFIX

Int64 = npt.NDArray[np.int64]
Float64 = npt.NDArray[np.float64]
Column = TypeVar("Column", bound=StepColumn)
Result = TypeVar("Result")


@dataclass(frozen=True)
class ValueSeries:
    """Places of one tag's tensors through the run. All arrays [T]; files index `paths`. bases: identity of the basis
    that each is written in, -1 = none."""

    steps: Int64
    wall_times: Float64
    files: Int64
    offsets: Int64
    lengths: Int64
    dtypes: Int64
    bases: Int64
    shapes: list[tuple[int, ...]]
    paths: list[str]

    @property
    def shape(self) -> tuple[int, ...] | None:
        """Of the newest file's last tensor, which is what its model record speaks of; None where there is none."""
        if not len(self.files):
            return None
        return self.shapes[int(np.flatnonzero(self.files == self.files.max())[-1])]


@dataclass(frozen=True)
class BasisPlace:
    """One stored basis: int8 [d, D]."""

    path: str
    offset: int
    length: int
    shape: tuple[int, ...]


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
        self._parallel: set[tuple[str, str]] = set()  # paths, in order
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
        """Or may have: a file that can't be read, or only by a later version, is not passed over in silence."""
        return any(file.sessions or file.values or file.hidden for file in self.files.values())

    @property
    def sessions(self) -> list[tuple[str, int, int]]:
        """(file path, offset, length) of each model record, oldest first."""
        return [(file.path, *place) for file in self._ordered() for place in file.sessions]

    @property
    def damaged(self) -> list[str]:
        sentences = [complaint for file in self._ordered() for complaint in file.complaints]
        if self._parallel:
            mixed = {path for pair in self._parallel for path in pair}
            sentences.insert(0, sentence([file for file in self._ordered() if file.path in mixed]))
        sentences += self._without_basis()
        files = self.files.values()
        if any(file.values for file in files) and not any(file.sessions for file in files):
            sentences.insert(0, NO_MODEL_RECORD)
        return sentences

    @property
    def written_at(self) -> float:
        """Unix seconds of the last change of any file, by the file system."""
        return max((file.changed_at for file in self.files.values()), default=0.0)

    def snapshot_steps(self) -> tuple[Int64, Float64]:
        """Steps and wall times of all snapshots: steps at which any tag of ours stands. Asked for after every change of
        a run, so its cost counts: a copy of each tag's steps; tags that stand at the same ones aren't merged again."""

        def build() -> tuple[Int64, Float64]:
            steps, wall_times = np.empty(0, np.int64), np.empty(0, np.float64)
            for tag in self.tags:
                more, more_times = self._places(tag)
                if len(steps) == 0:
                    steps, wall_times = more, more_times
                elif not np.array_equal(steps, more):
                    steps, first = np.unique(np.concatenate([steps, more]), return_index=True)
                    wall_times = np.concatenate([wall_times, more_times])[first]
            return steps, wall_times

        return self._cached("steps", build)

    def _places(self, tag: str) -> tuple[Int64, Float64]:
        """Steps and wall times of one tag alone."""
        parts = self._live_parts([(file, file.values.get(tag)) for file in self._ordered()])
        order = _rising(steps := _join([column.steps[:keep] for _, column, keep in parts], np.int64))
        return steps[order], _join([column.wall_times[:keep] for _, column, keep in parts], np.float64)[order]

    def values(self, tag: str) -> ValueSeries:
        def build() -> ValueSeries:
            parts = self._live_parts([(file, file.values.get(tag)) for file in self._ordered()])
            columns = [(column, keep) for _, column, keep in parts]
            order = _rising(steps := _join([column.steps[:keep] for column, keep in columns], np.int64))
            shapes = [shape for column, keep in columns for shape in column.shapes[:keep]]
            return ValueSeries(
                steps=steps[order],
                wall_times=_join([column.wall_times[:keep] for column, keep in columns], np.float64)[order],
                files=np.repeat(np.arange(len(parts)), [keep for _, keep in columns])[order],
                offsets=_join([column.offsets[:keep] for column, keep in columns], np.int64)[order],
                lengths=_join([column.lengths[:keep] for column, keep in columns], np.int64)[order],
                dtypes=_join([column.dtypes[:keep] for column, keep in columns], np.int64)[order],
                bases=_join([column.bases[:keep] for column, keep in columns], np.int64)[order],
                shapes=shapes if isinstance(order, slice) else [shapes[ordinal] for ordinal in order],
                paths=[file.path for file, _, _ in parts],
            )

        return self._cached(("values", tag), build)

    def bases(self, path: str) -> dict[int, BasisPlace]:
        """Where the bases of an embedding stand, by identity. Those of void snapshots too: one is the same wherever it
        stands."""
        columns = [(file.path, file.values.get(BASIS_PREFIX + path)) for file in self._ordered()]
        return {
            identity: BasisPlace(name, column.offsets[at], column.lengths[at], column.shapes[at])
            for name, column in columns
            if column is not None
            for at, identity in enumerate(column.bases)
        }

    def _without_basis(self) -> list[str]:
        """A sentence for each embedding of which something is written in a basis that stands nowhere."""

        def build() -> list[str]:
            sentences = []
            for tag in self.tags:
                if tag.startswith(EMBEDDING_PREFIX):
                    path = tag.removeprefix(EMBEDDING_PREFIX)
                    named, counts = np.unique(self.values(tag).bases, return_counts=True)
                    known = self.bases(path)
                    lost = sum(int(n) for one, n in zip(named, counts, strict=True) if one >= 0 and one not in known)
                    if lost:
                        what = "1 snapshot" if lost == 1 else f"{lost:,} snapshots"
                        sentences.append(f"{what} of {path} can't be drawn: the basis of their rows could not be read")
            return sentences

        return self._cached("without basis", build)

    def scalars(self, tag: str) -> ScalarSeries:
        def build() -> ScalarSeries:
            parts = self._live_parts([(file, file.scalars.get(tag)) for file in self._ordered()])
            order = _rising(steps := _join([column.steps[:keep] for _, column, keep in parts], np.int64))
            return ScalarSeries(
                steps=steps[order],
                wall_times=_join([column.wall_times[:keep] for _, column, keep in parts], np.float64)[order],
                values=_join([column.values[:keep] for _, column, keep in parts], np.float32)[order],
            )

        return self._cached(("scalars", tag), build)

    def changes_past(self, file: FileIndex, since: int | None) -> bool:
        """Called when `file` has got snapshots from step `since` on (None = only other records): True where snapshots
        served before are void, or are no longer all there were up to the last."""
        if len(self.files) < 2:
            return False
        pairs = [(min(file, other, key=_path), max(file, other, key=_path)) for other in self._others(file)]
        parallel = {(one.path, other.path) for one, other in pairs if written_at_once(one, other)}
        parallel |= {pair for pair in self._parallel if file.path not in pair}
        changed, self._parallel = parallel != self._parallel, parallel
        beside = [other for other in self._others(file) if self._are_parallel(file, other)]
        mixes = since is not None and since <= max(map(_last_step, beside), default=-math.inf)
        resumes = not file.resumed and self._voids_earlier(file)
        file.resumed |= resumes
        return changed or mixes or resumes

    def forget(self, path: str) -> None:
        """A file is gone, or another took its place."""
        del self.files[path]
        self._parallel = {pair for pair in self._parallel if path not in pair}

    def _voids_earlier(self, file: FileIndex) -> bool:
        """True where `file` repeats steps that stand in an earlier file (a resumed run)."""
        first = [column.steps[0] for column in file.values.values() if len(column)]
        start = min([*first, *([] if file.purge_step is None else [file.purge_step])], default=None)
        if start is None:
            return False
        earlier = [one for one in self._others(file) if one.path < file.path and not self._are_parallel(one, file)]
        return any(_last_step(other) >= start for other in earlier)

    def _others(self, file: FileIndex) -> list[FileIndex]:
        return [other for other in self.files.values() if other is not file]

    def _are_parallel(self, one: FileIndex, other: FileIndex) -> bool:
        return (min(one.path, other.path), max(one.path, other.path)) in self._parallel

    def _ordered(self) -> list[FileIndex]:
        return [self.files[path] for path in sorted(self.files)]

    def _live_parts(
        self,
        columns: list[tuple[FileIndex, Column | None]],
    ) -> list[tuple[FileIndex, Column, int]]:
        """(file, column, number of leading points that count): a later file voids what it repeats of earlier ones,
        unless both were written at the same time."""
        voiding: list[tuple[FileIndex, int]] = []
        parts = []
        for file, column in reversed(columns):
            if column is not None and len(column):
                voids = [step for later, step in voiding if not self._are_parallel(file, later)]
                keep = int(np.searchsorted(np.asarray(column.steps), min(voids))) if voids else len(column)
                parts.append((file, column, keep))
                voiding.append((file, column.steps[0]))
            if file.purge_step is not None:
                voiding.append((file, file.purge_step))
        return parts[::-1]

    def _cached(self, key: object, build: Callable[[], Result]) -> Result:
        if key not in self._cache:
            self._cache[key] = build()
        result: Result = self._cache[key]
        return result


def _join(parts: list[Any], dtype: type) -> npt.NDArray[Any]:
    """One array of slices of columns, which are copies already: a single one, as nearly always, isn't copied again."""
    if len(parts) == 1:
        return np.asarray(parts[0], dtype)
    return np.concatenate([np.asarray(part, dtype) for part in parts]) if parts else np.empty(0, dtype)


def _rising(steps: Int64) -> Int64 | slice:
    """What puts joined steps in order: of a step that stands there twice, the last. Files that were written one after
    the other are in order already."""
    if not (np.diff(steps) <= 0).any():
        return slice(None)
    _, last = np.unique(steps[::-1], return_index=True)
    return len(steps) - 1 - last


def _last_step(file: FileIndex) -> float:
    return max((column.steps[-1] for column in file.values.values() if len(column)), default=-math.inf)


def _path(file: FileIndex) -> str:
    return file.path
