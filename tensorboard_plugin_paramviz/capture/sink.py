"""Where events go: the user's own writer, or, once that has died, a file of our own beside it."""

from __future__ import annotations

import errno
import shutil
import time
from pathlib import Path
from typing import Any

from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.event_file_writer import EventFileWriter

#: Disk space left to the user's own scalars and saved models: TensorBoard's writer never works again after a failed
#: write, so the large records must not be the ones that find the disk full.
RESERVED_BYTES = 16_000_000
_CLOSED = "Writer is closed"


class Sink:
    """Writes summaries to a run directory and makes them visible at once. Errors are raised; a later call tries anew.

    writer: a torch.utils.tensorboard SummaryWriter, shared with the user, since TensorBoard expects one file at a time
    per run; None = open our own. When the user's writer has failed for good, ours takes over in a new file.
    """

    def __init__(self, logdir: str, writer: Any = None) -> None:
        self.logdir = logdir
        self._shared = writer
        self._own: EventFileWriter | None = None

    def write(self, summaries: list[Summary], step: int, wall_time: float) -> None:
        self._leave_room(sum(summary.ByteSize() for summary in summaries))
        if self._shared is None:
            self._write_own(summaries, step, wall_time)
            return
        try:
            if not self._write_shared(summaries, step, wall_time):
                time.sleep(0.05)  # it is being closed by the user right now; asked again it opens a new file
                if not self._write_shared(summaries, step, wall_time):
                    raise OSError(_CLOSED)
        except Exception:
            self._shared = None
            raise

    def close(self) -> None:
        """Close what is ours; the user's writer stays open."""
        if self._own is not None:
            own, self._own = self._own, None
            own.close()

    def _write_shared(self, summaries: list[Summary], step: int, wall_time: float) -> bool:
        file_writer = self._shared._get_file_writer()
        try:
            for summary in summaries:
                file_writer.add_summary(summary, step, walltime=wall_time)
        except OSError as error:
            if str(error) == _CLOSED:
                return False
            raise
        try:
            file_writer.flush()
        except OSError as error:
            if str(error) != _CLOSED:  # closing it has written everything
                raise
        return True

    def _write_own(self, summaries: list[Summary], step: int, wall_time: float) -> None:
        if self._own is None:
            self._own = EventFileWriter(self.logdir)
        try:
            for summary in summaries:
                self._own.add_event(Event(wall_time=wall_time, step=step, summary=summary))
            self._own.flush()
        except Exception:
            self._own = None  # its thread is dead; the next attempt gets a new file
            raise

    def _leave_room(self, size: int) -> None:
        if "://" in self.logdir or not Path(self.logdir).exists():
            return
        free = shutil.disk_usage(self.logdir).free
        if free < size + RESERVED_BYTES:
            raise OSError(errno.ENOSPC, f"only {free / 1e6:.0f} MB left on the disk of", self.logdir)
