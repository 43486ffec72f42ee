"""Files of this machine: an fstat takes a microsecond, a pread two."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from tensorboard_plugin_paramviz.reader.logdir import Root, event_files
from tensorboard_plugin_paramviz.reader.storage import Read, Status

_FLAGS = os.O_RDONLY | getattr(os, "O_BINARY", 0)


class LocalStorage:
    #: Larger than nearly every record, small beside the memory of any machine.
    block_bytes = 8 << 20
    gap_bytes = 4 << 10

    def event_files(self, root: Root) -> Iterator[tuple[str, str]]:
        return event_files(root)

    def status(self, path: str) -> Status:
        status = os.stat(path)  # noqa: PTH116 - called 20 times a second per file
        return Status(status.st_size, (status.st_dev, status.st_ino), status.st_mtime)

    @contextmanager
    def open(self, path: str) -> Iterator[Read]:
        descriptor = os.open(path, _FLAGS)
        try:
            yield lambda offset, length: _read_at(descriptor, offset, length)
        finally:
            os.close(descriptor)

    def ranges(self, path: str, ranges: Sequence[tuple[int, int]]) -> list[bytes]:
        with self.open(path) as read:
            return [read(offset, length) for offset, length in ranges]


def _read_at(descriptor: int, offset: int, length: int) -> bytes:
    """One read is at most 2 GiB on Linux, and may be shorter than asked for on a network disk."""
    parts = []
    while length > 0:
        part = _pread(descriptor, length, offset)
        if not part:
            break
        parts.append(part)
        offset += len(part)
        length -= len(part)
    return parts[0] if len(parts) == 1 else b"".join(parts)


def _pread(descriptor: int, length: int, offset: int) -> bytes:
    if hasattr(os, "pread"):
        return os.pread(descriptor, length, offset)
    os.lseek(descriptor, offset, os.SEEK_SET)  # Windows; each descriptor is one thread's
    return os.read(descriptor, length)
