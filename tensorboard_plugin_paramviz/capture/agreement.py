"""Which steps are captured, agreed on by processes that must not wait for each other.

A governor goes by the clock, and two clocks never agree to the step. So with sharded parameters every process follows
one rule that needs only the step: the first step asked for in each window of `width` steps. The writing process's own
governor sets the width, a power of two; a change is published with the shares, and holds from a step that lies some
snapshots ahead. Who hears of it too late sends shares nobody waits for until it hears: that costs snapshots, no more.
"""

from __future__ import annotations

import json
import math
import threading
import time
from collections.abc import Callable
from typing import Protocol

#: A change of the pace holds this many snapshots after it was published: each process sends, and so hears, before.
AHEAD_SNAPSHOTS = 4
#: The pace doubles back after so many snapshots that could be afforded.
_AFFORDED_SNAPSHOTS = 8


class OwnGovernor(Protocol):
    """What is asked of the writing process's governor."""

    max_overhead: float | None

    def allows(self, step: int) -> bool: ...
    def spend(self, secs: float) -> None: ...
    def taken(self) -> None: ...


class AgreedGovernor:
    """A governor whose answers are the same in every process. own: that of the writing process; None = follow it."""

    def __init__(self, own: OwnGovernor | None, clock: Callable[[], float] = time.monotonic) -> None:
        self._own, self._clock = own, clock
        self.max_overhead = None if own is None else own.max_overhead
        self._lock = threading.Lock()
        self._width = 1  # steps
        self._change: tuple[int, int] | None = None  # (width, from which step on)
        self._wish: int | None = None  # a width that isn't published yet
        self._asked: tuple[int, bool] | None = None  # the last step asked about, and the answer
        self._taken: tuple[int, float] | None = None  # (step, seconds of the clock) of the last snapshot
        self._gap = 1  # steps between the last two snapshots
        self._spent_secs = 0.0  # since the last snapshot
        self._affordable, self._afforded = True, 0

    def allows(self, step: int) -> bool:
        """May this step be captured? The same answer for the same step, until another one is asked about."""
        with self._lock:
            if self._asked is None or self._asked[0] != step:
                self._go_back(step)
                width = self._width_at(step)
                answer = self._taken is None or step // width != self._taken[0] // width
                if answer and self._own is not None:
                    self._affordable = self._own.allows(step)
                self._asked = (step, answer)
            return self._asked[1]

    def spend(self, secs: float) -> None:
        """Cost has arisen; from either thread."""
        if self._own is not None:
            self._own.spend(secs)
            with self._lock:
                self._spent_secs += secs

    def taken(self) -> None:
        """The step asked about last was captured, or tried to be."""
        if self._own is not None:
            self._own.taken()
        with self._lock:
            if self._asked is None:
                return
            now, before = (self._asked[0], self._clock()), self._taken
            self._taken = now
            if before is not None and now[0] > before[0]:
                self._gap = now[0] - before[0]
                self._set_pace((now[1] - before[1]) / self._gap)
            self._spent_secs = 0.0

    def news(self) -> str | None:
        """What the others must hear, once; None = nothing new. In the writing process's background thread."""
        with self._lock:
            if self._wish is None or self._asked is None:
                return None
            self._change = (self._wish, self._asked[0] + AHEAD_SNAPSHOTS * max(self._gap, self._width))
            self._wish = None
            return json.dumps(self._change)

    def learn(self, news: str) -> None:
        """The other processes' side of `news`. Hearing the same again is nothing new."""
        width, start = json.loads(news)
        with self._lock:
            if width != self._width:
                self._change = (int(width), int(start))

    def _width_at(self, step: int) -> int:
        if self._change is not None and step >= self._change[1]:
            self._width, self._change = self._change[0], None
        return self._width

    def _go_back(self, step: int) -> None:
        """A change that was to hold from a step on which the run went back from is told anew."""
        if self._change is not None and self._asked is not None and step < self._asked[0]:
            if self._own is not None:
                self._wish = self._change[0]
            self._change = None

    def _set_pace(self, step_secs: float) -> None:
        """step_secs: how long a step of the training took lately."""
        self._afforded = self._afforded + 1 if self._affordable else 0
        if self.max_overhead is None or self._wish is not None or self._change is not None:
            return
        if not self._affordable:
            needed = self._spent_secs / max(self.max_overhead * step_secs, 1e-9)
            wider = max(needed, 2.0 * self._width, self._gap + 1.0)
            self._wish = 1 << min(40, math.ceil(math.log2(wider)))
        elif self._afforded >= _AFFORDED_SNAPSHOTS and self._width > 1:
            self._wish, self._afforded = self._width // 2, 0


class AgreedAuto:
    """`every="auto"` for processes that must agree: dense early, sparser later, by the step alone. The interval is the
    power of two from step / divisor on; a process that missed a snapshot meets the others again at the next one."""

    def __init__(self, divisor: int) -> None:
        self.divisor = divisor
        self._last: int | None = None

    def due(self, step: int) -> bool:
        if self._last is None:
            return True
        interval = 1 << max(0, math.ceil(math.log2(max(1, step) / self.divisor)))
        return step // interval != self._last // interval

    def taken(self, step: int) -> None:
        self._last = step
