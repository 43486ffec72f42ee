"""Gradients that no longer come through, and gradients that grow on their way down."""

from __future__ import annotations

import numpy as np

from tensorboard_plugin_paramviz.analysis.insight.bins import log_loss, noise_of, rolling_median
from tensorboard_plugin_paramviz.analysis.insight.layer_view import SETTLED, LayerView, named, nan_median
from tensorboard_plugin_paramviz.analysis.insight.nouns import Evidence, Finding, Float64, Known, Series, Severity
from tensorboard_plugin_paramviz.analysis.insight.ramps import departure

#: Powers of ten. A layer's gradient has vanished where it fell by so much against the layers with the largest; others
#: belong to it from the second on. SageMaker Debugger calls 1e-7 vanished, whatever it was before.
VANISHED, VANISHING = 1.5, 1.0
VANISHED_RMS = -7.0
#: It explodes where it stays above its lowest by the first, above its early level by the second; others belong to it
#: from the third on.
EXPLODED, ABOVE_EARLY, EXPLODING = 1.0, 0.5, 0.6
#: Share of the run that tells the early level.
EARLY = 0.15
#: Least score of the fitted departure.
SURE = 25.0
#: In ln: a loss that fell by the first since gradients began to grow, and is no farther than the second and so many
#: times its noise above its lowest, bears them. In the first steps of a healthy run the gradients of the lower layers
#: grow as features form.
FELL_ON, AT_BEST, NOISES = 0.05, 0.02, 2.0
#: Powers of ten between a layer and those with the largest gradient that no depth of healthy blocks explains.
NEVER_CAME = 4.0
#: Of fewer losses nothing is said yet, neither a phase nor this.
LOSSES = 12


def vanishing(known: Known, view: LayerView) -> list[Finding]:
    """No gradient at all, hardly any from the start on, or one that is lost on the way."""
    return without_gradient(known, view) + (_hardly_any(known, view) or _lost(known, view))


def without_gradient(known: Known, view: LayerView) -> list[Finding]:
    """Layers to be trained that no snapshot has seen a gradient in, while others have one."""
    reached = np.isfinite(view.log("grad_norm"))  # [C, L]
    never = np.flatnonzero(view.own & ~reached.any(0))
    if len(view) < 12 or not len(never) or not reached.any():
        return []
    names = [view.paths[at] for at in never]
    count = int(view.own.sum())
    series = Series("layers that get a gradient", view.steps, (reached & view.own).sum(1).astype(np.float64))
    inside = any(view.blocks[at] is not None or view.roles[at] == "token_embedding" for at in never)
    return [
        Finding(
            "vanishing_gradients",
            Severity.WATCH if inside else Severity.NOTE,  # a head that isn't used is a usual thing
            known.first,
            known.last,
            f"From step {known.first:,} on no gradient at all reaches {named(names)}: {len(names)} of {count} layers.",
            0.9,
            tuple(names),
            evidence=Evidence((series,), float(count), "layers that are to be trained"),
        )
    ]


def _hardly_any(known: Known, view: LayerView) -> list[Finding]:
    """Gradients below 1e-7, ten thousand times smaller than the largest, from the beginning on."""
    logs = view.log("grad_rms")
    layers = np.flatnonzero(view.own & np.isfinite(logs).any(0))
    later = view.since(SETTLED)
    if len(view) < 12 or len(layers) < 3 or later.start > len(view) - 2:
        return []
    top = nan_median(_high(logs[later][:, layers])[:, None], axis=0)[0]
    low = nan_median(logs[later], axis=0)
    sick = np.array([at for at in layers if low[at] < min(VANISHED_RMS, top - NEVER_CAME)], np.int64)
    first = logs[later][: max(3, len(view) // 10)]
    sick = sick[nan_median(first[:, sick], axis=0) < VANISHED_RMS] if len(sick) else sick
    if not len(sick):
        return []
    worst, names = sick[int(np.argmin(low[sick]))], [view.paths[at] for at in sick]
    # Some are so from their first step on, others once a step too large has thrown them out.
    step = int(view.steps[int(np.argmax(nan_median(logs[:, sick], axis=1) < VANISHED_RMS))])
    return [
        Finding(
            "vanishing_gradients",
            Severity.PROBLEM,
            step,
            known.last,
            f"From step {step:,} on next to no gradient reaches {named(names)}: {view.paths[worst]} has "
            f"{10 ** low[worst]:.1e} (RMS) where the largest have {10**top:.1e}; 1e-7 counts as vanished.",
            0.9,
            tuple(names),
            evidence=Evidence(view.series(logs, sick), 10**VANISHED_RMS, "vanished (1e-7)", log=True),
        )
    ]


def _lost(known: Known, view: LayerView) -> list[Finding]:
    """A layer's gradient falls by a factor of 30 against those that are largest, and stays there."""
    logs = view.log("grad_rms")
    layers = np.flatnonzero(view.own & np.isfinite(logs).any(0))
    if len(view) < 12 or len(layers) < 3 or view.since(SETTLED).start > len(view) - 2:
        return []
    top = _high(logs[:, layers])  # [C]
    fall = view.sustained(logs[:, layers] - top[:, None])
    later = view.since(SETTLED)
    best = np.fmax.accumulate(fall[later], axis=0)
    drop = (fall[later] - best)[-max(2, len(view) // 20) :]  # at the end
    drop = nan_median(drop, axis=0)
    own = view.sustained(logs[:, layers])[later]
    fell = nan_median((own - np.fmax.accumulate(own, axis=0))[-max(2, len(view) // 20) :], axis=0)
    drop = np.where(fell < -VANISHING, drop, 0.0)  # others may have grown instead
    # Where those with the largest grew, a layer may fall behind them and still have as much as others.
    ends = nan_median(own[-max(2, len(view) // 20) :], axis=0)
    others = ends[(drop >= -VANISHING) & np.isfinite(ends)]
    lost = (drop < -VANISHED) & (ends < others.min(initial=np.inf))
    if not lost.any():
        return []
    sick = layers[drop < -VANISHING]
    worst = layers[int(np.argmin(np.where(lost, drop, np.inf)))]
    fits = departure(view.shares, nan_median(logs[:, sick] - top[:, None], axis=1), begin=SETTLED)
    if fits is None or fits.size >= 0 or fits.score < SURE:
        return []
    step = known.step_at(fits.onset)
    last = float(nan_median(logs[-max(2, len(view) // 20) :, worst], axis=0))
    names = [view.paths[at] for at in sick]
    floor = ", below the 1e-7 that counts as vanished" if last < VANISHED_RMS else ""
    return [
        Finding(
            "vanishing_gradients",
            Severity.PROBLEM,
            step,
            known.last,
            f"From step {step:,} on next to no gradient reaches {named(names)}: {view.paths[worst]} has "
            f"{10**last:.1e} (RMS){floor}. Beside the layers with the largest it is "
            f"{_about(10 ** -float(drop.min()))} times smaller than before.",
            fits.confidence,
            tuple(names),
            evidence=Evidence(view.series(logs, sick), 10**VANISHED_RMS, "vanished (1e-7)", log=True),
        )
    ]


def _about(times: float) -> str:
    """One digit of what is large: "about 300,000"."""
    if times < 1000:
        return f"{times:,.0f}"
    size = 10 ** int(np.log10(times))
    return f"about {round(times / size) * size:,}"


def _high(logs: Float64) -> Float64:
    """What the layer with the second largest gradient has, [C]: below a sick block hardly any other may be left."""
    ordered = np.sort(np.where(np.isfinite(logs), logs, -np.inf), axis=1)
    found: Float64 = ordered[:, max(0, ordered.shape[1] - 2)]
    return found


def exploding(known: Known, view: LayerView) -> list[Finding]:
    """A layer's gradient grows tenfold over its lowest, beyond what it was at the start, and stays there."""
    logs = view.log("grad_norm")
    layers = np.flatnonzero(view.own & np.isfinite(logs).any(0))
    if len(view) < 12 or not len(layers) or view.since(SETTLED).start > len(view) - 2:
        return []
    level = view.sustained(logs[:, layers], 0.08)
    later = view.since(SETTLED)
    growth = level[later] - np.fmin.accumulate(level[later], axis=0)
    early = nan_median(level[later.start : max(later.start + 3, int(np.searchsorted(view.shares, EARLY)))], axis=0)
    grown = np.nan_to_num(np.where(level[later] - early > ABOVE_EARLY, growth, 0.0)).max(0)  # [l]
    if not (grown > EXPLODED).any():
        return []
    chosen = grown > min(EXPLODING, 0.5 * float(grown.max()))
    sick = layers[chosen]
    fits = departure(view.shares, nan_median(logs[:, sick], axis=1), begin=SETTLED)
    if fits is None or fits.size <= 0 or fits.score < SURE or _bears(known, fits.onset):
        return []
    step = known.step_at(fits.onset)
    worst = sick[int(np.argmax(grown[chosen]))]
    ordered = [worst, *(at for at in sick.tolist() if at != worst)]  # who goes to it goes to what the sentence names
    names = [view.paths[at] for at in ordered]
    return [
        Finding(
            "exploding_gradients",
            Severity.PROBLEM,
            step,
            known.last,
            f"From step {step:,} on gradients grow in {len(names)} of {len(layers)} layers, most in "
            f"{view.paths[worst]}: to {10 ** float(grown.max()):,.0f} times its lowest norm.",
            fits.confidence,
            tuple(names),
            evidence=Evidence(
                view.series(logs, ordered),
                10 ** (float(np.nanmin(level[later, int(np.flatnonzero(layers == worst)[0])])) + EXPLODED),
                f"ten times the lowest of {view.paths[worst]}",
                log=True,
            ),
        )
    ]


def _bears(known: Known, since: float) -> bool:
    """Has the loss fallen on since a share of the run, and does it stand where it was lowest?"""
    if known.train is None:
        return False
    shares, logs = log_loss(known, known.train)
    if len(logs) < LOSSES:
        return True
    few = max(3, len(logs) // 20)
    at = min(max(int(np.searchsorted(shares, since)) - few // 2, 0), len(logs) - few)
    then, now = float(np.median(logs[at : at + few])), float(np.median(logs[-few:]))
    # The lowest of many medians of a noisy loss lies below the level that it comes from, of short ones the farther.
    lowest = float(rolling_median(logs, 2 * (few // 2) + 1).min())
    return now < then - FELL_ON and now <= lowest + AT_BEST + NOISES * noise_of(logs)
