"""The replies of `heat` and `layer`: statistics over a whole run in as many columns as a screen has room for."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from tensorboard.errors import NotFoundError

from tensorboard_plugin_paramviz.analysis.step_bins import Columns, binned, held, step_edges
from tensorboard_plugin_paramviz.reader import SnapshotReader
from tensorboard_plugin_paramviz.record import STATS, ModelRecord
from tensorboard_plugin_paramviz.web import binary
from tensorboard_plugin_paramviz.web.arguments import Arguments
from tensorboard_plugin_paramviz.web.stat_series import Series, StatSeries

MOST_COLUMNS, USUAL_COLUMNS = 4_096, 720
#: Statistics that may be negative, or are shares or counts: a difference says more than a ratio.
LINEAR = frozenset({name for name in STATS if name.endswith(("_mean", "_ratio", "_count"))} - {"update_ratio"})
#: A statistic with fewer values than this share of its snapshots is one that isn't measured each time.
HELD_BELOW = 0.6


def heat(snapshots: SnapshotReader, series: StatSeries, arguments: Arguments) -> bytes:
    """PVZ1 with a `HeatHeader`. Raises TensorBoard's errors, MissingError. Cost: the first time all statistics of the
    run are read, then what is new; 10,000 snapshots of 150 layers in 0.2 s."""
    stat, model = arguments.text("stat"), snapshots.model()
    if stat not in model.stats:
        raise NotFoundError(f"run {snapshots.run!r} has no statistic {stat!r}; it has {', '.join(model.stats)}")
    column = model.stats.index(stat)
    found = series.column(snapshots, column) if _fits(snapshots, model) else _nothing(len(model.layers))
    header = _header(snapshots, found) | {
        "stat": stat,
        "log": stat not in LINEAR,
        "layers": [layer.path for layer in model.layers],
    }
    edges = _edges(found, arguments)
    columns, is_held = _columns(found, edges, log=stat not in LINEAR)
    counter = "grad_nonfinite_count" if stat.startswith(("grad_", "update_")) else "weight_nonfinite_count"
    broken = np.zeros(columns.shown.shape, np.uint8)
    if counter in model.stats and len(found.steps):
        counts = series.column(snapshots, model.stats.index(counter))
        broken[:] = np.nan_to_num(binned(counts.steps, counts.values, edges, log=False).high) > 0
    return binary.encode(header | {"held": is_held}, _arrays(columns) | {"broken": broken})


def layer(snapshots: SnapshotReader, series: StatSeries, arguments: Arguments) -> bytes:
    """PVZ1 with a `LayerHeader`: all statistics of one layer, named by its path."""
    path, model = arguments.text("path"), snapshots.model()
    places = {one.path: place for place, one in enumerate(model.layers)}
    if path not in places:
        some = ", ".join(list(places)[:8]) + (", …" if len(places) > 8 else "")
        raise NotFoundError(f"run {snapshots.run!r} has no layer {path!r}; it has {some or 'none'}")
    found = series.layer(snapshots, places[path]) if _fits(snapshots, model) else _nothing(len(model.stats))
    edges = _edges(found, arguments)
    width = len(edges) - 1
    arrays = {name: np.full((len(model.stats), width), np.nan, np.float32) for name in ("shown", "low", "high")}
    counts = np.zeros(width, np.int64)
    for log in (False, True):
        chosen = [place for place, stat in enumerate(model.stats) if (stat not in LINEAR) == log]
        columns, _ = _columns(Series(found.steps, found.values[:, chosen]), edges, log=log)
        counts = columns.counts
        for name, array in arrays.items():
            array[chosen] = getattr(columns, name)
    header = _header(snapshots, found) | {"path": path, "stats": list(model.stats)}
    return binary.encode(header, {"edges": edges, **arrays, "counts": counts})


def _fits(snapshots: SnapshotReader, model: ModelRecord) -> bool:
    """Of a session before, of another model: the newest one may have written no statistics yet."""
    return snapshots.stats_shape == (len(model.layers), len(model.stats))


def _nothing(width: int) -> Series:
    return Series(np.zeros(0, np.int64), np.zeros((0, width), np.float32))


def _header(snapshots: SnapshotReader, found: Series) -> dict[str, Any]:
    ends = (int(found.steps[0]), int(found.steps[-1])) if len(found.steps) else (None, None)
    return {
        "run": snapshots.run,
        "generation": snapshots.generation,
        "total": len(found.steps),
        "first_step": ends[0],
        "last_step": ends[1],
    }


def _edges(found: Series, arguments: Arguments) -> npt.NDArray[np.int64]:
    most = arguments.integer("columns", USUAL_COLUMNS, 1, MOST_COLUMNS) or USUAL_COLUMNS
    first, last = arguments.step("from"), arguments.step("to")
    if len(found.steps) == 0:
        return np.array([0, 1], np.int64)
    # Beyond the run there is nothing to be seen, and columns of 2^60 steps have no edges.
    ends = int(found.steps[0]), int(found.steps[-1])
    first = ends[0] if first is None else min(max(first, ends[0]), ends[1])
    last = ends[1] if last is None else min(max(last, ends[0]), ends[1])
    return step_edges(found.steps, most, first, max(first, last))


def _columns(found: Series, edges: npt.NDArray[np.int64], *, log: bool) -> tuple[Columns, bool]:
    values = found.values
    sparse = np.isfinite(values).mean(axis=0) < HELD_BELOW if len(values) else np.zeros(values.shape[1], bool)
    sparse &= np.isfinite(values).any(axis=0) if len(values) else False
    if sparse.any():
        values = values.copy()
        values[:, sparse] = held(values[:, sparse])
    return binned(found.steps, values, edges, log=log), bool(sparse.any())


def _arrays(columns: Columns) -> dict[str, npt.NDArray[Any]]:
    return {name: getattr(columns, name) for name in ("edges", "shown", "low", "high", "counts")}
