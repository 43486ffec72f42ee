"""What is estimated from strided entries: shares near zero, shares under Adam's epsilon, sizes of updates.

Each entry of a parameter stands for numel / size entries. With 4,096 entries of a parameter a share is good to
0.01 and the size of an update to one percent (the relative error of a sum of n squares of normal numbers is
sqrt(2 / n), that of its root half as much), and the mean to 0.016 of the spread: where entries are alike. They are not
in an embedding table few of whose rows get a gradient, so the size of its updates comes from its rows.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tensorboard_plugin_paramviz.capture.statistics.moments import sum_per_layer
from tensorboard_plugin_paramviz.capture.statistics.segments import Float32, Float64, Int64, Segments

Bools = npt.NDArray[np.bool_]

#: Of the layer's RMS: entries up to it count as zero.
NEAR_ZERO = 1e-3


def near_zero_ratio(entries: Segments, numels: Float64, layer_of: Int64, rms: Float64) -> Float64:
    """Share of a layer's entries with |w| <= 1e-3 of the layer's own RMS, [L]; NaN where the RMS isn't finite.
    numels: [P]. layer_of: [P]. rms: [L]."""
    thresholds = entries.spread_out(NEAR_ZERO * rms[layer_of])
    share = _share(entries, np.abs(entries.values) <= thresholds, entries.counts > 0, numels, layer_of, len(rms))
    return np.where(np.isfinite(rms), share, np.nan)


def below_epsilon_ratio(grads: Segments, numels: Float64, layer_of: Int64, epsilons: Float64, layers: int) -> Float64:
    """Share of a layer's gradient entries with |g| < the epsilon of its Adam, [L]. epsilons: [P], NaN where the
    optimizer isn't Adam's kind; such parameters, and those without a gradient, are left out.

    Where gradients are that small epsilon, and not their own size, rules the step (Wortsman et al., arXiv 2309.14322).
    """
    known = (grads.counts > 0) & ~np.isnan(epsilons)
    return _share(grads, np.abs(grads.values) < grads.spread_out(epsilons), known, numels, layer_of, layers)


def change_and_size(entries: Segments, before: Segments, numels: Float64) -> tuple[Float64, Float64]:
    """Squared sizes of each parameter's last change and of the parameter before it, [P] each, scaled up from the
    entries to all of it; 0 where it isn't known before and after."""
    same = entries.counts == before.counts
    if not same.all():
        entries, before = _only(entries, same), _only(before, same)
    old = before.values.astype(np.float64)
    change = entries.values.astype(np.float64) - old
    stands_for = numels / np.maximum(before.counts, 1)
    return before.sums(change * change) * stands_for, before.sums(old * old) * stands_for


def row_change(updates: Float32, total: int, counts: Int64 | None) -> float:
    """Squared size of a table's last change from that of its sampled rows, updates [R], of `total` rows. Of a table few
    of whose rows get a gradient this is far nearer than entries, and exact where all rows travel. counts: [R], where
    the sample is half of the most frequent rows and half spread over the rest (`embeddings.choose_rows`)."""
    squares = np.square(updates, dtype=np.float64)
    if counts is None or total == len(updates):
        return float(squares.sum()) * total / max(1, len(updates))
    head = len(updates) // 2
    by_frequency = np.argsort(-counts, kind="stable")
    rest = squares[by_frequency[head:]]
    return float(squares[by_frequency[:head]].sum() + rest.sum() * (total - head) / max(1, len(rest)))


def update_norm(change: Float64, layer_of: Int64, measured: Float64) -> Float64:
    """|dw| of each layer, [L]. change: squared sizes, [P]. measured: [L], 0 where the layer has nothing of its own."""
    return np.where(measured > 0, np.sqrt(sum_per_layer(layer_of, change, len(measured))), np.nan)


def update_ratio(change: Float64, size: Float64, layer_of: Int64, layers: int) -> Float64:
    """|dw| / |w| of each layer, [L]; NaN where |w| was 0."""
    whole = sum_per_layer(layer_of, size, layers)
    return np.where(whole > 0, np.sqrt(sum_per_layer(layer_of, change, layers) / whole), np.nan)


def _share(entries: Segments, hits: Bools, counted: Bools, numels: Float64, layer_of: Int64, layers: int) -> Float64:
    """hits: bool, one for each entry. counted: bool [P]."""
    share = np.where(counted, entries.sums(hits) / np.maximum(entries.counts, 1), 0)  # [P]
    whole = sum_per_layer(layer_of, np.where(counted, numels, 0), layers)
    return np.where(whole > 0, sum_per_layer(layer_of, share * numels, layers) / np.maximum(whole, 1), np.nan)


def _only(of: Segments, chosen: Bools) -> Segments:
    return Segments(of.values[np.repeat(chosen, of.counts)], np.where(chosen, of.counts, 0))
