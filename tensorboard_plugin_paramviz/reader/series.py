"""Places of one tag's tensors through a run, joined of what the columns of its files lend."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tensorboard_plugin_paramviz.reader.columns import Form, Int64, ValueColumn
from tensorboard_plugin_paramviz.reader.joining import join, rising
from tensorboard_plugin_paramviz.reader.places import Place

Float64 = npt.NDArray[np.float64]


@dataclass(frozen=True)
class ValueSeries:
    """Places of one tag's tensors through the run. All arrays [T]; files index `paths`, forms index `known_forms`:
    what most have in common is held once. suspects: where to put the path of a file that is no longer what it was."""

    steps: Int64
    wall_times: Float64
    files: Int64
    offsets: Int64
    crcs: npt.NDArray[np.uint32]
    forms: npt.NDArray[np.int32]
    known_forms: list[Form]
    paths: list[str]
    suspects: set[str]

    @property
    def shape(self) -> tuple[int, ...] | None:
        """Of the newest file's last tensor, which is what its model record speaks of; None where there is none."""
        return self.form(self.newest).shape if len(self.files) else None

    @property
    def newest(self) -> int:
        """Ordinal of the newest file's last tensor, of at least one."""
        if len(self.paths) == 1:
            return len(self.files) - 1
        return int(np.flatnonzero(self.files == self.files.max())[-1])

    def form(self, ordinal: int) -> Form:
        return self.known_forms[int(self.forms[ordinal])]

    def place(self, ordinal: int) -> Place:
        path = self.paths[int(self.files[ordinal])]
        return Place(path, int(self.offsets[ordinal]), self.form(ordinal).length, int(self.crcs[ordinal]))

    @property
    def lengths(self) -> Int64:
        return np.array([form.length for form in self.known_forms], np.int64)[self.forms]

    @property
    def dtypes(self) -> Int64:
        return np.array([form.dtype for form in self.known_forms], np.int64)[self.forms]

    @property
    def bases(self) -> Int64:
        """Identity of the basis that each is written in, -1 = none."""
        return np.array([form.basis for form in self.known_forms], np.int64)[self.forms]

    @property
    def shapes(self) -> list[tuple[int, ...]]:
        known = [form.shape for form in self.known_forms]
        return [known[form] for form in self.forms.tolist()]


class Lent(NamedTuple):
    """The leading points of a column as they stand, all arrays [T]."""

    steps: Int64
    wall_times: Float64
    offsets: Int64
    crcs: npt.NDArray[np.uint32]
    forms: npt.NDArray[np.int32]
    known_forms: list[Form]


def lend(column: ValueColumn, keep: int) -> Lent:
    return Lent(
        column.steps[:keep],
        column.wall_times[:keep],
        column.offsets[:keep],
        column.crcs[:keep],
        column.forms[:keep],
        column.known_forms[:],
    )


class LaterSeries:
    """A series that is joined the first time it is looked at. count: points at the most, 0 only where it has none."""

    def __init__(self, count: int, join_now: Callable[[], ValueSeries]) -> None:
        self.count = count
        self._join_now = join_now

    @cached_property
    def series(self) -> ValueSeries:
        return self._join_now()


def joined(parts: list[Lent], paths: list[str], suspects: set[str]) -> ValueSeries:
    """One series of what several columns lend, in the order of their files. Cost: a copy, but of a single one
    nothing."""
    order = rising([part.steps for part in parts])
    forms: list[npt.NDArray[np.int32]] = []
    known: list[Form] = []
    for part in parts:
        forms.append(part.forms + np.int32(len(known)) if known else part.forms)
        known += part.known_forms
    files = [np.broadcast_to(np.int64(number), len(part.steps)) for number, part in enumerate(parts)]
    return ValueSeries(
        steps=join([part.steps for part in parts], np.int64)[order],
        wall_times=join([part.wall_times for part in parts], np.float64)[order],
        files=join(files, np.int64)[order],
        offsets=join([part.offsets for part in parts], np.int64)[order],
        crcs=join([part.crcs for part in parts], np.uint32)[order],
        forms=join(forms, np.int32)[order],
        known_forms=known,
        paths=paths,
        suspects=suspects,
    )
