"""Keeps an index current: a daemon thread that looks at growing files often and at the rest seldom."""

from __future__ import annotations

import logging
import math
import threading
import time

from tensorboard_plugin_paramviz.reader.index import Index
from tensorboard_plugin_paramviz.reader.logdir import Root, is_remote
from tensorboard_plugin_paramviz.reader.run_index import RunIndex

logger = logging.getLogger(__name__)

#: A file that grew this recently is looked at on every round.
ACTIVE_SECS = 600.0
ROUND_SECS = 0.025
#: Rounds while nobody has asked for anything for a while.
IDLE_ROUND_SECS = 1.0
IDLE_AFTER_SECS = 60.0
SCAN_SECS = 1.0
#: Listing a store takes longer than that and may cost money: seldom while nobody looks.
REMOTE_SCAN_SECS, REMOTE_SCAN_SHARE, IDLE_REMOTE_SCAN_SECS = 3.0, 0.1, 60.0
#: A scan may take at most this share of the time, so that a logdir of ten thousand directories stays cheap; but one
#: comes at least this often, so that a new run is found.
SCAN_SHARE, LONGEST_SCAN_SECS = 0.01, 60.0


class Follower:
    """`ensure_started()` is cheap and may be called on every request; it also says that somebody is looking."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self._thread: threading.Thread | None = None
        self._stop = threading.Event()
        self._active: list[tuple[RunIndex, str]] = []
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
        local = _Pace([root for root in self.index.roots if not is_remote(root.path)])
        remote = _Pace([root for root in self.index.roots if is_remote(root.path)])
        paces = [pace for pace in (local, remote) if pace.roots] or [local]
        while not self._stop.is_set():
            try:
                local.due_secs, local.share = SCAN_SECS, SCAN_SHARE
                remote.due_secs = IDLE_REMOTE_SCAN_SECS if self._is_idle else REMOTE_SCAN_SECS
                remote.share = REMOTE_SCAN_SHARE
                due = [pace for pace in paces if pace.is_due]
                if due:
                    for pace in due:
                        pace.scan(self.index)
                    self.index.poll()
                    self._active = self._grew_lately()
                    for pace in due:
                        pace.rest()
                else:
                    self._poll_active()
                self.index.trouble = None
            except Exception:
                # The thread must outlive anything a file system can think of; TensorBoard goes on either way.
                if self.index.trouble is None:
                    logger.exception("paramviz could not look at the logdir; trying again")
                self.index.trouble = "The logdir can't be looked at just now; TensorBoard's log has the traceback."
                self._stop.wait(5.0)
            self._wake.wait(IDLE_ROUND_SECS if self._is_idle else ROUND_SECS)
            self._wake.clear()

    @property
    def _is_idle(self) -> bool:
        return time.monotonic() - self._asked_at > IDLE_AFTER_SECS

    def _grew_lately(self) -> list[tuple[RunIndex, str]]:
        """Made after each scan, not on each round: there may be ten thousand files that will never grow again."""
        since = time.time() - ACTIVE_SECS
        return [(run, file.path) for run, file in self.index.all_files() if file.changed_at > since]

    def _poll_active(self) -> None:
        # By path: where a file was replaced, another FileIndex has taken the place.
        active = [(run, file) for run, path in self._active if (file := run.files.get(path)) is not None]
        if active:
            self.index.poll(active)


class _Pace:
    """When to scan some roots: due_secs after the last time, or later where scanning would take more than `share` of
    the time."""

    def __init__(self, roots: list[Root]) -> None:
        self.roots = roots
        self.due_secs, self.share = 0.0, 1.0
        self._spent_secs, self._rested_at = 0.0, -math.inf

    @property
    def is_due(self) -> bool:
        wait = self._spent_secs / self.share if self._spent_secs > 0.05 else 0.0
        secs = max(self.due_secs, min(wait, LONGEST_SCAN_SECS))
        return time.monotonic() - self._rested_at >= secs

    def scan(self, index: Index) -> None:
        started = time.monotonic()
        index.scan(self.roots)
        self._spent_secs = time.monotonic() - started

    def rest(self) -> None:
        """From now on, when what was found has been read: reading for long must not put off the next search."""
        self._rested_at = time.monotonic()
