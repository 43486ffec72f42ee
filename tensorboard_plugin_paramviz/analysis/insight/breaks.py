"""What interrupts a run: numbers that are none, restarts, and a threshold that nearly every gradient is clipped at."""

from __future__ import annotations

import numpy as np

from tensorboard_plugin_paramviz.analysis.insight.layer_view import named
from tensorboard_plugin_paramviz.analysis.insight.loss_shape import chart
from tensorboard_plugin_paramviz.analysis.insight.nouns import Evidence, Finding, Known, Series, Severity
from tensorboard_plugin_paramviz.analysis.insight.numbers import percent

#: Of the snapshots: as many may have a gradient that isn't finite.
SELDOM = 0.02
#: Share of gradients that are clipped, and how equal those must be that were.
CLIPPED, EQUAL = 0.5, 0.01


def non_finite(known: Known) -> list[Finding]:
    """NaN or infinity in the loss, in weights or in gradients."""
    lost = None
    if known.train is not None:
        bad = np.flatnonzero(~np.isfinite(known.train.values))
        lost = int(known.train.steps[bad[0]]) if len(bad) else None
    seen, names, series = _in_layers(known, lost)
    if lost is None and seen is None:
        return []
    first = min(step for step in (lost, seen) if step is not None)
    parts = []
    if lost is not None:
        parts.append(f"at step {lost:,} the loss is not a finite number")
    if seen is not None:
        parts.append(
            f"in the snapshot at step {seen:,} {named(names)} {'holds' if len(names) == 1 else 'hold'} such numbers"
        )
    told = ", and ".join(parts if lost is None or seen is None or lost <= seen else parts[::-1])
    if lost is None:
        told = told.replace("such numbers", "numbers that are not finite")
    elif seen is not None and seen < lost:
        told = told.replace("such numbers", "numbers that are not finite").replace(
            "is not a finite number", "is not finite either"
        )
    evidence = Evidence(series, 0.0, "none is healthy") if series else None
    if evidence is None and known.train is not None:
        evidence = Evidence((chart(known.train),))
    text = f"{told[0].upper()}{told[1:]}."
    return [Finding("non_finite", Severity.PROBLEM, first, known.last, text, 1.0, tuple(names), evidence=evidence)]


def _in_layers(known: Known, lost: int | None) -> tuple[int | None, list[str], tuple[Series, ...]]:
    """The first snapshot that has any, the layers that have them there, and how many there are."""
    statistics = known.statistics
    first, names, series = None, [], []
    for name in ("weight_nonfinite_count", "grad_nonfinite_count") if statistics is not None else ():
        assert statistics is not None
        counts = statistics.of(name)
        counts = np.where(np.isfinite(counts), counts, 0.0)  # [T, L]
        hit = np.flatnonzero((counts > 0).any(1))
        # A gradient scaler finds its scale by meeting one now and then.
        seldom = name == "grad_nonfinite_count" and len(hit) <= max(1, SELDOM * len(counts))
        if not len(hit) or (seldom and lost is None and first is None):
            continue
        step = int(statistics.steps[hit[0]])
        if first is None or step < first:
            first, names = step, [statistics.layers[at].path for at in np.flatnonzero(counts[hit[0]] > 0)]
        series.append(Series(name, statistics.steps, counts.sum(1)))
    return first, names, tuple(series)


def resumes(known: Known) -> list[Finding]:
    evidence = Evidence((chart(known.train),)) if known.train is not None else None
    return [
        Finding(
            "resume",
            Severity.NOTE,
            step,
            step,
            f"The run was resumed at step {step:,}: another session begins.",
            1.0,
            evidence=evidence,
        )
        for step in known.restarts
    ]


def clip_rate(known: Known) -> list[Finding]:
    """The gradients that the optimizer saw never pass a length that those logged before clipping do."""
    statistics, logged = known.statistics, known.grad_norm
    if statistics is None or logged is None or len(statistics.steps) < 12 or len(logged) < 12:
        return []
    own = np.array([layer.parameters > 0 for layer in statistics.layers], bool)
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
    finite = logged.values[np.isfinite(logged.values)]
    rate = float(np.mean(finite > limit)) if len(finite) and np.isfinite(limit) else 0.0
    if rate < CLIPPED:
        return []
    beyond = logged.steps[np.isfinite(logged.values) & (logged.values > limit)]
    first = int(beyond[0])
    text = (
        f"{percent(rate)} of the gradients are longer than {limit:.3g} and clipped to it, the first at step {first:,}."
    )
    evidence = Evidence((Series("gradient norm", logged.steps, logged.values),), limit, "clipped to")
    return [Finding("clip_rate", Severity.NOTE, first, known.last, text, 0.8, evidence=evidence)]
