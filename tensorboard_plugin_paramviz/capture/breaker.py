"""A circuit breaker: after a fault the capture rests a while, and tries again; training never notices."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

log = logging.getLogger("tensorboard_plugin_paramviz")

FIRST_REST_SECS, LONGEST_REST_SECS = 1.0, 60.0


class Breaker:
    """Faults may come from both threads. The first one is logged with its traceback, later ones are only counted, and
    the recovery is logged. The rest doubles from 1 to 60 seconds while faults go on."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._rest_secs = FIRST_REST_SECS
        self._resting_until = float("-inf")
        self._open = False
        self._told = False
        #: Faults since the start.
        self.faults = 0

    def lets_through(self) -> bool:
        return not self._open or self._clock() >= self._resting_until

    def failed(self, error: BaseException) -> None:
        with self._lock:
            self.faults += 1
            if self._clock() < self._resting_until:
                return  # a fault of work begun before the rest
            self._open = True
            self._resting_until = self._clock() + self._rest_secs
            self._rest_secs = min(self._rest_secs * 2, LONGEST_REST_SECS)
            first, self._told = not self._told, True
        if first:
            log.error(
                "paramviz could not record a snapshot (%s: %s). Training goes on; it will try again by itself.",
                type(error).__name__,
                error,
                exc_info=error,
            )

    def succeeded(self) -> None:
        if not self._open:
            return
        with self._lock:
            self._open = False
            self._rest_secs = FIRST_REST_SECS
            self._resting_until = float("-inf")
        log.warning("paramviz is recording again after %d faults.", self.faults)
