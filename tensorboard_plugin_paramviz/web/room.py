"""Bounds what large replies take of memory, however many viewers ask at once and however slowly they read."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterator

#: Made at once. More would only share the same cores.
MAKERS = 2
#: On their way when another is begun. With what is then being made (64 MiB of arrays and their copy in a reply, twice)
#: all large replies together take at most 384 MiB.
MOST_BYTES = 128 << 20
#: Replies smaller than this aren't counted once they are made.
SMALL_BYTES = 1 << 20
#: Given to the server at once: what stays in memory of a reply that was dropped.
PIECE_BYTES = 256 << 10
#: A client that is slower than this, after some seconds of grace, gives way where others wait: its connection breaks. A
#: laptop that was closed would otherwise keep everybody from theirs for ever.
GRACE_SECS, LEAST_BYTES_PER_SEC = 5.0, 1 << 20


class Sending:
    """A reply on its way. Close it when it was sent."""

    def __init__(self, content: bytes, room: Room) -> None:
        self.size = len(content)
        self._content: bytes | None = content
        self._room = room
        self._began, self._sent_bytes = time.monotonic(), 0

    def __iter__(self) -> Iterator[bytes]:
        for at in range(0, self.size, PIECE_BYTES):
            self._sent_bytes = at
            yield self._piece(at)

    def _piece(self, at: int) -> bytes:
        content = self._content  # not held while the piece is on its way
        if content is None:
            raise ConnectionAbortedError("the client read too slowly while others waited")
        return content[at : at + PIECE_BYTES]

    @property
    def patience_ends(self) -> float:
        """time.monotonic() from which on it may be dropped, if it doesn't get on until then."""
        return self._began + self._room.grace_secs + self._sent_bytes / LEAST_BYTES_PER_SEC

    def drop(self) -> None:
        self._content = None

    def close(self) -> None:
        self._content = None
        self._room.left_by(self)


class Room:
    """Replies ask for room to be made in, and keep it until they were sent."""

    def __init__(self, makers: int = MAKERS, most_bytes: int = MOST_BYTES, grace_secs: float = GRACE_SECS) -> None:
        self.grace_secs = grace_secs
        self._makers, self._most_bytes = makers, most_bytes
        self._changed = threading.Condition()
        self._making = 0
        self._sending: list[Sending] = []

    def make(self, reply: Callable[[], bytes]) -> bytes | Sending:
        """The reply, made when there is room for it: bytes where it is small. Waits while others are being made or
        sent, at most as long as those may take."""
        with self._changed:
            while (wait := self._wait_secs()) > 0:
                self._changed.wait(None if wait == math.inf else wait)
            self._making += 1
        sending = None
        try:
            content = reply()
            if len(content) < SMALL_BYTES:
                return content
            sending = Sending(content, self)
            return sending
        finally:
            with self._changed:
                self._making -= 1
                if sending is not None:
                    self._sending.append(sending)
                self._changed.notify_all()

    def _wait_secs(self) -> float:
        """0 = there is room; infinity = until another reply is made."""
        if self._making >= self._makers:
            return math.inf
        while sum(one.size for one in self._sending) >= self._most_bytes:
            slowest = min(self._sending, key=lambda one: one.patience_ends)
            wait = slowest.patience_ends - time.monotonic()
            if wait > 0:
                return wait
            slowest.drop()
            self._sending.remove(slowest)
        return 0.0

    def left_by(self, sending: Sending) -> None:
        with self._changed:
            if sending in self._sending:
                self._sending.remove(sending)
            self._changed.notify_all()
