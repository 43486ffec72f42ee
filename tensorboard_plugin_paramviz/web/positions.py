"""The reply of `positions`: snapshots drawn on a basis, from the cache where they were drawn before."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
import numpy.typing as npt

from tensorboard_plugin_paramviz.analysis.projection import Basis, Projector
from tensorboard_plugin_paramviz.reader import SnapshotReader
from tensorboard_plugin_paramviz.web import binary
from tensorboard_plugin_paramviz.web.arguments import Arguments
from tensorboard_plugin_paramviz.web.bases import QUIET_SECS, Bases, Projection
from tensorboard_plugin_paramviz.web.fingerprint import fingerprint
from tensorboard_plugin_paramviz.web.projection_cache import FORMAT, ProjectionCache

Int64 = npt.NDArray[np.int64]
Float32 = npt.NDArray[np.float32]

#: Positions in one reply.
POSITIONS_BYTES = 64 << 20
#: Positions in one file of the cache; what is smaller than the second is drawn as fast as it is read.
CACHED_BYTES, SMALLEST_CACHED_BYTES = 1 << 20, 64 << 10
_MOST_CACHED = 256


class Positions:
    """Safe to call from many threads."""

    def __init__(self, bases: Bases, cache: ProjectionCache | None) -> None:
        self._bases = bases
        self._cache = cache

    def reply(self, snapshots: SnapshotReader, arguments: Arguments, other: SnapshotReader | None) -> bytes:
        """PVZ1 with a `PositionsHeader`. other: the run whose basis is used. Raises TensorBoard's errors, MissingError.
        Cost: reads each snapshot asked for and R x D x 3 multiplications of it, 0.6 ms of 5,000 rows x 64; from the
        cache a tenth."""
        path = arguments.text("embedding")
        first, last = arguments.step("from"), arguments.step("to")
        stride = arguments.integer("stride", 1, 1, 1_000_000) or 1
        projection = Projection.of(arguments.optional_text("projection"))
        if other is None or other.run == snapshots.run:
            other, basis = None, self._bases.basis(snapshots, path, projection)
        else:
            basis = self._bases.shared(snapshots, path, other, projection)
        series, usable = snapshots.embedding_series(path), snapshots.usable(path)
        steps = series.steps[usable]
        begin = 0 if first is None else int(np.searchsorted(steps, first))
        end = len(steps) if last is None else int(np.searchsorted(steps, last, side="right"))
        asked = np.arange(-(-begin // stride) * stride, end, stride)
        rows, _ = snapshots.shape(path)
        asked = asked[: max(1, POSITIONS_BYTES // max(1, rows * 12))]
        positions, shown = self._drawn(_Drawing(snapshots, path, basis, usable), asked, whole=stride == 1)
        header = {
            "run": snapshots.run,
            "embedding": path,
            "generation": snapshots.generation,
            "projection": str(projection),
            "basis_of": None if other is None else other.run,
            "basis": {
                "version": basis.version,
                "variance_ratios": list(basis.variance_ratios),
                "fitted_steps": list(basis.fitted_steps),
                "radius": basis.radius,
                "aligned": basis.aligned,
                "kept_ratio": basis.kept_ratio,
            },
            "total": len(usable),
            "first": begin,
        }
        arrays: dict[str, npt.NDArray[Any]] = {
            "steps": steps[asked],
            "wall_times": series.wall_times[usable][asked],
            "positions": positions,
            "variance_shown": shown,
            "range_steps": steps[begin : max(begin, end)],
        }
        return binary.encode(header, arrays)

    def _drawn(self, drawing: _Drawing, asked: Int64, *, whole: bool) -> tuple[Float32, Float32]:
        """positions float32 [T, R, 3] and share of variance float32 [T]. whole: `asked` leaves none out between, so
        that it may be drawn in the groups of the cache."""
        positions = np.empty((len(asked), drawing.rows, 3), np.float32)
        shown = np.empty(len(asked), np.float32)

        def put(found: tuple[Float32, Float32], group: Int64, wanted: Int64) -> None:
            begin, part = int(np.searchsorted(asked, wanted[0])), np.searchsorted(group, wanted)
            place = slice(begin, begin + len(wanted))
            positions[place], shown[place] = found[0][part], found[1][part]

        missing: list[tuple[Int64, Int64, str | None]] = []
        for group, wanted in _groups(asked, drawing.rows, drawing.total, whole):
            key = self._key(drawing, group)
            found = drawing.decoded(self._cache.read(key), len(group)) if self._cache and key else None
            if found is not None:
                put(found, group, wanted)
            elif key is None or 2 * len(wanted) < len(group):
                missing.append((wanted, wanted, None))
            else:
                missing.append((group, wanted, key))
        # All of them in one go: from a store, many snapshots cost little more to read than one.
        drawn = drawing.draw([group for group, _, _ in missing])
        for (group, wanted, key), found in zip(missing, drawn, strict=True):
            if self._cache and key:
                self._cache.write(key, binary.encode({}, {"positions": found[0], "shown": found[1]}))
            put(found, group, wanted)
        return positions, shown

    def _key(self, drawing: _Drawing, group: Int64) -> str | None:
        """None where it isn't worth it, or may not last: the basis of a run that grew under our eyes is of this life
        of the server, and the last group of one that goes on is not whole."""
        if not self._cache or drawing.basis.aligned or len(group) * drawing.rows * 12 < SMALLEST_CACHED_BYTES:
            return None
        mark = drawing.mark(group)
        return mark and f"{FORMAT} positions {drawing.basis_mark} {mark}"


@dataclass(frozen=True)
class _Drawing:
    """One embedding of one run on one basis. Snapshots are numbered by their place in `usable`."""

    snapshots: SnapshotReader
    path: str
    basis: Basis
    usable: Int64

    @property
    def rows(self) -> int:
        return self.snapshots.shape(self.path)[0]

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
        """Positions [T, R, 3] and share of variance [T] of each group, one after the other."""
        if not groups:
            return
        projector = Projector(self.basis)
        ordinals = self.usable[np.concatenate(groups)]
        snapshots = self.snapshots.embeddings(self.path, ordinals.tolist())
        for group in groups:
            positions = np.empty((len(group), self.rows, 3), np.float32)
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
        return (positions, shown) if positions.shape == (count, self.rows, 3) and shown.shape == (count,) else None


def _groups(asked: Int64, rows: int, total: int, whole: bool) -> Iterator[tuple[Int64, Int64]]:
    """(snapshots that stand together in the cache, those of them that are wanted)."""
    size = max(1, min(_MOST_CACHED, CACHED_BYTES // max(1, rows * 12)))
    if not whole:
        for at in range(0, len(asked), size):
            yield asked[at : at + size], asked[at : at + size]
        return
    for number in range(int(asked[0]) // size, int(asked[-1]) // size + 1) if len(asked) else ():
        group = np.arange(number * size, min((number + 1) * size, total))
        yield group, asked[(asked >= group[0]) & (asked <= group[-1])]
