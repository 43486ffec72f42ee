"""A learning rate that a model of this size doesn't bear, or hardly uses."""

from __future__ import annotations

import math

from tensorboard_plugin_paramviz.analysis.insight.nouns import Evidence, Finding, Known, Series, Severity
from tensorboard_plugin_paramviz.analysis.insight.numbers import times
from tensorboard_plugin_paramviz.analysis.insight.schedule import peak_rate, warm_up_end

#: Over the usual rate: with an unstable loss the first is too high; without one, above the second is worth a word and
#: above the third a look, for a loss may stand at what is easily learned instead of diverging; below the last is worth
#: a word too.
UNSTABLE, UNUSUAL, ABSURD, HARDLY_ANY = 1.0, 5.0, 30.0, 1 / 40
#: A rate so far above the usual needs no other reason.
SUFFICES = 1.5
#: Insights that make a loss unstable at any learning rate: one of them, begun before it, explains it.
EXPLAINS = ("attention_collapse", "exploding_gradients", "non_finite", "vanishing_gradients")
#: Of the run: what begins so much before the instability came first.
EARLIER = 0.05


def usual_rate(parameters: int) -> float:
    """For Adam and a transformer of so many parameters: 0.003239 - 0.0001395 ln N (Kaplan et al. 2020, appendix
    D.6), not below the 6e-5 that the largest published models took."""
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
        text = (
            f"The learning rate reaches {peak:.2g}, {times(ratio)} what is usual for {size}; the loss neither diverges "
            "nor swings."
        )
        severity = Severity.WATCH if ratio > ABSURD else Severity.NOTE
        return [Finding("learning_rate_too_high", severity, step, known.last, text, 0.5, evidence=evidence)]
    if ratio < HARDLY_ANY:
        text = f"The learning rate is {peak:.2g} at most; {1 / ratio:.0f} times that is usual for {size}."
        return [Finding("learning_rate_too_low", Severity.NOTE, step, known.last, text, 0.5, evidence=evidence)]
    return []


def _explained(known: Known, unstable: Finding, found: list[Finding]) -> bool:
    """What came clearly first, in some layers but not in all: the rate is the same for all of them."""
    early = unstable.first - EARLIER * known.length
    return any(one.insight in EXPLAINS and one.first <= early for one in found)
