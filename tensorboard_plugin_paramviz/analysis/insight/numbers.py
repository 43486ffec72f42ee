"""Numbers in sentences, as the page writes them, and between two measurements."""

from __future__ import annotations

import numpy as np

from tensorboard_plugin_paramviz.analysis.insight.nouns import Float64, Int64


def percent(share: float, digits: int = 0) -> str:
    """0.043 → "4 %", with one digit "4.3 %" """
    return f"{100 * share:.{digits}f} %"


def times(ratio: float) -> str:
    """7.54 → "7.5 times", 184.8 → "185 times" """
    return f"{ratio:.1f} times" if ratio < 10 else f"{ratio:,.0f} times"


def crossing(steps: Int64, values: Float64, limit: float) -> float:
    """The step at which values rise past a limit for the first time, on a straight line between the measurement before
    and that behind it; the first step if they never do."""
    beyond = np.flatnonzero(values > limit)
    if not len(beyond):
        return float(steps[0])
    at = int(beyond[0])
    before = at - 1
    if at == 0 or not np.isfinite(values[before]):
        return float(steps[at])
    part = (limit - values[before]) / (values[at] - values[before]) if np.isfinite(values[at]) else 1.0
    return float(steps[before] + part * (steps[at] - steps[before]))
