"""The reply of `costs`: what the capture itself took from the training."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from tensorboard_plugin_paramviz.reader.figures import Figures
from tensorboard_plugin_paramviz.record.names import SELF_COLUMNS


def costs_of(figures: Figures) -> dict[str, npt.NDArray[Any]]:
    """Arrays of the reply, from the run's `paramviz/self`: a column each, NaN where a snapshot can't be read or was
    written with fewer. Cost: that of `Figures.read_all`."""
    values = figures.read_all() if len(figures.steps) else np.zeros((0, 0), np.float32)
    columns = np.full((len(SELF_COLUMNS), len(figures.steps)), np.nan, np.float32)
    known = min(len(SELF_COLUMNS), values.shape[1])
    columns[:known] = values[:, :known].T
    return {
        "steps": figures.steps,
        "wall_times": figures.wall_times,
        **dict(zip(SELF_COLUMNS, columns, strict=True)),
    }
