"""Writes a simulated run the way a training does: one snapshot after another, each with its own wall time."""

from __future__ import annotations

import math
import threading
import time
from pathlib import Path

from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.summary.writer.event_file_writer import EventFileWriter

from simulated.model import Settings
from simulated.run import simulate
from tensorboard_plugin_paramviz.capture import fast_crc
from tensorboard_plugin_paramviz.record.names import STATS_TAG


class Writer(threading.Thread):
    """Writes a simulated run, a snapshot every `interval_secs` (0 = as fast as it can). wall_times: by step, as they
    stand in the events."""

    def __init__(self, settings: Settings, logdir: Path, interval_secs: float) -> None:
        super().__init__(daemon=True)
        self.settings, self.logdir, self.interval_secs = settings, logdir, interval_secs
        self.wall_times: dict[int, float] = {}
        self.failed: BaseException | None = None
        self.ended_at = math.nan
        self._ending = threading.Event()

    def run(self) -> None:
        fast_crc.install()
        writer = EventFileWriter(str(self.logdir), max_queue_size=100, flush_secs=1)
        try:
            self._write(writer)
        except BaseException as error:
            self.failed = error
        finally:
            writer.close()
            self.ended_at = time.time()

    def _write(self, writer: EventFileWriter) -> None:
        due = time.monotonic()
        for step, summary in simulate(self.settings, "convergence"):
            is_snapshot = any(value.tag == STATS_TAG for value in summary.value)
            if self.interval_secs and is_snapshot:
                due += self.interval_secs
                if self._ending.wait(max(0.0, due - time.monotonic())):
                    return
            now = time.time()
            writer.add_event(Event(wall_time=now, step=step, summary=summary))
            if is_snapshot:
                self.wall_times[step] = now
                if self.interval_secs:
                    writer.flush()

    def end(self) -> None:
        self._ending.set()
        self.join()
        if self.failed is not None:
            raise self.failed
