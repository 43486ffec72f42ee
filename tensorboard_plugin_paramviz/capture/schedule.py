"""Which steps are asked for. A schedule is a function of the step; an int and "auto" are sugar for two of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

#: What `every="auto"` may write in a run of a million steps, and how many snapshots each divisor gives there.
_RUN_BYTES = 300_000_000
_SNAPSHOTS_PER_DIVISOR = 10


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
    """Dense early, sparser later: an interval of step // divisor, at least 1. A run of T steps has about
    divisor * (1 + ln(T / divisor)) snapshots: 1,000 in a million steps with divisor 100.

    snapshot_bytes: what one snapshot takes. Large ones lower the divisor so that a run stays near 300 MB.
    """

    def __init__(self, snapshot_bytes: int) -> None:
        self.divisor = max(20, min(100, _RUN_BYTES // (_SNAPSHOTS_PER_DIVISOR * max(1, snapshot_bytes))))
        self._last: int | None = None

    def due(self, step: int) -> bool:
        if self._last is None or step < self._last:  # the first, or a run that went back to a saved state
            return True
        return step - self._last >= max(1, step // self.divisor)

    def taken(self, step: int) -> None:
        self._last = step


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
