"""Bytes between processes, through the key-value store that the process group met in.

It works on a connection of its own, from one background thread, and never waits in the store: it asks, sleeps, and asks
again. A blocking wait would be answered late by the server after it timed out, and would then answer another question.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from torch.distributed import distributed_c10d

#: One value at most. The TCP store refuses 8 MiB, and serves the training's own keys between two of ours.
PIECE_BYTES = 1 << 20
#: How long one question may take before the store counts as gone.
STORE_SECS = 10.0


class Mailbox:
    """store: a `torch.distributed.Store`. prefix: what all our keys begin with. Every method may raise what the store
    raises; the next call tries with a new connection."""

    def __init__(self, store: Any, prefix: str) -> None:
        # Kept though only its clones are used: the server lives in the process that made it, as long as this object.
        self._origin, self._prefix = store, prefix
        self._store: Any = None

    def put(self, key: str, data: bytes) -> int:
        """Store under `key`, visible at once and whole. Returns the number of pieces, for `delete`."""
        pieces = [data[start : start + PIECE_BYTES] for start in range(0, len(data), PIECE_BYTES)] or [b""]
        with self._connection() as store:
            for number, piece in enumerate(pieces):
                store.set(f"{key}/{number}", piece)
            store.set(key, str(len(pieces)))
        return len(pieces)

    def has(self, key: str) -> bool:
        with self._connection() as store:
            return bool(store.check([key]))

    def get(self, key: str) -> bytes:
        """What `put` stored, taken out. Ask `has` first: a key that isn't there is waited for."""
        with self._connection() as store:
            pieces = int(store.get(key))
            data = b"".join(store.get(f"{key}/{number}") for number in range(pieces))
        self.delete(key, pieces)
        return data

    def delete(self, key: str, pieces: int) -> None:
        with self._connection() as store:
            store.delete_key(key)
            for number in range(pieces):
                store.delete_key(f"{key}/{number}")

    def post(self, key: str, text: str) -> None:
        """A note that stays until the next one replaces it."""
        with self._connection() as store:
            store.set(key, text)

    def note(self, key: str) -> str | None:
        with self._connection() as store:
            return store.get(key).decode() if store.check([key]) else None

    def close(self) -> None:
        self._store = self._origin = None

    def _connection(self) -> _Connection:
        return _Connection(self)

    def _open(self) -> Any:
        if self._store is None:
            if self._origin is None:
                raise ConnectionError("the mailbox is closed")
            clone = self._origin.clone()
            clone.set_timeout(timedelta(seconds=STORE_SECS))
            self._store = distributed_c10d.PrefixStore(self._prefix, clone)
        return self._store


class _Connection:
    """After a fault the connection may still deliver the answer to an old question: it isn't used again."""

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox

    def __enter__(self) -> Any:
        return self._mailbox._open()

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None:
            self._mailbox._store = None


def open_mailbox(number: int) -> Mailbox | None:
    """The mailbox of the number-th sharded watcher of this process group; None where its store can't be shared with a
    second thread (torch before 2.8)."""
    store = distributed_c10d._get_default_store()
    return Mailbox(store, f"paramviz/{number}") if hasattr(store, "clone") else None
