"""Heads that look at one token only."""

from __future__ import annotations

import numpy as np

from tensorboard_plugin_paramviz.analysis.insight.layer_view import SETTLED, LayerView, nan_median
from tensorboard_plugin_paramviz.analysis.insight.nouns import Evidence, Finding, Known, Series, Severity
from tensorboard_plugin_paramviz.analysis.insight.numbers import crossing, percent
from tensorboard_plugin_paramviz.analysis.insight.ramps import departure

#: Mean entropy of a block's heads over its most: below the first it has collapsed (what Zhai et al. 2023 call entropy
#: collapse; the number is ours), if it fell by as much as the second: a single sharp head is fine.
COLLAPSED, FALLEN = 0.12, 0.2
#: Largest logit: above this it is worth a look (in Wortsman et al. 2023, section 3.3, every run above 1e4 diverged).
LARGE_LOGIT = 100.0
#: Without a probe: query and key weights grow so many times more than those of other blocks.
GROWN = 3.0
SURE = 25.0
ROLES = ("attn_qkv", "attn_q", "attn_k")


def attention_collapse(known: Known, view: LayerView | None) -> list[Finding]:
    """By the probe where there is one, dated by the weights whose growth makes logits grow."""
    found, probe = [], known.probe
    entropies = probe.of("attention_entropy_ratio") if probe is not None else None
    logits = probe.of("attention_max_logit") if probe is not None else None
    for block in _blocks(view, 0 if entropies is None else entropies.shape[1]):
        layers = [] if view is None else [
            at for at, role in enumerate(view.roles.tolist()) if role in ROLES and view.blocks[at] == block
        ]  # fmt: skip
        growth = None
        if view is not None and layers and len(view) >= 12:
            logs = nan_median(view.beside_peers(view.log("weight_norm"))[:, layers], axis=1)
            fits = departure(view.shares, logs, trend=False, begin=SETTLED)
            growth = fits if fits is not None and fits.size > 0.15 and fits.score > SURE else None
        if (
            entropies is not None
            and logits is not None
            and probe is not None
            and np.isfinite(entropies[:, block]).any()
        ):
            values = entropies[:, block]
            if len(values) < 2 or not (values[-1] < COLLAPSED and np.nanmax(values) - values[-1] > FALLEN):
                continue
            half = (np.nanmax(values) + values[-1]) / 2
            onset = growth.onset if growth else float(known.share(np.array(crossing(probe.steps, -values, -half))))
            severity, sure = Severity.PROBLEM, 0.95 if growth else 0.7
            series = (Series(f"block {block}", probe.steps, values),)
            evidence = Evidence(series, COLLAPSED, "collapsed")
            what = f"the heads of block {block} look at ever fewer tokens: the entropy of their attention is "
            what += f"{percent(values[-1])} of the most it could be"
            if logits[-1, block] > LARGE_LOGIT:
                largest = logits[-1, block]
                what += f", their largest logit {largest:,.0f}" if np.isfinite(largest) else ", their logits not finite"
        elif (
            growth is not None and view is not None and growth.size > np.log10(GROWN) and view.with_peers[layers].all()
        ):
            onset, severity, sure = growth.onset, Severity.WATCH, growth.confidence * 0.7
            beside = view.beside_peers(view.log("weight_norm"))
            beside = beside - nan_median(beside[view.since(SETTLED)][: max(3, len(view) // 10)], axis=0)
            evidence = Evidence(view.series(beside, layers), GROWN, "three times as much as the others", log=True)
            what = f"the query and key weights of block {block} grow {10**growth.size:.1f} times beside those of other "
            what += "blocks: its heads may come to look at ever fewer tokens"
        else:
            continue
        step = known.step_at(onset)
        names = tuple(view.paths[at] for at in layers) if view is not None else ()
        text = f"From step {step:,} on {what}."
        found.append(Finding("attention_collapse", severity, step, known.last, text, sure, names, evidence=evidence))
    return found


def _blocks(view: LayerView | None, count: int) -> list[int]:
    if count:
        return list(range(count))
    return sorted({block for block in view.blocks if block is not None}) if view is not None else []
