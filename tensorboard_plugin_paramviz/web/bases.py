"""Which basis each embedding of each run is drawn on, and when it is fitted anew."""

from __future__ import annotations

import threading

from tensorboard_plugin_paramviz.analysis.projection import Basis, fit, log_spaced
from tensorboard_plugin_paramviz.reader import SnapshotReader

#: While a run grows, the basis is fitted again when there are this many times the snapshots of the last fit.
REFIT_GROWTH = 1.5
#: Bases kept. One is at most a few hundred KB (D x 3 floats and the steps).
MOST_BASES = 256


class Bases:
    """Fits on demand and keeps the results. A lock per embedding: two viewers wait for one fit, others aren't held
    up."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._locks: dict[tuple[str, str], threading.Lock] = {}
        self._bases: dict[tuple[str, str], tuple[int, tuple[int, ...], int, Basis]] = {}

    def basis(self, snapshots: SnapshotReader, path: str) -> Basis:
        """The current basis of an embedding. Raises MissingError. Cost of a fit: reads up to 32 snapshots, one
        eigh."""
        key = (snapshots.run, path)
        with self._lock:
            lock = self._locks.setdefault(key, threading.Lock())
        with lock:
            usable = snapshots.usable(path)
            series = snapshots.embedding_series(path)
            same = (snapshots.generation, snapshots.shape(path))
            fitted = self._bases.get(key)
            if fitted is not None:
                *fitted_for, fitted_on, basis = fitted
                if tuple(fitted_for) == same and len(usable) < fitted_on * REFIT_GROWTH:
                    return basis
            ordinals = usable[log_spaced(len(usable))]
            basis = fit(
                [snapshots.embedding(path, int(ordinal)).rows for ordinal in ordinals],
                [int(series.steps[ordinal]) for ordinal in ordinals],
                before=fitted[-1] if fitted else None,
                generation=snapshots.generation,
            )
            with self._lock:
                if len(self._bases) >= MOST_BASES:
                    self._bases.pop(next(iter(self._bases)))
                self._bases[key] = (*same, len(usable), basis)
            return basis
