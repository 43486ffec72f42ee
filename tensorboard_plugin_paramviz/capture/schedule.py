"""Which steps are asked for. A schedule is a function of the step; an int and "auto" are sugar for two of them."""

from __future__ import annotations

from collections.abc import Callable
from math import log
from typing import Protocol

#: What `every="auto"` may write in a run, however long, and over how many e-folds of steps it spreads it.
_RUN_BYTES = 300_000_000
_E_FOLDS = 8
#: Times the usual movement between two snapshots, or a part of it, that is unusual; and how far the interval answers.
_UNUSUAL, _MOST_STRETCH = 4.0, 4.0


class Schedule(Protocol):
    """due: is a snapshot asked for at this step? It may be asked several times. taken: one was captured there."""

    def due(self, step: int) -> bool: ...
    def taken(self, step: int) -> None: ...


class EveryN:
    """Steps divisible by n, and the first one."""

    def __init__(self, n: int) -> None:
        self._n, self._first = n, True

    def due(self, step: int) -> bool:
        return self._first or step % self._n == 0

    def taken(self, step: int) -> None:
        self._first = False


class Auto:
    """Dense early, sparser later: an interval of step // divisor, at least 1. The interval grows further as the bytes
    of the run (300 MB) are used up, so that these are enough for a run of any length: of N affordable snapshots a run
    of T steps gets about N (1 - exp(-divisor / N ln(T / divisor))), and `divisor` at first.

    It answers to how much the weights changed: where they have moved much less than is usual between two snapshots (a
    plateau, a learning rate that has run out) the interval grows up to fourfold; where they have moved much more (a
    spike, a warm restart) it shrinks down to a quarter.

    snapshot_bytes: what one snapshot takes.
    """

    def __init__(self, snapshot_bytes: int) -> None:
        self.most = max(100, _RUN_BYTES // max(1, snapshot_bytes))
        self.divisor = max(20, min(100, self.most // _E_FOLDS))
        self._last: int | None = None
        self._count = 0
        self._asked: int | None = None
        self._age = 0  # steps asked about
        self._usual: float | None = None  # logarithm of the usual movement
        self._stretch = 1.0

    def due(self, step: int) -> bool:
        if step != self._asked:
            self._asked, self._age = step, self._age + 1
        if self._last is None or step < self._last:  # the first, or a run that went back to a saved state
            return True
        # A step count that begins again with each pass over the data is young each time, the run is not.
        age = max(step, self._age)
        return step - self._last >= max(1, int(age / self.divisor * self._stretch / self._left()))

    def taken(self, step: int) -> None:
        self._last = step
        self._count += 1

    def moved(self, change: float) -> None:
        """How far the weights have moved since the snapshot before, relative to their size. From any thread."""
        here = log(max(change, 1e-12))
        if self._usual is None:
            self._usual = here
        if here < self._usual - log(_UNUSUAL):
            self._stretch = min(_MOST_STRETCH, self._stretch * 1.5)
        elif here > self._usual + log(_UNUSUAL):
            self._stretch = max(1 / _MOST_STRETCH, self._stretch / 2)
        else:
            self._stretch **= 0.8  # back towards 1
        self._usual += 0.1 * (here - self._usual)

    def _left(self) -> float:
        """Share of the affordable snapshots that is left; never quite nothing."""
        return max(0.02, 1 - self._count / self.most)


class Chosen:
    """The user's own function. It is asked once for each step, however often we need the answer."""

    def __init__(self, chooses: Callable[[int], object]) -> None:
        self._chooses = chooses
        self._answer: tuple[int, bool] | None = None

    def due(self, step: int) -> bool:
        if self._answer is None or self._answer[0] != step:
            self._answer = (step, bool(self._chooses(step)))
        return self._answer[1]

    def taken(self, step: int) -> None:
        pass


def make_schedule(every: object, snapshot_bytes: int) -> Schedule:
    """Raises TypeError or ValueError for what is no schedule."""
    if every == "auto":
        return Auto(snapshot_bytes)
    if isinstance(every, int) and not isinstance(every, bool):
        if every < 1:
            raise ValueError(f'watch(): every={every} must be 1 or more; pass every="auto" to let it choose')
        return EveryN(every)
    if callable(every):
        return Chosen(every)
    raise TypeError(f'watch(): every={every!r} must be an int, "auto", or a function of the step that returns a bool')
