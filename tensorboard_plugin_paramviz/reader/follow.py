"""Keeps an index current: a daemon thread that looks at growing files often and at the rest seldom."""

from __future__ import annotations

import logging
import threading
import time

from tensorboard_plugin_paramviz.reader.index import Index

logger = logging.getLogger(__name__)

#: A file that grew this recently is looked at on every round.
ACTIVE_SECS = 600.0
ROUND_SECS = 0.05
#: Rounds while nobody has asked for anything for a while.
IDLE_ROUND_SECS = 1.0
IDLE_AFTER_SECS = 60.0
SCAN_SECS = 1.0
#: A scan may take at most this share of the time, so that a logdir of ten thousand directories stays cheap; but one
#: comes at least this often, so that a new run is found.
SCAN_SHARE, LONGEST_SCAN_SECS = 0.01, 60.0


class Follower:
    """`ensure_started()` is cheap and may be called on every request; it also says that somebody is looking."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self._thread: threading.Thread | None = None
        self._stop = threading.Event()
        self._asked_at = time.monotonic()
        self._wake = threading.Event()
        self._start_lock = threading.Lock()

    def ensure_started(self) -> None:
        now = time.monotonic()
        if now - self._asked_at > IDLE_AFTER_SECS:
            self._wake.set()
        self._asked_at = now
        if self._thread is None:
            with self._start_lock:
                if self._thread is None:
                    self._thread = threading.Thread(target=self._follow, name="paramviz-follower", daemon=True)
                    self._thread.start()

    def stop(self) -> None:
        """For tests and orderly ends: returns when the thread has ended."""
        self._stop.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join()

    def _follow(self) -> None:
        next_scan = 0.0
        while not self._stop.is_set():
            try:
                started = time.monotonic()
                if started >= next_scan:
                    self.index.scan()
                    spent = time.monotonic() - started
                    self.index.poll()
                    rest = spent / SCAN_SHARE if spent > 0.05 else 0.0
                    next_scan = time.monotonic() + max(SCAN_SECS, min(rest, LONGEST_SCAN_SECS))
                else:
                    self._poll_active()
            except Exception:
                # The thread must outlive anything a file system can think of; TensorBoard goes on either way.
                logger.exception("paramviz could not look at the logdir; trying again")
                self._stop.wait(5.0)
            idle = time.monotonic() - self._asked_at > IDLE_AFTER_SECS
            self._wake.wait(IDLE_ROUND_SECS if idle else ROUND_SECS)
            self._wake.clear()

    def _poll_active(self) -> None:
        since = time.time() - ACTIVE_SECS
        active = [(run, file) for run, file in self.index.all_files() if file.changed_at > since]
        if active:
            self.index.poll(active)
