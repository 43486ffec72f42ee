"""Where event files stand: on this machine, or behind a scheme that fsspec knows. The rest of the reader can't tell."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from tensorboard_plugin_paramviz.reader.logdir import Root

#: (offset, length) -> bytes; fewer where the file ends before.
Read = Callable[[int, int], bytes]


@dataclass(frozen=True, slots=True)
class Status:
    """size: bytes. identity: changes when another file takes the path. changed_at: Unix seconds."""

    size: int
    identity: object
    changed_at: float


class Storage(Protocol):
    """All methods raise OSError, with words for people in `strerror`.

    block_bytes: what is worth reading at once when a file is read from end to end. gap_bytes: two ranges this near to
    each other are read as one.
    """

    block_bytes: int
    gap_bytes: int

    def event_files(self, root: Root) -> Iterator[tuple[str, str]]:
        """(run, path) of every event file below a root."""

    def status(self, path: str) -> Status:
        """As of now where asking is cheap, else as of the last `event_files`. Raises FileNotFoundError."""

    def open(self, path: str) -> AbstractContextManager[Read]:
        """For reading from one end to the other."""

    def ranges(self, path: str, ranges: Sequence[tuple[int, int]]) -> list[bytes]:
        """The bytes of each (offset, length), as few as there are; many at a time where each takes long."""
