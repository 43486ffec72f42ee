"""Norm, mean, spread and extremes: of each parameter, then of each layer, and from these the columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tensorboard_plugin_paramviz.capture.statistics.segments import Float32, Float64, Int64, Segments


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
    numels: Sequence[int], entries: Segments, figures: Mapping[int, Float32], strides: Sequence[int]
) -> Moments:
    """Of each parameter. figures: [3] of those reduced where they are, in the order of `reductions.FIGURES`; their sum
    and spread are estimated from the entries that were taken. The others are measured here, in float64, from all of
    their entries, which are all where the stride is 1."""
    sizes = np.array(numels, np.float64)  # [P]
    with np.errstate(all="ignore"):
        wide = entries.values.astype(np.float64)
        mean = entries.sums(wide) / entries.counts
        off_center = wide - entries.spread_out(mean)
        spread = entries.sums(off_center * off_center) / entries.counts * sizes
        measured = (entries.counts > 0) & (np.array(strides) == 1)
        found = Moments(
            count=np.where(measured, sizes, 0),
            square_sum=entries.sums(wide * wide),
            total=mean * sizes,
            spread=spread,
            max_abs=entries.largest(np.abs(entries.values)),
            nonfinite=entries.sums(~np.isfinite(entries.values)),
        )
        for index, (norm, largest, nonfinite) in figures.items():
            found.count[index], found.square_sum[index] = sizes[index], float(norm) ** 2
            found.max_abs[index], found.nonfinite[index] = largest, nonfinite
            # The exact squares know of a rare large entry that wasn't taken, but not where the mean is all of it.
            exact = found.square_sum[index] - sizes[index] * mean[index] ** 2
            if nonfinite:  # though the entries taken may be finite
                found.total[index] = found.spread[index] = np.nan
            elif exact > 0.1 * found.square_sum[index]:
                found.spread[index] = exact
    for values in (found.square_sum, found.total, found.spread, found.nonfinite):
        values[found.count == 0] = 0
    return found


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


def sum_per_layer(layer_of: Int64, values: Float64, layers: int) -> Float64:
    """[P] -> [L]"""
    return np.bincount(layer_of, weights=values, minlength=layers).astype(np.float64)


def _where_measured(of: Moments, values: Float64) -> Float64:
    return np.where(of.count > 0, values, np.nan)
