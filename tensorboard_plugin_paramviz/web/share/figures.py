"""What a file keeps that is of no single embedding: statistics, scalars, thumbnails."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from tensorboard_plugin_paramviz.analysis.decimation import keep_extremes
from tensorboard_plugin_paramviz.reader import MissingError, RunIndex, SnapshotReader
from tensorboard_plugin_paramviz.reader.figures import Figures
from tensorboard_plugin_paramviz.record import ModelRecord
from tensorboard_plugin_paramviz.web.curves import likely_curves
from tensorboard_plugin_paramviz.web.heat import HELD_BELOW, LINEAR
from tensorboard_plugin_paramviz.web.share.packing import short_floats

Int64 = npt.NDArray[np.int64]
Float32 = npt.NDArray[np.float32]
Arrays = dict[str, npt.NDArray[Any]]
Part = tuple[dict[str, Any], Arrays]

#: Points of the loss, of any other curve, and curves.
LOSS_POINTS, CURVE_POINTS, MOST_CURVES = 8_000, 2_000, 40
#: Cells of thumbnails over all steps that keep them.
MOST_CELLS = 600_000
#: Values read at a time.
_READ_BYTES = 16 << 20


def statistics(snapshots: SnapshotReader, model: ModelRecord, kept: Int64) -> Part:
    """All statistics at the kept steps. A statistic that isn't measured in each snapshot stands at the first
    kept snapshot at or after which it was: the last of the measurements between two kept ones.
    Cost: reads all statistics of the run once; memory that of the kept ones, three times."""
    layers, stats = len(model.layers), len(model.stats)
    header = {
        "layers": [layer.path for layer in model.layers],
        "stats": list(model.stats),
        "log": [stat not in LINEAR for stat in model.stats],
    }
    if snapshots.stats_shape != (layers, stats):
        kept = kept[:0]
    kept = np.intersect1d(kept, snapshots.stats_steps) if len(kept) else kept
    exact, carried = (np.full((len(kept), layers, stats), np.nan, np.float32) for _ in range(2))
    wall_times = np.zeros(len(kept), np.float64)
    finite = np.zeros((layers, stats), np.int64)
    seen, count, at, first = np.full((layers, stats), np.nan, np.float32), 0, 0, None
    while at < len(kept):
        steps, walls, values = snapshots.stats(first, int(kept[-1]), _READ_BYTES)
        for step, wall, one in zip(steps.tolist(), walls, values, strict=True):
            known = np.isfinite(one)
            finite += known
            count += 1
            seen = np.where(known, one, seen)
            if step == kept[at]:
                exact[at], carried[at], wall_times[at] = one, seen, wall
                seen = np.full_like(seen, np.nan)
                at += 1
        first = int(steps[-1]) + 1
    sparse = (finite > 0) & (finite < HELD_BELOW * count)
    values = np.where(sparse, carried, exact)
    turned = values.transpose(2, 1, 0)  # [S, L, T]: neighbours in time are alike
    return header, {"steps": kept, "wall_times": wall_times, "stats": short_floats(turned)}


def curves(run: RunIndex) -> tuple[dict[str, Any], Part]:
    """The reply of `scalars` without a tag, and a part with the curves. At most `MOST_CURVES`, the loss and what goes
    with it among them; `left_out` names how many more there are. Call it under the index's lock."""
    series = {tag: one for tag in run.scalar_tags if len((one := run.scalars(tag)).steps)}
    likely = likely_curves(list(series))
    first = [tag for tag in likely.values() if tag is not None]
    tags = sorted(series, key=lambda tag: (tag not in first, not _is_of_training(tag), tag))[:MOST_CURVES]
    arrays: Arrays = {}
    for number, tag in enumerate(tags):
        one = series[tag]
        kept = keep_extremes(one.values, LOSS_POINTS if tag == likely["train"] else CURVE_POINTS)
        arrays[f"steps_{number}"] = one.steps[kept]
        arrays[f"wall_times_{number}"] = one.wall_times[kept]
        arrays[f"values_{number}"] = one.values[kept].astype(np.float64)
    told = {
        "tags": [
            {"tag": tag, "points": len(series[tag].steps), "last_step": int(series[tag].steps[-1])}
            for tag in series
            if tag in tags
        ],
        **likely,
    }
    header = {"tags": tags, "totals": [len(series[tag].steps) for tag in tags], "left_out": len(series) - len(tags)}
    return told, (header, arrays)


def _is_of_training(tag: str) -> bool:
    words = tag.lower()
    return any(word in words for word in ("norm", "clip", "token", "step", "rate", "loss"))


def thumbnails(model: ModelRecord, levels: Figures, ranges: Figures) -> Part:
    """Levels and ranges as they were recorded, at a few of the steps that have them, evenly spread, the first and the
    last among them."""
    counts = [info.rows * info.columns for info in model.thumbs]
    header = {"thumbs": [{"layer": one.layer, "rows": one.rows, "columns": one.columns} for one in model.thumbs]}
    cells = sum(counts)
    nothing: Arrays = {
        "steps": np.zeros(0, np.int64),
        "levels": np.zeros((0, cells), np.uint8),
        "ranges": np.zeros((0, len(counts), 2), np.float32),
    }
    if not counts or levels.shape != (cells,) or ranges.shape != (len(counts), 2):
        return header, nothing
    both = np.intersect1d(levels.steps, ranges.steps)
    many = max(2, MOST_CELLS // max(1, cells))
    chosen = both[np.unique(np.linspace(0, len(both) - 1, min(len(both), many)).round().astype(np.int64))]
    try:
        found = [
            (
                levels.read(int(np.searchsorted(levels.steps, step))),
                ranges.read(int(np.searchsorted(ranges.steps, step))),
            )
            for step in chosen
        ]
    except MissingError as error:
        raise MissingError(f"the pictures of the matrices could not be read: {error}") from error
    if not found:
        return header, nothing
    return header, {
        "steps": chosen,
        "levels": np.stack([one for one, _ in found]).astype(np.uint8),
        "ranges": np.stack([one for _, one in found]),
    }
