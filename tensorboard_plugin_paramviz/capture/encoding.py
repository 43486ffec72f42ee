"""Snapshots as they are written: tables that are too wide for the bytes allowed, in a basis of fewer directions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from tensorboard.compat.proto.summary_pb2 import Summary

from tensorboard_plugin_paramviz.capture.basis import BasisFollower
from tensorboard_plugin_paramviz.record import Coordinates, EmbeddingInfo, Snapshot, encode_snapshot

#: Snapshots after which a basis is written again, so that a record that was damaged, or a file that was deleted, takes
#: no more with it than these.
REPEAT_EVERY = 100


class _Told(Protocol):
    """A table, as far as it is told in the model record."""

    @property
    def info(self) -> EmbeddingInfo: ...


class Encoder:
    """Of one writer's snapshots, in the order they are written. Not for two threads at once."""

    def __init__(self, tables: Sequence[_Told]) -> None:
        self._followers = {
            info.path: BasisFollower(info.directions, info.shape[1])
            for info in (table.info for table in tables)
            if info.directions is not None
        }
        self._stored: dict[str, int] = {}  # identities of the bases on disk
        self._since_stored = 0
        self._written_step: int | None = None
        self._pending: tuple[int, dict[str, Coordinates]] | None = None

    def encode(self, snapshot: Snapshot) -> Summary:
        """All of a snapshot, with each basis that its rows are written in and that isn't on disk yet.

        Cost: for GPT-2 124M, 2,000 x 768 tokens and 1,024 x 768 positions within 300 KB, 12 ms of one core's time, and
        50 ms at every fifth snapshot.
        """
        if self._written_step is not None and snapshot.step <= self._written_step:
            self._stored.clear()  # what was written from there on is void, and the bases may be among it
        if self._since_stored >= REPEAT_EVERY:
            self._stored.clear()
        coordinates = {
            path: self._write(path, follower, snapshot)
            for path, follower in self._followers.items()
            if path in snapshot.embeddings
        }
        self._pending = (snapshot.step, coordinates)
        return encode_snapshot(snapshot, coordinates)

    def written(self) -> None:
        """The summary encoded last is on disk. One that isn't called for is lost, and its basis goes with the next."""
        if self._pending is None:
            return
        self._written_step, coordinates = self._pending
        self._pending = None
        self._since_stored += 1
        if any(coded.is_new for coded in coordinates.values()):
            self._since_stored = 0
        self._stored |= {path: coded.basis.identity for path, coded in coordinates.items()}

    def _write(self, path: str, follower: BasisFollower, snapshot: Snapshot) -> Coordinates:
        rows, basis = follower.write(snapshot.embeddings[path].values)
        return Coordinates(rows, basis, is_new=self._stored.get(path) != basis.identity)
