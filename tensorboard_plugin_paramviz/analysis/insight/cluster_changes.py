"""Groups of tokens that are born, split, merge or dissolve in the token embedding, in words. Nothing is wrong with any
of it: this is how an embedding gets its order."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tensorboard_plugin_paramviz.analysis.insight.cluster_life import Life, lives_of
from tensorboard_plugin_paramviz.analysis.insight.cluster_tree import clear_from
from tensorboard_plugin_paramviz.analysis.insight.nouns import (
    Crowd,
    Evidence,
    Finding,
    Float64,
    Known,
    Series,
    Severity,
    Table,
)

#: Of a group's tokens: so many stand in another one if it went into that, and so many of those that are left in parts
#: if it split (MONIC lets its user choose, not below a half).
INTO, PARTS = 0.7, 0.5
#: Of the run: between the end of one group and the beginning of what came of it.
NEAR = 0.1
#: Told of each kind at most, the clearest; tokens named in the sentence.
MOST, NAMED = 6, 8


@dataclass(frozen=True)
class _Told:
    """gone: what ended. came: what began, or goes on."""

    insight: str
    share: float
    gone: tuple[Life, ...]
    came: tuple[Life, ...]
    text: str
    members: frozenset[int]

    @property
    def height(self) -> float:
        return max(life.height for life in self.gone + self.came)


def cluster_changes(known: Known) -> list[Finding]:
    """Of each token embedding: groups that are born, merge, split and dissolve."""
    found: list[Finding] = []
    for table in known.tables:
        if table.crowd is None:
            continue
        shares = known.share(table.steps)
        lives = sorted(lives_of(table, shares), key=lambda one: -one.height)
        told = _ended(lives, table.crowd)
        from_others = {one for event in told for one in event.came}
        told += [_born(one, table.crowd) for one in lives if one.born is not None and one not in from_others]
        for kind in sorted({one.insight for one in told}):
            some = [one for one in told if one.insight == kind]
            some.sort(key=lambda one: -one.height)
            found += [_finding(known, table, one, shares) for one in some[:MOST]]
    return found


def _born(life: Life, crowd: Crowd) -> _Told:
    assert life.born is not None
    text = f"{len(life.members)} tokens stand together as a group: {_named(life.members, crowd)}."
    return _Told("cluster_born", life.born, (), (life,), text, life.members)


def _ended(lives: list[Life], crowd: Crowd) -> list[_Told]:
    """What became of each group that ended."""
    told: list[_Told] = []
    merged: dict[Life, list[Life]] = {}
    for one in lives:
        if one.dies is None:
            continue
        into = _one_that_has(one, lives)
        if into is not None:
            merged.setdefault(into, []).append(one)
            continue
        parts = [other for other in lives if other is not one and _lives_after(other, one) and _part_of(other, one)]
        if sum(len(part.members & one.members) for part in parts) >= PARTS * len(one.members):
            if len(parts) > 1:
                split = " and ".join(f"({_named(part.members, crowd)})" for part in parts)
                text = f"A group of {len(one.members)} tokens splits into {split}."
                told.append(_Told("cluster_split", one.dies, (one,), tuple(parts), text, one.members))
            continue  # it has lost some of its tokens, no more
        text = (
            f"A group of {len(one.members)} tokens no longer stands clear of the others: {_named(one.members, crowd)}."
        )
        told.append(_Told("cluster_dissolved", one.dies, (one,), (), text, one.members))
    for into, parts in merged.items():
        share = min(part.dies for part in parts if part.dies is not None)
        if into.born is not None and abs(into.born - share) <= NEAR:
            share = (share + into.born) / 2
        groups = " and ".join(f"({_named(part.members, crowd)})" for part in parts)
        if len(parts) > 1:
            text = f"{len(parts)} groups of tokens merge into one: {groups}."
        else:
            rest = into.members - parts[0].members
            text = f"A group of tokens, {groups}, merges with others: {_named(rest, crowd)}."
        told.append(_Told("cluster_merged", share, tuple(parts), (into,), text, into.members))
    return told


def _one_that_has(one: Life, lives: list[Life]) -> Life | None:
    """A larger group that lives behind the end of this one and has most of its tokens."""
    others = [
        other
        for other in lives
        if other is not one
        and len(other.members) > len(one.members)
        and len(other.members & one.members) >= INTO * len(one.members)
        and _lives_after(other, one)
    ]
    return max(others, key=lambda other: len(other.members & one.members), default=None)


def _lives_after(other: Life, one: Life) -> bool:
    assert one.dies is not None
    begins = other.born if other.born is not None else 0.0
    ends = other.dies if other.dies is not None else 1.0
    return begins <= one.dies + NEAR and ends > one.dies + NEAR / 2


def _part_of(other: Life, one: Life) -> bool:
    return len(other.members) < len(one.members) and len(other.members & one.members) >= INTO * len(other.members)


def _named(members: frozenset[int], crowd: Crowd) -> str:
    names = [repr(crowd.names[at]) for at in sorted(members)]
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more


def _finding(known: Known, table: Table, told: _Told, shares: Float64) -> Finding:
    assert table.crowd is not None
    step, limit = known.step_at(told.share), _limit(table)
    series = []
    for life in (told.gone + told.came)[:4]:
        good, names = np.isfinite(life.clear), [table.crowd.names[at] for at in sorted(life.members)]
        series.append(Series(", ".join(names[:4]) + ", …", table.steps[good], life.clear[good]))
    return Finding(
        told.insight,
        Severity.NOTE,
        step,
        step,
        f"At step {step:,} in {table.path}: {told.text[0].lower()}{told.text[1:]}",
        float(np.clip(0.5 + 0.5 * (told.height - limit) / limit, 0.5, 0.95)),
        (table.path,),
        tuple(table.crowd.names[at] for at in sorted(told.members)),
        Evidence(tuple(series), limit, "stands clear"),
    )


def _limit(table: Table) -> float:
    assert table.crowd is not None
    return clear_from(next((rows.shape[1] for rows in table.crowd.rows if rows.size), 1))
