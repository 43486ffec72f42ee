"""Norm, mean, spread and extremes: of each parameter, then of each layer, and from these the columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Float32 = npt.NDArray[np.float32]
Float64 = npt.NDArray[np.float64]
Int64 = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Moments:
    """float64 [P] of the parameters, or [L] of the layers. count is 0 where there is nothing to measure: no gradient,
    no entries, a layer whose parameters are all counted elsewhere."""

    count: Float64
    square_sum: Float64
    total: Float64
    spread: Float64  # sum of squared distances from the mean
    max_abs: Float64
    nonfinite: Float64


def moments(
    numels: Sequence[int], entries: Sequence[Float32 | None], figures: Mapping[int, Float32], strides: Sequence[int]
) -> Moments:
    """Of each parameter. figures: [3] of those reduced where they are, in the order of `reductions.FIGURES`; their sum
    and spread are estimated from the entries that were taken. The others are measured here, in float64, from all of
    their entries, which are all where the stride is 1. None = nothing to measure."""
    table = np.zeros((6, len(numels)))
    with np.errstate(all="ignore"):
        for index, (numel, values, stride) in enumerate(zip(numels, entries, strides, strict=True)):
            wide = np.zeros(0) if values is None else values.astype(np.float64)
            center = wide.mean() if wide.size else np.nan
            spread = square_sum(wide - center) / wide.size * numel if wide.size else np.nan
            if index in figures:
                size, largest, infinite = figures[index].astype(np.float64)
                if infinite:  # though the entries taken may be finite
                    center = spread = np.nan
                # The exact squares know of a rare large entry that wasn't taken, but not where the mean is all of it.
                elif (exact := size**2 - numel * center**2) > 0.1 * size**2:
                    spread = exact
                table[:, index] = numel, size**2, center * numel, spread, largest, infinite
            elif wide.size and stride == 1:
                infinite = wide.size - np.count_nonzero(np.isfinite(wide))
                table[:, index] = numel, square_sum(wide), wide.sum(), spread, np.abs(wide).max(), infinite
    return Moments(*table)


def per_layer(parameters: Moments, layer_of: Int64, layers: int) -> Moments:
    """The moments of each layer, over all entries of its parameters. layer_of: [P]."""
    largest = np.full(layers, -np.inf)
    measured = parameters.count > 0
    np.maximum.at(largest, layer_of[measured], parameters.max_abs[measured])
    count = sum_per_layer(layer_of, parameters.count, layers)
    total = sum_per_layer(layer_of, parameters.total, layers)
    # Around the layer's own mean; not as a difference of squares, in which a small spread around 1 would vanish.
    off_center = parameters.total / parameters.count - (total / count)[layer_of]  # [P]
    between = np.where(measured, parameters.count * off_center**2, 0)
    return Moments(
        count=count,
        square_sum=sum_per_layer(layer_of, parameters.square_sum, layers),
        total=total,
        spread=sum_per_layer(layer_of, parameters.spread + between, layers),
        max_abs=largest,
        nonfinite=sum_per_layer(layer_of, parameters.nonfinite, layers),
    )


def norm(of: Moments) -> Float64:
    """sqrt(sum x^2), [L]; NaN where nothing is measured."""
    return _where_measured(of, np.sqrt(of.square_sum))


def rms(of: Moments) -> Float64:
    """sqrt(mean x^2), [L]."""
    return _where_measured(of, np.sqrt(of.square_sum / of.count))


def mean(of: Moments) -> Float64:
    return _where_measured(of, of.total / of.count)


def std(of: Moments) -> Float64:
    """Population standard deviation, [L]."""
    return _where_measured(of, np.sqrt(of.spread / of.count))


def max_abs(of: Moments) -> Float64:
    return _where_measured(of, of.max_abs)


def nonfinite_count(of: Moments) -> Float64:
    return _where_measured(of, of.nonfinite)


def square_sum(values: Float32 | Float64) -> float:
    # Not `values @ values`: BLAS starts threads for it that wait by spinning, on cores that are busy training.
    return float(np.square(values, dtype=np.float64).sum())


def sum_per_layer(layer_of: Int64, values: Float64, layers: int) -> Float64:
    """[P] -> [L]"""
    return np.bincount(layer_of, weights=values, minlength=layers).astype(np.float64)


def _where_measured(of: Moments, values: Float64) -> Float64:
    return np.where(of.count > 0, values, np.nan)
