"""All statistics of all layers, from what arrived on the host: numpy only, in the background thread.

A parameter counts with all its entries: a layer of a matrix and a bias has one norm over both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from tensorboard_plugin_paramviz.capture.statistics import entries as strided
from tensorboard_plugin_paramviz.capture.statistics import moments
from tensorboard_plugin_paramviz.capture.statistics.moments import Moments
from tensorboard_plugin_paramviz.capture.statistics.segments import Float32, Float64, Int64, Segments
from tensorboard_plugin_paramviz.record import STATS


@dataclass(frozen=True)
class Reading:
    """One snapshot's raw figures. layer_of: [P]. numels: [P]. entries, grad_entries: those taken of each parameter.
    before: the same entries before the last optimizer step; None = not measured. epsilons: [P], Adam's, else NaN.
    row_changes: squared size of the change of a parameter that is an embedding table, from its rows.
    stable_ranks: of the layers they were measured for."""

    layer_of: Int64
    numels: Sequence[int]
    weights: Moments
    grads: Moments
    entries: Segments
    grad_entries: Segments
    epsilons: Float64
    before: Segments | None = None
    row_changes: Mapping[int, float] = field(default_factory=dict)
    stable_ranks: Mapping[int, float] = field(default_factory=dict)


def layer_stats(reading: Reading, layers: int, *, norms_only: bool = False) -> Float32:
    """float32 [L, S], columns as `record.STATS`; NaN = not measured."""
    place, numels = reading.layer_of, np.array(reading.numels, np.float64)
    columns: dict[str, Float64] = {}
    with np.errstate(all="ignore"):
        weights = moments.per_layer(reading.weights, place, layers)  # [L]
        grads = moments.per_layer(reading.grads, place, layers)  # [L]
        columns["weight_norm"], columns["weight_rms"] = moments.norm(weights), moments.rms(weights)
        columns["grad_norm"] = moments.norm(grads)
        if not norms_only:
            columns["weight_mean"], columns["weight_std"] = moments.mean(weights), moments.std(weights)
            columns["weight_max_abs"] = moments.max_abs(weights)
            columns["weight_nonfinite_count"] = moments.nonfinite_count(weights)
            columns["weight_near_zero_ratio"] = strided.near_zero_ratio(
                reading.entries, numels, place, columns["weight_rms"]
            )
            columns["grad_rms"], columns["grad_max_abs"] = moments.rms(grads), moments.max_abs(grads)
            columns["grad_nonfinite_count"] = moments.nonfinite_count(grads)
            columns["grad_below_epsilon_ratio"] = strided.below_epsilon_ratio(
                reading.grad_entries, numels, place, reading.epsilons, layers
            )
            if reading.before is not None:
                change, size = strided.change_and_size(reading.entries, reading.before, numels)
                for index, row_change in reading.row_changes.items():
                    change[index] = row_change
                # An optimizer that skips its step by itself (fused, under a gradient scaler) leaves infinite gradients
                # and no change; that is no update of size 0.
                if change.any() or not reading.grads.nonfinite.any():
                    columns["update_norm"] = strided.update_norm(change, place, weights.count)
                    columns["update_ratio"] = strided.update_ratio(change, size, place, layers)
        stats = np.full((layers, len(STATS)), np.nan, np.float32)  # [L, S]
        for name, values in columns.items():
            stats[:, STATS.index(name)] = values
        for layer, rank in reading.stable_ranks.items():
            stats[layer, STATS.index("stable_rank")] = rank
    return stats
