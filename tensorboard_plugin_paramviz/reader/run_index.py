"""One run: its files' columns joined into series with strictly rising steps.

Of two files one of which was begun after the other had ended (a restart), the later voids what it repeats. Files that
were written at the same time void nothing: their steps are mixed, and where both have a step, the later file's counts.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import zip_longest
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from tensorboard_plugin_paramviz.reader.columns import StepColumn, ValueColumn
from tensorboard_plugin_paramviz.reader.file_index import FileIndex
from tensorboard_plugin_paramviz.reader.joining import join, rising, same_state, state
from tensorboard_plugin_paramviz.reader.parallel import sentence, written_at_once
from tensorboard_plugin_paramviz.reader.places import Place
from tensorboard_plugin_paramviz.reader.series import LaterSeries, ValueSeries, joined, lend
from tensorboard_plugin_paramviz.reader.stand_in import NO_MODEL_RECORD
from tensorboard_plugin_paramviz.record.model_record import ModelRecord
from tensorboard_plugin_paramviz.record.names import BASIS_PREFIX, EMBEDDING_PREFIX

Int64 = npt.NDArray[np.int64]
Float64 = npt.NDArray[np.float64]
Column = TypeVar("Column", bound=StepColumn)
Result = TypeVar("Result")

__all__ = ["BasisPlace", "RunIndex", "ScalarSeries", "ValueSeries"]


@dataclass(frozen=True)
class BasisPlace:
    """One stored basis: int8 [d, D]."""

    place: Place
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
        self.suspects: set[str] = set()  # paths of files in which something is no longer what was indexed
        self.models: dict[Place, ModelRecord] = {}  # decoded, of what is asked for again and again
        self._parallel: set[tuple[str, str]] = set()  # paths, in order
        self._cache: dict[object, tuple[object, Any]] = {}

    def touch(self, cursor: int) -> None:
        self.changed = cursor

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
    def sessions(self) -> list[Place]:
        """Of each model record, oldest first."""
        return [place for file in self._ordered() for place in file.sessions]

    def session_starts(self) -> list[tuple[Place, int | None]]:
        """Each model record's place and the first step that was written after it and still counts, oldest first; None
        where none was, or a later session has repeated all of it. Cost: a search in each column of each file."""
        ends = {
            place: (place.offset, after.offset if after else None)
            for file in self.files.values()
            for place, after in zip_longest(file.sessions, file.sessions[1:])
        }
        live = [part for tag in self.tags for part in self._live_values(tag)]
        starts: list[tuple[Place, int | None]] = []
        for place in self.sessions:
            begin, end = ends[place]
            steps = []
            for file, column, keep in live:
                if file.path != place.path:
                    continue
                # Records stand in a file in the order in which they were written, whatever their steps.
                at = int(np.searchsorted(column.offsets[:keep], begin))
                if at < keep and (end is None or column.offsets[at] < end):
                    steps.append(int(column.steps[at]))
            starts.append((place, min(steps, default=None)))
        return starts

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
        a run, so its cost counts: tags that stand at the same steps are compared, not merged."""
        tags = [self._live_values(tag) for tag in self.tags]

        def build() -> tuple[Int64, Float64]:
            steps, wall_times = np.empty(0, np.int64), np.empty(0, np.float64)
            before: list[Int64] = []
            for parts in tags:
                places = [column.steps[:keep] for _, column, keep in parts]
                if len(places) == len(before) and all(map(np.array_equal, places, before)):
                    continue
                order, before = rising(places), places
                more = join(places, np.int64)[order]
                more_times = join([column.wall_times[:keep] for _, column, keep in parts], np.float64)[order]
                if len(steps) == 0:
                    steps, wall_times = more, more_times
                elif not np.array_equal(steps, more):
                    steps, first = np.unique(np.concatenate([steps, more]), return_index=True)
                    wall_times = np.concatenate([wall_times, more_times])[first]
            return steps, wall_times

        return self._cached("steps", [state(parts) for parts in tags], build)

    def values(self, tag: str) -> ValueSeries:
        """Places of a tag's tensors. Cost: of one file nothing, its columns are lent; of several a copy, where anything
        of them has changed."""
        return self.values_later(tag).series

    def values_later(self, tag: str) -> LaterSeries:
        """The same as of now, joined when it is asked for, which may be without the lock: what columns lend stays."""
        parts = self._live_values(tag)
        made_of, lent = state(parts), [lend(column, keep) for _, column, keep in parts]
        paths = [file.path for file, _, _ in parts]
        join_now = partial(self._cached, ("values", tag), made_of, partial(joined, lent, paths, self.suspects))
        return LaterSeries(sum(keep for _, _, keep in parts), join_now)

    def _live_values(self, tag: str) -> list[tuple[FileIndex, ValueColumn, int]]:
        return self._live_parts([(file, file.values.get(tag)) for file in self._ordered()])

    def bases(self, path: str) -> dict[int, BasisPlace]:
        """Where the bases of an embedding stand, by identity. Those of void snapshots too: one is the same wherever it
        stands."""
        columns = [(file, file.values.get(BASIS_PREFIX + path)) for file in self._ordered()]
        parts = [(file, column, len(column)) for file, column in columns if column is not None]

        def build() -> dict[int, BasisPlace]:
            return {
                form.basis: BasisPlace(Place(file.path, offset, form.length, crc), form.shape)
                for file, column, _ in parts
                for offset, crc, number in zip(
                    column.offsets.tolist(), column.crcs.tolist(), column.forms.tolist(), strict=True
                )
                if (form := column.known_forms[number])
            }

        return self._cached(("bases", path), state(parts), build)

    def _without_basis(self) -> list[str]:
        """A sentence for each embedding of which something is written in a basis that stands nowhere."""
        embeddings = [tag.removeprefix(EMBEDDING_PREFIX) for tag in self.tags if tag.startswith(EMBEDDING_PREFIX)]
        found = [(path, self.values(EMBEDDING_PREFIX + path), self.bases(path)) for path in embeddings]

        def build() -> list[str]:
            sentences = []
            for path, series, known in found:
                counts = np.bincount(series.forms, minlength=len(series.known_forms)).tolist()
                lost = sum(
                    count
                    for form, count in zip(series.known_forms, counts, strict=True)
                    if form.basis >= 0 and form.basis not in known
                )
                if lost:
                    what = "1 snapshot" if lost == 1 else f"{lost:,} snapshots"
                    sentences.append(f"{what} of {path} can't be drawn: the basis of their rows could not be read")
            return sentences

        return self._cached("without basis", found, build)

    def scalars(self, tag: str) -> ScalarSeries:
        parts = self._live_parts([(file, file.scalars.get(tag)) for file in self._ordered()])

        def build() -> ScalarSeries:
            order = rising([column.steps[:keep] for _, column, keep in parts])
            return ScalarSeries(
                steps=join([column.steps[:keep] for _, column, keep in parts], np.int64)[order],
                wall_times=join([column.wall_times[:keep] for _, column, keep in parts], np.float64)[order],
                values=join([column.values[:keep] for _, column, keep in parts], np.float32)[order],
            )

        return self._cached(("scalars", tag), state(parts), build)

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
        self.suspects.discard(path)
        self._parallel = {pair for pair in self._parallel if path not in pair}

    def _voids_earlier(self, file: FileIndex) -> bool:
        """True where `file` repeats steps that stand in an earlier file (a resumed run)."""
        first = [int(column.steps[0]) for column in file.values.values() if len(column)]
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
                keep = int(np.searchsorted(column.steps, min(voids))) if voids else len(column)
                parts.append((file, column, keep))
                voiding.append((file, int(column.steps[0])))
            if file.purge_step is not None:
                voiding.append((file, file.purge_step))
        return parts[::-1]

    def _cached(self, key: object, made_of: object, build: Callable[[], Result]) -> Result:
        """What was built last where it was made of the same, else built now."""
        held = self._cache.get(key)
        if held is None or not same_state(held[0], made_of):
            held = self._cache[key] = (made_of, build())
        result: Result = held[1]
        return result


def _last_step(file: FileIndex) -> float:
    return max((int(column.steps[-1]) for column in file.values.values() if len(column)), default=-math.inf)


def _path(file: FileIndex) -> str:
    return file.path
