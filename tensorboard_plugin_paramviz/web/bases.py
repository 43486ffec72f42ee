"""Which basis each embedding of each run is drawn on, and when it is fitted anew."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from tensorboard.errors import InvalidArgumentError

from tensorboard_plugin_paramviz.analysis.principal import DRAWN
from tensorboard_plugin_paramviz.analysis.projection import TOUR_DIMS, Basis, cluster_rows, fit, log_spaced, measured
from tensorboard_plugin_paramviz.reader import SnapshotReader
from tensorboard_plugin_paramviz.web.basis_cache import keep_basis, kept_basis
from tensorboard_plugin_paramviz.web.projection_cache import FORMAT, ProjectionCache
from tensorboard_plugin_paramviz.web.recorded import Recorded

#: While a run grows, the basis is fitted again when there are this many times the snapshots of the last fit.
REFIT_GROWTH = 1.5
#: Without a new snapshot for this long a run has ended as far as a fit of its end is concerned.
QUIET_SECS = 60.0
#: Bases kept. One is at most a few hundred KB (D x 3 floats and the steps).
MOST_BASES = 256


@dataclass(frozen=True)
class Projection:
    """What the directions are principal components of. kind: "joint" = the whole run, "last" = its last step,
    "step" = that one, "clusters" = the means of the groups at the last step, "tour" = the whole run, eight of them
    instead of three."""

    kind: str
    step: int | None = None

    @classmethod
    def of(cls, text: str | None) -> Projection:
        """Raises InvalidArgumentError that names the choices."""
        if text is None or text in ("joint", "last", "clusters", "tour"):
            return cls(text or "joint")
        kind, _, number = text.partition(":")
        if kind == "step" and number.removeprefix("-").isascii() and number.removeprefix("-").isdigit():
            step = int(number) if len(number) < 20 else 1 << 63
            if abs(step) <= 1 << 62:
                return cls(kind, step)
        shown = repr(text if len(text) <= 40 else text[:40] + "…")
        raise InvalidArgumentError(
            f"argument 'projection' must be joint, last, clusters, tour or step:<a step of the run>, not {shown}"
        )

    def __str__(self) -> str:
        return self.kind if self.step is None else f"{self.kind}:{self.step}"

    @property
    def ends_with_run(self) -> bool:
        return self.kind in ("last", "clusters")

    @property
    def of_whole_run(self) -> bool:
        return self.kind in ("joint", "tour")

    @property
    def directions(self) -> int:
        """Columns of positions, where the rows have as many dimensions."""
        return TOUR_DIMS if self.kind == "tour" else DRAWN


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
        self._locks: dict[tuple[str, tuple[str, ...]], threading.Lock] = {}
        self._fitted: dict[tuple[Any, ...], _Fitted] = {}

    def basis(self, snapshots: SnapshotReader, path: str, projection: Projection = JOINT) -> Basis:
        """The current basis of an embedding. Raises MissingError, and NotFoundError for a step that isn't there. Cost
        of a fit: reads up to 32 snapshots, see `fit`."""
        return self.basis_of(Recorded(snapshots, path), projection)

    def basis_of(self, recorded: Recorded, projection: Projection) -> Basis:
        """Of all its embeddings together, which have the same number of dimensions."""
        with self._lock_of(recorded):
            return self._basis(recorded, projection)

    def shared(
        self, snapshots: SnapshotReader, path: str, other: SnapshotReader, projection: Projection = JOINT
    ) -> Basis:
        """The basis of the same embedding in another run, with what it shows of this one. Raises InvalidArgumentError
        where the two have not the same rows in the same number of dimensions."""
        check_same_rows(snapshots, other, path)
        theirs = self.basis(other, path, projection)
        recorded = Recorded(snapshots, path)
        key = (snapshots.run, (path,), str(projection), other.run)
        same = (*recorded.same, theirs.version)
        with self._lock_of(recorded):
            known = self._fitted.get(key)
            if known and known.same == same and len(recorded) < known.count * REFIT_GROWTH:
                return known.basis
            # It stays the other run's basis: positions of both may stand in one picture.
            basis = measured(theirs, recorded.rows(log_spaced(len(recorded))))
            self._keep(key, _Fitted(same, len(recorded), basis))
            return basis

    def _basis(self, recorded: Recorded, projection: Projection) -> Basis:
        chosen = _chosen(recorded, projection)
        key = (recorded.run, recorded.paths, str(projection))
        same = recorded.same
        before = self._fitted.get(key)
        if before is not None and before.same == same and len(recorded) < before.count * REFIT_GROWTH:
            # The end of a run that still grows is the end there was; once it has ended, the end is its end.
            ended = projection.ends_with_run and time.time() - float(recorded.wall_times[-1]) > QUIET_SECS
            if not (ended and len(recorded) > before.count):
                return before.basis
        over = log_spaced(len(recorded))
        # Turned towards no earlier fit, a basis is the same in every life of the server: only such a one is kept.
        cache = self._cache if before is None else None
        marks = f"{recorded.mark(over)} {recorded.mark(chosen)}" if cache else ""
        basis = kept_basis(cache, f"{FORMAT} basis {projection.kind} {marks}")
        if basis is None:
            rows = recorded.rows(over)
            shown = rows if projection.of_whole_run else recorded.rows(chosen)
            if projection.kind == "clusters":
                shown = [cluster_rows(one) for one in shown]
            steps = recorded.steps[chosen].tolist()
            turned = before.basis if before else None
            basis = fit(shown, steps, over=rows, before=turned, count=projection.directions)
            keep_basis(cache, f"{FORMAT} basis {projection.kind} {marks}", basis)
        self._keep(key, _Fitted(same, len(recorded), basis))
        return basis

    def _lock_of(self, recorded: Recorded) -> threading.Lock:
        with self._lock:
            return self._locks.setdefault((recorded.run, recorded.paths), threading.Lock())

    def _keep(self, key: tuple[Any, ...], fitted: _Fitted) -> None:
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


def _chosen(recorded: Recorded, projection: Projection) -> npt.NDArray[np.int64]:
    """Places of the snapshots to be fitted."""
    if projection.of_whole_run:
        return log_spaced(len(recorded))
    return np.array([len(recorded) - 1 if projection.step is None else recorded.place_of(projection.step)])
