"""How far rows have come since the run's first step."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tensorboard_plugin_paramviz.analysis.one_thread import multiply
from tensorboard_plugin_paramviz.analysis.row_sample import BLOCK_ROWS, Span
from tensorboard_plugin_paramviz.record import QuantizedRows

Float32 = npt.NDArray[np.float32]


def displacements(first: QuantizedRows, now: QuantizedRows) -> Float32:
    """float32 [R]: the distance of each row from where it was, in the whole space and the rows' own unit; NaN where it
    was not finite at either. Of rows written in a basis: the distance between their projections. Both have the same
    rows and dimensions, else ValueError. Cost: R x D, of rows in a basis R x d², in two of them R x d x D."""
    if len(first.scale) != len(now.scale) or first.width != now.width:
        raise ValueError(f"{len(first.scale)} x {first.width} rows then, {len(now.scale)} x {now.width} now")
    shared = first.directions is now.directions and now.directions is not None
    turn = Span(now.directions).turn if shared and now.directions is not None else None
    distances = np.empty(len(now.scale), np.float32)
    for at in range(0, len(distances), BLOCK_ROWS):
        block = slice(at, at + BLOCK_ROWS)
        apart = _values(now[block], turn) - _values(first[block], turn)  # [r, D or d]
        squares = np.einsum("rd,rd->r", apart, apart, dtype=np.float64)
        distances[block] = np.sqrt(squares)
    return distances


def _values(rows: QuantizedRows, turn: Float32 | None) -> Float32:
    values = rows.values.astype(np.float32)
    if turn is not None:
        values = multiply(values, turn)
    elif rows.directions is not None:
        values = multiply(values, rows.directions)
    scaled: Float32 = values * rows.scale[:, None]
    return scaled
