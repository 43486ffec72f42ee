"""The background thread: takes what the training thread hands over, one snapshot after the other."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from tensorboard_plugin_paramviz.capture.breaker import Breaker
from tensorboard_plugin_paramviz.capture.taking import Taken

log = logging.getLogger("tensorboard_plugin_paramviz")

#: Snapshots waiting at most. More would hide that the disk can't follow, and hold memory.
QUEUE_SIZE = 1
#: How long the training thread waits for a place rather than lose a snapshot.
PATIENCE_SECS = 1.0
CLOSE_SECS = 30.0


@dataclass(frozen=True)
class Job:
    """life: how often the run has gone back to an earlier step."""

    taken: Taken
    step: int
    wall_time: float
    capture_secs: float
    interval_steps: int
    life: int = 0


class Work:
    """What is done with the snapshots: `writing.Writing`, or `writing.Sending` on a rank that doesn't write."""

    def start(self) -> None: ...
    def do(self, job: Job, dropped: int) -> None: ...
    def is_stuck(self) -> bool:
        """Does it wait for another process? Then the training thread doesn't wait for a place."""
        return False

    def hurry(self) -> None:
        """The watcher is being closed; called on its thread."""

    def close(self) -> None: ...


class Background:
    """done, dropped: snapshots so far. error: the last fault, for strict watchers. spend: told the seconds each job
    took of a core, and of the GPU beyond those of the training thread."""

    def __init__(self, work: Work, breaker: Breaker, spend: Callable[[float], None]) -> None:
        self._work, self._breaker, self._spend = work, breaker, spend
        self._queue: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self.done = 0
        self.dropped = 0
        self.error: Exception | None = None
        # A daemon: a training script that never closes must still end. Watcher.close() runs at exit and waits.
        self._thread = threading.Thread(target=self._run, name="paramviz-writer", daemon=True)
        self._thread.start()

    def submit(self, job: Job) -> bool:
        """Hand over; waits up to a second for a place. False = there was none, the snapshot is lost and counted."""
        # Not queue.Queue: interrupted in its put(), it can hold a job that nobody is woken up for. This one is atomic.
        deadline = time.monotonic() + PATIENCE_SECS
        while self._queue.qsize() >= QUEUE_SIZE:
            if self._work.is_stuck() or not self._thread.is_alive() or time.monotonic() >= deadline:
                self.dropped += 1
                return False
            time.sleep(0.001)
        self._queue.put(job)
        return True

    def close(self) -> None:
        """Finish what is waiting, then stop. Gives up after half a minute: a hanging disk must not hang the script."""
        deadline = time.monotonic() + CLOSE_SECS
        self._work.hurry()
        self._queue.put(None)
        self._thread.join(max(0.0, deadline - time.monotonic()))
        if self._thread.is_alive():
            log.warning("paramviz gave up waiting for the disk; up to %d snapshots are lost.", self._queue.qsize() + 1)

    def _run(self) -> None:
        self._attempt(self._work.start)
        while (job := self._queue.get()) is not None:
            started = time.thread_time()
            succeeded = self._attempt(lambda job=job: self._do(job))  # type: ignore[misc]
            # What this thread computes is taken from training: its cores, or at least its interpreter lock.
            self._spend(time.thread_time() - started)
            del job
            if succeeded:
                self.done += 1
                self._breaker.succeeded()
            else:
                self.dropped += 1
        self._attempt(self._work.close)

    def _do(self, job: Job) -> None:
        self._work.do(job, self.dropped)
        self._spend(max(0.0, job.taken.transfer.device_secs() - job.capture_secs))

    def _attempt(self, work: Callable[[], None]) -> bool:
        try:
            work()
        except Exception as error:
            self.error = error
            self._breaker.failed(error)
            return False
        return True
