"""Keeps what the capture costs within a share of the training time: a token bucket filled by the clock."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

#: Seconds that may be spent at once: the dense snapshots at the start of a run live on it.
BURST_SECS = 0.5


class Governor:
    """Total cost stays below max_overhead * elapsed + 0.5 s + one snapshot. max_overhead=None: everything is allowed.

    Cost is time taken from training: seconds of its thread, or of its GPU where that is more.
    """

    def __init__(self, max_overhead: float | None, clock: Callable[[], float] = time.monotonic) -> None:
        self.max_overhead, self._clock = max_overhead, clock
        self._lock = threading.Lock()
        self._level = BURST_SECS
        self._filled_at: float | None = None
        self._snapshot_secs = 0.0  # what one has cost lately
        self._since_taken = 0.0

    def allows(self) -> bool:
        """May a snapshot be taken now? A snapshot dearer than the whole bucket waits for a full one."""
        if self.max_overhead is None:
            return True
        now = self._clock()
        with self._lock:
            if self._filled_at is not None:
                self._level = min(BURST_SECS, self._level + self.max_overhead * (now - self._filled_at))
            self._filled_at = now
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

    def charge_device(self, device_secs: float, thread_secs: float) -> None:
        """Known only later, in the background: the GPU was busy for longer than the training thread was."""
        self.spend(max(0.0, device_secs - thread_secs))
