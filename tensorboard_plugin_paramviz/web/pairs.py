"""Two embeddings of a run in one picture: on one basis, or each on its own and side by side."""

from __future__ import annotations

import threading
import zlib
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from tensorboard.errors import InvalidArgumentError

from tensorboard_plugin_paramviz.analysis.projection import Basis, Projector, log_spaced, measured
from tensorboard_plugin_paramviz.record import QuantizedRows
from tensorboard_plugin_paramviz.web.bases import REFIT_GROWTH, Bases, Projection
from tensorboard_plugin_paramviz.web.recorded import Recorded

Int64 = npt.NDArray[np.int64]

LAYOUTS = ("together", "apart")
#: Between two clouds side by side, of the mean of their widths.
GAP_RATIO = 0.15
#: A cloud's side is its outermost row, as long as that is no further out than so many of its radii: a single one that
#: has left the rest would push the other cloud out of sight.
_MOST_REACH_RADII = 2.0
#: Pairs kept.
_MOST_KEPT = 64


@dataclass(frozen=True)
class Placed:
    """One embedding of a picture: `usable` are its snapshots as ordinals in its series, and `shift` is added to the
    first of its positions' columns. basis: with the shares of variance of this embedding alone."""

    path: str
    usable: Int64
    basis: Basis
    shift: float = 0.0


@dataclass(frozen=True)
class Picture:
    """What is drawn. basis: what is said of the whole; only of one part, or of two together, are its directions those
    that they are drawn on."""

    recorded: Recorded
    basis: Basis
    parts: tuple[Placed, ...]


@dataclass(frozen=True)
class _Kept:
    same: tuple[int, ...]
    count: int
    picture: Picture


class Pairs:
    """Safe to call from many threads."""

    def __init__(self, bases: Bases) -> None:
        self._bases = bases
        self._lock = threading.Lock()
        self._kept: dict[tuple[str, ...], _Kept] = {}

    def picture(self, recorded: Recorded, projection: Projection, layout: str) -> Picture:
        """Of the two embeddings of `recorded`. Raises InvalidArgumentError for a layout that is none, and for two
        together of different dimensions. Cost: the fits, and reads up to 32 snapshots of each once more, the first
        time."""
        if layout not in LAYOUTS:
            shown = repr(layout if len(layout) <= 40 else layout[:40] + "…")
            raise InvalidArgumentError(f"argument 'layout' must be together or apart, not {shown}")
        bases = self._together(recorded, projection) if layout == "together" else self._own(recorded, projection)
        key = (recorded.run, *recorded.paths, str(projection), layout)
        same = (*recorded.same, *(basis.version for basis in bases))
        with self._lock:
            kept = self._kept.get(key)
        if kept is None or kept.same != same or len(recorded) >= kept.count * REFIT_GROWTH:
            make = _together if layout == "together" else _apart
            kept = _Kept(same, len(recorded), make(recorded, bases))
            with self._lock:
                self._kept.pop(key, None)
                while len(self._kept) >= _MOST_KEPT:
                    self._kept.pop(next(iter(self._kept)))
                self._kept[key] = kept
        # The same places, with the snapshots that have come since.
        parts = zip(kept.picture.parts, recorded.usable, strict=True)
        return Picture(recorded, kept.picture.basis, tuple(replace(part, usable=usable) for part, usable in parts))

    def _together(self, recorded: Recorded, projection: Projection) -> list[Basis]:
        widths = [recorded.snapshots.shape(path)[1] for path in recorded.paths]
        if len(set(widths)) > 1:
            both = " and ".join(f"{path!r} has {width:,}" for path, width in zip(recorded.paths, widths, strict=True))
            raise InvalidArgumentError(f"argument 'layout' can't be together, dimensions differ: {both}; ask for apart")
        return [self._bases.basis_of(recorded, projection)]

    def _own(self, recorded: Recorded, projection: Projection) -> list[Basis]:
        return [self._bases.basis(recorded.snapshots, path, projection) for path in recorded.paths]


def _together(recorded: Recorded, bases: list[Basis]) -> Picture:
    (basis,) = bases
    looked = log_spaced(len(recorded))
    parts = [
        Placed(path, usable, measured(basis, recorded.rows_of(path, looked)))
        for path, usable in zip(recorded.paths, recorded.usable, strict=True)
    ]
    return Picture(recorded, basis, tuple(parts))


def _apart(recorded: Recorded, bases: list[Basis]) -> Picture:
    """The first cloud to the left and the second to the right of the origin, which is the middle of both."""
    looked = log_spaced(len(recorded))
    paths = list(recorded.paths)
    sides = [_sides(recorded.rows_of(path, looked), basis) for path, basis in zip(paths, bases, strict=True)]
    (left, right), (begin, end) = sides
    gap = GAP_RATIO * (right - left + end - begin) / 2
    width = (right - left) + gap + (end - begin)
    shifts = (-width / 2 - left, width / 2 - end)
    reach = max(abs(shift) + basis.radius for shift, basis in zip(shifts, bases, strict=True))
    weights = np.array([recorded.snapshots.shape(path)[0] for path in paths], np.float64)
    dims = max(len(basis.variance_ratios) for basis in bases)
    ratios = np.zeros((2, dims))
    for at, basis in enumerate(bases):
        ratios[at, : len(basis.variance_ratios)] = basis.variance_ratios
    whole = replace(
        bases[0],
        variance_ratios=tuple(np.average(ratios, axis=0, weights=weights).tolist()),
        fitted_steps=tuple(sorted({step for basis in bases for step in basis.fitted_steps})),
        radius=reach,
        aligned=any(basis.aligned for basis in bases),
        version=zlib.crc32(repr(([basis.version for basis in bases], shifts)).encode()),
        kept_ratio=float(np.average([basis.kept_ratio for basis in bases], weights=weights)),
    )
    places = zip(paths, recorded.usable, bases, shifts, strict=True)
    return Picture(recorded, whole, tuple(Placed(*place) for place in places))


def _sides(snapshots: list[QuantizedRows], basis: Basis) -> tuple[float, float]:
    """Where a cloud begins and ends along the first direction, over all these snapshots."""
    projector, low, high = Projector(basis), 0.0, 0.0
    for rows in snapshots:
        along = projector.positions(rows)[:, 0].astype(np.float64)
        along = along[np.isfinite(along)]
        low, high = along.min(initial=low), along.max(initial=high)
    most = _MOST_REACH_RADII * basis.radius
    return max(-most, float(low)), min(most, float(high))
