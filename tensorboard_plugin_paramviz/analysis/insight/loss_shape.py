"""What the training loss alone shows: it leaves for good, it swings, it starts where it shouldn't."""

from __future__ import annotations

import math

import numpy as np

from tensorboard_plugin_paramviz.analysis.insight.bins import (
    bin_medians,
    first_value,
    log_loss,
    loss_of,
    rolling_median,
    thinned,
)
from tensorboard_plugin_paramviz.analysis.insight.nouns import (
    Curve,
    Evidence,
    Finding,
    Float64,
    Known,
    Series,
    Severity,
)
from tensorboard_plugin_paramviz.analysis.insight.numbers import percent
from tensorboard_plugin_paramviz.analysis.insight.ramps import departure

#: ln(loss) above the best so far that is no noise (diagnostics of four simulated curves), and for how much of the run.
RISE, LASTING, LASTING_AT_END = 0.15, 0.1, 0.03
#: A swing: moments per run, share of a window, agreement with itself a period and half a period later, least size of
#: ln(loss), and for how much of the run.
SWING_POINTS, SWING_WINDOW, AGREES, OPPOSES, SWING_SIZE, SWINGING = 512, 0.12, 0.4, -0.3, 0.018, 0.06
LEAST = 400
#: Noise agrees with itself by 1 / sqrt(values) too, in one of the many windows and periods tried by several times that.
CHANCE, CHANCE_OPPOSED = 4.0, 2.0
#: Below the first so few losses are none to judge by, unless they rise by a factor of e.
FEW, FEWEST, RISE_OF_FEW = 24, 8, 1.0
#: Of ln V: the start of a run that didn't begin from nothing is below the last.
FAR_ABOVE, ABOVE, BELOW = 1.5, 1.12, 0.5


def chart(curve: Curve, name: str = "train/loss") -> Series:
    steps, values = thinned(curve.steps, curve.values)
    return Series(name, steps, values)


def divergence(known: Known) -> list[Finding]:
    """The loss rises by more than 0.15 in ln above its best and doesn't come back."""
    if known.train is None:
        return []
    x, y = log_loss(known, known.train)
    if len(y) < FEWEST:
        return []
    spacing = 1 / len(y)
    level = rolling_median(y, 2 * max(1, round(0.025 / spacing)) + 1)
    rise = RISE if len(y) >= FEW else RISE_OF_FEW
    above = level - np.minimum.accumulate(level) > rise
    begin, end = _longest_at_end(above)
    if begin is None:
        return []
    lost = end == len(x) - 1 and not np.isfinite(known.train.values[-1])  # it never came back
    span = (1.0 if lost else x[end]) - x[begin]
    if span < (LASTING_AT_END if end == len(x) - 1 else LASTING):
        return []
    found = departure(x, y, begin=max(0.0, x[begin] - 0.25), end=min(1.0, x[begin] + 0.15))
    onset = found.onset if found is not None and found.size > 0 and found.score > 12 else float(x[begin])
    step = known.step_at(min(onset, float(x[begin])))
    lowest = float(level[: begin + 1].min())
    best, limit, now = loss_of(known.train, np.array([lowest, lowest + rise, level[end]])).tolist()
    return [
        Finding(
            "divergence",
            Severity.PROBLEM,
            step,
            known.last if end == len(x) - 1 else known.step_at(float(x[end])),
            f"From step {step:,} on the training loss rises and does not come back: {best:.3g} at its best, {now:.3g} "
            "at last.",
            found.confidence if found else 0.6,
            evidence=Evidence((chart(known.train),), limit, "the rise that counts"),
        )
    ]


def _longest_at_end(above: np.ndarray) -> tuple[int | None, int]:
    """Where the last stretch of True begins and ends."""
    places = np.flatnonzero(above)
    if not len(places):
        return None, 0
    gaps = np.flatnonzero(np.diff(places) > 1)
    begin = int(places[gaps[-1] + 1]) if len(gaps) else int(places[0])
    return begin, int(places[-1])


def oscillation(known: Known) -> list[Finding]:
    """The loss repeats itself with a period: what is left of it above a running median agrees with itself a period
    later and opposes itself half a period later."""
    if known.train is None or len(known.train) < LEAST:  # so few agree with themselves by chance
        return []
    x, y = bin_medians(known.share(known.train.steps), known.train.values, SWING_POINTS)
    if len(y) < 24:
        return []
    y = np.log(np.maximum(y + 0.02 * abs(first_value(known.train)), 1e-12))
    wide = 2 * (round(0.025 * len(y)) + 1) + 1
    left = y - rolling_median(y, wide)
    usual = 1.4826 * float(np.median(np.abs(left)))
    left = np.clip(left, -8 * usual, 8 * usual)  # a spike is no swing
    swings, period = _swinging(left, len(y))
    places = np.flatnonzero(swings)
    if not len(places):
        return []
    first, last = places[0], places[-1]
    if x[last] - x[first] < SWINGING or swings[first : last + 1].mean() < 0.6:
        return []
    width = max(3, round(period))
    kernel = np.ones(width) / width
    size = np.sqrt(np.convolve(np.pad(left**2, width, mode="edge"), kernel, "same")[width:-width])
    found = departure(x, size, trend=False, end=float(min(1.0, x[last])))
    onset = found.onset if found is not None and found.size > 0 and found.score > 20 else float(x[first])
    step, end = known.step_at(onset), known.step_at(float(x[last]))
    end = known.last if x[last] > 0.93 else end
    height = float(np.median(size[first : last + 1])) * math.sqrt(2)
    every = max(1, round(period / len(y) * known.length))
    steps = np.array([known.step_at(float(share)) for share in x], np.int64)
    heights = Series("height of the swing, %", *thinned(steps, 100 * math.sqrt(2) * size))
    evidence = Evidence((heights,), 100 * math.sqrt(2) * SWING_SIZE, "more than noise")
    return [
        Finding(
            "oscillation",
            Severity.WATCH,
            step,
            end,
            f"From step {step:,} on the training loss swings by {percent(height)} up and down, about every {every:,} "
            "steps.",
            found.confidence if found else 0.6,
            evidence=evidence,
        )
    ]


def _swinging(left: Float64, count: int) -> tuple[np.ndarray, float]:
    """Which moments stand in a window that swings, [C], and the period in moments."""
    window = max(24, round(SWING_WINDOW * count))
    swings, periods = np.zeros(count, bool), []
    lags = np.arange(4, max(6, round(0.05 * count)))
    for begin in range(0, count - window + 1, max(1, window // 6)):
        part = left[begin : begin + window] - left[begin : begin + window].mean()
        energy = float(part @ part)
        if energy <= window * SWING_SIZE**2:
            continue
        agreement = np.array(
            [float(part[:-lag] @ part[lag:]) / energy * window / (window - lag) for lag in range(1, lags[-1] + 1)]
        )
        whole = agreement[lags - 1]
        half = agreement[np.maximum(1, lags // 2) - 1]
        agrees = np.maximum(AGREES, CHANCE / np.sqrt(window - lags))
        opposes = np.minimum(OPPOSES, -CHANCE_OPPOSED / np.sqrt(window - lags // 2))
        both = np.where((whole > agrees) & (half < opposes), whole, -1)
        best = int(np.argmax(both))
        if both[best] * energy > window * SWING_SIZE**2:  # what repeats itself, without the noise on it
            swings[begin : begin + window] = True
            periods.append(lags[best])
    return swings, float(np.median(periods)) if periods else 0.0


def initial_loss(known: Known) -> list[Finding]:
    """A model that knows nothing guesses evenly: its loss is ln V."""
    if known.train is None or known.vocabulary is None or known.vocabulary < 2 or not len(known.train):
        return []
    even, begun = math.log(known.vocabulary), float(known.train.steps[0])
    value = float(known.train.values[0])  # by the second the first step may have thrown the model anywhere
    if not np.isfinite(value) or begun > 10:
        return []
    if 0 < value < BELOW * even:
        text = (
            f"At step {begun:,.0f} the loss is already {value:.3g}; a model that guesses evenly among "
            f"{known.vocabulary:,} tokens has ln V = {even:.3g}: this one seems to have learned before."
        )
        evidence = Evidence((chart(known.train),), even, "ln V")
        return [Finding("initial_loss", Severity.NOTE, known.first, known.first, text, 0.8, evidence=evidence)]
    if value < ABOVE * even or value < even + 0.3:
        return []
    severity = Severity.WATCH if value > FAR_ABOVE * even else Severity.NOTE
    return [
        Finding(
            "initial_loss",
            severity,
            known.first,
            known.first,
            f"At step {begun:,.0f} the loss starts at {value:.3g}; a model that guesses evenly among "
            f"{known.vocabulary:,} tokens has ln V = {even:.3g}.",
            0.9,
            evidence=Evidence((chart(known.train),), even, "ln V"),
        )
    ]
