"""Columnar series that only grow: one per tag and file. 32 bytes per indexed value, 20 per scalar point."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, ClassVar, NamedTuple

import numpy as np
import numpy.typing as npt

from tensorboard_plugin_paramviz.reader.event_walk import ValueSpan
from tensorboard_plugin_paramviz.record.names import basis_named_in, check_format

Int64 = npt.NDArray[np.int64]
_FIRST_ROOM = 8


class StepColumn:
    """Steps that rise strictly. A step that goes back (a restart within a file) voids what it repeats, as TensorBoard's
    loader does: the newest record of a step counts.

    The arrays handed out are views of what there is so far and never change: growth goes on behind their end, and after
    a step that goes back in a copy. version: raised by each such step.
    """

    _KINDS: ClassVar[tuple[str, ...]] = ("<i8", "<f8")

    def __init__(self) -> None:
        self._arrays: list[npt.NDArray[Any]] = [np.empty(_FIRST_ROOM, kind) for kind in self._KINDS]
        self._count = 0
        self._last_step = 0
        self.version = 0

    def __len__(self) -> int:
        return self._count

    @property
    def steps(self) -> Int64:
        return self._view(0)

    @property
    def wall_times(self) -> npt.NDArray[np.float64]:
        return self._view(1)

    def truncate(self, step: int) -> int:
        """Drop everything from `step` on; how many points went. Cost: a copy of the rest, if any went."""
        keep = int(np.searchsorted(self.steps, step))
        gone = self._count - keep
        if gone:
            self._arrays = [array[: max(keep, _FIRST_ROOM)].copy() for array in self._arrays]
            self._count = keep
            self._last_step = int(self._arrays[0][keep - 1]) if keep else 0
            self.version += 1
        return gone

    def _append(self, step: int, *rest: float) -> bool:
        """Add a row; True where earlier ones were voided."""
        voided = self._count > 0 and step <= self._last_step
        if voided:
            self.truncate(step)
        at = self._count
        if at == len(self._arrays[0]):
            self._arrays = [np.concatenate([array, np.empty(at // 2, array.dtype)]) for array in self._arrays]
        for array, value in zip(self._arrays, (step, *rest), strict=True):
            array[at] = value
        self._count = at + 1
        self._last_step = step
        return voided

    def _view(self, number: int) -> npt.NDArray[Any]:
        return self._arrays[number][: self._count]


class ScalarColumn(StepColumn):
    _KINDS = ("<i8", "<f8", "<f4")

    @property
    def values(self) -> npt.NDArray[np.float32]:
        return self._view(2)

    def append(self, step: int, wall_time: float, value: float) -> bool:
        with np.errstate(over="ignore"):  # a double that no float32 holds is infinite
            return self._append(step, wall_time, value)


@lru_cache(maxsize=1024)
def basis_of(content: bytes) -> int:
    """Identity of the basis named in the `plugin_data.content` of a value, -1 = none. Raises ValueError where that is
    of a format which this version doesn't read, or names no basis."""
    check_format(content)
    named = basis_named_in(content)
    return -1 if named is None else named


class Form(NamedTuple):
    """What most tensors of a tag have in common. basis: identity of the basis that each is, or is written in, -1 =
    none."""

    dtype: int
    shape: tuple[int, ...]
    length: int
    basis: int


class ValueColumn(StepColumn):
    """Where the tensors of one tag stand in one file. offsets: bytes from the start of the file. crcs: CRC-32C of each
    tensor's bytes. forms: numbers in `known_forms`."""

    _KINDS = ("<i8", "<f8", "<i8", "<i4", "<u4")

    def __init__(self) -> None:
        super().__init__()
        self.known_forms: list[Form] = []
        self._numbers: dict[Form, int] = {}

    @property
    def offsets(self) -> Int64:
        return self._view(2)

    @property
    def forms(self) -> npt.NDArray[np.int32]:
        return self._view(3)

    @property
    def crcs(self) -> npt.NDArray[np.uint32]:
        return self._view(4)

    def append(self, step: int, wall_time: float, record_offset: int, span: ValueSpan) -> bool:
        form = Form(span.dtype, span.shape, span.length, basis_of(span.content))
        number = self._numbers.setdefault(form, len(self.known_forms))
        if number == len(self.known_forms):
            self.known_forms.append(form)
        return self._append(step, wall_time, record_offset + span.offset, number, span.crc)
