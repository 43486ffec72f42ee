"""A circuit breaker: after a fault the capture rests a while, and tries again; training never notices."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

log = logging.getLogger("tensorboard_plugin_paramviz")

FIRST_REST_SECS, LONGEST_REST_SECS = 1.0, 60.0


class Breaker:
    """Faults may come from both threads. The rest doubles from 1 to 60 seconds with every fault, and begins at 1 again
    after a minute without one.

    The log gets one traceback in a run. Each outage after that, and each recovery, is one line; of outages that come
    again and again the 1st, 2nd, 4th, 8th, … are told, so that a week of them doesn't fill the log.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._rest_secs = FIRST_REST_SECS
        self._resting_until = float("-inf")
        self._open = False
        self._outages = 0
        #: Faults since the start.
        self.faults = 0

    def lets_through(self) -> bool:
        return not self._open or self._clock() >= self._resting_until

    def failed(self, error: BaseException) -> None:
        with self._lock:
            self.faults += 1
            now = self._clock()
            if now < self._resting_until:
                return  # a fault of work begun before the rest
            begins, self._open = not self._open, True
            self._outages += begins
            if now > self._resting_until + LONGEST_REST_SECS:
                self._rest_secs = FIRST_REST_SECS
            self._resting_until = now + self._rest_secs
            self._rest_secs = min(self._rest_secs * 2, LONGEST_REST_SECS)
        if begins and self._is_told():
            log.error(
                "paramviz could not record a snapshot (%s: %s). Training goes on; it will try again by itself.",
                type(error).__name__,
                error,
                exc_info=error if self._outages == 1 else None,
            )

    def succeeded(self) -> None:
        if not self._open:
            return
        with self._lock:
            if self._clock() < self._resting_until:
                return  # work begun before the rest
            self._open = False
        if self._is_told():
            log.warning("paramviz is recording again after %d faults.", self.faults)

    def _is_told(self) -> bool:
        return self._outages & (self._outages - 1) == 0
