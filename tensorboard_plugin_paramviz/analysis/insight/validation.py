"""Where training and validation part, and where a model that knew the data by heart begins to generalize."""

from __future__ import annotations

import numpy as np

from tensorboard_plugin_paramviz.analysis.insight.bins import (
    bin_medians,
    first_value,
    log_loss,
    loss_of,
    noise_of,
    rolling_median,
)
from tensorboard_plugin_paramviz.analysis.insight.fall import best_law
from tensorboard_plugin_paramviz.analysis.insight.loss_shape import chart
from tensorboard_plugin_paramviz.analysis.insight.nouns import Curve, Evidence, Finding, Float64, Known, Severity
from tensorboard_plugin_paramviz.analysis.insight.numbers import percent
from tensorboard_plugin_paramviz.analysis.insight.ramps import Departure, departure
from tensorboard_plugin_paramviz.analysis.insight.schedule import progress_at

#: Validation loss over its lowest: below the first it may be chance, above the second the run is spoiled.
RISES, SPOILS = 1.05, 1.1
#: The training data is known by heart: accuracy, or else training loss over the first.
KNOWN_ACCURACY, KNOWN_LOSS = 0.99, 0.05
#: Generalization: validation loss falls below this share of what it was, and not before so much of the run has passed
#: since the training data was known.
FALLS_TO, LATE = 0.4, 0.08


def known_by_heart(known: Known) -> float | None:
    """The share of the run from which on the training data is known by heart; None where it never is."""
    if known.train_accuracy is not None and len(known.train_accuracy) >= 8:
        shares, values = bin_medians(known.share(known.train_accuracy.steps), known.train_accuracy.values, 512)
        there = values >= KNOWN_ACCURACY
    elif known.train is not None and len(known.train) >= 8:
        shares, values = bin_medians(known.share(known.train.steps), known.train.values, 512)
        there = values <= KNOWN_LOSS * first_value(known.train)
    else:
        return None
    return float(shares[np.argmax(there)]) if there.any() else None


def validation_findings(known: Known, *, swings: bool = False) -> list[Finding]:
    """overfitting and grokking. swings: the loss does, and where few validations meet it is chance."""
    if known.validation is None or known.train is None or len(known.validation) < 8 or len(known.train) < 8:
        return []
    heart = known_by_heart(known)
    late = None if heart is None else _grokking(known, known.validation, heart)
    over = None if swings else _overfitting(known, known.train, known.validation, heart, late)
    return [one for one in (over, late) if one is not None]


def _grokking(known: Known, validation: Curve, heart: float) -> Finding | None:
    x, y = log_loss(known, validation)
    after = x > heart
    if after.sum() < 8:
        return None
    # What was before it may have had its own ups and downs: the fall counts from the last time it stood high.
    level = rolling_median(y, 3)
    high, low = float(np.max(level[after])), float(np.min(level[after]))
    stood, fell = loss_of(validation, np.array([high, low])).tolist()
    now = float(np.median(y[-5:]))  # a spike just now is no way back
    if low > high + np.log(FALLS_TO) or now > (high + low) / 2:
        return None
    top = max(heart, min(float(x[int(np.argmax(np.where(after, level, -np.inf)))]), heart + 0.02))
    # Accuracy may creep up from the first step on (mirrored pairs, easy ones); then the loss says when it turned.
    accuracy = known.validation_accuracy
    found = None if accuracy is None else _rise(known, accuracy, 1, top)
    if found is None or found.onset < heart + LATE:
        found = _rise(known, validation, -1, top)
    if found is None or found.onset < heart + LATE:
        return None
    step = known.step_at(found.onset)
    by = known.step_at(heart)
    return Finding(
        "grokking",
        Severity.NOTE,
        step,
        known.step_at(found.end),
        f"From step {step:,} on the model generalizes: validation loss falls from {stood:.3g} to "
        f"{fell:.3g}, long after the training data was known by heart (step {by:,}).",
        found.confidence,
        evidence=Evidence(
            (chart(validation, "val/loss"), chart(known.train or validation)),
            FALLS_TO * stood,
            f"{percent(FALLS_TO)} of what it was",
            log=True,
        ),
    )


def _rise(known: Known, curve: Curve, sign: int, begin: float) -> Departure | None:
    """Where a curve, or its mirror image, leaves its level upwards; None where it doesn't clearly."""
    shares, values = bin_medians(known.share(curve.steps), curve.values)
    values = rolling_median(values, 3) if len(values) > 60 else values
    found = departure(shares, sign * values, trend=False, begin=begin)
    return found if found is not None and found.size > 0 and found.score >= 30 else None


def _overfitting(
    known: Known, train: Curve, validation: Curve, heart: float | None, late: Finding | None
) -> Finding | None:
    x, y = bin_medians(known.share(validation.steps), validation.values)
    end = float(known.share(np.array(late.first))) if late is not None else 1.0
    inside = x <= end
    if inside.sum() < 6:
        return None
    x, y = x[inside], y[inside]
    level = rolling_median(y, 5) if len(y) > 24 else rolling_median(y, 3) if len(y) > 8 else y
    over = late is not None
    if heart is not None and late is None:
        # Of data known by heart the validation loss may come down again: that is the end of it, not a denial.
        highest = int(np.argmax(np.where(x > heart, level, -np.inf)))
        over = x[highest] > heart and level[-1] < (level[highest] + level[: highest + 1].min()) / 2
        end = float(x[highest]) if over else end
        x, y, level = (part[: highest + 1] if over else part for part in (x, y, level))
        if len(x) < 6:
            return None
    lowest = int(np.argmin(level))
    last = float(np.median(y[-max(1, len(y) // 8) :]))
    top = max(last, float(level[lowest:].max())) if over else last
    noise = noise_of(y)
    if lowest >= len(x) - 3 or not level[lowest] > 0 or top < RISES * level[lowest] or top - level[lowest] < 4 * noise:
        return None
    tx, ty = log_loss(known, train)
    at, now = (
        float(np.median(ty[np.abs(tx - place) <= 0.03])) if (np.abs(tx - place) <= 0.03).any() else np.nan
        for place in (x[lowest], x[-1])
    )
    if not now < at + 0.02:  # the training loss rises as well: that is no overfitting
        return None
    # With the data known by heart nothing more is learned from it: that is when they part, or validation turns later.
    # Where it had risen well before, it had turned before.
    by_heart = 0.0 if heart is None else float(np.interp(heart, x, level))
    turned = heart is None or (x[lowest] < heart and by_heart > SPOILS * level[lowest])
    onset = _turn(known, x, y) if turned or heart is None else max(float(x[lowest]), heart)
    step, lowest_loss = known.step_at(onset), float(y[max(0, lowest - 2) : lowest + 3].min())
    ratio = top / lowest_loss
    ends = known.last if not over else late.first if late is not None else known.step_at(end)
    text = f"From step {step:,} on validation loss rises, from {lowest_loss:.3g}, its lowest until then, to {top:.3g}"
    if late is not None:
        text += f", while the training data is learned by heart; from step {late.first:,} on the model generalizes."
    elif over:
        text += f", while the training data is learned by heart; since step {ends:,} it falls again."
    else:
        text += ", while training loss goes on falling."
    return Finding(
        "overfitting",
        Severity.NOTE if over else Severity.PROBLEM if ratio > SPOILS else Severity.WATCH,
        step,
        max(step, ends),
        text,
        float(np.clip(1 - np.exp(-(top - lowest_loss) / (8 * noise + 1e-12)), 0.3, 0.99)),
        evidence=Evidence(
            (chart(validation, "val/loss"), chart(train)), lowest_loss, "lowest validation loss until then"
        ),
    )


def _turn(known: Known, x: Float64, y: Float64) -> float:
    """Where the curve turns. Until the onset it follows the power law that fits its first part; behind it stands where
    that left it and rises, a little faster than linearly: a line is too late by 4 % of the run where the rise
    quickens, a parabola as much too early where it doesn't."""
    lowest = x[int(np.argmin(rolling_median(y, 5)))]
    progress = progress_at(known, x)
    first = x < lowest - 0.05
    first = first if first.sum() >= 5 else x <= max(lowest, x[min(5, len(x) - 1)])
    tau, power = best_law(progress[first], y[first])
    places = np.linspace(max(x[2], lowest - 0.2), min(x[-3], lowest + 0.2), 120)[:, None]  # [P, 1]
    so_far = np.minimum(progress, np.interp(places, x, progress))  # [P, C]
    shapes = np.stack([(1 + so_far / tau) ** -power, (x - places).clip(0) ** 1.25], 1)  # [P, 2, C]
    shapes -= shapes.mean(axis=2, keepdims=True)
    left = y - y.mean()
    # Least squares of two columns, by hand: 120 calls of LAPACK cost a hundred times as much.
    (aa, ab), (_, bb) = np.einsum("pic,pjc->ijp", shapes, shapes)
    ay, by = np.einsum("pic,c->ip", shapes, left)
    spread = aa * bb - ab**2
    good = spread > 1e-9 * aa * bb
    rise = np.where(good, (aa * by - ab * ay) / np.where(good, spread, 1.0), -1.0)
    fall = np.where(good, (bb * ay - ab * by) / np.where(good, spread, 1.0), 0.0)
    rest = np.where(good & (rise > 0), float(left @ left) - fall * ay - rise * by, np.inf)
    best = int(np.argmin(rest))
    return float(places[best, 0]) if np.isfinite(rest[best]) else float(lowest)
