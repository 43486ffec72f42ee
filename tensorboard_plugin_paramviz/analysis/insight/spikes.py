"""Steps at which the loss jumps and comes back, and which layer's gradient moved first."""

from __future__ import annotations

import numpy as np

from tensorboard_plugin_paramviz.analysis.insight.bins import bin_medians, first_value
from tensorboard_plugin_paramviz.analysis.insight.layer_view import nan_median
from tensorboard_plugin_paramviz.analysis.insight.nouns import (
    Bool,
    Curve,
    Evidence,
    Finding,
    Float64,
    Known,
    Series,
    Severity,
)
from tensorboard_plugin_paramviz.analysis.insight.validation import known_by_heart

#: OLMo-core's stability monitor: a value beyond the mean and 6 standard deviations of the 128 before it.
WINDOW, SIGMAS = 128, 6.0
#: Fewer values before it make no standard deviation.
LEAST = 24
#: Steps as far apart as this share of the run belong to one spike; more spikes than these are told in one sentence.
TOGETHER, MOST = 0.015, 12
#: Of what the run has learned (first loss less its lowest): a lower spike spoils nothing.
SMALL = 0.03
#: A gradient stands out of the layer's own last ones by so many of their deviations.
OUTSTANDING = 5.0


def outliers(values: Float64) -> tuple[Bool, Float64]:
    """Which values are spikes by OLMo's rule [N], and the limit for each [N]. Those found are left out of the mean and
    deviation of those behind them. Cost: a few passes."""
    flagged = ~np.isfinite(values)
    limit = np.full(len(values), np.inf)
    for _ in range(3):
        kept = np.where(flagged, 0.0, values)
        counts = _before((~flagged).astype(np.float64))
        usual = float(np.median(values[~flagged])) if (~flagged).any() else 0.0
        mean = np.divide(
            _before(np.where(flagged, 0.0, kept - usual)), counts, out=np.zeros(len(values)), where=counts > 0
        )
        square = np.divide(
            _before(np.where(flagged, 0.0, (kept - usual) ** 2)), counts, out=np.zeros(len(values)), where=counts > 0
        )
        spread = np.sqrt(np.maximum(square - mean**2, 0))
        limit = np.where(counts >= LEAST, usual + mean + SIGMAS * spread, np.inf)
        beyond = np.isfinite(values) & (values > limit)
        if not (beyond & ~flagged).any():
            break
        flagged = flagged | beyond
    return flagged & np.isfinite(values), limit


def _before(values: Float64) -> Float64:
    """Sum of the WINDOW values before each, [N]"""
    summed = np.concatenate([[0.0], np.cumsum(values)])
    places = np.arange(len(values))
    found: Float64 = summed[places] - summed[np.maximum(0, places - WINDOW)]
    return found


def spikes(known: Known, masked: list[tuple[int, int]]) -> list[Finding]:
    """masked: steps from and to which something else explains a jump."""
    curve = known.train
    if curve is None or len(curve) < 2 * LEAST:
        return []
    found, limit = outliers(curve.values)
    for begin, end in masked:
        found &= (curve.steps < begin) | (curve.steps > end)
    places = np.flatnonzero(found)
    if not len(places):
        return []
    shares = known.share(curve.steps[places])
    groups = np.split(places, np.flatnonzero(np.diff(shares) > TOGETHER) + 1)
    _, level = bin_medians(known.share(curve.steps), curve.values)
    learned = max(first_value(curve) - float(np.nanmin(level)), 1e-12)
    heart = known_by_heart(known)
    told = [_spike(known, curve, group, limit, learned, heart) for group in groups]
    if len(told) <= MOST:
        return told
    worst = max(told, key=lambda one: (list(Severity).index(one.severity), one.confidence))
    between = f"step {told[0].first:,} and {told[-1].last:,}"
    text = f"The loss jumps {len(told)} times between {between}" + (
        " and comes back each time." if _is_over(curve, groups[-1]) else "."
    )
    return [
        Finding("spike", worst.severity, told[0].first, told[-1].last, text, 0.9, worst.layers, evidence=worst.evidence)
    ]


def _spike(
    known: Known, curve: Curve, group: np.ndarray, limit: Float64, learned: float, heart: float | None
) -> Finding:
    first, top = int(group[0]), int(group[np.argmax(curve.values[group])])
    around = slice(max(0, first - 60), min(len(curve), int(group[-1]) + 60))
    usual = float(np.nanmedian(curve.values[max(0, first - WINDOW) : first]))
    height = float(curve.values[top]) - usual
    severity = Severity.WATCH if height > SMALL * learned and height > 0.1 * abs(usual) else Severity.NOTE
    step = int(curve.steps[first])
    if heart is not None and known.share(np.array(step)) > heart:
        severity = Severity.NOTE  # nothing is left to lose; Adam shakes itself loose so (Thilak et al. 2022)
    layer, times, seen = first_mover(known, step) or ("", 0.0, 0)
    text = f"At step {step:,} the loss jumps from {usual:.3g} to {curve.values[top]:.3g}"
    text += " and comes back." if _is_over(curve, group) else "."
    if layer:
        moved = f"moved first: at step {seen:,} it was" if seen < step else "stands out most there:"
        text += f" The gradient of {layer} {moved} {times:.1f} times its usual size."
    last = int(curve.steps[group[-1]])
    return Finding(
        "spike",
        severity,
        step,
        last,
        text,
        float(np.clip(0.6 + 0.1 * np.log2(max(1.0, height / max(1e-12, limit[first] - usual))), 0.6, 0.99)),
        (layer,) if layer else (),
        evidence=Evidence(
            (Series("train/loss", curve.steps[around], curve.values[around]),),
            float(limit[first]),
            "mean + 6 standard deviations of the 128 before",
        ),
    )


def _is_over(curve: Curve, group: np.ndarray) -> bool:
    """Finite losses came behind it: of none, whether it comes back isn't known. What rises for good is no spike."""
    return bool(np.isfinite(curve.values[group[-1] + 1 :]).any())


def first_mover(known: Known, step: int) -> tuple[str, float, int] | None:
    """The layer whose gradient stood out most of its own sixteen snapshots before and of the other layers, in the last
    snapshot up to a step, how many times its usual size it was, and that snapshot's step. None where none stood out, or
    where the snapshot lies too far back to have seen it."""
    statistics = known.statistics
    if statistics is None or "grad_norm" not in statistics.names:
        return None
    at = int(np.searchsorted(statistics.steps, step, side="right")) - 1
    if at < 8 or step - statistics.steps[at] > 2 * max(1, int(np.median(np.diff(statistics.steps)))):
        return None
    with np.errstate(divide="ignore", invalid="ignore"):
        part = np.log(statistics.values[max(0, at - 16) : at + 1, :, statistics.names.index("grad_norm")])
    part = np.where(np.isfinite(part), part, np.nan).astype(np.float64)
    before = part[:-1]
    middle = nan_median(before, axis=0)  # [L]
    spread = 1.4826 * nan_median(np.abs(before - middle), axis=0) + 0.05
    jump = part[-1] - middle
    jump = jump - max(0.0, float(np.nan_to_num(nan_median(jump[None], axis=1)[0])))  # what all of them do names none
    outstanding = np.nan_to_num(jump / spread, nan=-np.inf)
    best = int(np.argmax(outstanding)) if outstanding.size else 0
    if not outstanding.size or outstanding[best] <= OUTSTANDING:
        return None
    return statistics.layers[best].path, float(np.exp(part[-1, best] - middle[best])), int(statistics.steps[at])
