"""Reads snapshots back from where the index says they stand."""

from __future__ import annotations

import os
from dataclasses import dataclass
from itertools import chain

import numpy as np
import numpy.typing as npt

from tensorboard_plugin_paramviz.reader.run_index import Int64, RunIndex, ValueSeries
from tensorboard_plugin_paramviz.reader.stand_in import stand_in
from tensorboard_plugin_paramviz.record.basis_codec import StoredBasis
from tensorboard_plugin_paramviz.record.embedding_codec import QuantizedRows
from tensorboard_plugin_paramviz.record.model_record import EmbeddingInfo, ModelRecord
from tensorboard_plugin_paramviz.record.names import EMBEDDING_PREFIX, EMBEDDING_ROWS_PREFIX, STATS_TAG
from tensorboard_plugin_paramviz.record.summary import decode_array, decode_rows

Float32 = npt.NDArray[np.float32]


class MissingError(LookupError):
    """What was asked for isn't there (any more). The message names what is."""


@dataclass(frozen=True)
class EmbeddingSnapshot:
    """One embedding at one step: rows int8 [R, D] with scales [R], or [R, d] in a basis; norms of gradient and update
    per row [R]."""

    rows: QuantizedRows
    grad_norms: Float32
    update_norms: Float32


class SnapshotReader:
    """Reads of one run as it stood when this was made; make one per request, under the index's lock.

    Cost of a read: an open, a pread per tensor, a close; only bases are kept.
    """

    def __init__(self, run: RunIndex) -> None:
        self.run = run.run
        self.generation = run.generation
        self._sessions = run.sessions
        self._embeddings = {
            tag.removeprefix(EMBEDDING_PREFIX): (run.values(tag), run.values(EMBEDDING_ROWS_PREFIX + path))
            for tag in run.tags
            if (path := tag.removeprefix(EMBEDDING_PREFIX)) != tag and len(run.values(tag).steps)
        }
        self._places = {path: run.bases(path) for path in self._embeddings}
        self._directions: dict[tuple[str, int], Float32] = {}
        self._known_shapes: dict[str, list[tuple[int, ...] | None]] = {}
        self._stats = run.values(STATS_TAG)

    def model(self) -> ModelRecord:
        """The newest session's record; without any, what the snapshots say themselves. Raises MissingError where there
        are none, or where no record can be decoded."""
        problem = "it was written without one: call watch() before the first step"
        for path, offset, length in reversed(self._sessions):
            try:
                return ModelRecord.from_json(_read(path, offset, length))
            except ValueError as error:
                problem = str(error)
        if not self._sessions and (self._embeddings or len(self._stats.steps)):
            shapes = {path: self.shape(path) for path in self._embeddings if any(self._shapes(path))}
            layers, columns = self._stats.shape or (0, 0)
            return stand_in(shapes, (layers, columns), 0.0)
        raise MissingError(f"run {self.run!r} has no model record that can be read ({problem})")

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
        return self._embeddings[path][0]

    def shape(self, path: str) -> tuple[int, int]:
        """[R, D] of the newest snapshot of an embedding, of the newest file if that has one: its model record counts.
        D is the table's, however many directions of it were kept. Raises MissingError where none can be read."""
        files, shapes = self.embedding_series(path).files, self._shapes(path)
        newest = np.flatnonzero(files == files.max())[::-1]
        older = np.flatnonzero(files != files.max())[::-1]
        for at in chain(newest, older):  # nearly always the first is it
            if (shape := shapes[at]) is not None:
                return shape[0], shape[1]
        raise MissingError(f"{path!r} of run {self.run!r} can't be drawn: the basis of its rows could not be read")

    def _shapes(self, path: str) -> list[tuple[int, ...] | None]:
        """[R, D] of each snapshot of an embedding; None = it names a basis that isn't there."""
        if path not in self._known_shapes:
            series, places = self.embedding_series(path), self._places[path]
            self._known_shapes[path] = list(series.shapes)
            for at in np.flatnonzero(series.bases >= 0):
                place, (rows, kept) = places.get(int(series.bases[at])), series.shapes[at]
                self._known_shapes[path][at] = (rows, place.shape[1]) if place and place.shape[0] == kept else None
        return self._known_shapes[path]

    def usable(self, path: str) -> Int64:
        """Ordinals into `embedding_series(path)` whose shape is that of the newest snapshot, [T]."""
        newest, shapes = self.shape(path), self._shapes(path)
        if shapes.count(newest) == len(shapes):  # nearly always, and asked for in every reply
            return np.arange(len(shapes))
        return np.flatnonzero([shape == newest for shape in shapes])

    def embedding(self, path: str, ordinal: int) -> EmbeddingSnapshot:
        series, beside = self._embeddings[path][0], self._embeddings[path][1]
        values = _tensor(series, ordinal)
        at = int(np.searchsorted(beside.steps, series.steps[ordinal]))
        has_beside = at < len(beside.steps) and beside.steps[at] == series.steps[ordinal]
        try:
            directions = self._basis(path, int(series.bases[ordinal]))
            norms = _tensor(beside, at) if has_beside else None
            rows, grad_norms, update_norms = decode_rows(values, norms, directions)
        except ValueError as error:
            raise MissingError(f"{path!r} at step {series.steps[ordinal]} can't be decoded: {error}") from error
        return EmbeddingSnapshot(rows, grad_norms, update_norms)

    def _basis(self, path: str, identity: int) -> Float32 | None:
        """Directions [d, D] of a stored basis. Raises ValueError where what stands there is no longer it."""
        if identity < 0:
            return None
        key = (path, identity)
        if key not in self._directions:
            place = self._places[path].get(identity)
            if place is None:
                raise ValueError("the basis of its rows could not be read")
            values = np.frombuffer(_read(place.path, place.offset, place.length), np.int8).reshape(place.shape)
            basis = StoredBasis(values)
            if basis.identity != identity:
                raise ValueError("the basis of its rows is not what was written")
            self._directions[key] = basis.directions
        return self._directions[key]

    def stats(self, first: int | None, last: int | None) -> tuple[Int64, npt.NDArray[np.float64], Float32]:
        """steps [T], wall times [T] and statistics float32 [T, L, S] with first <= step <= last, of the newest
        shape."""
        series = self._stats
        newest = series.shape or (0, 0)
        chosen = [
            ordinal
            for ordinal, step in enumerate(series.steps)
            if (first is None or step >= first) and (last is None or step <= last) and series.shapes[ordinal] == newest
        ]
        stats = np.empty((len(chosen), *newest), np.float32)
        for row, ordinal in enumerate(chosen):
            stats[row] = _tensor(series, ordinal)
        return series.steps[chosen], series.wall_times[chosen], stats


def _tensor(series: ValueSeries, ordinal: int) -> npt.NDArray[np.generic]:
    path = series.paths[int(series.files[ordinal])]
    content = _read(path, int(series.offsets[ordinal]), int(series.lengths[ordinal]))
    try:
        return decode_array(content, int(series.dtypes[ordinal]), series.shapes[ordinal])
    except ValueError as error:
        raise MissingError(f"step {series.steps[ordinal]} can't be decoded: {error}") from error


def _read(path: str, offset: int, length: int) -> bytes:
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
    except OSError as error:
        raise MissingError(f"{os.path.basename(path)} can't be opened: {error.strerror}") from error  # noqa: PTH119
    try:
        content = os.pread(descriptor, length, offset)
    except OSError as error:
        raise MissingError(f"{os.path.basename(path)} can't be read: {error.strerror}") from error  # noqa: PTH119
    finally:
        os.close(descriptor)
    if len(content) != length:
        raise MissingError(f"{os.path.basename(path)} is shorter than it was: it was cut or replaced")  # noqa: PTH119
    return content
