"""Reads snapshots back from where the index says they stand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tensorboard_plugin_paramviz.reader.places import MissingError, Place, read_places
from tensorboard_plugin_paramviz.reader.run_index import Int64, RunIndex, ValueSeries
from tensorboard_plugin_paramviz.reader.stand_in import stand_in
from tensorboard_plugin_paramviz.record.basis_codec import StoredBasis
from tensorboard_plugin_paramviz.record.embedding_codec import QuantizedRows
from tensorboard_plugin_paramviz.record.model_record import EmbeddingInfo, ModelRecord
from tensorboard_plugin_paramviz.record.names import EMBEDDING_PREFIX, EMBEDDING_ROWS_PREFIX, STATS_TAG
from tensorboard_plugin_paramviz.record.summary import decode_array, decode_rows

__all__ = ["EmbeddingSnapshot", "MissingError", "SnapshotReader"]

Float32 = npt.NDArray[np.float32]
#: Read at a time: enough that a store's latency counts little, little enough that the first comes soon.
BATCH_BYTES, BATCH_PLACES = 16 << 20, 512


@dataclass(frozen=True)
class EmbeddingSnapshot:
    """One embedding at one step: rows int8 [R, D] with scales [R], or [R, d] in a basis; norms of gradient and update
    per row [R]."""

    rows: QuantizedRows
    grad_norms: Float32
    update_norms: Float32


class SnapshotReader:
    """Reads of one run as it stood when this was made; make one per request, under the index's lock.

    Cost of a read: an open, a pread per tensor, a close, from a store a request; only bases are kept. Bytes that are
    not what was indexed are a MissingError, and their file is read anew.
    """

    def __init__(self, run: RunIndex) -> None:
        self.run = run.run
        self.generation = run.generation
        self._sessions = run.sessions
        self._suspects = run.suspects
        self._models = run.models
        self._embeddings = {
            path: (series, run.values_later(EMBEDDING_ROWS_PREFIX + path))
            for tag in run.tags
            if (path := tag.removeprefix(EMBEDDING_PREFIX)) != tag and (series := run.values_later(tag)).count
        }
        self._places = {path: run.bases(path) for path in self._embeddings}
        self._directions: dict[tuple[str, int], Float32] = {}
        self._known_shapes: dict[str, list[tuple[int, int] | None]] = {}
        self._stats_later = run.values_later(STATS_TAG)

    def model(self) -> ModelRecord:
        """The newest session's record; without any, what the snapshots say themselves. Raises MissingError where there
        are none, or where no record can be decoded."""
        problem = "it was written without one: call watch() before the first step"
        for place in reversed(self._sessions):
            content = self._read(place)
            try:
                model = self._models.get(place) or ModelRecord.from_json(content)
            except ValueError as error:
                problem = str(error)
            else:
                self._models.clear()  # of the newest only: labels can make it megabytes
                self._models[place] = model
                return model
        if not self._sessions and (self._embeddings or len(self._stats.steps)):
            shapes = {path: shape for path in self._embeddings if (shape := self._drawable_shape(path)) is not None}
            layers, columns = self._stats.shape or (0, 0)
            return stand_in(shapes, (layers, columns), 0.0)
        raise MissingError(f"run {self.run!r} has no model record that can be read ({problem})")

    @property
    def _stats(self) -> ValueSeries:
        return self._stats_later.series

    def embedding_paths(self) -> list[str]:
        return sorted(self._embeddings)

    def embedding_info(self, path: str) -> EmbeddingInfo | None:
        """The model record's word on an embedding; None where the record is missing or silent."""
        try:
            return next((info for info in self.model().embeddings if info.path == path), None)
        except MissingError:
            return None

    def embedding_series(self, path: str) -> ValueSeries:
        """Places of the tensors of one embedding, of all sizes: `usable` says which are of the newest."""
        if path not in self._embeddings:
            names = ", ".join(map(repr, self.embedding_paths())) or "none"
            raise MissingError(f"run {self.run!r} has no embedding {path!r}; it has {names}")
        return self._embeddings[path][0].series

    def shape(self, path: str) -> tuple[int, int]:
        """[R, D] of the newest snapshot of an embedding, of the newest file if that has one: its model record counts.
        D is the table's, however many directions of it were kept. Raises MissingError where none can be read."""
        shape = self._drawable_shape(path)
        if shape is None:
            raise MissingError(f"{path!r} of run {self.run!r} can't be drawn: the basis of its rows could not be read")
        return shape

    def _drawable_shape(self, path: str) -> tuple[int, int] | None:
        series, shapes = self.embedding_series(path), self._form_shapes(path)
        newest = shapes[int(series.forms[series.newest])]
        if newest is not None:  # nearly always
            return newest
        drawable = np.array([shape is not None for shape in shapes], bool)[series.forms]  # [T]
        of_newest_file = np.flatnonzero(drawable & (series.files == series.files.max()))
        ordinals = of_newest_file if len(of_newest_file) else np.flatnonzero(drawable)
        return shapes[int(series.forms[ordinals[-1]])] if len(ordinals) else None

    def _form_shapes(self, path: str) -> list[tuple[int, int] | None]:
        """[R, D] of each form of an embedding's tensors; None = it names a basis that isn't there."""
        if path not in self._known_shapes:
            places = self._places[path]
            self._known_shapes[path] = []
            for form in self.embedding_series(path).known_forms:
                rows, width = form.shape
                if form.basis >= 0:
                    there = places.get(form.basis)
                    width = there.shape[1] if there is not None and there.shape[0] == width else 0
                self._known_shapes[path].append((rows, width) if width else None)
        return self._known_shapes[path]

    def usable(self, path: str) -> Int64:
        """Ordinals into `embedding_series(path)` whose shape is that of the newest snapshot, [T]."""
        newest, series = self.shape(path), self.embedding_series(path)
        fits = np.array([shape == newest for shape in self._form_shapes(path)], bool)
        if fits.all():  # nearly always, and asked for in every reply
            return np.arange(len(series.forms))
        return np.flatnonzero(fits[series.forms])

    def checksums(self, path: str, ordinals: Int64) -> bytes:
        """What tells these snapshots of one embedding from any others, by their content: the checksum of each tensor
        and of what stands beside it, with its form (the basis among it), step and wall time. Nothing is read for it."""
        series, beside = (later.series for later in self._embeddings[path])
        parts = [np.ascontiguousarray(column[ordinals]) for column in (series.steps, series.wall_times, series.crcs)]
        at = np.searchsorted(beside.steps, series.steps[ordinals])
        found = at < len(beside.steps)
        found[found] = beside.steps[at[found]] == series.steps[ordinals][found]
        crcs = np.full(len(at), -1, np.int64)
        crcs[found] = beside.crcs[at[found]]
        numbers, forms = np.unique(series.forms[ordinals], return_inverse=True)
        parts += [crcs, np.asarray(forms, np.int64)]
        kinds = repr([tuple(series.known_forms[number]) for number in numbers.tolist()])
        return b"".join(part.tobytes() for part in parts) + kinds.encode()

    def embedding(self, path: str, ordinal: int) -> EmbeddingSnapshot:
        """One snapshot by its place in `embedding_series(path)`. Raises MissingError."""
        return next(self.embeddings(path, [ordinal]))

    def embeddings(self, path: str, ordinals: Iterable[int]) -> Iterator[EmbeddingSnapshot]:
        """Snapshots by their places in `embedding_series(path)`, in the order asked for, read many at a time: from a
        store some hundred cost little more than one. Raises MissingError at the first that can't be read, after those
        before it. Memory: a batch of up to 16 MiB."""
        self.embedding_series(path)
        series, beside = (later.series for later in self._embeddings[path])
        batch: list[tuple[int, int | None]] = []  # ordinals in both
        held = 0
        for ordinal in ordinals:
            step = series.steps[ordinal]
            at = int(np.searchsorted(beside.steps, step))
            has_beside = at < len(beside.steps) and beside.steps[at] == step
            batch.append((int(ordinal), at if has_beside else None))
            held += series.form(ordinal).length
            if held >= BATCH_BYTES or 2 * len(batch) >= BATCH_PLACES:
                yield from self._batch(path, batch)
                batch, held = [], 0
        yield from self._batch(path, batch)

    def _batch(self, path: str, batch: list[tuple[int, int | None]]) -> Iterator[EmbeddingSnapshot]:
        series, beside = (later.series for later in self._embeddings[path])
        places = [series.place(ordinal) for ordinal, _ in batch]
        places += [beside.place(at) for _, at in batch if at is not None]
        try:
            contents = read_places(places, self._suspects)
        except MissingError:
            if len(batch) == 1:
                raise
            for one in batch:  # those before the one that is missing are there
                yield from self._batch(path, [one])
            return
        rest = iter(contents[len(batch) :])
        for (ordinal, at), content in zip(batch, contents, strict=False):
            try:
                values = _decoded(series, ordinal, content)
                norms = None if at is None else _decoded(beside, at, next(rest))
                directions = self._basis(path, series.form(ordinal).basis)
                yield EmbeddingSnapshot(*decode_rows(values, norms, directions))
            except ValueError as error:
                raise MissingError(f"{path!r} at step {series.steps[ordinal]} can't be decoded: {error}") from error

    def _basis(self, path: str, identity: int) -> Float32 | None:
        """Directions [d, D] of a stored basis. Raises ValueError where what stands there is no longer it."""
        if identity < 0:
            return None
        key = (path, identity)
        if key not in self._directions:
            there = self._places[path].get(identity)
            if there is None:
                raise ValueError("the basis of its rows could not be read")
            values = np.frombuffer(self._read(there.place), np.int8).reshape(there.shape)
            basis = StoredBasis(values)
            if basis.identity != identity:
                raise ValueError("the basis of its rows is not what was written")
            self._directions[key] = basis.directions
        return self._directions[key]

    def stats(
        self, first: int | None, last: int | None, most_bytes: int | None = None
    ) -> tuple[Int64, npt.NDArray[np.float64], Float32]:
        """steps [T], wall times [T] and statistics float32 [T, L, S] with first <= step <= last, of the newest shape;
        the beginning of them where they are more than most_bytes."""
        series = self._stats
        newest = series.shape or (0, 0)
        fits = np.array([form.shape == newest for form in series.known_forms], bool)[series.forms]  # [T]
        if first is not None:
            fits &= series.steps >= first
        if last is not None:
            fits &= series.steps <= last
        chosen = np.flatnonzero(fits)
        if most_bytes is not None:
            chosen = chosen[: max(1, most_bytes // max(1, 4 * newest[0] * newest[1]))]
        return series.steps[chosen], series.wall_times[chosen], self._stats_of(chosen, slice(None), slice(None))

    def stats_part(
        self, layers: slice, columns: slice, after: int | None = None
    ) -> tuple[Int64, npt.NDArray[np.float64], Float32]:
        """steps [T], wall times [T] and float32 [T, L', S'] of some layers and columns in all snapshots of the newest
        shape, or in those after a step. Cost: all of each snapshot's statistics are read and checked, 10,000 of
        150 x 15 in 0.1 s; memory for the part alone."""
        series = self._stats
        chosen = self._usable_stats
        if after is not None:
            chosen = chosen[series.steps[chosen] > after]
        return series.steps[chosen], series.wall_times[chosen], self._stats_of(chosen, layers, columns)

    @property
    def stats_steps(self) -> Int64:
        """Steps of the snapshots with statistics of the newest shape, [T]."""
        return self._stats.steps[self._usable_stats]

    @property
    def _usable_stats(self) -> Int64:
        series = self._stats
        newest = series.shape or (0, 0)
        return np.flatnonzero(np.array([form.shape == newest for form in series.known_forms], bool)[series.forms])

    @property
    def stats_shape(self) -> tuple[int, int]:
        """[L, S] of the newest snapshot with statistics, (0, 0) where there is none."""
        shape = self._stats.shape or (0, 0)
        return shape[0], shape[1]

    def _stats_of(self, chosen: Int64, layers: slice, columns: slice) -> Float32:
        series = self._stats
        form = np.empty(series.shape or (0, 0), np.bool_)[layers, columns].shape
        stats = np.empty((len(chosen), *form), np.float32)
        for begin in range(0, len(chosen), BATCH_PLACES):
            ordinals = chosen[begin : begin + BATCH_PLACES]
            contents = read_places([series.place(ordinal) for ordinal in ordinals], self._suspects)
            for row, (ordinal, content) in enumerate(zip(ordinals, contents, strict=True)):
                stats[begin + row] = _decoded(series, ordinal, content)[layers, columns]
        return stats

    def _read(self, place: Place) -> bytes:
        return read_places([place], self._suspects)[0]


def tensor(series: ValueSeries, ordinal: int) -> npt.NDArray[np.generic]:
    """One tensor of a series. Raises MissingError."""
    return _decoded(series, ordinal, read_places([series.place(ordinal)], series.suspects)[0])


def _decoded(series: ValueSeries, ordinal: int, content: bytes) -> npt.NDArray[np.generic]:
    form = series.form(ordinal)
    try:
        return decode_array(content, form.dtype, form.shape)
    except ValueError as error:
        raise MissingError(f"step {series.steps[ordinal]} can't be decoded: {error}") from error
