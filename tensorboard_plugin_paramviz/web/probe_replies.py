"""The reply of `probe`: what each block did with one fixed batch, through the run."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from tensorboard_plugin_paramviz.reader.figures import Figures
from tensorboard_plugin_paramviz.record import ModelRecord
from tensorboard_plugin_paramviz.record.names import PROBE_STATS


def probe_of(figures: Figures, model: ModelRecord) -> tuple[dict[str, Any], dict[str, npt.NDArray[Any]]]:
    """Header and arrays of the reply, from the run's `paramviz/probe` [B, A]. Empty where nothing was measured, or
    where it was of other blocks than the model record tells of. Cost: that of `Figures.read_all`."""
    blocks = sorted({layer.block for layer in model.layers if layer.block is not None})
    width = len(PROBE_STATS)
    header = {"blocks": blocks, "stats": list(PROBE_STATS)}
    if not len(figures.steps) or figures.shape[0] != len(blocks):
        nothing = np.zeros((0, len(blocks), width), np.float32)
        return header, {"steps": figures.steps[:0], "wall_times": figures.wall_times[:0], "probe": nothing}
    values = figures.read_all()  # [T, B, A]
    known = np.full((len(values), len(blocks), width), np.nan, np.float32)
    columns = min(width, values.shape[2])  # of a later version there may be more
    known[:, :, :columns] = values[:, :, :columns]
    return header, {"steps": figures.steps, "wall_times": figures.wall_times, "probe": known}
