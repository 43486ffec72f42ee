"""The reply of `positions`: snapshots drawn on a basis, from the cache where they were drawn before."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
from tensorboard.errors import InvalidArgumentError

from tensorboard_plugin_paramviz.reader import SnapshotReader
from tensorboard_plugin_paramviz.web import binary
from tensorboard_plugin_paramviz.web.arguments import Arguments
from tensorboard_plugin_paramviz.web.bases import Bases, Projection
from tensorboard_plugin_paramviz.web.drawing import Drawing
from tensorboard_plugin_paramviz.web.pairs import Pairs, Picture, Placed
from tensorboard_plugin_paramviz.web.projection_cache import FORMAT, ProjectionCache
from tensorboard_plugin_paramviz.web.recorded import Recorded

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
        self._pairs = Pairs(bases)
        self._cache = cache

    def reply(self, snapshots: SnapshotReader, arguments: Arguments, other: SnapshotReader | None) -> bytes:
        """PVZ1 with a `PositionsHeader`. other: the run whose basis is used. Raises TensorBoard's errors, MissingError.
        Cost: reads each snapshot asked for and R x D x 3 multiplications of it, 0.6 ms of 5,000 rows x 64; from the
        cache a tenth."""
        first, last = arguments.step("from"), arguments.step("to")
        stride = arguments.integer("stride", 1, 1, 1_000_000) or 1
        projection = Projection.of(arguments.optional_text("projection"))
        if other is not None and other.run == snapshots.run:
            other = None
        picture = self._picture(snapshots, arguments, projection, other)
        recorded, basis = picture.recorded, picture.basis
        begin = 0 if first is None else int(np.searchsorted(recorded.steps, first))
        end = len(recorded) if last is None else int(np.searchsorted(recorded.steps, last, side="right"))
        asked = np.arange(-(-begin // stride) * stride, end, stride)
        drawings = [Drawing(snapshots, part.path, part.basis, part.usable) for part in picture.parts]
        rows, dims = sum(drawing.rows for drawing in drawings), max(drawing.dims for drawing in drawings)
        asked = asked[: max(1, POSITIONS_BYTES // max(1, rows * dims * 4))]
        positions = np.zeros((len(asked), rows, dims), np.float32)
        shown = np.empty((len(drawings), len(asked)), np.float32)
        at = 0
        for number, (drawing, part) in enumerate(zip(drawings, picture.parts, strict=True)):
            place = positions[:, at : at + drawing.rows, : drawing.dims]
            self._drawn(drawing, asked, place, shown[number], whole=stride == 1)
            place[:, :, 0] += np.float32(part.shift)
            at += drawing.rows
        header = {
            "run": snapshots.run,
            "embedding": recorded.paths[0],
            "generation": snapshots.generation,
            "projection": str(projection),
            "dims": dims,
            "basis_of": None if other is None else other.run,
            "basis": {
                "version": basis.version,
                "variance_ratios": list(basis.variance_ratios),
                "fitted_steps": list(basis.fitted_steps),
                "radius": basis.radius,
                "aligned": basis.aligned,
                "kept_ratio": basis.kept_ratio,
            },
            "parts": [
                {
                    "embedding": drawing.path,
                    "rows": drawing.rows,
                    "variance_ratios": list(drawing.basis.variance_ratios),
                }
                for drawing in drawings
            ],
            "total": len(recorded),
            "first": begin,
        }
        arrays: dict[str, npt.NDArray[Any]] = {
            "steps": recorded.steps[asked],
            "wall_times": recorded.wall_times[asked],
            "positions": positions,
            "variance_shown": _mean_share(shown, [drawing.rows for drawing in drawings]),
            "range_steps": recorded.steps[begin : max(begin, end)],
        }
        return binary.encode(header, arrays)

    def _picture(
        self, snapshots: SnapshotReader, arguments: Arguments, projection: Projection, other: SnapshotReader | None
    ) -> Picture:
        path, beside = arguments.text("embedding"), arguments.optional_text("with")
        layout = arguments.optional_text("layout")
        if beside is None:
            if layout is not None:
                raise InvalidArgumentError("argument 'layout' says how two embeddings stand: it needs 'with'")
            bases = self._bases
            basis = (
                bases.shared(snapshots, path, other, projection) if other else bases.basis(snapshots, path, projection)
            )
            recorded = Recorded(snapshots, path)
            return Picture(recorded, basis, (Placed(path, recorded.usable[0], basis),))
        if other is not None:
            raise InvalidArgumentError("arguments 'with' and 'basis_of' can't both be given")
        if beside == path:
            raise InvalidArgumentError("argument 'with' must be another embedding than 'embedding'")
        return self._pairs.picture(Recorded(snapshots, path, beside), projection, layout or "together")

    def _drawn(self, drawing: Drawing, asked: Int64, positions: Float32, shown: Float32, *, whole: bool) -> None:
        """Fills positions float32 [T, R, dims] and shares of variance float32 [T]. whole: `asked` leaves none out
        between, so that it may be drawn in the groups of the cache."""

        def put(found: tuple[Float32, Float32], group: Int64, wanted: Int64) -> None:
            begin, part = int(np.searchsorted(asked, wanted[0])), np.searchsorted(group, wanted)
            place = slice(begin, begin + len(wanted))
            positions[place], shown[place] = found[0][part], found[1][part]

        missing: list[tuple[Int64, Int64, str | None]] = []
        for group, wanted in _groups(asked, drawing.bytes, drawing.total, whole):
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

    def _key(self, drawing: Drawing, group: Int64) -> str | None:
        """None where it isn't worth it, or may not last: the basis of a run that grew under our eyes is of this life
        of the server, and the last group of one that goes on is not whole."""
        if not self._cache or drawing.basis.aligned or len(group) * drawing.bytes < SMALLEST_CACHED_BYTES:
            return None
        mark = drawing.mark(group)
        return mark and f"{FORMAT} positions {drawing.basis_mark} {mark}"


def _mean_share(shown: Float32, rows: list[int]) -> Float32:
    """Of shares [P, T] of each part the mean with the weight of its rows, of those that are numbers, float32 [T]."""
    weights = np.where(np.isfinite(shown), np.array(rows, np.float64)[:, None], 0)
    total = weights.sum(axis=0)
    summed = (np.nan_to_num(shown) * weights).sum(axis=0)
    mean = np.full(len(total), np.nan, np.float32)
    np.divide(summed, total, out=mean, where=total > 0, casting="same_kind")
    return mean


def _groups(asked: Int64, snapshot_bytes: int, total: int, whole: bool) -> Iterator[tuple[Int64, Int64]]:
    """(snapshots that stand together in the cache, those of them that are wanted)."""
    size = max(1, min(_MOST_CACHED, CACHED_BYTES // max(1, snapshot_bytes)))
    if not whole:
        for at in range(0, len(asked), size):
            yield asked[at : at + size], asked[at : at + size]
        return
    for number in range(int(asked[0]) // size, int(asked[-1]) // size + 1) if len(asked) else ():
        group = np.arange(number * size, min((number + 1) * size, total))
        yield group, asked[(asked >= group[0]) & (asked <= group[-1])]
