"""What interrupts a run: numbers that are none, restarts, and a threshold that nearly every gradient is clipped at."""

from __future__ import annotations

import numpy as np

from tensorboard_plugin_paramviz.analysis.insight.layer_view import named
from tensorboard_plugin_paramviz.analysis.insight.nouns import Evidence, Finding, Known, Series, Severity

#: Share of gradients that are clipped, and how equal those must be that were.
CLIPPED, EQUAL = 0.5, 0.01


def non_finite(known: Known) -> list[Finding]:
    """NaN or infinity in the loss, in weights or in gradients."""
    first, names, series = None, [], []
    if known.train is not None:
        bad = np.flatnonzero(~np.isfinite(known.train.values))
        if len(bad):
            first = int(known.train.steps[bad[0]])
    statistics = known.statistics
    spoiled = False
    if statistics is not None:
        for name in ("weight_nonfinite_count", "grad_nonfinite_count"):
            counts = np.nan_to_num(statistics.of(name))
            hit = np.flatnonzero((counts > 0).any(1))
            if not len(hit):
                continue
            if (
                name == "grad_nonfinite_count"
                and counts[hit].any(1).sum() <= max(1, 0.02 * len(counts))
                and first is None
            ):
                continue  # a gradient scaler finds its scale by meeting one now and then
            spoiled |= name == "weight_nonfinite_count"
            step = int(statistics.steps[hit[0]])
            if first is None or step <= first:
                first, names = step, [statistics.layers[at].path for at in np.flatnonzero(counts[hit[0]] > 0)]
            series.append(Series(name, statistics.steps, counts.sum(1)))
    if first is None:
        return []
    where = f" in {named(names)}" if names else " in the loss"
    text = f"Numbers that aren't finite appear at step {first:,}{where}."
    return [
        Finding(
            "non_finite",
            Severity.PROBLEM,
            first,
            known.last,
            text,
            1.0,
            tuple(names),
            evidence=Evidence(tuple(series), 0.5),
        )
    ]


def resumes(known: Known) -> list[Finding]:
    return [
        Finding(
            "resume", Severity.NOTE, step, step, f"The run was resumed at step {step:,}: another session begins.", 1.0
        )
        for step in known.restarts
    ]


def clip_rate(known: Known) -> list[Finding]:
    """The gradients that the optimizer saw never pass a length that those logged before clipping do."""
    statistics, logged = known.statistics, known.grad_norm
    if statistics is None or logged is None or len(statistics.steps) < 12 or len(logged) < 12:
        return []
    own = np.array([layer.parameters > 0 for layer in statistics.layers])
    seen = np.sqrt(np.nansum(np.square(statistics.of("grad_norm")[:, own]), axis=1))  # [T]
    at = np.searchsorted(logged.steps, statistics.steps).clip(0, len(logged) - 1)
    same = logged.steps[at] == statistics.steps
    before, seen = logged.values[at][same], seen[same]
    cut = np.isfinite(before) & (seen > 0) & (before > 1.02 * seen)
    if cut.sum() < 6:
        return []
    limit = float(np.median(seen[cut]))
    if np.abs(seen[cut] / limit - 1).mean() > EQUAL or seen.max() > 1.02 * limit:
        return []
    rate = float(np.mean(logged.values[np.isfinite(logged.values)] > limit))
    if rate < CLIPPED:
        return []
    text = f"{rate:.0%} of the gradients are longer than {limit:.3g} and are clipped to it."
    evidence = Evidence((Series("gradient norm", logged.steps, logged.values),), limit, "clipped to")
    return [Finding("clip_rate", Severity.NOTE, known.first, known.last, text, 0.8, evidence=evidence)]
