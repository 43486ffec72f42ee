"""An event file of our own: one `write` per record, no thread, and a failed write leaves no trace.

TensorBoard's writer has a thread that dies with the first failed write, prints a traceback of its own, leaves half a
record behind, and needs a new thread even when the interpreter is shutting down.
"""

from __future__ import annotations

import contextlib
import io
import os
import socket
import struct
import time
from itertools import count
from pathlib import Path

from tensorboard.compat.proto.event_pb2 import Event, SourceMetadata

from tensorboard_plugin_paramviz.capture.fast_crc import masked_crc32c

#: After the counter, so that the name differs from that of a SummaryWriter begun in the same second.
_SUFFIX = ".paramviz"
_FIRST = Event(file_version="brain.Event:2", source_metadata=SourceMetadata(writer="tensorboard_plugin_paramviz"))


class EventFile:
    """Made in `logdir`, which is made too, under TensorBoard's own kind of name; never one that exists already.

    Raises OSError where that fails.
    """

    def __init__(self, logdir: str) -> None:
        Path(logdir).mkdir(parents=True, exist_ok=True)
        self._file = _new_file(logdir)
        self._size = 0  # bytes of whole records
        try:
            first = Event(wall_time=time.time())
            first.MergeFrom(_FIRST)
            self.write(first)
        except BaseException:
            self.close()
            raise

    def write(self, event: Event) -> None:
        """Append and make visible. Raises OSError and leaves the file as it was: a later call may succeed.

        Where even that fails the file is closed, and every later call raises.
        """
        data = event.SerializeToString()
        length = struct.pack("<Q", len(data))
        crcs = [struct.pack("<I", masked_crc32c(part)) for part in (length, data)]
        left = memoryview(b"".join((length, crcs[0], data, crcs[1])))
        size = self._size + len(left)
        try:
            while left:  # a disk that fills up takes a part first, and refuses the rest
                left = left[self._file.write(left) :]
        except BaseException:
            self._cut()
            raise
        self._size = size

    @property
    def is_usable(self) -> bool:
        """False where it was closed or deleted: what is written to a deleted file is lost without a word."""
        return not self._file.closed and os.fstat(self._file.fileno()).st_nlink > 0

    def close(self) -> None:
        self._file.close()

    def _cut(self) -> None:
        try:
            self._file.truncate(self._size)
            self._file.seek(self._size)
        except OSError:
            with contextlib.suppress(OSError):
                self._file.close()


def _new_file(logdir: str) -> io.FileIO:
    name = f"events.out.tfevents.{int(time.time()):010d}.{socket.gethostname()}.{os.getpid()}"
    for number in count():
        with contextlib.suppress(FileExistsError):
            return io.FileIO(os.path.join(logdir, f"{name}.{number}{_SUFFIX}"), "xb")  # noqa: PTH118
    raise AssertionError("unreachable")
