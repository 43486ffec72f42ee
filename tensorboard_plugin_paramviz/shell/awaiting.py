"""Waiting for the time of the next look, or for whoever wants to know to have gone."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from typing import Final

#: A parent that is gone is noticed after so long.
GLANCE_SECS: Final = 1.0


class Waiting:
    """is_over: there was input, or its end, or the process that started this one is gone: look once more and end.
    Without `until_input` it never is."""

    def __init__(self, *, until_input: bool, parent: int | None = None) -> None:
        """parent: the process that started this one, which may be gone before this one can ask who it was."""
        self._watches = until_input
        self._parent = os.getppid() if parent is None else parent
        self._told = threading.Event()
        if until_input:
            threading.Thread(target=self._listen, name="paramviz-input", daemon=True).start()

    @property
    def is_over(self) -> bool:
        # A pipe has an end only when every process that holds it, children by fork among them, has closed it.
        return self._watches and (self._told.is_set() or os.getppid() != self._parent)

    def rest(self, secs: float) -> None:
        until = time.monotonic() + secs
        while not self.is_over and (left := until - time.monotonic()) > 0:
            self._told.wait(min(left, GLANCE_SECS) if self._watches else left)

    def _listen(self) -> None:
        with contextlib.suppress(OSError):
            os.read(0, 1)  # not sys.stdin, whose lock would be held while Python ends
        self._told.set()
