"""A snapshot's second half, in the background: from the figures that arrived to the statistics that are written."""

from __future__ import annotations

import numpy as np

from tensorboard_plugin_paramviz.capture.merging import Arrays
from tensorboard_plugin_paramviz.capture.plan import Plan
from tensorboard_plugin_paramviz.capture.statistics import Reading, Segments, layer_stats, moments
from tensorboard_plugin_paramviz.capture.statistics.entries import row_change
from tensorboard_plugin_paramviz.capture.statistics.segments import Float32
from tensorboard_plugin_paramviz.capture.taking import Taken
from tensorboard_plugin_paramviz.record import STATS, EmbeddingRows, Snapshot

#: What is said of gradients that no optimizer step used: nothing but how many entries are broken.
_UNUSED = [place for place, name in enumerate(STATS) if name.startswith("grad_") and name != "grad_nonfinite_count"]
_NOTHING = np.zeros(0, np.float32)


def finish(taken: Taken, arrays: Arrays, step: int, wall_time: float) -> Snapshot:
    """arrays: of the whole model, as `Taken.arrays` names them. No torch; for one thread at a time."""
    plan = taken.plan
    layer_count, light = len(plan.layers.infos), plan.level == "light"
    stats = layer_stats(_reading(taken, arrays), layer_count, norms_only=light)
    if "unused" in arrays and _scalar(arrays, "unused") > 0:
        stats[:, _UNUSED] = np.nan
        arrays = {name: array for name, array in arrays.items() if not name.startswith("row grads ")}
    embeddings = {path: _rows(arrays, path) for path in plan.rows if f"rows {path}" in arrays}
    geometry = {}
    if taken.deep:
        geometry = {path: plan.geometry[path].measure(rows.values) for path, rows in embeddings.items()}
    rates = [_scalar(arrays, f"rate {group}") if rate is None else rate for group, rate in enumerate(taken.rates)]
    return Snapshot(
        step,
        wall_time,
        stats,
        embeddings,
        loss=_scalar(arrays, "loss") if "loss" in arrays else taken.loss,
        learning_rates=np.array(rates, np.float32) if rates else None,
        probe=arrays.get("probe") if len(arrays.get("probe", _NOTHING)) else None,
        geometry=geometry,
        thumbs=_thumbs(plan, arrays),
    )


def _reading(taken: Taken, arrays: Arrays) -> Reading:
    plan, sampling = taken.plan, taken.plan.sampling
    entries, grads, before = (_segments(arrays, what, len(sampling.numels)) for what in ("weight", "grad", "before"))
    return Reading(
        layer_of=plan.layer_of,
        numels=sampling.numels,
        weights=moments(sampling.numels, entries, _numbered(arrays, "weight figures "), sampling.strides),
        grads=moments(sampling.numels, grads, _numbered(arrays, "grad figures "), sampling.strides),
        entries=entries,
        grad_entries=grads,
        epsilons=taken.epsilons,
        before=before if len(before.values) else None,
        row_changes={
            plan.table_places[path]: change
            for path in plan.rows
            if (change := _row_change(plan, arrays, path)) is not None
        },
        stable_ranks={layer: float(rank) for layer, rank in _numbered(arrays, "stable rank ").items()},
    )


def _thumbs(plan: Plan, arrays: Arrays) -> Float32 | None:
    if plan.thumbs is None or not plan.thumbs.infos or "thumb 0" not in arrays:
        return None
    return plan.thumbs.cells([arrays[f"thumb {number}"] for number in range(len(plan.thumbs.infos))])


def _segments(arrays: Arrays, what: str, parameters: int) -> Segments:
    return Segments.of([arrays.get(f"{what} {index}") for index in range(parameters)])


def _row_change(plan: Plan, arrays: Arrays, path: str) -> float | None:
    info, updates = plan.rows[path].table.info, arrays.get(f"row updates {path}")
    if updates is None or len(updates) != info.row_count:
        return None
    return row_change(updates, info.shape[0], None if info.counts is None else np.array(info.counts))


def _rows(arrays: Arrays, path: str) -> EmbeddingRows:
    values = arrays[f"rows {path}"]
    unknown = np.full(len(values), np.nan, np.float32)
    return EmbeddingRows(values, arrays.get(f"row grads {path}", unknown), arrays.get(f"row updates {path}", unknown))


def _numbered(arrays: Arrays, prefix: str) -> dict[int, Float32]:
    return {int(name.removeprefix(prefix)): values for name, values in arrays.items() if name.startswith(prefix)}


def _scalar(arrays: Arrays, name: str) -> float:
    return float(arrays[name].reshape(-1)[0])


class Movement:
    """How far the weights have moved from one snapshot to the next, relative to their size: what the schedule goes by.
    From at most 64 of the strided entries of each parameter."""

    def __init__(self) -> None:
        self._last: Float32 | None = None

    def since_last(self, plan: Plan, arrays: Arrays) -> float | None:
        """|w - w_last| / |w_last|; None the first time, or where it can't be told."""
        some = [
            arrays[name][:: max(1, len(arrays[name]) // 64)][:64]
            for i in range(len(plan.sampling.numels))
            if (name := f"weight {i}") in arrays
        ]
        now = np.concatenate(some) if some else _NOTHING
        last, self._last = self._last, now
        if last is None or len(last) != len(now):
            return None
        with np.errstate(all="ignore"):
            size = float(np.sqrt(np.square(last, dtype=np.float64).sum()))
            change = float(np.sqrt(np.square(now - last, dtype=np.float64).sum()))
        return change / size if size > 0 and np.isfinite(change) and np.isfinite(size) else None
