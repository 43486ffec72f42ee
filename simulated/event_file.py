"""One event file of a simulated run, written record by record in the calling thread."""

from __future__ import annotations

import os
import re
import socket
import time
from pathlib import Path

from tensorboard.compat.proto.event_pb2 import Event, SessionLog
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.record_writer import RecordWriter

from tensorboard_plugin_paramviz.capture import fast_crc


class EventFile:
    """Begins with what a SummaryWriter made with purge_step writes: the file version and SessionLog.START at `step`,
    from which on everything earlier files of the run hold is void."""

    def __init__(self, directory: Path, step: int, wall_time: float) -> None:
        fast_crc.install()
        self.path = directory / _next_name(directory)
        self._records = RecordWriter(self.path.open("xb"))
        self._add(Event(wall_time=wall_time, step=step, file_version="brain.Event:2"))
        self._add(Event(wall_time=wall_time, step=step, session_log=SessionLog(status=SessionLog.START)))
        self.flush()

    def add(self, wall_time: float, step: int, summary: Summary) -> None:
        self._add(Event(wall_time=wall_time, step=step, summary=summary))

    def flush(self) -> None:
        """Let readers see what was added so far."""
        self._records.flush()

    def close(self) -> None:
        self._records.close()

    def _add(self, event: Event) -> None:
        self._records.write(event.SerializeToString())


def _next_name(directory: Path) -> str:
    """As TensorBoard's writer names its files, behind all that are there: a run's files are read in the order of their
    names, and two of them may begin within a second."""
    matches = (re.match(r"events\.out\.tfevents\.(\d+)", path.name) for path in directory.iterdir())
    newest = max((int(match[1]) for match in matches if match), default=0)
    return f"events.out.tfevents.{max(int(time.time()), newest + 1):010d}.{socket.gethostname()}.{os.getpid()}.0"
