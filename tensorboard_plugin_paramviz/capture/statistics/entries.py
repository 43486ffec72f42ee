"""What is estimated from strided entries: shares near zero, shares under Adam's epsilon, sizes of updates.

Each entry of a parameter stands for numel / size entries. With 4,096 entries of a parameter a share is good to
0.01 and the size of an update to one percent (the relative error of a sum of n squares of normal numbers is
sqrt(2 / n), that of its root half as much), and the mean to 0.016 of the spread.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tensorboard_plugin_paramviz.capture.statistics.moments import Float32, Float64, Int64, square_sum, sum_per_layer

#: Of the layer's RMS: entries up to it count as zero.
NEAR_ZERO = 1e-3


def near_zero_ratio(entries: Sequence[Float32], numels: Sequence[int], layer_of: Int64, rms: Float64) -> Float64:
    """Share of a layer's entries with |w| <= 1e-3 of the layer's own RMS, [L]; NaN where the RMS isn't finite."""
    share = _share(entries, numels, layer_of, NEAR_ZERO * rms[layer_of], len(rms), or_equal=True)
    return np.where(np.isfinite(rms), share, np.nan)


def below_epsilon_ratio(
    grads: Sequence[Float32 | None], numels: Sequence[int], layer_of: Int64, epsilons: Float64, layers: int
) -> Float64:
    """Share of a layer's gradient entries with |g| < the epsilon of its Adam, [L]. epsilons: [P], NaN where the
    optimizer isn't Adam's kind; such parameters, and those without a gradient, are left out.

    Where gradients are that small epsilon, and not their own size, rules the step (Wortsman et al., arXiv 2309.14322).
    """
    known = [None if np.isnan(epsilon) else grad for grad, epsilon in zip(grads, epsilons, strict=True)]
    return _share(known, numels, layer_of, epsilons, layers, or_equal=False)


def change_and_size(
    entries: Sequence[Float32], before: Sequence[Float32], numels: Sequence[int]
) -> tuple[Float64, Float64]:
    """Squared sizes of each parameter's last change and of the parameter before it, [P] each, scaled up from the
    entries to all of it."""
    change, size = np.zeros(len(entries)), np.zeros(len(entries))
    for index, (new, old) in enumerate(zip(entries, before, strict=True)):
        if old.size:
            stands_for = numels[index] / old.size
            change[index] = square_sum(new.astype(np.float64) - old) * stands_for
            size[index] = square_sum(old) * stands_for
    return change, size


def update_norm(change: Float64, layer_of: Int64, measured: Int64 | Float64) -> Float64:
    """|dw| of each layer, [L]. change: squared sizes, [P]. measured: [L], 0 where the layer has nothing of its own."""
    return np.where(measured > 0, np.sqrt(sum_per_layer(layer_of, change, len(measured))), np.nan)


def update_ratio(change: Float64, size: Float64, layer_of: Int64, layers: int) -> Float64:
    """|dw| / |w| of each layer, [L]; NaN where |w| was 0."""
    whole = sum_per_layer(layer_of, size, layers)
    return np.where(whole > 0, np.sqrt(sum_per_layer(layer_of, change, layers) / whole), np.nan)


def _share(
    entries: Sequence[Float32 | None],
    numels: Sequence[int],
    layer_of: Int64,
    thresholds: Float64,
    layers: int,
    *,
    or_equal: bool,
) -> Float64:
    below, counted = np.zeros(len(entries)), np.zeros(len(entries))
    for index, values in enumerate(entries):
        if values is not None and values.size:
            size = np.abs(values)
            hits = np.count_nonzero(size <= thresholds[index] if or_equal else size < thresholds[index])
            below[index], counted[index] = hits / values.size * numels[index], numels[index]
    whole = sum_per_layer(layer_of, counted, layers)
    return np.where(whole > 0, sum_per_layer(layer_of, below, layers) / np.maximum(whole, 1), np.nan)
