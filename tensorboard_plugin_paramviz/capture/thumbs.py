"""What the matrices look like: a small picture of each, from some entries of every cell of it."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from tensorboard_plugin_paramviz.capture.layers import Layers
from tensorboard_plugin_paramviz.capture.sampling import flat
from tensorboard_plugin_paramviz.record import ThumbInfo

Float32 = npt.NDArray[np.float32]

#: Cells of one picture at most, and of all together; of very many matrices the first ones.
MOST_CELLS, ALL_CELLS, MOST_THUMBS = 2_048, 48_000, 1_500
#: Of each cell, so many of its lines and so many entries side by side in each are looked at.
_LINES, _RUN = 2, 4
#: Bytes beside the cells: names and metadata, and the two ends of each scale.
_FIXED_BYTES, _EACH_BYTES = 400, 8


class Thumbs:
    """Of the matrices of one model. Parameters are numbered as the plan's slots are."""

    def __init__(self, layers: Layers, parameters: Sequence[Tensor], room: int) -> None:
        """room: bytes that the pictures may take in a snapshot; where it is too small for a few cells of each matrix
        there are none."""
        matrices = _matrices(layers, parameters)[:MOST_THUMBS]
        room = min(ALL_CELLS, room - _FIXED_BYTES - _EACH_BYTES * len(matrices))
        most = min(MOST_CELLS, room // max(1, len(matrices)))
        grids = [] if most < 16 else [_grid(*shape, most) for _, _, shape in matrices]
        self.infos = tuple(ThumbInfo(m[0], *grid) for m, grid in zip(matrices, grids, strict=False))
        #: Of each picture: the parameter it is of.
        self.parameters = [parameter for _, parameter, _ in matrices[: len(grids)]]
        self._shapes = [shape for _, _, shape in matrices[: len(grids)]]
        self._places: dict[tuple[int, torch.device], Tensor] = {}

    @property
    def counts(self) -> list[int]:
        return [info.rows * info.columns for info in self.infos]

    @property
    def bytes(self) -> int:
        """In a snapshot that carries them."""
        return 0 if not self.infos else sum(self.counts) + _EACH_BYTES * len(self.infos) + _FIXED_BYTES

    def entries(self, number: int, parameter: Tensor) -> Tensor:
        """What picture `number` is made of: [cells * 8], a copy. Cost: two lines of the cache for each cell, 0.1 ms for
        a picture of 2,048; the places take 8 bytes for each entry, on the parameter's device."""
        key = (number, parameter.device)
        if key not in self._places:
            info = self.infos[number]
            turned = not parameter.is_contiguous() and parameter.ndim == 2 and parameter.t().is_contiguous()
            places = _places(*self._shapes[number], info.rows, info.columns, turned)
            self._places[key] = torch.from_numpy(places).to(parameter.device)
        return flat(parameter).index_select(0, self._places[key])

    def cells(self, entries: Sequence[Float32]) -> Float32:
        """Root mean square of each cell, [C], from the entries of each picture."""
        with np.errstate(over="ignore", invalid="ignore"):
            sizes = [
                np.sqrt(np.square(part.reshape(-1, _LINES * _RUN), dtype=np.float64).mean(axis=1)) for part in entries
            ]
        return np.concatenate(sizes).astype(np.float32) if sizes else np.zeros(0, np.float32)


def _matrices(layers: Layers, parameters: Sequence[Tensor]) -> list[tuple[int, int, tuple[int, int]]]:
    """(layer, parameter, [rows, columns]) of each layer whose largest parameter is a matrix."""
    found: dict[int, tuple[int, int, tuple[int, int]]] = {}
    for number, (slot, parameter) in enumerate(zip(layers.slots, parameters, strict=True)):
        shape = tuple(parameter.shape)
        usual = parameter.ndim == 2 and parameter.is_floating_point() and parameter.dtype.itemsize > 1
        if usual and min(shape) > 1 and shape == layers.infos[slot.layer].shape:
            found[slot.layer] = (slot.layer, number, (shape[0], shape[1]))
    return [found[layer] for layer in sorted(found)]


def _grid(rows: int, columns: int, most: int) -> tuple[int, int]:
    """Cells down and across, at most `most`, none smaller than an entry, in about the matrix's proportions."""
    if rows * columns <= most:
        return rows, columns
    down = min(rows, most, max(1, int(sqrt(most * rows / columns))))
    return down, max(1, min(columns, most // down))


def _places(rows: int, columns: int, down: int, across: int, turned: bool) -> npt.NDArray[np.int64]:
    """Of the entries looked at, in the order of the memory: [down * across * 8]. Cells lie row by row. turned: the
    memory goes down the columns, as of a matrix that was transposed.

    Lines and the beginnings of runs are drawn at random in each cell, the same for the same shape: at a fixed place a
    regular pattern of the matrix would be seen as one of its thumbnail.
    """
    random = np.random.default_rng(0)
    if turned:
        places = _places(columns, rows, across, down, turned=False)
        return np.ascontiguousarray(places.reshape(across, down, -1).transpose(1, 0, 2)).reshape(-1)
    top, left = (np.arange(count + 1) * size // count for count, size in ((down, rows), (across, columns)))
    height, width = np.diff(top), np.diff(left)  # [down], [across]
    lines = top[:-1, None, None] + (random.random((down, across, _LINES)) * height[:, None, None]).astype(np.int64)
    spare = np.maximum(0, width - _RUN)
    begin = left[:-1, None] + (random.random((down, across, _LINES)) * (spare[:, None] + 1)).astype(np.int64)
    # [across, run]; in a narrow cell some entries count twice
    along = np.minimum(np.arange(_RUN), np.maximum(0, width - 1)[:, None])
    found: npt.NDArray[np.int64] = lines[..., None] * columns + begin[..., None] + along[None, :, None, :]
    return found.reshape(-1)
