"""Units of an MLP that fall silent."""

from __future__ import annotations

import numpy as np

from tensorboard_plugin_paramviz.analysis.insight.layer_view import SETTLED, LayerView, named, nan_median
from tensorboard_plugin_paramviz.analysis.insight.nouns import (
    Evidence,
    Finding,
    Float64,
    Known,
    Probe,
    Series,
    Severity,
)
from tensorboard_plugin_paramviz.analysis.insight.numbers import percent
from tensorboard_plugin_paramviz.analysis.insight.ramps import Departure, departure

#: SageMaker Debugger's DeadRelu calls a layer bad above one half; as many more than at first, since the early layers of
#: healthy models may have 70 % (Voita et al. 2023).
MANY, MORE = 0.5, 0.3
#: Without a probe: the largest gradient stands out of the layer's by this factor more than before, and the RMS fell.
STANDS_OUT, FELL = 1.8, 1.8
SURE = 25.0


def dead_units(known: Known, view: LayerView | None) -> list[Finding]:
    """By the probe where there is one, dated by gradients: dead units have none, so the largest entry stands out of the
    RMS of those that are left."""
    found = []
    blocks = _dead_blocks(known.probe)
    if known.probe is None and view is not None:
        blocks = _suspected_blocks(view)
    for block, (ratio, onset) in sorted(blocks.items()):
        layers = _layers(view, block) if view is not None else []
        dated = _dated(view, layers) if view is not None and layers else None
        share = dated if dated is not None else onset
        step = known.step_at(share)
        names = [view.paths[at] for at in layers] if view is not None else []
        if known.probe is not None:
            ratios = known.probe.of("mlp_dead_ratio")[:, block]
            evidence = Evidence(
                (Series(f"block {block}", known.probe.steps, ratios),), MANY, "half of the units (DeadRelu)"
            )
            text = (
                f"From step {step:,} on units of the MLP in block {block} die: {percent(ratio)} are all but silent "
                "on the probe."
            )
        else:
            assert view is not None
            logs = view.beside_peers(view.log("grad_max_abs") - view.log("grad_rms"))
            logs = logs - nan_median(logs[view.since(SETTLED)][: max(3, len(view) // 10)], axis=0)
            evidence = Evidence(view.series(logs, layers), STANDS_OUT, "stands out", log=True)
            text = (
                f"From step {step:,} on units of the MLP in block {block} seem to die: the gradient of {named(names)} "
                f"comes from ever fewer of them."
            )
        confidence = 0.95 if dated is not None and known.probe is not None else 0.6
        severity = Severity.PROBLEM if known.probe is not None else Severity.WATCH
        found.append(
            Finding("dead_units", severity, step, known.last, text, confidence, tuple(names), evidence=evidence)
        )
    return found


def _dead_blocks(probe: Probe | None) -> dict[int, tuple[float, float]]:
    """By block: the share of dead units at last, and the share of the run in which it rose to half of that."""
    if probe is None or len(probe.steps) < 2:
        return {}
    ratios = probe.of("mlp_dead_ratio")  # [P, B]
    found = {}
    length = max(1, int(probe.steps[-1] - probe.steps[0]))
    for block in range(ratios.shape[1]):
        values = ratios[:, block]
        finite = np.isfinite(values)
        if finite.sum() < 2:
            continue
        steps, values = probe.steps[finite], values[finite]
        least = float(np.minimum.accumulate(values)[-1])
        if values[-1] > MANY and values[-1] - least > MORE:
            before = int(np.flatnonzero(values < least + 0.1 * (values[-1] - least))[-1])
            found[block] = (float(values[-1]), float((steps[before] - probe.steps[0]) / length))
    return found


def _layers(view: LayerView, block: int) -> list[int]:
    roles = ("mlp_up", "mlp_gate", "mlp_down")
    return [at for at, role in enumerate(view.roles.tolist()) if role in roles and view.blocks[at] == block]


def _outstanding(view: LayerView, layers: list[int]) -> Float64:
    """[C]: how far the largest gradient stands out, beside other blocks."""
    return nan_median(view.beside_peers(view.log("grad_max_abs") - view.log("grad_rms"))[:, layers], axis=1)


def _dated(view: LayerView, layers: list[int]) -> float | None:
    """Share of the run from which on ever fewer units carry the gradient: with a share u of them dead the largest entry
    stands out of the RMS by 1 / sqrt(1 - u), and the RMS falls by as much."""
    falls = -nan_median(view.beside_peers(view.log("grad_rms"))[:, layers], axis=1)
    fits = [_departure(view, _outstanding(view, layers)), _departure(view, falls)]
    sure = [one for one in fits if one and one.size > 0 and one.score > SURE]
    return max(sure, key=lambda one: one.score).onset if sure else None


def _departure(view: LayerView, logs: Float64) -> Departure | None:
    later = logs[view.since(SETTLED)]
    before = float(np.nanquantile(later, 0.2)) if np.isfinite(later).any() else 0.0
    return departure(view.shares, 1 - 10 ** (-2 * (logs - before)), trend=False, begin=SETTLED)


def _suspected_blocks(view: LayerView) -> dict[int, tuple[float, float]]:
    """The same from gradients alone: fewer units carry them."""
    found = {}
    if len(view) < 16:
        return {}
    falls = view.beside_peers(view.log("grad_rms"))
    for block in sorted({block for block in view.blocks if block is not None}):
        layers = _layers(view, block)
        if not layers or not view.with_peers[layers].all():
            continue
        out = departure(view.shares, _outstanding(view, layers), trend=False, begin=SETTLED)
        down = departure(view.shares, nan_median(falls[:, layers], axis=1), trend=False, begin=SETTLED)
        if out is None or down is None or min(out.score, down.score) < SURE:
            continue
        if out.size > np.log10(STANDS_OUT) and down.size < -np.log10(FELL) and abs(out.onset - down.onset) < 0.1:
            found[block] = (1 - 10 ** (2 * down.size), out.onset)
    return found
