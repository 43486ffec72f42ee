"""What is new in the findings of a run that grows: each is told once, and again where it has become worse."""

from __future__ import annotations

from dataclasses import dataclass

from tensorboard_plugin_paramviz.web.story import rank
from tensorboard_plugin_paramviz.web.wire_insights import Finding, Insights

#: A finding is told when it is still there so many snapshots after it was first seen: nobody is to be woken up by
#: what the next snapshot takes back. What is certain (its confidence is 1, as of numbers that aren't finite) is told
#: at once.
STEADY_SNAPSHOTS = 3
#: Of the run: an onset that moves by less, as more is known, is the same one.
SLACK = 0.02
#: Layers belong to these as a guess at the cause, which may change as more is known.
_OF_THE_LOSS = ("spike", "divergence", "oscillation", "non_finite")


@dataclass(frozen=True)
class Told:
    """before: the severity it was told with the last time, None = it is new."""

    finding: Finding
    before: str | None


class News:
    """Of one run. Not for several threads."""

    def __init__(self) -> None:
        self._told: list[Finding] = []
        self._seen: list[tuple[Finding, int]] = []  # not told yet, and how many snapshots there were
        self._generation: int | None = None

    def take(self, insights: Insights, *, settled: bool) -> list[Told]:
        """What is to be told now, the worst first. settled: nothing more comes for the moment, so that all counts that
        is there. Cost: findings times findings."""
        found, count = insights["findings"], insights["snapshots"]
        slack = max(1, round(SLACK * _length(insights)))
        if self._generation != insights["generation"]:
            # The run went back: what happens again there is told again.
            self._generation = insights["generation"]
            self._told = [old for old in self._told if any(_same(old, one, slack) for one in found)]
            self._seen = []
        news: list[Told] = []
        seen: list[tuple[Finding, int]] = []
        for one in found:
            at = next((at for at, old in enumerate(self._told) if _same(old, one, slack)), None)
            before = None if at is None else self._told[at]["severity"]
            if at is not None and rank(one["severity"]) <= rank(before):
                self._told[at] = {**one, "severity": self._told[at]["severity"]}
                continue
            since = next((then for old, then in self._seen if _same(old, one, slack) and _as_bad(old, one)), count)
            if not (settled or one["confidence"] >= 1 or count - since >= STEADY_SNAPSHOTS):
                seen.append((one, since))
                continue
            news.append(Told(one, before))
            if at is None:
                self._told.append(one)
            else:
                self._told[at] = one
        self._seen = seen
        return news


def _length(insights: Insights) -> int:
    ends = [phase["last_step"] for phase in insights["phases"]] + [one["last_step"] for one in insights["findings"]]
    starts = [phase["first_step"] for phase in insights["phases"]] + [one["first_step"] for one in insights["findings"]]
    return max(ends) - min(starts) + 1 if ends else 1


def _as_bad(old: Finding, new: Finding) -> bool:
    return rank(old["severity"]) >= rank(new["severity"])


def _same(old: Finding, new: Finding, slack: int) -> bool:
    """Of one kind, at steps that overlap, and about layers and tokens some of which are the same."""
    if old["insight"] != new["insight"]:
        return False
    if old["first_step"] > new["last_step"] + slack or new["first_step"] > old["last_step"] + slack:
        return False
    if old["insight"] in _OF_THE_LOSS:
        return True
    named = ((set(old["layers"]), set(new["layers"])), (set(old["tokens"]), set(new["tokens"])))
    return all(not (before and now) or before & now for before, now in named)
