"""Long curves as a few hundred medians: a phase doesn't hang on single steps, and a spike isn't a phase."""

from __future__ import annotations

import numpy as np

from tensorboard_plugin_paramviz.analysis.insight.nouns import Curve, Float64, Int64, Known

BINS = 256
#: A normal's standard deviation over its median absolute deviation.
MAD = 1.4826
#: Added to a loss before its logarithm, of the first loss: of a loss near 0 ratios mean nothing.
SOFT = 0.02


def bin_medians(shares: Float64, values: Float64, bins: int = BINS) -> tuple[Float64, Float64]:
    """Centres float64 [C] and medians float64 [C] of the finite values in up to `bins` equal parts of 0 … 1; parts
    without any are left out. shares: [N], rising. values: [N]"""
    finite = np.isfinite(values)
    shares, values = shares[finite], values[finite]
    if len(values) <= bins:
        return shares, values
    part = np.minimum((shares * bins).astype(np.int64), bins - 1)
    begin = np.flatnonzero(np.diff(part, prepend=-1))  # of each part that has values
    counts = np.diff(np.append(begin, len(part)))
    order = np.lexsort((values, part))
    ordered = values[order]
    middle = (ordered[begin + (counts - 1) // 2] + ordered[begin + counts // 2]) / 2
    return np.add.reduceat(shares, begin) / counts, middle


def noise_of(values: Float64) -> float:
    """Standard deviation of what neighbours differ by at random, from the median absolute second difference: a slope
    doesn't count."""
    if len(values) < 4:
        return 0.0
    second = np.diff(values, 2)
    return float(MAD * np.median(np.abs(second - np.median(second))) / np.sqrt(6))


def log_loss(known: Known, curve: Curve, bins: int = BINS) -> tuple[Float64, Float64]:
    """Shares of the run [C] and ln(median loss + 2 % of the first) [C]."""
    key = (bins, known.first, known.length)
    if key not in curve.memo:
        shares, values = bin_medians(known.share(curve.steps), curve.values, bins)
        soft = SOFT * abs(first_value(curve)) if len(values) else 0.0
        curve.memo[key] = shares, np.log(np.maximum(values + soft, 1e-12))
    return curve.memo[key]


def plain_loss(known: Known, curve: Curve, bins: int = BINS) -> tuple[Float64, Float64]:
    """Shares of the run [C] and the median loss [C], above 0; the same moments as `log_loss`."""
    shares, logs = log_loss(known, curve, bins)
    return shares, loss_of(curve, logs)


def loss_of(curve: Curve, logs: Float64) -> Float64:
    """The loss itself, above 0, of what `log_loss` gives."""
    loss = np.exp(logs)
    found: Float64 = np.maximum(loss - SOFT * abs(first_value(curve)), 1e-3 * loss)
    return found


def first_value(curve: Curve) -> float:
    """Median of the first three finite values."""
    finite = curve.values[np.isfinite(curve.values)][:3]
    return float(np.median(finite)) if len(finite) else np.nan


def rolling_median(values: Float64, width: int) -> Float64:
    """Median of `width` values around each, [N] or [N, K]; beyond the ends as in a mirror."""
    if width < 2 or len(values) < 3:
        return values
    half = min(width // 2, len(values) - 1)
    padded = np.concatenate([values[half:0:-1], values, values[-2 : -2 - half : -1]])  # an end alone is no median
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * half + 1, axis=0)
    found: Float64 = np.median(windows, axis=-1)
    return found


def thinned(steps: Int64, values: Float64, most: int = 240) -> tuple[Int64, Float64]:
    """Few enough points for a small chart, the last among them."""
    if len(steps) <= most:
        return steps, values
    chosen = np.unique(np.linspace(0, len(steps) - 1, most).astype(np.int64))
    return steps[chosen], values[chosen]
