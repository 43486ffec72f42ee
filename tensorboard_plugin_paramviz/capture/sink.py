"""Where events go: the user's own writer, or, once that has died, a file of our own beside it."""

from __future__ import annotations

import errno
import shutil
import time
from pathlib import Path
from typing import Any, Protocol

from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.event_file_writer import EventFileWriter

from tensorboard_plugin_paramviz.capture.event_file import EventFile
from tensorboard_plugin_paramviz.record.names import MODEL_TAG

#: Disk space left to the user's own scalars and saved models: TensorBoard's writer never works again after a failed
#: write, so the large records must not be the ones that find the disk full.
RESERVED_BYTES = 16_000_000
_CLOSED = "Writer is closed"


class Sink:
    """Writes summaries to a run directory and makes them visible at once. Errors are raised; a later call tries anew.

    writer: a torch.utils.tensorboard SummaryWriter, shared with the user, since TensorBoard expects one file at a time
    per run; None = open our own. When the user's writer has failed for good, ours takes over in a new file. Where the
    directory or our file was deleted, a new one begins with the last model record.
    """

    def __init__(self, logdir: str, writer: Any = None) -> None:
        self.logdir = logdir
        self._shared = writer
        self._own: _Own | None = None
        self._first: Event | None = None

    def write(self, summaries: list[Summary], step: int, wall_time: float) -> None:
        is_local = "://" not in self.logdir
        is_gone = is_local and not Path(self.logdir).exists()
        if is_local and not is_gone:
            self._leave_room(sum(summary.ByteSize() for summary in summaries))
        if self._shared is None:
            self._write_own(summaries, step, wall_time, is_gone)
        else:
            self._write_shared(summaries, step, wall_time)
        if summaries and any(value.tag == MODEL_TAG for value in summaries[0].value):
            self._first = Event(wall_time=wall_time, step=step, summary=summaries[0])

    def close(self) -> None:
        """Close what is ours; the user's writer stays open."""
        if self._own is not None:
            own, self._own = self._own, None
            own.close()

    def _write_shared(self, summaries: list[Summary], step: int, wall_time: float) -> None:
        try:
            if not self._try_shared(summaries, step, wall_time):
                time.sleep(0.05)  # it is being closed by the user right now; asked again it opens a new file
                if not self._try_shared(summaries, step, wall_time):
                    raise OSError(_CLOSED)
        except Exception:
            self._shared = None
            raise

    def _try_shared(self, summaries: list[Summary], step: int, wall_time: float) -> bool:
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

    def _write_own(self, summaries: list[Summary], step: int, wall_time: float, is_gone: bool) -> None:
        if self._own is not None and not self._own.is_usable:
            self.close()
            is_gone = True
        if self._own is None:
            own = EventFile(self.logdir) if "://" not in self.logdir else _RemoteFile(self.logdir)
            if is_gone and self._first is not None:
                own.write(self._first)
            self._own = own
        for summary in summaries:
            self._own.write(Event(wall_time=wall_time, step=step, summary=summary))

    def _leave_room(self, size: int) -> None:
        free = shutil.disk_usage(self.logdir).free
        if free < size + RESERVED_BYTES:
            raise OSError(errno.ENOSPC, f"only {free / 1e6:.0f} MB left on the disk of", self.logdir)


class _Own(Protocol):
    """is_usable: False = never again; the next record needs a new file."""

    @property
    def is_usable(self) -> bool: ...
    def write(self, event: Event) -> None: ...
    def close(self) -> None: ...


class _RemoteFile:
    """Where paths have a scheme, as in gs://: TensorBoard's writer knows how."""

    def __init__(self, logdir: str) -> None:
        self._writer = EventFileWriter(logdir)
        self.is_usable = True

    def write(self, event: Event) -> None:
        try:
            self._writer.add_event(event)
            self._writer.flush()
        except Exception:
            self.is_usable = False  # its thread is dead
            raise

    def close(self) -> None:
        if self.is_usable:
            self._writer.close()
