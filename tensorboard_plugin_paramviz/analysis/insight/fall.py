"""How fast the loss falls, told from few noisy points: a law is fitted, and its slope taken.

A healthy loss is a power law (Kaplan et al. 2020, arXiv 2001.08361), and change points cut a power law into a
staircase. So a stretch without breaks is fitted as A + B (1 + p / tau)^-q, p the progress of the learning rate or the
share of the run; a stretch that is none (a decaying learning rate bends the loss the other way) as a parabola.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tensorboard_plugin_paramviz.analysis.insight.bins import noise_of
from tensorboard_plugin_paramviz.analysis.insight.nouns import Float64

TAUS = np.geomspace(3e-4, 1.0, 22)
POWERS = (0.3, 0.6, 1.0, 1.5, 2.2, 3.0, 5.0)


#: A stretch whose law leaves so many times more than noise is cut in two, where that leaves so much less of it;
#: places tried, and moments on each side.
POOR, BETTER, PLACES, LEAST = 2.0, 0.7, 14, 16


@dataclass(frozen=True)
class Fall:
    """level: fitted loss [C]. slope: change of its logarithm in a tenth of the run [C]. noise: standard deviation of
    what the law leaves, of ln(loss)."""

    level: Float64
    slope: Float64
    noise: float


def fall(shares: Float64, values: Float64, progress: Float64) -> Fall:
    """shares [C], loss above 0 [C], progress [C] of one stretch. Cost: a millisecond."""
    if len(values) < 8:
        rise = np.polyfit(shares, values, 1)[0] if len(values) > 1 else 0.0
        return Fall(values, 0.1 * rise / values, np.inf)  # too few to tell noise from slope
    found = [_power_law(progress - progress[0], values), _parabola(shares, values)]
    if progress is not shares:
        found.append(_power_law(shares - shares[0], values))
    rests = [float(np.square(np.clip(values - level, *_limits(values - level))).sum()) for level in found]
    # A law with a floor at its back is the better guess where both fit alike.
    best = min(range(len(found)), key=lambda at: rests[at] * (1.05 if at == 1 else 1.0))
    level = np.maximum(found[best], 1e-3 * values.min())
    noise = float(np.sqrt(rests[best] / max(1, len(values) - 4))) / float(np.median(level))
    return Fall(level, 0.1 * np.gradient(level, shares) / level, noise)


def slope_error(shares: Float64, noise: float) -> float:
    """Standard error of a straight line's slope over these moments, per tenth of the run; infinite of fewer than 6."""
    spread = float(np.sqrt(np.square(shares - shares.mean()).sum())) if len(shares) else 0.0
    return 0.1 * noise / spread if len(shares) >= 6 and spread > 0 and np.isfinite(noise) else np.inf


def line_slope(x: Float64, y: Float64) -> float:
    """Of the straight line through points of which single ones may lie far off: least squares after what lies beyond
    five deviations was pulled in."""
    rest = y - np.median(y)
    wide = x - x.mean()
    energy = float(wide @ wide)
    slope = float(wide @ rest) / energy if energy > 0 else 0.0
    rest = rest - slope * wide
    return slope + (float(wide @ (np.clip(rest, *_limits(rest)) - rest)) / energy if energy > 0 else 0.0)


def _limits(rest: Float64) -> tuple[float, float]:
    half = len(rest) // 2  # partitions: this is asked thousands of times
    usual = 1.4826 * float(np.partition(np.abs(rest - np.partition(rest, half)[half]), half)[half]) + 1e-12
    return -5 * usual, 5 * usual


def fall_in_pieces(shares: Float64, values: Float64, progress: Float64, cuts: int = 2) -> Fall:
    """The same of a stretch that may change its law on the way, at up to 2 ** cuts - 1 places."""
    whole = fall(shares, values, progress)
    if cuts == 0 or len(values) < 2 * LEAST:
        return whole
    rest = _rest(values, whole)
    if rest <= POOR * len(values) * noise_of(values) ** 2:
        return whole
    places = np.unique(np.linspace(LEAST, len(values) - LEAST, PLACES).astype(int)).tolist()
    tried = []
    for at in places:
        parts = [fall(shares[part], values[part], progress[part]) for part in (slice(at), slice(at, None))]
        tried.append((_rest(values[:at], parts[0]) + _rest(values[at:], parts[1]), at))
    least, at = min(tried)
    if least > BETTER * rest:
        return whole
    parts = [
        fall_in_pieces(shares[part], values[part], progress[part], cuts - 1) for part in (slice(at), slice(at, None))
    ]
    level, slope = (np.concatenate([getattr(part, name) for part in parts]) for name in ("level", "slope"))
    return Fall(level, slope, max(part.noise for part in parts))


def _rest(values: Float64, law: Fall) -> float:
    left = values - law.level
    return float(np.square(np.clip(left, *_limits(left))).sum())


def best_law(progress: Float64, values: Float64) -> tuple[float, float]:
    """(tau, q) of the power law that fits best."""
    at, _ = _fitted(progress, values)
    return float(TAUS[at // len(POWERS)]), POWERS[at % len(POWERS)]


def _power_law(progress: Float64, values: Float64) -> Float64:
    return _fitted(progress, values)[1]


def _fitted(progress: Float64, values: Float64) -> tuple[int, Float64]:
    """Which of all laws is best, and the mean of those that are likely [C]."""
    logs = np.log1p(progress / TAUS[:, None])  # [taus, C]
    shapes = np.exp(-np.multiply.outer(logs, np.array(POWERS)).transpose(0, 2, 1)).reshape(-1, len(progress))  # [K, C]
    centred = shapes - shapes.mean(1, keepdims=True)
    energies = np.einsum("kc,kc->k", centred, centred)
    usable = energies > 1e-9 * len(values)
    best, level = 0, np.full(len(values), values.mean())
    if not usable.any():
        return best, level
    left = values - values.mean()
    wanted = centred[usable]  # [k, C]
    # What doesn't fit the first best law is pulled in: a bin that stands out isn't to bend it.
    for _ in range(2):
        sizes = np.einsum("kc,c->k", wanted, left) / energies[usable]  # [k]
        rests = left @ left - sizes**2 * energies[usable]  # [k]
        least = float(rests.min())
        # Many laws fit alike and differ in their slope: each counts as much as it is likely.
        likely = np.exp(-(rests - least) / (2 * max(least, 1e-30) / max(1, len(values) - 4)))
        level = values.mean() + np.einsum("k,kc->c", likely * sizes, wanted) / likely.sum()
        rest = values - level
        left = level + np.clip(rest, *_limits(rest)) - values.mean()
        best = int(np.flatnonzero(usable)[int(np.argmin(rests))])
    return best, level


def _parabola(shares: Float64, values: Float64) -> Float64:
    found: Float64 = np.polyval(np.polyfit(shares - shares.mean(), values, 2), shares - shares.mean())
    return found
