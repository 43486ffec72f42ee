"""Which basis each embedding of each run is drawn on, and when it is fitted anew."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from tensorboard.errors import InvalidArgumentError, NotFoundError

from tensorboard_plugin_paramviz.analysis.projection import Basis, cluster_rows, fit, log_spaced, measured
from tensorboard_plugin_paramviz.reader import SnapshotReader
from tensorboard_plugin_paramviz.record import QuantizedRows
from tensorboard_plugin_paramviz.web.basis_cache import keep_basis, kept_basis
from tensorboard_plugin_paramviz.web.fingerprint import fingerprint
from tensorboard_plugin_paramviz.web.projection_cache import FORMAT, ProjectionCache

#: While a run grows, the basis is fitted again when there are this many times the snapshots of the last fit.
REFIT_GROWTH = 1.5
#: Without a new snapshot for this long a run has ended as far as a fit of its end is concerned.
QUIET_SECS = 60.0
#: Bases kept. One is at most a few hundred KB (D x 3 floats and the steps).
MOST_BASES = 256


@dataclass(frozen=True)
class Projection:
    """What the three directions are principal components of. kind: "joint" = the whole run, "last" = its last step,
    "step" = that one, "clusters" = the means of the groups at the last step."""

    kind: str
    step: int | None = None

    @classmethod
    def of(cls, text: str | None) -> Projection:
        """Raises InvalidArgumentError that names the choices."""
        if text is None or text in ("joint", "last", "clusters"):
            return cls(text or "joint")
        kind, _, number = text.partition(":")
        if kind == "step" and number.removeprefix("-").isascii() and number.removeprefix("-").isdigit():
            step = int(number) if len(number) < 20 else 1 << 63
            if abs(step) <= 1 << 62:
                return cls(kind, step)
        shown = repr(text if len(text) <= 40 else text[:40] + "…")
        raise InvalidArgumentError(
            f"argument 'projection' must be joint, last, clusters or step:<a step of the run>, not {shown}"
        )

    def __str__(self) -> str:
        return self.kind if self.step is None else f"{self.kind}:{self.step}"

    @property
    def ends_with_run(self) -> bool:
        return self.kind in ("last", "clusters")


JOINT = Projection("joint")


@dataclass
class _Fitted:
    """same: what it is of (generation and shape). count: snapshots there were."""

    same: tuple[Any, ...]
    count: int
    basis: Basis


class Bases:
    """Fits on demand and keeps the results, of finished ranges on disk too. A lock per embedding: two viewers wait for
    one fit, others aren't held up."""

    def __init__(self, cache: ProjectionCache | None = None) -> None:
        self._cache = cache
        self._lock = threading.Lock()
        self._locks: dict[tuple[str, str], threading.Lock] = {}
        self._fitted: dict[tuple[str, ...], _Fitted] = {}

    def basis(self, snapshots: SnapshotReader, path: str, projection: Projection = JOINT) -> Basis:
        """The current basis of an embedding. Raises MissingError, and NotFoundError for a step that isn't there. Cost
        of a fit: reads up to 32 snapshots, see `fit`."""
        snapshots.embedding_series(path)  # nothing is kept under a name that is none
        with self._lock_of(snapshots.run, path):
            return self._basis(snapshots, path, projection)

    def shared(
        self, snapshots: SnapshotReader, path: str, other: SnapshotReader, projection: Projection = JOINT
    ) -> Basis:
        """The basis of the same embedding in another run, with what it shows of this one. Raises InvalidArgumentError
        where the two have not the same rows in the same number of dimensions."""
        check_same_rows(snapshots, other, path)
        theirs = self.basis(other, path, projection)
        key = (snapshots.run, path, str(projection), other.run)
        same = (snapshots.generation, snapshots.shape(path), theirs.version)
        with self._lock_of(snapshots.run, path):
            usable = snapshots.usable(path)
            known = self._fitted.get(key)
            if known and known.same == same and len(usable) < known.count * REFIT_GROWTH:
                return known.basis
            over = _rows(snapshots, path, usable[log_spaced(len(usable))])
            # It stays the other run's basis: positions of both may stand in one picture.
            basis = measured(theirs, over)
            self._keep(key, _Fitted(same, len(usable), basis))
            return basis

    def _basis(self, snapshots: SnapshotReader, path: str, projection: Projection) -> Basis:
        usable = snapshots.usable(path)
        series = snapshots.embedding_series(path)
        chosen = _chosen(snapshots, path, usable, projection)
        key = (snapshots.run, path, str(projection))
        same = (snapshots.generation, snapshots.shape(path))
        before = self._fitted.get(key)
        if before is not None and before.same == same and len(usable) < before.count * REFIT_GROWTH:
            # The end of a run that still grows is the end there was; once it has ended, the end is its end.
            ended = projection.ends_with_run and time.time() - float(series.wall_times[usable[-1]]) > QUIET_SECS
            if not (ended and len(usable) > before.count):
                return before.basis
        over = usable[log_spaced(len(usable))]
        # Turned towards no earlier fit, a basis is the same in every life of the server: only such a one is kept.
        cache = self._cache if before is None else None
        marks = f"{fingerprint(snapshots, path, over)} {fingerprint(snapshots, path, chosen)}" if cache else ""
        basis = kept_basis(cache, f"{FORMAT} basis {projection.kind} {marks}")
        if basis is None:
            rows = _rows(snapshots, path, over)
            shown = rows if projection.kind == "joint" else _rows(snapshots, path, chosen)
            if projection.kind == "clusters":
                shown = [cluster_rows(shown[0])]
            steps = [int(series.steps[ordinal]) for ordinal in chosen]
            basis = fit(shown, steps, over=rows, before=before.basis if before else None)
            keep_basis(cache, f"{FORMAT} basis {projection.kind} {marks}", basis)
        self._keep(key, _Fitted(same, len(usable), basis))
        return basis

    def _lock_of(self, run: str, path: str) -> threading.Lock:
        with self._lock:
            return self._locks.setdefault((run, path), threading.Lock())

    def _keep(self, key: tuple[str, ...], fitted: _Fitted) -> None:
        with self._lock:
            self._fitted.pop(key, None)
            while len(self._fitted) >= MOST_BASES:
                self._fitted.pop(next(iter(self._fitted)))
            self._fitted[key] = fitted


def check_same_rows(snapshots: SnapshotReader, other: SnapshotReader, path: str) -> None:
    """Raises InvalidArgumentError with the sentence to show, MissingError where one of them has no such embedding."""
    (rows, dims), (other_rows, other_dims) = snapshots.shape(path), other.shape(path)
    of = f"{path!r} of run {snapshots.run!r} can't be drawn on the basis of run {other.run!r}"
    if dims != other_dims:
        raise InvalidArgumentError(f"{of}: it has {dims:,} dimensions, there it has {other_dims:,}")
    if rows != other_rows:
        raise InvalidArgumentError(f"{of}: {rows:,} rows were sampled, there {other_rows:,}")
    mine, theirs = snapshots.embedding_info(path), other.embedding_info(path)
    if mine and theirs and mine.rows != theirs.rows:
        raise InvalidArgumentError(f"{of}: other rows were sampled there")
    if mine and theirs and mine.labels and theirs.labels and mine.labels != theirs.labels:
        raise InvalidArgumentError(f"{of}: its rows have other labels there")


def _chosen(
    snapshots: SnapshotReader, path: str, usable: npt.NDArray[np.int64], projection: Projection
) -> npt.NDArray[np.int64]:
    """Ordinals of the snapshots to be fitted."""
    if projection.kind == "joint":
        return usable[log_spaced(len(usable))]
    if projection.step is None:
        return usable[-1:]
    steps = snapshots.embedding_series(path).steps[usable]
    at = int(np.searchsorted(steps, projection.step))
    if at == len(steps) or steps[at] != projection.step:
        beside = ", ".join(str(int(near)) for near in steps[max(0, at - 1) : at + 1])
        raise NotFoundError(f"run {snapshots.run!r} has no {path!r} at step {projection.step}; nearest: {beside}")
    return usable[at : at + 1]


def _rows(snapshots: SnapshotReader, path: str, ordinals: npt.NDArray[np.int64]) -> list[QuantizedRows]:
    return [snapshot.rows for snapshot in snapshots.embeddings(path, ordinals.tolist())]
