"""Layouts made in the background, one at a time: the newest wish waits, what nobody asks for any more is ended."""

from __future__ import annotations

import atexit
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tensorboard_plugin_paramviz.web.umap_process import LayoutProcess

Float32 = npt.NDArray[np.float32]

#: A layout that nobody has asked for in this long is ended, and one that another waits for after the second.
PATIENCE_SECS, PATIENCE_WHILE_OTHERS_WAIT_SECS = 60.0, 5.0
#: Longest that one may take.
MOST_SECS = 600.0
#: Why one failed is told for this long; then it is tried again.
FAILED_SECS = 10.0
#: Results and failures kept: 12 bytes a row.
MOST_KEPT = 8
_LOOK_SECS = 0.1


@dataclass
class Wish:
    """rows: makes what is laid out, float32 [n, D], and the places of these rows [n] among `count`; called in the
    background, and may raise."""

    key: str
    neighbours: int
    count: int
    rows: Callable[[], tuple[Float32, npt.NDArray[np.int64]]]
    asked_at: float = 0.0


@dataclass(frozen=True)
class Failure:
    message: str
    until: float


class Layouts:
    """Safe to call from many threads. Nothing runs before the first wish."""

    def __init__(self, keep: Callable[[str, Float32], None] = lambda key, positions: None) -> None:
        """keep: told each result."""
        self._keep = keep
        self._lock = threading.Lock()
        self._found: dict[str, Float32 | Failure] = {}
        self._running: Wish | None = None
        self._waiting: Wish | None = None
        self._process: LayoutProcess | None = None
        self._works = False

    def found(self, key: str) -> Float32 | Failure | None:
        """Positions float32 [R, 3], why there are none, or None: not asked for yet, or not done."""
        with self._lock:
            found = self._found.get(key)
            if isinstance(found, Failure) and time.monotonic() > found.until:
                del self._found[key]
                return None
            return found

    def put(self, key: str, found: Float32 | Failure) -> None:
        with self._lock:
            self._found.pop(key, None)
            while len(self._found) >= MOST_KEPT:
                self._found.pop(next(iter(self._found)))
            self._found[key] = found

    def progress(self, key: str) -> float | None:
        """0 to 1 of what is being made; None = it isn't. Who asks wants it."""
        with self._lock:
            if self._running is None or self._running.key != key:
                return None
            self._running.asked_at = time.monotonic()
            return 0.0 if self._process is None else self._process.progress

    def want(self, wish: Wish) -> None:
        """Begins with it when nothing else is being made; of several that wait only the newest is kept."""
        with self._lock:
            if self._running is not None and self._running.key == wish.key:
                return
            wish.asked_at = time.monotonic()
            self._waiting = wish
            if not self._works:
                self._works = True
                atexit.register(self.close)
                threading.Thread(target=self._work, name="paramviz-layouts", daemon=True).start()

    def close(self) -> None:
        """Ends what runs. Idempotent."""
        atexit.unregister(self.close)
        with self._lock:
            self._waiting = None
            if self._running is not None:
                self._running.asked_at = -float("inf")
            if self._process is not None:
                self._process.kill()

    def _work(self) -> None:
        while True:
            with self._lock:
                wish, self._waiting = self._waiting, None
                self._running = wish
                if wish is None:
                    self._works = False
                    return
            try:
                found = self._made(wish) if time.monotonic() - wish.asked_at < PATIENCE_SECS else None
            except Exception as error:
                found = Failure(f"UMAP could not begin: {error}", time.monotonic() + FAILED_SECS)
            if found is not None:
                self.put(wish.key, found)
            with self._lock:
                self._running = self._process = None
            if isinstance(found, np.ndarray):
                self._keep(wish.key, found)

    def _made(self, wish: Wish) -> Float32 | Failure | None:
        """None = nobody wants it any more."""
        rows, places = wish.rows()
        positions = np.full((wish.count, 3), np.nan, np.float32)
        if not len(rows):
            return positions
        process = LayoutProcess(rows, wish.neighbours)
        del rows
        with self._lock:
            self._process = process
        began = time.monotonic()
        while not process.ended.wait(_LOOK_SECS):
            now = time.monotonic()
            if now - began > MOST_SECS:
                process.kill()
                message = f"UMAP took more than {MOST_SECS / 60:.0f} minutes and was ended: there are too many rows."
                return Failure(message, now + FAILED_SECS)
            with self._lock:
                patience = PATIENCE_SECS if self._waiting is None else PATIENCE_WHILE_OTHERS_WAIT_SECS
                if now - wish.asked_at > patience:
                    process.kill()
                    return None
        if process.positions is None:
            return None if wish.asked_at < 0 else Failure(process.message, time.monotonic() + FAILED_SECS)
        positions[places] = process.positions
        return positions
