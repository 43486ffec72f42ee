"""How fast the loss falls, told from few noisy points: a law is fitted, and its slope taken.

A healthy loss is a power law (Kaplan et al. 2020, arXiv 2001.08361), and change points cut a power law into a
staircase. So a stretch without breaks is fitted as A + B (1 + p / tau)^-q, p the progress of the learning rate or the
share of the run; a stretch that is none (a decaying learning rate bends the loss the other way) as a parabola.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tensorboard_plugin_paramviz.analysis.insight.nouns import Float64

TAUS = np.geomspace(3e-4, 1.0, 22)
POWERS = (0.3, 0.6, 1.0, 1.5, 2.2, 3.0, 5.0)


@dataclass(frozen=True)
class Fall:
    """level: fitted loss [C]. slope: change of its logarithm in a tenth of the run [C]. error: standard error of the mean
    slope."""

    level: Float64
    slope: Float64
    error: float


def fall(shares: Float64, values: Float64, progress: Float64) -> Fall:
    """shares [C], loss above 0 [C], progress [C] of one stretch. Cost: a millisecond."""
    if len(values) < 8:
        rise = np.polyfit(shares, values, 1)[0] if len(values) > 1 else 0.0
        return Fall(values, 0.1 * rise / values, np.inf)
    found = [_power_law(shares, values, progress - progress[0]), _power_law(shares, values, shares - shares[0])]
    found.append(_parabola(shares, values))
    rests = [float(np.square(np.clip(values - level, *_limits(values - level))).sum()) for level in found]
    # A law with a floor at its back is the better guess where both fit alike.
    best = min(range(3), key=lambda at: rests[at] * (1.05 if at == 2 else 1.0))
    level = np.maximum(found[best], 1e-3 * values.min())
    noise = float(np.sqrt(rests[best] / max(1, len(values) - 4)))
    spread = float(np.sqrt(np.square(shares - shares.mean()).sum()))
    slope = 0.1 * np.gradient(level, shares) / level
    error = 0.1 * noise / (spread * float(np.median(level))) if spread > 0 else np.inf
    return Fall(level, slope, error)


def _limits(rest: Float64) -> tuple[float, float]:
    usual = 1.4826 * float(np.median(np.abs(rest - np.median(rest)))) + 1e-12
    return -5 * usual, 5 * usual


def _power_law(shares: Float64, values: Float64, progress: Float64) -> Float64:
    shapes = np.concatenate([(1 + progress / tau) ** -np.array(POWERS)[:, None] for tau in TAUS])  # [K, C]
    centred = shapes - shapes.mean(1, keepdims=True)
    energies = np.einsum("kc,kc->k", centred, centred)
    usable = energies > 1e-9 * len(values)
    if not usable.any():
        return np.full(len(values), values.mean())
    left = values - values.mean()
    # What doesn't fit the first best law is pulled in: a bin that stands out isn't to bend it.
    for _ in range(2):
        along = centred @ left  # [K]
        best = int(np.argmax(np.where(usable, along**2 / np.where(usable, energies, 1), -1)))
        level = values.mean() + (along[best] / energies[best]) * centred[best]
        rest = values - level
        left = level + np.clip(rest, *_limits(rest)) - values.mean()
    return level


def _parabola(shares: Float64, values: Float64) -> Float64:
    found: Float64 = np.polyval(np.polyfit(shares - shares.mean(), values, 2), shares - shares.mean())
    return found
