"""Matrices with one direction left."""

from __future__ import annotations

import numpy as np

from tensorboard_plugin_paramviz.analysis.insight.layer_view import SETTLED, LayerView, named, nan_median
from tensorboard_plugin_paramviz.analysis.insight.nouns import Evidence, Finding, Float64, Int64, Known, Severity
from tensorboard_plugin_paramviz.analysis.insight.ramps import departure

#: Stable rank: collapsed where it has come so near to 1, of the way there from what a fresh matrix of its size has, at
#: most at the second; and below this share of what it was. Small matrices that learn well come down to 1.6, of 8 or 13.
NEAR_ONE, FEW, LEFT = 0.025, 3.0, 0.5
#: Where it isn't recorded: entries near zero and the largest entry both grow by so much beside other blocks, as those
#: of a product of two vectors do (of normal numbers about 6 times and twice). Not where its weights grew by the third
#: meanwhile: then a part of them may have, its queries or its biases, and beside that the others are small.
NEAR_ZERO, LARGEST, GREW = 3.0, 1.5, 1.5
SURE = 25.0


def rank_collapse(known: Known, view: LayerView) -> list[Finding]:
    """By the stable rank (WeightWatcher) where it is recorded, else by what a matrix of rank one looks like."""
    if len(view) < 12 or view.since(SETTLED).start > len(view) - 2:
        return []
    ranks = view.log("stable_rank")
    recorded = np.isfinite(ranks[:, view.matrices]).mean() > 0.02 if view.matrices.any() else False
    sick, course = _by_rank(view, ranks) if recorded else _by_looks(view)
    if not len(sick):
        return []
    fits = departure(view.shares, course, trend=False, begin=SETTLED)
    if fits is None or fits.score < SURE:
        return []
    step = known.step_at(fits.onset)
    names = [view.paths[at] for at in sick]
    if recorded:
        left = float(10 ** _held(ranks)[-1, sick].max())
        ends = "ends at" if len(names) == 1 else "ends at no more than"
        text = f"From step {step:,} on the stable rank of {named(names)} falls; it {ends} {left:.1f}."
        evidence = Evidence(view.series(ranks, sick), float(_few(view)[sick].max()), "few directions left", log=True)
    else:
        look = "looks" if len(names) == 1 else "look"
        text = f"From step {step:,} on {named(names)} {look} ever more like the product of two vectors."
        near = view.beside_peers(_held(view.log("weight_near_zero_ratio")))
        near = near - nan_median(near[view.since(SETTLED)][: max(3, len(view) // 10)], axis=0)
        evidence = Evidence(view.series(near, sick), NEAR_ZERO, "three times the entries near zero", log=True)
    severity = Severity.PROBLEM if recorded else Severity.WATCH
    return [
        Finding(
            "rank_collapse",
            severity,
            step,
            known.last,
            text,
            fits.confidence * (1 if recorded else 0.7),
            tuple(names),
            evidence=evidence,
        )
    ]


def _by_rank(view: LayerView, ranks: Float64) -> tuple[Int64, Float64]:
    held = _held(ranks)
    level = view.sustained(held)
    later = level[view.since(SETTLED)]
    fell = later[-1] - np.fmax.accumulate(later, axis=0)[-1]
    sick = np.flatnonzero(view.matrices & (later[-1] < np.log10(_few(view))) & (fell < np.log10(LEFT)))
    # Its inverse is the share of the strongest direction, which is what grows.
    return sick, nan_median(10 ** -held[:, sick], axis=1) if len(sick) else np.zeros(0)


def _few(view: LayerView) -> Float64:
    """The stable rank that counts as collapsed, [L]"""
    found: Float64 = np.minimum(1 + NEAR_ONE * (view.fresh_ranks - 1), FEW)
    return found


def _by_looks(view: LayerView) -> tuple[Int64, Float64]:
    near = view.beside_peers(_held(view.log("weight_near_zero_ratio")))
    largest = view.beside_peers(_held(view.log("weight_max_abs") - view.log("weight_rms")))
    ends = []
    for logs in (near, largest):
        level = view.sustained(logs, 0.1)
        later = level[view.since(SETTLED)]
        ends.append(later[-1] - np.fmin.accumulate(later, axis=0)[-1])
    sizes = view.sustained(view.beside_peers(view.log("weight_rms")), 0.1)[view.since(SETTLED)]
    with np.errstate(invalid="ignore"):
        looks = (ends[0] > np.log10(NEAR_ZERO)) & (ends[1] > np.log10(LARGEST))
        same = sizes[-1] - np.fmin.accumulate(sizes, axis=0)[-1] < np.log10(GREW)
    sick = np.flatnonzero(view.matrices & view.with_peers & looks & same)
    return sick, nan_median(near[:, sick] + largest[:, sick], axis=1) if len(sick) else np.zeros(0)


def _held(logs: Float64) -> Float64:
    """What was measured last: the rank is a tenth as often as the rest."""
    known = np.isfinite(logs)
    last = np.maximum.accumulate(np.where(known, np.arange(len(logs))[:, None], -1), axis=0)
    return np.where(last >= 0, np.take_along_axis(logs, np.maximum(last, 0), axis=0), np.nan)
