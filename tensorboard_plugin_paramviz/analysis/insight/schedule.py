"""Where the learning rate's schedule changes, as it was logged. Boundaries that somebody set are told, not detected."""

from __future__ import annotations

import numpy as np

from tensorboard_plugin_paramviz.analysis.insight.bins import bin_medians
from tensorboard_plugin_paramviz.analysis.insight.nouns import Boundary, Curve, Float64, Known

#: Of the peak: a rate above the first has arrived; one that comes to below the second decays, and from the moment on at
#: which it was last as near to the peak as the third.
_ARRIVED, _LEFT, _AT_PEAK = 0.97, 0.97, 0.9999
#: As a share of the run: a warm-up longer than this is a schedule of another kind, and a peak shorter is no plateau.
_LONGEST_WARM_UP, _SHORTEST_STABLE = 0.3, 0.08


def boundaries(known: Known) -> tuple[Boundary, ...]:
    """warm_up_end and decay_start, where there are such; in the order of their steps."""
    curve = known.learning_rate
    if curve is None or len(curve) < 8:
        return ()
    values = np.where(np.isfinite(curve.values), curve.values, 0.0)
    peak = float(values.max())
    if not peak > 0 or values.min() > _LEFT * peak:
        return ()
    high = np.flatnonzero(values >= _ARRIVED * peak)
    found = []
    begin, end = curve.steps[high[0]], curve.steps[np.flatnonzero(values >= _AT_PEAK * peak)[-1]]
    if values[0] < _ARRIVED * peak and known.share(begin) <= _LONGEST_WARM_UP:
        found.append(Boundary("warm_up_end", int(curve.steps[int(np.argmax(values))])))
    if values[-1] < _LEFT * peak:
        found.append(Boundary("decay_start", int(max(begin, end))))
    return tuple(found)


def warm_up_end(known: Known) -> int | None:
    return next((one.step for one in boundaries(known) if one.name == "warm_up_end"), None)


def stable_until(known: Known) -> float | None:
    """Share of the run at which a rate that had stood still begins to fall; None where it fell all along."""
    found = {one.name: one.step for one in boundaries(known)}
    if "decay_start" not in found:
        return None
    decays = float(known.share(np.array(found["decay_start"])))
    begins = float(known.share(np.array(found.get("warm_up_end", known.first))))
    return decays if decays - begins >= _SHORTEST_STABLE else None


def progress_at(known: Known, shares: Float64) -> Float64:
    """Sum of the learning rates so far over that of a run at the peak, at each share of the run; the shares themselves
    where none was logged. Learning follows it where the rate changes (Kaplan et al. 2020, arXiv 2001.08361, appendix
    D.6 and figure 22, compare schedules by it)."""
    curve = known.learning_rate
    if curve is None or len(curve) < 8:
        return shares
    x, rate = bin_medians(known.share(curve.steps), curve.values, 512)
    if not len(rate) or not rate.max() > 0:
        return shares
    rate = rate.clip(0) / rate.max()
    summed = np.concatenate([[0.0], np.cumsum((rate[1:] + rate[:-1]) / 2 * np.diff(x))]) + rate[0] * x[0]
    found: Float64 = np.interp(shares, x, summed)
    return found


def rate_at(curve: Curve | None, step: int) -> float | None:
    """The learning rate logged last at or before a step."""
    if curve is None or not len(curve):
        return None
    at = int(np.searchsorted(curve.steps, step, side="right")) - 1
    value = float(curve.values[max(0, at)])
    return value if np.isfinite(value) else None


def peak_rate(known: Known) -> float | None:
    if known.learning_rate is not None and len(known.learning_rate):
        finite = known.learning_rate.values[np.isfinite(known.learning_rate.values)]
        peak = float(finite.max(initial=0.0))
        if peak > 0:
            return peak
    return known.optimizer.lr
