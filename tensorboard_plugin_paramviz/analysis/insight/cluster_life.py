"""When groups of tokens came to be and ceased to be. Ids are fixed, so that a group is a set of tokens that is followed
through all snapshots.

In some snapshots groups are looked for; those that share most of their tokens from one of them to the next are one,
unless another one went into it as well: the transitions of MONIC (Spiliopoulou et al. 2006). What is in it in most of
them is the group, and how clear of the others that set stands is measured in every snapshot: it lives while it stands
clear.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np

from tensorboard_plugin_paramviz.analysis.insight.bins import rolling_median
from tensorboard_plugin_paramviz.analysis.insight.cluster_tree import (
    FEWEST,
    clear_from,
    clear_groups,
    distances,
    separation_of,
)
from tensorboard_plugin_paramviz.analysis.insight.nouns import Crowd, Float64, Int64, Table

Members = frozenset[int]

#: Snapshots in which groups are looked for, at most.
SEARCHED = 24
#: Tokens in both over tokens in either: from the first on two groups are the same, above the last without doubt. Of a
#: group that went into another: at least half of its tokens (MONIC).
SAME, HALF, CERTAIN = 0.6, 0.5, 0.8
#: Of the clear separation: a group that lives dies only below this. In how many snapshots in a row, and of the run, a
#: life has to last to be told.
DIES, IN_A_ROW, LASTS = 0.7, 3, 0.05
#: Groups that are followed, the clearest first.
MOST = 24


@dataclass(frozen=True, eq=False)
class Life:
    """born, dies: share of the run; None = it lived from the first snapshot on, lives in the last one. first, last:
    ordinals of the snapshots it lives in. clear [E]: separation in each snapshot, NaN = not known. Each is equal to
    itself only."""

    members: Members
    born: float | None
    dies: float | None
    first: int
    last: int
    clear: Float64

    @property
    def height(self) -> float:
        return float(np.nanmedian(self.clear[self.first : self.last + 1]))


def lives_of(table: Table, shares: Float64) -> list[Life]:
    """shares: of the run, [E]. Cost: a few ms for each snapshot that `crowd.memo` doesn't know."""
    crowd = table.crowd
    if crowd is None or len(table.steps) < 2 * IN_A_ROW or len(crowd.names) < 3 * FEWEST:
        return []
    steps = table.steps.tolist()
    limit = clear_from(next((rows.shape[1] for rows in crowd.rows if rows.size), 1))
    stride = 1
    while len(steps) // stride > SEARCHED:
        stride *= 2
    still = set(steps)
    for key in list(crowd.memo):
        if key[0] not in still:  # type: ignore[index]
            crowd.memo.pop(key, None)
    groups = _followed([_groups(crowd, at, steps[at], limit) for at in range(0, len(steps), stride)])
    if not groups:
        return []
    clear = _separations(crowd, steps, groups)  # [E, G]
    found = []
    for ordinal, members in enumerate(groups):
        found += _lives(members, clear[:, ordinal], shares, limit)
    return found


def _groups(crowd: Crowd, at: int, step: int, limit: float) -> list[tuple[float, Members]]:
    key = (step, "groups")
    if key not in crowd.memo:
        rows = crowd.rows[at]
        some = clear_groups(distances(rows.astype(np.float32)), limit) if rows.size else []
        crowd.memo[key] = [(clear, frozenset(places.tolist())) for clear, places in some]
    return crowd.memo[key]  # type: ignore[return-value]


def _followed(searched: list[list[tuple[float, Members]]]) -> list[Members]:
    """Those seen in two of the searched snapshots or more: of each the tokens that it has in most of them."""
    seen: list[list[tuple[int, float, Members]]] = []
    for at, groups in enumerate(searched):
        free = [track for track in seen if at - track[-1][0] <= 3]
        before = [track[-1][2] for track in free]
        pairs = [
            (shared(old, members), i, j)
            for j, (_, members) in enumerate(groups)
            if not _absorbs(members, before)
            for i, old in enumerate(before)
        ]
        taken_tracks: set[int] = set()
        taken: set[int] = set()
        for overlap, i, j in sorted(pairs, key=lambda pair: -pair[0]):
            if overlap >= SAME and i not in taken_tracks and j not in taken:
                taken_tracks.add(i)
                taken.add(j)
                free[i].append((at, *groups[j]))
        seen += [[(at, *one)] for j, one in enumerate(groups) if j not in taken]
    found: list[tuple[float, Members]] = []
    for track in seen:
        if len(track) < 2:
            continue
        counts = Counter(token for _, _, members in track for token in members)
        core = frozenset(token for token, count in counts.items() if count > len(track) / 2)
        if len(core) >= FEWEST:
            found.append((sum(clear for _, clear, _ in track), core))
    kept: list[Members] = []
    for _, core in sorted(found, key=lambda one: -one[0]):
        if all(shared(core, other) < SAME for other in kept):
            kept.append(core)
    return kept[:MOST]


def _absorbs(members: Members, before: list[Members]) -> bool:
    """Two groups or more went into it: it goes on with none of them. Not so if it was there already."""
    if max((shared(old, members) for old in before), default=0) > CERTAIN:
        return False
    parts = [old for old in before if len(old & members) >= max(HALF * len(old), 0.25 * len(members))]
    return len(parts) > 1


def shared(a: Members, b: Members) -> float:
    """Tokens in both over tokens in either."""
    return len(a & b) / len(a | b)


def _separations(crowd: Crowd, steps: list[int], groups: list[Members]) -> Float64:
    clear = np.full((len(steps), len(groups)), np.nan)
    for at, step in enumerate(steps):
        missing = [members for members in groups if (step, members) not in crowd.memo]
        if missing and crowd.rows[at].size:
            apart = distances(crowd.rows[at].astype(np.float32))
            for members in missing:
                crowd.memo[step, members] = separation_of(apart, np.array(sorted(members), np.int64))
        for ordinal, members in enumerate(groups):
            clear[at, ordinal] = crowd.memo.get((step, members), np.nan)
    return clear


def _lives(members: Members, clear: Float64, shares: Float64, limit: float) -> list[Life]:
    """Stretches in which the group stands clear; what holds for a snapshot or two only changes nothing."""
    good = np.flatnonzero(np.isfinite(clear))
    if len(good) < 2 * IN_A_ROW:
        return []
    x, level = shares[good], rolling_median(clear[good], IN_A_ROW)
    found, begun = [], 0 if level[:IN_A_ROW].min() > limit else None
    for at in range(len(level)):
        run = level[at : at + IN_A_ROW]
        if begun is None and len(run) == IN_A_ROW and run.min() > limit:
            begun = at
        elif begun is not None and at > begun and (run < DIES * limit).all() and len(run) == IN_A_ROW:
            found.append(_life(members, clear, good, x, level, begun, at, limit))
            begun = None
    if begun is not None:
        found.append(_life(members, clear, good, x, level, begun, None, limit))
    return [one for one in found if shares[one.last] - shares[one.first] >= LASTS]


def _life(
    members: Members, clear: Float64, good: Int64, x: Float64, level: Float64, begin: int, end: int | None, limit: float
) -> Life:
    born = None if begin == 0 else _crossing(x, level, begin, limit)
    dies = None if end is None else _crossing(x, level, end, DIES * limit)
    last = len(good) - 1 if end is None else max(begin, end - 1)
    return Life(members, born, dies, int(good[begin]), int(good[last]), clear)


def _crossing(x: Float64, level: Float64, at: int, limit: float) -> float:
    """Where between two snapshots the level passes the limit, on a straight line."""
    rise = level[at] - level[at - 1]
    part = float(np.clip((limit - level[at - 1]) / rise, 0, 1)) if rise != 0 else 1.0
    return float(x[at - 1] + part * (x[at] - x[at - 1]))
