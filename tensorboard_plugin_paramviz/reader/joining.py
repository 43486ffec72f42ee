"""Columns of several files as one series, and how to know that it need not be made again."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from tensorboard_plugin_paramviz.reader.columns import Int64, StepColumn


def state(parts: Sequence[tuple[object, StepColumn, int]]) -> list[Any]:
    """What a series of these parts is made of: the same until anything is added or goes."""
    return [(column, keep, column.version) for _, column, keep in parts]


def same_state(one: Any, other: Any) -> bool:
    """Lists and tuples by what is in them, numbers by value, all else by being the same object."""
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(same_state, one, other))
    return one is other or (isinstance(one, int | str) and one == other)


def join(parts: list[npt.NDArray[Any]], dtype: type) -> npt.NDArray[Any]:
    """One array of columns; a single one, as nearly always, isn't copied."""
    if len(parts) == 1:
        return parts[0]
    return np.concatenate(parts) if parts else np.empty(0, dtype)


def rising(parts: list[Int64]) -> Int64 | slice:
    """What puts joined steps in order: of a step that stands there twice, the last. A single column, and files that
    were written one after the other, are in order already."""
    if len(parts) < 2 or all(one[-1] < other[0] for one, other in pairwise(part for part in parts if len(part))):
        return slice(None)
    steps = np.concatenate(parts)
    _, last = np.unique(steps[::-1], return_index=True)
    return len(steps) - 1 - last
