"""The statistics of every layer, from what arrived on the host: numpy only, in the background thread.

A parameter counts with all its entries: a layer of a matrix and a bias has one norm over both.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tensorboard_plugin_paramviz.record import STATS

Float32 = npt.NDArray[np.float32]
Float64 = npt.NDArray[np.float64]

NEAR_ZERO = 1e-3


@dataclass(frozen=True)
class Moments:
    """Of each parameter: float64 [P]. count is 0 where there is nothing to measure (no gradient, no entries)."""

    count: Float64
    square_sum: Float64
    total: Float64
    max_abs: Float64
    nonfinite: Float64


def moments(numels: list[int], entries: list[Float32 | None], figures: dict[int, Float32]) -> Moments:
    """figures: [4] of each large parameter, in the order of `reductions.FIGURES`; the others are measured here, from
    all of their entries, in float64. None = nothing to measure."""
    table = np.zeros((5, len(numels)))
    for index, (numel, values) in enumerate(zip(numels, entries, strict=True)):
        if index in figures:
            norm, max_abs, nonfinite, total = figures[index].astype(np.float64)
            table[:, index] = numel, norm**2, total, max_abs, nonfinite
        elif values is not None and values.size:
            wide = values.astype(np.float64)
            finite = np.isfinite(wide)
            with np.errstate(all="ignore"):
                max_abs = np.abs(wide).max()
                table[:, index] = numel, _square_sum(wide), wide.sum(), max_abs, wide.size - np.count_nonzero(finite)
    return Moments(*table)


@dataclass(frozen=True)
class Reading:
    """One snapshot's raw figures. layer_of: int [P]. numels: [P]. entries: the strided weights of each parameter.
    before: the same entries before the last optimizer step; None = not measured."""

    layer_of: npt.NDArray[np.int64]
    numels: list[int]
    weights: Moments
    grads: Moments
    entries: list[Float32]
    before: list[Float32] | None = None


def layer_stats(reading: Reading, layer_count: int, *, norms_only: bool = False) -> Float32:
    """float32 [L, S], columns as `record.STATS`; NaN = not measured."""
    columns = {name: np.full(layer_count, np.nan) for name in STATS}
    with np.errstate(all="ignore"):
        _weight_columns(columns, reading, layer_count, norms_only)
        _grad_columns(columns, reading, layer_count, norms_only)
        if reading.before is not None and not norms_only:
            _update_columns(columns, reading, reading.before, layer_count)
        return np.stack([columns[name] for name in STATS], axis=1).astype(np.float32)  # [L, S]


def _weight_columns(columns: dict[str, Float64], reading: Reading, layers: int, norms_only: bool) -> None:
    place, weights = reading.layer_of, reading.weights
    count = _per_layer(place, weights.count, layers)  # [L]
    count[count == 0] = np.nan
    square_mean = _per_layer(place, weights.square_sum, layers) / count
    columns["weight_norm"] = np.sqrt(square_mean * count)
    columns["weight_rms"] = np.sqrt(square_mean)
    if norms_only:
        return
    mean = _per_layer(place, weights.total, layers) / count
    columns["weight_mean"] = mean
    columns["weight_std"] = np.sqrt(np.maximum(square_mean - mean**2, 0))
    columns["weight_max_abs"] = _largest(place, weights, layers)
    columns["weight_nonfinite_count"] = np.where(np.isnan(count), np.nan, _per_layer(place, weights.nonfinite, layers))
    near = np.zeros(len(place))
    for index, entries in enumerate(reading.entries):
        if entries.size:
            threshold = NEAR_ZERO * columns["weight_rms"][place[index]]
            near[index] = np.count_nonzero(np.abs(entries) <= threshold) / entries.size * reading.numels[index]
    share = _per_layer(place, near, layers) / count
    columns["weight_near_zero_ratio"] = np.where(np.isfinite(columns["weight_rms"]), share, np.nan)


def _grad_columns(columns: dict[str, Float64], reading: Reading, layers: int, norms_only: bool) -> None:
    place, grads = reading.layer_of, reading.grads
    count = _per_layer(place, grads.count, layers)  # [L]
    count[count == 0] = np.nan
    square_sum = np.where(np.isnan(count), np.nan, _per_layer(place, grads.square_sum, layers))
    columns["grad_norm"] = np.sqrt(square_sum)
    if norms_only:
        return
    columns["grad_rms"] = np.sqrt(square_sum / count)
    columns["grad_max_abs"] = _largest(place, grads, layers)
    columns["grad_nonfinite_count"] = np.where(np.isnan(count), np.nan, _per_layer(place, grads.nonfinite, layers))


def _update_columns(columns: dict[str, Float64], reading: Reading, before: list[Float32], layers: int) -> None:
    changes, sizes = np.zeros(len(before)), np.zeros(len(before))
    for index, (old, new) in enumerate(zip(before, reading.entries, strict=True)):
        if old.size:
            per_entry = reading.numels[index] / old.size  # how many entries each taken one stands for
            change = new.astype(np.float64) - old
            changes[index] = _square_sum(change) * per_entry
            sizes[index] = _square_sum(old) * per_entry
    measured = _per_layer(reading.layer_of, reading.weights.count, layers) > 0
    change, size = (_per_layer(reading.layer_of, values, layers) for values in (changes, sizes))
    # An optimizer that skips its step by itself (fused, under a gradient scaler) leaves infinite gradients, no change.
    if not change.any() and reading.grads.nonfinite.any():
        return
    columns["update_norm"] = np.where(measured, np.sqrt(change), np.nan)
    columns["update_ratio"] = np.where(measured & (size > 0), np.sqrt(change / size), np.nan)


def _square_sum(values: Float32 | Float64) -> float:
    # Not `values @ values`: BLAS starts threads for it that wait by spinning, on cores that are busy training.
    return float(np.square(values, dtype=np.float64).sum())


def _per_layer(place: npt.NDArray[np.int64], values: Float64, layers: int) -> Float64:
    return np.bincount(place, weights=values, minlength=layers).astype(np.float64)


def _largest(place: npt.NDArray[np.int64], of: Moments, layers: int) -> Float64:
    largest = np.full(layers, -np.inf)
    measured = of.count > 0
    np.maximum.at(largest, place[measured], of.max_abs[measured])
    return np.where(largest == -np.inf, np.nan, largest)
