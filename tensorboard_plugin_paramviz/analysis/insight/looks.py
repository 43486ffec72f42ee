"""Names of phases that keep: the run is looked at as it stood before, and what most looks say counts.

A loss near the limit between two phases is named now this, now that, with each snapshot. So the phases of the last
eight earlier looks are asked too. A name is changed, or a new phase named, only when three looks say so (three
snapshots or more lie between them). All of it follows from what is known now: a server that has just been started says
the same as one that has watched the run from its beginning.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from tensorboard_plugin_paramviz.analysis.insight import labels
from tensorboard_plugin_paramviz.analysis.insight.nouns import Curve, Known, Phase

#: Earlier looks, of at most so many through a run; looks that have to agree on a new name.
EARLIER, THROUGH, AGREE = 8, 128, 3
#: Of the run: before that it was another one, of whose shares the limits were. Snapshots may be dense early only.
OLDEST = 0.5
#: Snapshots before there are looks.
LEAST = 12
Phases = tuple[Phase, ...]


def look_steps(known: Known) -> list[int]:
    """Steps of the last snapshots that the run is looked back at from: each second, fourth, … where there are many, so
    that a run that grows has been looked at from most of them before."""
    if known.statistics is None or len(known.statistics.steps) < LEAST:
        return []
    steps = known.statistics.steps
    stride = 1
    while len(steps) // stride > THROUGH:
        stride *= 2
    chosen = np.arange(stride * (LEAST // stride), len(steps), stride)
    oldest = known.first + OLDEST * known.length
    return [step for step in steps[chosen[-EARLIER - 1 :]].tolist() if oldest <= step < known.last][-EARLIER:]


def as_of(known: Known, step: int) -> Known:
    """The curves as they stood then; nothing of layers, probe and embeddings."""

    def cut(curve: Curve | None) -> Curve | None:
        if curve is None:
            return None
        count = int(np.searchsorted(curve.steps, step, side="right"))
        return Curve(curve.steps[:count], curve.values[:count]) if count else None

    return Known(
        known.first,
        step,
        cut(known.train),
        cut(known.validation),
        cut(known.train_accuracy),
        cut(known.validation_accuracy),
        cut(known.learning_rate),
        cut(known.grad_norm),
        optimizer=known.optimizer,
        restarts=tuple(one for one in known.restarts if one <= step),
        vocabulary=known.vocabulary,
    )


def steadied(known: Known, told: Phases, quiet: list[int], tell: Callable[[Known, list[int]], Phases]) -> Phases:
    """told: the phases by all that is known. quiet: steps from which on no gradient comes through. tell: the phases of
    a run as it stood. Cost: that of `tell` for each look that `known.memo` doesn't have."""
    steps = look_steps(known)
    if not told or not steps:
        return told
    grain = max(1, 2 ** int(np.ceil(np.log2(known.length))) // 64)
    coarse = sorted({known.first + (step - known.first) // grain * grain for step in quiet})
    earlier: list[Phases] = []
    kept: dict[object, object] = {}
    for step in steps:
        before = [one for one in coarse if one < step]
        key = ("phases", known.first, step, tuple(before))
        found = known.memo.get(key)
        kept[key] = found if found is not None else tell(as_of(known, step), before)
        earlier.append(kept[key])  # type: ignore[arg-type]
    for gone in list(known.memo):
        known.memo.pop(gone, None)
    known.memo.update(kept)
    return agreed([*(one for one in earlier if one), told], known.length)


def agreed(looks: list[Phases], length: int) -> Phases:
    """What most of several looks say, the newest last; a stretch that fewer than three of them reach has the name of
    the one before it. Divergence is named at once. length: of the run, in steps."""
    told = looks[-1]
    first, last = told[0].first, told[-1].last
    borders = sorted({phase.first for look in looks for phase in look if first < phase.first <= last})
    ends = sorted({look[-1].last + 1 for look in looks[:-1]})  # behind it a look has no vote
    edges = sorted({first, *borders, *(end for end in ends if first < end <= last), last + 1})
    need, name, parts = min(AGREE, len(looks)), told[0].name, []
    for begin, end in itertools.pairwise(edges):
        names = [
            said for look in looks for phase in look if phase.first <= begin <= phase.last for said in (phase.name,)
        ]
        now = next(phase.name for phase in told if phase.first <= begin <= phase.last)
        best, count = Counter(reversed(names)).most_common(1)[0]
        if now == labels.DIVERGENCE:
            best, count = now, need
        name = best if count >= need or begin == first else name
        agreeing = sum(one == name for one in names) / len(names)
        parts.append((name, begin, end - 1, agreeing))
    # The looks differ a little in where a finding's phase begins and ends: its parts are put together before they are
    # judged. Parts near the limit between two slopes are not: they would come and go.
    joined: list[tuple[str, int, int, float]] = []
    for name, begin, end, agreeing in _joined(parts, labels.BY_FINDINGS):
        short = end - begin + 1 < labels.SHORTEST * length
        if joined and joined[-1][0] != name and short and joined[-1][0] != labels.INITIALIZATION:
            joined[-1] = (joined[-1][0], joined[-1][1], end, joined[-1][3])
        else:
            joined = _joined([*joined, (name, begin, end, agreeing)])
    found = [_phase(looks, *one, newest=at == len(joined) - 1) for at, one in enumerate(joined)]
    return tuple(_dated(found, told))


def _joined(
    parts: list[tuple[str, int, int, float]], names: tuple[str, ...] | None = None
) -> list[tuple[str, int, int, float]]:
    """Neighbours of one name as one; names: of these only. Of each: name, first step, last step, share of the looks
    that agree."""
    joined: list[tuple[str, int, int, float]] = []
    for name, begin, end, agreeing in parts:
        if joined and joined[-1][0] == name and (names is None or name in names):
            before = joined[-1]
            long, short = before[2] - before[1] + 1, end - begin + 1
            joined[-1] = (name, before[1], end, (before[3] * long + agreeing * short) / (long + short))
        else:
            joined.append((name, begin, end, agreeing))
    return joined


def _dated(found: list[Phase], told: Phases) -> list[Phase]:
    """What a finding dates begins where the newest finding says."""
    firsts = {phase.name: phase.first for phase in told if phase.name in labels.BY_FINDINGS}
    for at in range(1, len(found)):
        first, before = firsts.get(found[at].name), found[at - 1]
        if first is not None and before.first < first <= found[at].last:
            found[at - 1], found[at] = replace(before, last=first - 1), replace(found[at], first=first)
    return found


def _phase(looks: list[Phases], name: str, first: int, last: int, agreeing: float, *, newest: bool) -> Phase:
    """With the reason that the newest look that has it gives."""

    def shared(phase: Phase) -> int:
        return min(phase.last, last) - max(phase.first, first)

    same = next(found for look in reversed(looks) if (found := [one for one in look if one.name == name]))
    best = max(same, key=shared)
    doubt = newest and (best.provisional or looks[-1][-1].provisional or agreeing < 0.75)
    return replace(best, first=first, last=last, confidence=best.confidence * agreeing, provisional=doubt)
