"""A loss that stands: a plateau if it falls later or something keeps it up, else convergence."""

from __future__ import annotations

import numpy as np

from tensorboard_plugin_paramviz.analysis.insight import labels
from tensorboard_plugin_paramviz.analysis.insight.bins import log_loss
from tensorboard_plugin_paramviz.analysis.insight.drops import Drop
from tensorboard_plugin_paramviz.analysis.insight.fall import line_slope
from tensorboard_plugin_paramviz.analysis.insight.nouns import Evidence, Finding, Known, Phase, Series, Severity

#: Of the run: a loss that stands for less has not converged.
CONVERGED = 0.1
#: Of the run, on each side: what a slope in the chart is measured over, and how many there are.
AROUND, POINTS = 0.05, 64


def standing(known: Known, told: tuple[Phase, ...], drop: Drop | None) -> list[Finding]:
    """plateau and convergence, from the phases."""
    if known.train is None or not told:
        return []
    found = []
    for one in told:
        newest = one is told[-1]
        if one.name == labels.PLATEAU:
            way = "at once" if drop and one.first <= known.step_at(drop.begin) else "on"
            text = (
                f"From step {one.first:,} on the loss stands still, and next to no gradient reaches part of the model."
                if newest
                else f"From step {one.first:,} to {one.last:,} the loss stands still, then it falls {way}."
            )
            found.append(_finding(known, "plateau", Severity.WATCH, one, text))
        elif newest and one.name == labels.CONVERGENCE and one.last - one.first > CONVERGED * known.length:
            text = f"From step {one.first:,} on the loss hardly falls any more. {one.reason}"
            found.append(_finding(known, "convergence", Severity.NOTE, one, text))
    return found


def _finding(known: Known, insight: str, severity: Severity, phase: Phase, text: str) -> Finding:
    evidence = Evidence((_slopes(known),), 100 * labels.FLAT_SLOPE, "above this the loss stands")
    return Finding(insight, severity, phase.first, phase.last, text, phase.confidence, evidence=evidence)


def _slopes(known: Known) -> Series:
    """How much the loss changes in a tenth of the run, in percent, measured over that tenth."""
    assert known.train is not None
    x, y = log_loss(known, known.train)
    places = np.linspace(AROUND, max(AROUND, float(x[-1]) - AROUND), POINTS) if len(x) else np.zeros(0)
    inside = [np.abs(x - place) <= AROUND for place in places]
    slopes = [0.1 * line_slope(x[part], y[part]) if part.sum() >= 3 else np.nan for part in inside]
    steps = np.array([known.step_at(float(place)) for place in places], np.int64)
    return Series("change of the loss in a tenth of the run, %", steps, 100 * np.array(slopes))
