"""The phases of a run: stretches between known breaks, and in each the slope of the law its loss follows.

The breaks are what findings say (divergence, oscillation, overfitting, generalization), a drop after a standstill, and
the moment a steady learning rate begins to decay. A stretch shorter than a fiftieth of the run or three snapshots isn't
named: so the last phase doesn't flicker as a run goes on, and it is provisional until it has lasted.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, replace

import numpy as np

from tensorboard_plugin_paramviz.analysis.insight import labels
from tensorboard_plugin_paramviz.analysis.insight.bins import first_value, log_loss, loss_of, plain_loss, rolling_median
from tensorboard_plugin_paramviz.analysis.insight.drops import DROP, STOOD, Drop
from tensorboard_plugin_paramviz.analysis.insight.fall import Fall, fall_in_pieces, line_slope, slope_error
from tensorboard_plugin_paramviz.analysis.insight.nouns import Finding, Float64, Known, Phase
from tensorboard_plugin_paramviz.analysis.insight.numbers import percent
from tensorboard_plugin_paramviz.analysis.insight.schedule import progress_at, rate_at, stable_until

#: Of the run: what a loss needs to come back from a spike; with more spikes than these nothing else is left.
RECOVERY, MOST_SPIKES = 0.025, 20
#: A phase is provisional until it has lasted so much of the run, and while there are so few losses.
PROVISIONAL, FEW = 0.1, 64
#: A loss stands where its slope is above the limit by so many standard errors.
STANDS = 1.0
#: Of ln(loss): a stretch much shorter than a tenth of the run may fall so steeply that its per cents say nothing.
NEARLY_ALL, MANIFOLD = float(np.log(0.01)), float(np.log(10.0))
_FIRST_SENTENCE = re.compile(r"(?<=[.]) (?=[A-Z])")
_SPECIAL = {
    "divergence": labels.DIVERGENCE,
    "oscillation": labels.OSCILLATION,
    "overfitting": labels.OVERFITTING,
    "grokking": labels.GENERALIZATION,
}


@dataclass(frozen=True)
class Stretch:
    """begin, end: shares of the run."""

    name: str
    begin: float
    end: float
    confidence: float
    reason: str


def phases(known: Known, findings: list[Finding], drop: Drop | None, quiet: list[int]) -> tuple[Phase, ...]:
    """findings: as far as they are known. drop: see `drops`. quiet: steps from which on no gradient comes through."""
    if known.train is None or np.isfinite(known.train.values).sum() < 12:
        return ()
    special = _special(known, findings)
    until = min([one.begin for one in special], default=1.0)
    spikes = [(one.first, one.last) for one in findings if one.insight == "spike"]
    stretches = _by_slope(known, until, drop, quiet, spikes)
    stretches = _stood(known, _joined(known, stretches))
    return _settled(known, _joined(known, stretches + special))


def _special(known: Known, findings: list[Finding]) -> list[Stretch]:
    """What findings name, in order; the later one ends the earlier."""
    found = []
    late = next((one for one in findings if one.insight == "grokking"), None)
    for one in findings:
        name = _SPECIAL.get(one.insight)
        if name is None:
            continue
        begin, end = (float(known.share(np.array(step))) for step in (one.first, one.last + 1))
        found.append(Stretch(name, begin, min(1.0, end), one.confidence, _FIRST_SENTENCE.split(one.sentence)[0]))
    lost = _lost(known)
    if lost is not None:
        found.append(Stretch(labels.DIVERGENCE, lost, 1.0, 0.95, "The loss is no finite number any more."))
    found.sort(key=lambda one: one.begin)
    if any(one.name == labels.DIVERGENCE for one in found):  # whatever swings behind it has left already
        gone = next(one.begin for one in found if one.name == labels.DIVERGENCE)
        found = [one for one in found if one.begin <= gone]
    found = [replace(one, end=later.begin) for one, later in itertools.pairwise(found)] + found[-1:]
    if late is not None and found and found[-1].name == labels.GENERALIZATION and found[-1].end < 0.995:
        reason = "The validation loss has come down to its new level."
        found.append(Stretch(labels.CONVERGENCE, found[-1].end, 1.0, 0.7, reason))
    elif found and found[-1].end > 0.93:
        found[-1] = replace(found[-1], end=1.0)
    return found


def _lost(known: Known) -> float | None:
    """The share of the run from which on no loss is a finite number; None = the last one is."""
    assert known.train is not None
    finite = np.flatnonzero(np.isfinite(known.train.values))
    if not len(finite) or finite[-1] + 1 >= len(known.train.values):
        return None
    return float(known.share(known.train.steps[finite[-1] + 1 : finite[-1] + 2])[0])


def _by_slope(
    known: Known, until: float, drop: Drop | None, quiet: list[int], spikes: list[tuple[int, int]]
) -> list[Stretch]:
    """Up to a share of the run: initialization, then by the slope of the law between breaks."""
    assert known.train is not None
    x, y = plain_loss(known, known.train)
    progress = progress_at(known, x)
    calm = np.ones(len(x), bool)  # a spike and its way back tell no slope
    for first, last in spikes if len(spikes) < MOST_SPIKES else []:
        begins, ends = known.share(np.array([first, last]))
        calm &= (x < begins - 0.002) | (x > ends + RECOVERY)
    begun = min(_begun(known), until)
    breaks = [begun, until]
    if drop is not None and drop.end < until:
        breaks += [max(drop.stood, begun), drop.begin, drop.end]
    decays = stable_until(known)
    breaks += [decays] if decays is not None and begun < decays < until else []
    breaks += [share for step in quiet if begun < (share := float(known.share(np.array(step)))) < until]
    edges = sorted(set(breaks))
    found = [
        Stretch(labels.INITIALIZATION, 0.0, begun, 0.9, "Less than a twentieth of the whole fall of the loss is done.")
    ]
    for begin, end in itertools.pairwise(edges):
        inside = (x >= begin - 1e-9) & (x <= end)
        inside = inside & calm if (inside & calm).sum() >= 6 else inside
        if drop is not None and abs(begin - drop.begin) < 1e-9:
            text = f"After a standstill the loss drops at once, by {percent(_dropped(x, y, drop))}."
            found.append(Stretch(labels.RAPID_LEARNING, begin, end, 0.9, text))
            continue
        if drop is not None and abs(end - drop.begin) < 1e-9:
            text = "The loss falls by less than 1.2 % in a tenth of the run, until it drops at once, by "
            text += f"{percent(_dropped(x, y, drop))}."
            found.append(Stretch(labels.PLATEAU, begin, end, 0.9, text))
            continue
        if inside.sum() < 6:
            continue
        law = fall_in_pieces(x[inside], y[inside], progress[inside])
        stands = labels.PLATEAU if _nothing_comes(begin, quiet, known) else labels.CONVERGENCE
        if drop is not None and end <= drop.stood + 1e-9:
            stands = labels.REFINEMENT  # the law of the whole stretch says when it stands
        found += _labelled(x[inside], np.log(y[inside]), law, begin, end, stands)
    return found


def _dropped(x: Float64, loss: Float64, drop: Drop) -> float:
    """Share of the loss that the drop took away."""
    before, after = (float(np.median(loss[np.argsort(np.abs(x - share))[:5]])) for share in (drop.begin, drop.end))
    return 1 - after / before


def _begun(known: Known) -> float:
    """Where a twentieth of the fall is done."""
    assert known.train is not None
    values = np.where(np.isfinite(known.train.values), known.train.values, np.nan)
    start = first_value(known.train)
    _, level = log_loss(known, known.train)
    lowest = float(np.exp(level.min())) - 0.02 * abs(start)
    head = rolling_median(values[: max(12, len(values) // 5)], 5)
    below = head < start - labels.BEGUN * (start - lowest)
    at = int(np.argmax(below)) if below.any() else 0
    return float(known.share(known.train.steps[at : at + 1])[0])


def _nothing_comes(begin: float, quiet: list[int], known: Known) -> bool:
    """No gradient comes through: a loss that stands then could fall further."""
    return any(float(known.share(np.array(step))) <= begin + 1e-9 for step in quiet)


def _stood(known: Known, stretches: list[Stretch]) -> list[Stretch]:
    """A standstill after which the loss falls on by itself was a plateau; not where a steady learning rate began to
    decay."""
    assert known.train is not None
    x, y = log_loss(known, known.train)
    decays = stable_until(known)
    found = list(stretches)
    for at, one in enumerate(stretches[:-1]):
        later = stretches[at + 1]
        if one.name != labels.CONVERGENCE or later.name not in (labels.REFINEMENT, labels.RAPID_LEARNING):
            continue
        if one.end - one.begin < STOOD:  # a slope near the limit is no standstill
            found[at] = replace(one, name=later.name)
            continue
        if (decays is not None and one.end > decays - 0.04) or _rate_rises(known, one):
            continue
        near = [y[np.abs(x - share) <= 0.02] for share in (later.begin, min(later.end, x[-1]))]
        ends = [float(np.median(part)) for part in near if len(part)]
        if len(ends) == 2 and ends[0] - ends[1] > DROP:
            stood, fell = loss_of(known.train, np.array(ends)).tolist()
            reason = f"{one.reason} Later it falls on, by {percent(1 - fell / stood)}."
            found[at] = replace(one, name=labels.PLATEAU, reason=reason)
    return found


def _rate_rises(known: Known, stretch: Stretch) -> bool:
    """In a warm-up the loss stands because the steps are small."""
    rates = [rate_at(known.learning_rate, known.step_at(share)) for share in (stretch.begin, stretch.end)]
    return rates[0] is not None and rates[1] is not None and rates[1] > 1.03 * rates[0]


def _labelled(x: Float64, logs: Float64, law: Fall, begin: float, end: float, stands: str) -> list[Stretch]:
    """By the law's slope; said of a stretch is the slope of a straight line through what was measured in it. A loss is
    only said to stand where that leaves no doubt."""
    names = np.where(
        law.slope < labels.RAPID_SLOPE,
        labels.RAPID_LEARNING,
        np.where(law.slope > labels.FLAT_SLOPE, stands, labels.REFINEMENT),
    )
    cuts = [0, *(np.flatnonzero(names[1:] != names[:-1]) + 1).tolist(), len(names)]
    found = []
    for a, b in itertools.pairwise(cuts):
        name, error = str(names[a]), slope_error(x[a:b], law.noise)
        slope = 0.1 * line_slope(x[a:b], logs[a:b]) if np.isfinite(error) else float(np.median(law.slope[a:b]))
        if name == stands and slope - labels.FLAT_SLOPE < STANDS * error:
            name = labels.REFINEMENT
        sides = [begin if a == 0 else (x[a - 1] + x[a]) / 2, end if b == len(names) else (x[b - 1] + x[b]) / 2]
        away = min(abs(slope - limit) for limit in (labels.RAPID_SLOPE, labels.FLAT_SLOPE))
        sure = float(np.clip(1 - 0.5 * np.exp(-away / max(error, 1e-9)), 0.5, 0.95)) if np.isfinite(error) else 0.4
        what = "The loss"
        if slope > 0 and name != stands:  # a line through few noisy values says the contrary of the name
            slope, what = float(np.median(law.slope[a:b])), "The law fitted to the loss"
        word = "falls" if slope < 0 else "rises"
        much = "more than 99 %" if slope < NEARLY_ALL else percent(abs(np.expm1(min(slope, MANIFOLD))), 1)
        much = f"more than {much.replace('.0', '')}" if slope > MANIFOLD else much
        reason = f"{what} {word} by {much} in a tenth of the run."
        found.append(Stretch(name, float(sides[0]), float(sides[1]), sure, reason))
    return found


def _joined(known: Known, stretches: list[Stretch]) -> list[Stretch]:
    """Neighbours of one name as one, and what is too short given to the one before it."""
    shortest = labels.SHORTEST
    if known.statistics is not None and len(known.statistics.steps) > 8:
        spacing = float(np.median(np.diff(known.statistics.steps[-9:]))) / known.length
        shortest = min(0.05, max(shortest, labels.SNAPSHOTS * spacing)) if stretches else shortest
    found: list[Stretch] = []
    for one in sorted(stretches, key=lambda stretch: stretch.begin):
        if one.end <= one.begin:
            continue
        first = one.name == labels.INITIALIZATION
        short = one.end - one.begin < (labels.SHORTEST if one.end < 0.999 else shortest)
        if found and (found[-1].name == one.name or (short and found[-1].name != labels.INITIALIZATION and not first)):
            found[-1] = replace(found[-1], end=one.end)
        else:
            found.append(one)
    return found


def _settled(known: Known, stretches: list[Stretch]) -> tuple[Phase, ...]:
    told = []
    for at, one in enumerate(stretches):
        first = known.first if at == 0 else known.step_at(one.begin)
        last = known.last if at == len(stretches) - 1 else known.step_at(stretches[at + 1].begin) - 1
        if last < first:
            continue
        newest = at == len(stretches) - 1
        provisional = newest and (one.end - one.begin < PROVISIONAL or len(known.train or ()) < FEW)
        told.append(Phase(one.name, first, last, one.confidence * (0.7 if provisional else 1), provisional, one.reason))
    return tuple(told)
