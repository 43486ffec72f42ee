"""Columnar series that only grow: one per tag and file. 53 bytes per indexed value, 20 per scalar point."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from dataclasses import dataclass, field

from tensorboard_plugin_paramviz.reader.event_walk import ValueSpan
from tensorboard_plugin_paramviz.record.names import basis_named_in


@dataclass
class StepColumn:
    """Steps that rise strictly. A step that goes back (a restart within a file) voids what it repeats, as TensorBoard's
    loader does: the newest record of a step counts."""

    steps: array[int] = field(default_factory=lambda: array("q"))
    wall_times: array[float] = field(default_factory=lambda: array("d"))

    def __len__(self) -> int:
        return len(self.steps)

    def append_step(self, step: int, wall_time: float) -> bool:
        """Add a step; True where earlier ones were voided."""
        voided = bool(self.steps) and step <= self.steps[-1]
        if voided:
            self.truncate(step)
        self.steps.append(step)
        self.wall_times.append(wall_time)
        return voided

    def truncate(self, step: int) -> int:
        """Drop everything from `step` on; how many points went."""
        keep = bisect_left(self.steps, step)
        gone = len(self.steps) - keep
        for column in self._columns():
            del column[keep:]
        return gone

    def _columns(self) -> list[array[int] | array[float] | list[tuple[int, ...]]]:
        return [self.steps, self.wall_times]


@dataclass
class ScalarColumn(StepColumn):
    values: array[float] = field(default_factory=lambda: array("f"))

    def append(self, step: int, wall_time: float, value: float) -> bool:
        voided = self.append_step(step, wall_time)
        self.values.append(value)
        return voided

    def _columns(self) -> list[array[int] | array[float] | list[tuple[int, ...]]]:
        return [*super()._columns(), self.values]


@dataclass
class ValueColumn(StepColumn):
    """Where the tensors of one tag stand in one file. offsets: bytes from the start of the file. bases: identity of the
    basis that each is, or is written in, -1 = none."""

    offsets: array[int] = field(default_factory=lambda: array("q"))
    lengths: array[int] = field(default_factory=lambda: array("q"))
    dtypes: array[int] = field(default_factory=lambda: array("b"))
    bases: array[int] = field(default_factory=lambda: array("q"))
    shapes: list[tuple[int, ...]] = field(default_factory=list)

    def append(self, step: int, wall_time: float, record_offset: int, span: ValueSpan) -> bool:
        voided = self.append_step(step, wall_time)
        self.offsets.append(record_offset + span.offset)
        self.lengths.append(span.length)
        self.dtypes.append(span.dtype)
        self.bases.append(-1 if (named := basis_named_in(span.content)) is None else named)
        # Most shapes of a tag are the same: keep one object.
        self.shapes.append(self.shapes[-1] if self.shapes and self.shapes[-1] == span.shape else span.shape)
        return voided

    def _columns(self) -> list[array[int] | array[float] | list[tuple[int, ...]]]:
        return [*super()._columns(), self.offsets, self.lengths, self.dtypes, self.bases, self.shapes]
