"""The background thread: waits for the figures, encodes, writes. The training thread only hands over."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from tensorboard.compat.proto.summary_pb2 import Summary

from tensorboard_plugin_paramviz.capture.breaker import Breaker
from tensorboard_plugin_paramviz.capture.sink import Sink
from tensorboard_plugin_paramviz.capture.taking import Taken
from tensorboard_plugin_paramviz.record import SelfCost, Snapshot, encode_snapshot

log = logging.getLogger("tensorboard_plugin_paramviz")

#: Snapshots waiting at most. More would hide that the disk can't follow, and hold memory.
QUEUE_SIZE = 2
#: How long the training thread waits for a place rather than lose a snapshot.
PATIENCE_SECS = 1.0
CLOSE_SECS = 30.0


@dataclass(frozen=True)
class Job:
    taken: Taken
    step: int
    wall_time: float
    capture_secs: float
    interval_steps: int


class BackgroundWriter:
    """written, dropped: snapshots so far. error: the last fault, for strict watchers.

    device_cost: called with (seconds of GPU time, seconds of the training thread) of each snapshot.
    """

    def __init__(
        self, sink: Sink, model: Summary, started: float, breaker: Breaker, device_cost: Callable[[float, float], None]
    ) -> None:
        self._sink, self._breaker, self._device_cost = sink, breaker, device_cost
        self._model: Summary | None = model
        self._started = started
        self._queue: queue.Queue[Job | None] = queue.Queue(QUEUE_SIZE)
        self._write_secs = 0.0
        self.written = 0
        self.dropped = 0
        self.error: Exception | None = None
        # A daemon: a training script that never closes must still end. Watcher.close() runs at exit and waits.
        self._thread = threading.Thread(target=self._run, name="paramviz-writer", daemon=True)
        self._thread.start()

    def submit(self, job: Job) -> bool:
        """Hand over; waits up to a second for a place. False = there was none, the snapshot is lost and counted."""
        try:
            self._queue.put(job, timeout=PATIENCE_SECS)
        except queue.Full:
            self.dropped += 1
            return False
        return True

    def close(self) -> None:
        """Write what is waiting, then stop. Gives up after half a minute: a hanging disk must not hang the script."""
        deadline = time.monotonic() + CLOSE_SECS
        try:
            self._queue.put(None, timeout=CLOSE_SECS)
        except queue.Full:
            pass
        else:
            self._thread.join(max(0.0, deadline - time.monotonic()))
        if self._thread.is_alive():
            log.warning("paramviz gave up waiting for the disk; up to %d snapshots are lost.", self._queue.qsize() + 1)

    def _run(self) -> None:
        self._attempt(self._write_model)
        while (job := self._queue.get()) is not None:
            succeeded = self._attempt(lambda job=job: self._write(job))  # type: ignore[misc]
            del job
            if succeeded:
                self.written += 1
                self._breaker.succeeded()
            else:
                self.dropped += 1
        self._attempt(self._sink.close)

    def _attempt(self, work: Callable[[], None]) -> bool:
        try:
            work()
        except Exception as error:
            self.error = error
            self._breaker.failed(error)
            return False
        return True

    def _write_model(self) -> None:
        if self._model is not None:
            self._sink.write([self._model], 0, self._started)
            self._model = None

    def _write(self, job: Job) -> None:
        snapshot = job.taken.finish(job.step, job.wall_time)
        self._device_cost(job.taken.transfer.device_secs(), job.capture_secs)
        started = time.perf_counter()
        summary = self._encode(snapshot, job)
        self._write_model()  # if it couldn't be written at the start
        self._sink.write([summary], job.step, job.wall_time)
        self._write_secs = time.perf_counter() - started

    def _encode(self, snapshot: Snapshot, job: Job) -> Summary:
        summary = encode_snapshot(snapshot)
        cost = SelfCost(job.capture_secs, self._write_secs, 0, job.interval_steps, self.dropped)
        beside = Snapshot(snapshot.step, snapshot.wall_time)
        own_size = encode_snapshot(replace(beside, self_cost=cost)).ByteSize()  # the same whatever the numbers are
        cost = replace(cost, snapshot_bytes=summary.ByteSize() + own_size)
        summary.MergeFrom(encode_snapshot(replace(beside, self_cost=cost)))
        return summary
