"""A learning rate that a model of this size doesn't bear, or hardly uses."""

from __future__ import annotations

import math

import numpy as np

from tensorboard_plugin_paramviz.analysis.insight.bins import first_value
from tensorboard_plugin_paramviz.analysis.insight.nouns import Evidence, Finding, Known, Series, Severity
from tensorboard_plugin_paramviz.analysis.insight.numbers import percent, times
from tensorboard_plugin_paramviz.analysis.insight.schedule import peak_rate, warm_up_end

#: Over the usual rate: with an unstable loss the first is too high; without one, above the second is worth a word and
#: above the third a look, for a loss may stand at what is easily learned instead of diverging; below the last is worth
#: a word too.
UNSTABLE, UNUSUAL, ABSURD, HARDLY_ANY = 1.0, 5.0, 30.0, 1 / 40
#: Of the loss of one who knows only how often each token occurs: above it nothing more was learned. Of what it was
#: around the middle of the run: above it it stands.
NOTHING_MORE, STOOD = 0.85, 0.93
#: Of the first loss: less of it gone is hardly any. Of the rate around the middle: above it it still rises. Losses that
#: it takes to say either.
HARDLY, RISES, LOSSES = 0.1, 1.001, 100
#: Of ln V: a model whose first loss lies below has learned before.
NEW = 0.9
#: A rate so far above the usual needs no other reason.
SUFFICES = 1.5
#: Insights that make a loss unstable at any learning rate: one of them, begun before it, explains it.
EXPLAINS = ("attention_collapse", "exploding_gradients", "non_finite", "vanishing_gradients")
#: Of the run: what begins so much before the instability came first.
EARLIER = 0.05


def usual_rate(parameters: int) -> float:
    """For Adam and a transformer of so many parameters: 0.003239 - 0.0001395 ln N (Kaplan et al. 2020, appendix D.6,
    whose N leaves embeddings out: for a tenth of the parameters it is 3.2e-4 more), not below the 6e-5 of GPT-3 (Brown
    et al. 2020, table 2.1), as the formula breaks down above 10^10 parameters."""
    return max(6e-5, 0.003239 - 0.0001395 * math.log(max(1, parameters)))


def learning_rate(known: Known, found: list[Finding]) -> list[Finding]:
    """found: what is known of the loss and the layers. Only for Adam and its kin."""
    peak = peak_rate(known)
    if peak is None or known.statistics is None or "adam" not in (known.optimizer.name or "adam").lower():
        return []
    parameters = sum(layer.parameters for layer in known.statistics.layers)
    usual = usual_rate(parameters)
    ratio = peak / usual
    step = warm_up_end(known) or known.first
    unstable = [one for one in found if one.insight in ("divergence", "oscillation")]
    evidence = None
    if known.learning_rate is not None:
        series = Series("learning rate", known.learning_rate.steps, known.learning_rate.values)
        evidence = Evidence((series,), usual, "usual for this size")
    size = f"{parameters / 1e6:.3g} million parameters" if parameters >= 1e6 else f"{parameters:,} parameters"
    if unstable and ratio > UNSTABLE and (ratio > SUFFICES or not _explained(known, unstable[0], found)):
        what = "diverges" if unstable[0].insight == "divergence" else "swings"
        text = (
            f"The learning rate reaches {peak:.2g}, {times(ratio)} what is usual for {size}, and the loss {what} "
            f"from step {unstable[0].first:,} on."
        )
        sure = min(0.95, 0.5 + 0.15 * ratio)
        return [Finding("learning_rate_too_high", Severity.WATCH, step, known.last, text, sure, evidence=evidence)]
    if ratio > UNUSUAL and not unstable:
        text = f"The learning rate reaches {peak:.2g}, {times(ratio)} what is usual for {size}; the loss "
        severity, sure, blind = Severity.WATCH if ratio > ABSURD else Severity.NOTE, 0.5, _learned_nothing(known)
        if blind is not None:
            now, even = blind
            text += f"stands at {now:.3g}, and guessing each token by how often it occurs gives {even:.3g}."
            severity, sure = Severity.PROBLEM, 0.8
        else:
            text += "neither diverges nor swings."
        return [Finding("learning_rate_too_high", severity, step, known.last, text, sure, evidence=evidence)]
    if ratio < HARDLY_ANY:
        text = f"The learning rate is {peak:.2g} at most, 1/{1 / ratio:.0f} of what is usual for {size}"
        fell = _hardly_fell(known)
        text += "." if fell is None else f"; the loss has fallen by {percent(fell)} only."
        severity = Severity.NOTE if fell is None else Severity.WATCH
        return [Finding("learning_rate_too_low", severity, step, known.last, text, 0.5, evidence=evidence)]
    return []


def _learned_nothing(known: Known) -> tuple[float, float] | None:
    """(the loss now, the loss of one who knows only how often each token occurs) where the first is hardly below the
    second and has not fallen for half of the run; None = it is, it has, or nobody knows."""
    ends = _ends(known)
    table = next((one for one in known.tables if one.role == "token_embedding" and one.counts is not None), None)
    if ends is None or table is None or table.counts is None or len(table.counts) != known.vocabulary:
        return None
    _, middle, now = ends
    shares = table.counts[table.counts > 0] / max(1, table.counts.sum())
    even = -float((shares * np.log(shares)).sum())
    return (now, even) if now > NOTHING_MORE * even and now > STOOD * middle else None


def _hardly_fell(known: Known) -> float | None:
    """Share of the first loss that is gone, where that is hardly any, the model knew nothing before and the rate has
    long been what it is; None otherwise."""
    ends, rate = _ends(known), known.learning_rate
    if ends is None or (known.vocabulary is not None and ends[0] < NEW * math.log(max(2, known.vocabulary))):
        return None
    if rate is not None and len(rate) > 1:  # in a warm-up it is still to come
        middle = float(np.interp((rate.steps[0] + rate.steps[-1]) / 2, rate.steps, rate.values))
        if not rate.values[-1] <= RISES * middle:
            return None
    fell = 1 - ends[2] / ends[0]
    return max(0.0, fell) if fell < HARDLY else None


def _ends(known: Known) -> tuple[float, float, float] | None:
    """The loss at first, around the middle and at last; None of fewer than 100 finite ones."""
    if known.train is None:
        return None
    finite = known.train.values[np.isfinite(known.train.values)]
    if len(finite) < LOSSES:
        return None
    few, half = len(finite) // 10, len(finite) // 2
    middle, now = float(np.median(finite[half - few : half + few])), float(np.median(finite[-2 * few :]))
    return first_value(known.train), middle, now


def _explained(known: Known, unstable: Finding, found: list[Finding]) -> bool:
    """What came clearly first, in some layers but not in all: the rate is the same for all of them."""
    early = unstable.first - EARLIER * known.length
    return any(one.insight in EXPLAINS and one.first <= early for one in found)
