"""Units of an MLP that fall silent."""

from __future__ import annotations

import numpy as np

from tensorboard_plugin_paramviz.analysis.insight.layer_view import SETTLED, LayerView, named, nan_median
from tensorboard_plugin_paramviz.analysis.insight.nouns import (
    Evidence,
    Finding,
    Float64,
    Known,
    Series,
    Severity,
)
from tensorboard_plugin_paramviz.analysis.insight.numbers import crossing, percent
from tensorboard_plugin_paramviz.analysis.insight.ramps import departure

#: SageMaker Debugger's DeadRelu calls a layer bad above one half; as many more than at first, since the early layers of
#: healthy models may have 70 % (Voita et al. 2023).
MANY, MORE = 0.5, 0.3
#: Without a probe: the largest gradient stands out of the layer's by this factor more than before, and the RMS fell by
#: it, as they do by 1 / sqrt(1 - u) where a share u of the units died: one half here as well.
STANDS_OUT, FELL = 1.41, 1.41
SURE = 25.0


def dead_units(known: Known, view: LayerView | None) -> list[Finding]:
    """By the probe where there is one, dated by gradients: dead units have none, so the largest entry stands out of the
    RMS of those that are left."""
    found = []
    blocks = _dead_blocks(known)
    if known.probe is None and view is not None:
        blocks = _suspected_blocks(view)
    for block, (ratio, onset, earliest) in sorted(blocks.items()):
        layers = _layers(view, block) if view is not None else []
        dated = _dated(view, layers) if view is not None and layers else None
        # The probe before the last at which they lived saw nothing of it yet.
        share = max(dated, earliest) if dated is not None else onset
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


def _dead_blocks(known: Known) -> dict[int, tuple[float, float, float]]:
    """By block: the share of dead units at last, and the shares of the run at which it had risen to half of that and
    at which it surely hadn't begun to."""
    probe = known.probe
    if probe is None or len(probe.steps) < 2:
        return {}
    ratios = probe.of("mlp_dead_ratio")  # [P, B]
    found = {}
    for block in range(ratios.shape[1]):
        values = ratios[:, block]
        finite = np.isfinite(values)
        if finite.sum() < 2:
            continue
        steps, values = probe.steps[finite], values[finite]
        least = float(np.minimum.accumulate(values)[-1])
        if values[-1] > MANY and values[-1] - least > MORE:
            # Half the way up, behind the last probe at which they lived.
            alive = int(np.flatnonzero(values < least + 0.1 * (values[-1] - least))[-1])
            died = crossing(steps[alive:], values[alive:], (least + float(values[-1])) / 2)
            earliest = int(steps[max(0, alive - 1)])
            shares = known.share(np.array([died, earliest]))
            found[block] = (float(values[-1]), float(shares[0]), float(shares[1]))
    return found


def _layers(view: LayerView, block: int) -> list[int]:
    roles = ("mlp_up", "mlp_gate", "mlp_down")
    return [at for at, role in enumerate(view.roles.tolist()) if role in roles and view.blocks[at] == block]


def _outstanding(view: LayerView, layers: list[int]) -> Float64:
    """[C]: how far the largest gradient stands out, beside other blocks."""
    return nan_median(view.beside_peers(view.log("grad_max_abs") - view.log("grad_rms"))[:, layers], axis=1)


def _dated(view: LayerView, layers: list[int]) -> float | None:
    """Share of the run from which on ever fewer units carry the gradient: with a share u of them dead the largest entry
    stands out of the RMS by 1 / sqrt(1 - u), and the RMS falls by as much. Both measure u, each with its own noise."""
    falls = -nan_median(view.beside_peers(view.log("grad_rms"))[:, layers], axis=1)
    both = [_dead_share(view, logs) for logs in (_outstanding(view, layers), falls)]
    for course in ((both[0] + both[1]) / 2, *both):
        fits = departure(view.shares, course, trend=False, begin=SETTLED)
        if fits is not None and fits.size > 0 and fits.score > SURE:
            return fits.onset
    return None


def _dead_share(view: LayerView, logs: Float64) -> Float64:
    later = logs[view.since(SETTLED)]
    before = float(np.nanquantile(later, 0.2)) if np.isfinite(later).any() else 0.0
    found: Float64 = 1 - 10 ** (-2 * (logs - before))
    return found


def _suspected_blocks(view: LayerView) -> dict[int, tuple[float, float, float]]:
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
            found[block] = (1 - 10 ** (2 * down.size), out.onset, 0.0)
    return found
