"""Reads back what is small and has one tensor a snapshot: statistics, probe, geometry, learning rates."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from tensorboard_plugin_paramviz.reader.places import MissingError, Place, read_places
from tensorboard_plugin_paramviz.reader.run_index import Float64, Int64, RunIndex
from tensorboard_plugin_paramviz.reader.snapshots import BATCH_PLACES, tensor
from tensorboard_plugin_paramviz.record.summary import NUMPY_DTYPES, decode_array

Float32 = npt.NDArray[np.float32]


class Figures:
    """One tag of one run as it stood when this was made; make it under the index's lock.

    Of the snapshots whose tensors have `dims` dimensions and the shape of the newest such: `steps` int64 [T],
    `wall_times` float64 [T], `shape` (none where T is 0). Others are of an earlier model, or no tensors.
    """

    def __init__(self, run: RunIndex, tag: str, dims: int) -> None:
        series = run.values(tag)
        sound = [
            (kind := NUMPY_DTYPES.get(form.dtype)) is not None
            and len(form.shape) == dims
            and math.prod(form.shape) * kind.itemsize == form.length > 0
            for form in series.known_forms
        ]
        fit = np.flatnonzero(np.array(sound, bool)[series.forms])
        newest = (
            max(fit.tolist(), key=lambda at: (series.files[at], at), default=None)
            if len(series.paths) > 1
            else (int(fit[-1]) if len(fit) else None)
        )
        self.shape: tuple[int, ...] = () if newest is None else series.form(newest).shape
        same = [one and form.shape == self.shape for one, form in zip(sound, series.known_forms, strict=True)]
        self._usable = np.flatnonzero(np.array(same, bool)[series.forms])
        self._series = series
        self.steps: Int64 = series.steps[self._usable]
        self.wall_times: Float64 = series.wall_times[self._usable]

    def read(self, at: int) -> Float32:
        """The tensor of the snapshot `steps[at]`. Raises MissingError. Cost: an open, a read, a close."""
        return tensor(self._series, int(self._usable[at])).astype(np.float32)

    def read_all(self) -> Float32:
        """Float32 [T, *shape] of every snapshot, NaN where one can't be read. Cost: an open and a read for each file
        and neighbourhood of 512 snapshots; 10,000 of a few numbers in 0.1 s."""
        found = np.full((len(self.steps), *self.shape), np.nan, np.float32)
        for begin in range(0, len(found), BATCH_PLACES):
            places = [self._series.place(ordinal) for ordinal in self._usable[begin : begin + BATCH_PLACES]]
            try:
                contents: list[bytes | None] = list(read_places(places, self._series.suspects))
            except MissingError:
                contents = [self._one(place) for place in places]
            for row, content in enumerate(contents, begin):
                if content is not None:
                    form = self._series.form(int(self._usable[row]))
                    found[row] = decode_array(content, form.dtype, form.shape).astype(np.float32)
        return found

    def _one(self, place: Place) -> bytes | None:
        try:
            return read_places([place], self._series.suspects)[0]
        except MissingError:
            return None
