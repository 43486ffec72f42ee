"""A loss that stands still and then falls at once: something new was learned."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tensorboard_plugin_paramviz.analysis.insight import labels
from tensorboard_plugin_paramviz.analysis.insight.bins import log_loss, plain_loss, rolling_median
from tensorboard_plugin_paramviz.analysis.insight.fall import fall
from tensorboard_plugin_paramviz.analysis.insight.nouns import Float64, Known
from tensorboard_plugin_paramviz.analysis.insight.ramps import departure
from tensorboard_plugin_paramviz.analysis.insight.schedule import progress_at, stable_until

#: Least fall of ln(loss), and least time the loss stood before.
DROP, STOOD = 0.06, 0.08


@dataclass(frozen=True)
class Drop:
    """A standstill from `stood` on, and a fall between begin and end; shares of the run."""

    stood: float
    begin: float
    end: float
    size: float


def find_drop(known: Known) -> Drop | None:
    """The largest fall that comes at once after the loss stood still, unless the learning rate began to decay there."""
    if known.train is None or len(known.train) < 48:
        return None
    x, y = log_loss(known, known.train)
    if len(y) < 48:
        return None
    wide = max(2, round(0.04 * len(y)))
    level = rolling_median(y, 5)
    # Fall over the next 5 %, less what it fell in as long before: where it is largest, a drop begins.
    ahead = np.full(len(y), 0.0)
    places = np.arange(2 * wide, len(y) - wide)
    ahead[places] = (level[places] - level[places + wide]) - 1.5 * np.abs(level[places - wide] - level[places])
    at = int(np.argmax(ahead))
    if ahead[at] < DROP:
        return None
    low = max(0.0, x[at] - 0.3)
    found = departure(x, y, begin=low, end=min(1.0, float(x[at]) + 0.12))
    if found is None or found.size > -DROP or found.score < 40:
        return None
    decays = stable_until(known)
    if decays is not None and found.onset > decays - 0.04:
        return None
    before = (x < found.onset) & (x > 0.02)
    if before.sum() < 12:
        return None
    law = fall(x[before], plain_loss(known, known.train)[1][before], progress_at(known, x[before]))
    flat = law.slope > labels.FLAT_SLOPE
    if not flat[-1]:
        return None
    moving = np.flatnonzero(~flat)
    stood = float(_crossing(x[before], law.slope, int(moving[-1]))) if len(moving) else float(x[before][0])
    if found.onset - stood < STOOD:
        return None
    return Drop(stood, found.onset, found.end, -found.size)


def _crossing(x: Float64, slope: Float64, last: int) -> float:
    if last + 1 >= len(x):
        return float(x[last])
    a, b = slope[last], slope[last + 1]
    part = (labels.FLAT_SLOPE - a) / (b - a) if b != a else 0.5
    return float(x[last] + part * (x[last + 1] - x[last]))
