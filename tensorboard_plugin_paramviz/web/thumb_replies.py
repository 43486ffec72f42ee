"""The reply of `thumbs`: what the matrices looked like at a step."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from tensorboard_plugin_paramviz.reader import MissingError
from tensorboard_plugin_paramviz.reader.figures import Figures
from tensorboard_plugin_paramviz.record import ModelRecord, ThumbInfo, decode_thumbs


def thumbs_at(
    run: str, generation: int, model: ModelRecord, levels: Figures, ranges: Figures, step: int | None
) -> tuple[dict[str, Any], dict[str, npt.NDArray[Any]]]:
    """Header and arrays of the thumbnails at or before `step`, None = the last; before the first, the first. levels,
    ranges: the run's two tags. Where none was recorded, or they are of another model than the record's, there are no
    cells. Raises MissingError where what stands there can't be read. Cost: two reads."""
    counts = [info.rows * info.columns for info in model.thumbs]
    header: dict[str, Any] = {"run": run, "generation": generation, "step": None, "thumbs": []}
    arrays: dict[str, npt.NDArray[Any]] = {"cells": np.zeros(0, np.float32), "steps": np.zeros(0, np.int64)}
    if not counts or levels.shape != (sum(counts),) or ranges.shape != (len(counts), 2):
        return header, arrays
    arrays["steps"] = levels.steps
    at = len(levels.steps) - 1 if step is None else int(np.searchsorted(levels.steps, step, side="right")) - 1
    at = max(0, at)
    found = int(levels.steps[at])
    beside = int(np.searchsorted(ranges.steps, found))
    if beside == len(ranges.steps) or ranges.steps[beside] != found:
        raise MissingError(f"the scales of the thumbnails of run {run!r} at step {found} could not be read")
    cells = decode_thumbs(levels.read(at).astype(np.uint8), ranges.read(beside), counts)
    header |= {"step": found, "thumbs": [_grid(info) for info in model.thumbs]}
    return header, arrays | {"cells": cells}


def _grid(info: ThumbInfo) -> dict[str, int]:
    return {"layer": info.layer, "rows": info.rows, "columns": info.columns}
