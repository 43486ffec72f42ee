"""When something began: a series that kept its course, and from some moment on leaves it.

The moment a threshold is crossed is late by as much as the threshold is high. So the whole departure is fitted (least
squares): the course before as a constant and the logarithm of time, and from the onset on one of four shapes, of any
width: a smooth step, a line that stops, a line to the end, an exponential approach. The onset of the best fit is the
answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from tensorboard_plugin_paramviz.analysis.insight.bins import bin_medians
from tensorboard_plugin_paramviz.analysis.insight.nouns import Float64

#: Points that are fitted, onsets tried, and widths of steps and approaches as shares of the run.
POINTS, ONSETS = 160, 120
STEP_WIDTHS = (0.01, 0.025, 0.05, 0.08, 0.12, 0.16, 0.2, 0.25, 0.35, 0.5)
LINE_WIDTHS = (0.05, 0.12, 0.25, 0.4)
APPROACH_SCALES = (0.02, 0.05, 0.08, 0.15, 0.3)


@dataclass(frozen=True)
class Departure:
    """onset, end: shares of the run. size: how far it went. gain: how many times smaller the rest is with it than
    without. score: how sure it is, the square of size over its standard error."""

    onset: float
    end: float
    size: float
    gain: float
    score: float

    @property
    def confidence(self) -> float:
        return float(np.clip(1 - np.exp(-self.score / 60), 0.3, 0.99))


def departure(
    shares: Float64, values: Float64, *, trend: bool = True, power: int = 1, begin: float = 0.0, end: float = 1.0
) -> Departure | None:
    """The best of all departures in begin <= share <= end; None of fewer than 12 finite values. trend: the course
    before may follow the logarithm of time. power: 2 of what grows with the square of what has begun. Cost: 3 ms, the
    first time for a set of moments more."""
    inside = (shares >= begin) & (shares <= end) & np.isfinite(values)
    if inside.sum() < 12:
        return None
    x, y = bin_medians(shares[inside], values[inside], POINTS)
    if len(x) < 12:
        return None
    places, before, shapes, energies = _basis(x.tobytes(), trend, power)
    left = y - before @ (before.T @ y)  # [C], what the course before leaves
    whole = float(left @ left)
    along = np.einsum("kc,c->k", shapes, left)  # [K]; BLAS would wake its threads for it
    explained = along**2 / energies
    best = int(np.argmax(explained))
    rest = max(whole - float(explained[best]), 1e-12 * whole, 1e-30)
    onset, width = places[best]
    variance = rest / max(1, len(x) - before.shape[1] - 3)
    return Departure(
        float(onset),
        float(min(1.0, onset + width)),
        float(along[best] / energies[best]),
        whole / rest,
        float(explained[best]) / variance,
    )


@lru_cache(maxsize=32)
def _basis(moments: bytes, trend: bool, power: int) -> tuple[Float64, Float64, Float64, Float64]:
    """(onset and width of each shape [K, 2], an orthonormal basis of the course before [C, 2 or 1], shapes without
    what that basis explains [K, C], their squared lengths [K])."""
    x = np.frombuffer(moments, np.float64)
    columns = [np.ones(len(x))] + ([np.log(x + 0.02)] if trend else [])
    before = np.linalg.qr(np.stack(columns, 1))[0]  # [C, 2]
    # Onsets stand where there is enough before and behind them.
    onsets = np.unique(np.linspace(x[min(3, len(x) - 1)], x[-4], ONSETS))
    shapes, places = [], []
    for width in STEP_WIDTHS:
        u = ((x - onsets[:, None]) / width).clip(0, 1)  # [O, C]
        shapes.append(u * u * (3 - 2 * u))
        places.append(np.stack([onsets, np.full(len(onsets), width)], 1))
    for width in LINE_WIDTHS:
        shapes.append(((x - onsets[:, None]) / width).clip(0, 1))
        places.append(np.stack([onsets, np.full(len(onsets), width)], 1))
    shapes.append((x - onsets[:, None]).clip(0) / np.maximum(x[-1] - onsets, 1e-9)[:, None])
    places.append(np.stack([onsets, x[-1] - onsets], 1))
    for scale in APPROACH_SCALES:
        shapes.append(1 - np.exp(-(x - onsets[:, None]).clip(0) / scale))
        places.append(np.stack([onsets, np.full(len(onsets), 2 * scale)], 1))
    every = np.concatenate(shapes) ** power  # [K, C]
    for column in before.T:
        every -= np.multiply.outer(np.einsum("kc,c->k", every, column), column)
    energies = np.einsum("kc,kc->k", every, every)
    kept = energies > 1e-6 * len(x)
    return np.concatenate(places)[kept], before, every[kept], energies[kept]
