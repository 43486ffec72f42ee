"""Keeps what the capture costs within a share of the training time: a token bucket filled by the clock."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

#: Seconds that may be saved up and spent at once, and the advance a run starts with for its dense early snapshots.
BURST_SECS, ADVANCE_SECS = 0.5, 0.25
#: Of the training time at most, whatever is asked for; only max_overhead=None lifts it.
LARGEST_OVERHEAD = 0.05


class Governor:
    """A run starts with a quarter of a second, which is paid back out of half of what it may spend afterwards. So its
    total cost stays below max_overhead * elapsed + one snapshot from 50 s on (at 1 %), and below 0.25 s +
    max_overhead / 2 * elapsed + one snapshot before; no pause saves up more than half a second.
    max_overhead=None: everything is allowed.

    Cost is what is taken from training: seconds of its thread, or of its GPU where that is more, and all seconds that
    the background thread computes. Beside a CPU that trains with every core those are taken in full; beside a GPU only
    while they hold the interpreter lock, so there the cost is overestimated.
    """

    def __init__(self, max_overhead: float | None, clock: Callable[[], float] = time.monotonic) -> None:
        self.max_overhead, self._clock = max_overhead, clock
        self._lock = threading.Lock()
        self._level = ADVANCE_SECS
        self._started: float | None = None
        self._filled = 0.0  # seconds granted so far
        self._snapshot_secs = 0.0  # what one has cost lately
        self._since_taken = 0.0

    def allows(self, step: int) -> bool:
        """May a snapshot be taken now? A snapshot dearer than the whole bucket waits for a full one."""
        if self.max_overhead is None:
            return True
        now = self._clock()
        with self._lock:
            if self._started is None:
                self._started = now
            share = self.max_overhead * (now - self._started)
            granted = max(share / 2, share - ADVANCE_SECS)
            self._level = min(BURST_SECS, self._level + granted - self._filled)
            self._filled = granted
            return self._level >= min(self._snapshot_secs, BURST_SECS)

    def spend(self, secs: float) -> None:
        """Cost has arisen; from either thread."""
        with self._lock:
            self._level -= secs
            self._since_taken += secs

    def taken(self) -> None:
        """A snapshot is complete: everything spent since the last one was its cost."""
        with self._lock:
            weight = 0.2 if self._snapshot_secs else 1.0
            self._snapshot_secs += weight * (self._since_taken - self._snapshot_secs)
            self._since_taken = 0.0
