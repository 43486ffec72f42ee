"""Steps of AdamW against their own law.

There is no healthy ratio of 1e-3: a step's RMS is lr c, with a coherence c of 1 where gradients agree and
sqrt((1 - b1) / (1 + b1)) where they are noise, whatever the weights are. So the coherence is judged, not the ratio.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from tensorboard_plugin_paramviz.analysis.insight.layer_view import LayerView, named
from tensorboard_plugin_paramviz.analysis.insight.nouns import Evidence, Finding, Known, Series, Severity
from tensorboard_plugin_paramviz.analysis.insight.schedule import peak_rate, warm_up_end
from tensorboard_plugin_paramviz.analysis.insight.validation import known_by_heart

#: Beyond three times the upper edge of the band, or below a tenth of the lower one.
ABOVE, BELOW = 3.0, 0.1
#: Of the peak: with a learning rate this near to 0, rounding is all there is.
LEAST_RATE = 0.01
#: Of the run that it lasts.
LASTING = 0.08


def update_ratio(known: Known, view: LayerView) -> list[Finding]:
    """Layers that never take a step, and matrices whose steps stay outside the band of AdamW's law."""
    return _never(known, view) + _outside(known, view)


def _never(known: Known, view: LayerView) -> list[Finding]:
    """Whatever the optimizer: gradients come, but the weights are the same in every snapshot, while others change."""
    statistics = known.statistics
    if statistics is None or len(view) < 12:
        return []
    norms, updates = statistics.of("weight_norm"), statistics.of("update_norm")
    came = np.isfinite(view.log("grad_norm")).mean(0) > 0.5  # [L]
    same = np.isfinite(norms).all(0) & (norms == norms[:1]).all(0)
    same &= ((updates == 0) | np.isnan(updates)).all(0) & (np.isfinite(updates).mean(0) > 0.5)
    still = np.flatnonzero(view.own & came & same)
    if not len(still) or not (view.own & came & ~same).any():
        return []
    names = [view.paths[at] for at in still]
    they = "its weights have" if len(names) == 1 else "their weights have"
    text = f"From step {known.first:,} on {named(names)} never {'takes' if len(names) == 1 else 'take'} a step, though "
    text += f"gradients come: {they} not changed in any of {len(norms):,} snapshots."
    series = view.series(view.log("grad_norm"), still)
    evidence = Evidence(tuple(replace(one, name=f"gradient norm of {one.name}") for one in series), log=True)
    return [
        Finding("update_ratio", Severity.WATCH, known.first, known.last, text, 0.95, tuple(names), evidence=evidence)
    ]


def _outside(known: Known, view: LayerView) -> list[Finding]:
    """A matrix's steps stay outside the band of AdamW's law. Not where parameter groups have learning rates of their
    own: which layer is in which group isn't recorded."""
    curve, peak = known.learning_rate, peak_rate(known)
    if known.optimizer.rates > 1:
        return []
    if not known.optimizer.is_adamw or known.optimizer.betas is None or curve is None or peak is None or len(view) < 12:
        return []
    lowest = float(np.sqrt((1 - known.optimizer.betas[0]) / (1 + known.optimizer.betas[0])))
    rates = np.interp(view.steps, curve.steps, curve.values)  # [C]
    warm = warm_up_end(known)
    usable = (rates > LEAST_RATE * peak) & (view.steps > (warm or known.first))
    coherence = view.log("update_norm") - 0.5 * np.log10(view.sizes) - np.log10(np.maximum(rates, 1e-30))[:, None]
    level = view.sustained(coherence, LASTING)
    level = np.where(usable[:, None], level, np.nan)
    high = view.matrices & (np.nan_to_num(level, nan=-9.0).max(0) > np.log10(ABOVE))
    low = view.matrices & (np.nan_to_num(level, nan=9.0).min(0) < np.log10(BELOW * lowest))
    found = []
    for sick, word, limit, under in ((high, "far above", ABOVE, False), (low, "far below", BELOW * lowest, True)):
        layers = np.flatnonzero(sick)
        if not len(layers):
            continue
        beyond = (level[:, layers] < np.log10(limit)) if under else (level[:, layers] > np.log10(limit))
        step = int(view.steps[int(np.argmax(beyond.any(1)))])
        names = [view.paths[at] for at in layers]
        extreme = 10 ** float(np.nanmin(level[:, layers]) if under else np.nanmax(level[:, layers]))
        text = (
            f"From step {step:,} on the steps of {named(names)} are {word} what Adam's rule explains: {extreme:.2g} "
            f"times the learning rate (RMS of a weight's change), where {lowest:.2f} to 1 is usual."
        )
        series = (
            *view.series(coherence, layers),
            Series("lowest usual", view.steps[[0, -1]], np.full(2, lowest)),
            Series("highest usual", view.steps[[0, -1]], np.ones(2)),
        )
        evidence = Evidence(series, limit, "a tenth of the lowest" if under else "three times the highest", log=True)
        heart = known_by_heart(known)
        learned = under and heart is not None and known.share(np.array(step)) > heart  # gradients are to be tiny
        severity = Severity.NOTE if learned else Severity.WATCH
        found.append(Finding("update_ratio", severity, step, known.last, text, 0.8, tuple(names), evidence=evidence))
    return found
