"""Faults of ours in TensorBoard's log: a traceback the first time, and a line now and then while it goes on."""

from __future__ import annotations

import logging
import threading
import traceback

logger = logging.getLogger(__name__)
#: Kinds of faults that are counted; beyond them each is told like a first one.
MOST_KINDS = 1_000


class Faults:
    """A page asks again and again: what fails once fails every second, and a log of nothing else hides the cause."""

    def __init__(self) -> None:
        self._counts: dict[int, int] = {}
        self._lock = threading.Lock()

    def tell(self, what: str, error: Exception) -> None:
        """Log that `what` (like "answer /runs") could not be done: with the traceback the first time that this error
        comes this way, without at the 10th, 100th, 1000th …"""
        way = tuple((frame.f_code.co_filename, line) for frame, line in traceback.walk_tb(error.__traceback__))
        kind = hash((type(error).__name__, way))
        with self._lock:
            count = self._counts.get(kind, 0) + 1
            if kind in self._counts or len(self._counts) < MOST_KINDS:
                self._counts[kind] = count
        if count == 1:
            logger.error("Param Viz could not %s; the rest of TensorBoard is not affected", what, exc_info=error)
        elif count >= 10 and set(str(count)[1:]) == {"0"} and str(count)[0] == "1":
            logger.error("Param Viz could not %s: %r for the %dth time, traceback above", what, error, count)
