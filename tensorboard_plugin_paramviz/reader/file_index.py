"""What one event file holds, read as far as it is complete."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from tensorboard_plugin_paramviz.reader.columns import ScalarColumn, ValueColumn, basis_of
from tensorboard_plugin_paramviz.reader.event_walk import EventHead, MalformedEventError, ValueSpan, read_event
from tensorboard_plugin_paramviz.reader.logdir import is_remote
from tensorboard_plugin_paramviz.reader.places import Place, storage_of
from tensorboard_plugin_paramviz.reader.records import FOOTER_BYTES, DamagedFileError, read_records
from tensorboard_plugin_paramviz.reader.storage import Storage
from tensorboard_plugin_paramviz.record.names import MODEL_TAG
from tensorboard_plugin_paramviz.record.summary import check_form

logger = logging.getLogger(__name__)
#: Parsed heads are handed over in groups of this many bytes of file, so that a large file shows progress.
GROUP_BYTES = 32 << 20
#: Kept of the last record, to know the file again.
LAST_BYTES = 64
#: Records that can't be read, each in a sentence of its own; the rest are counted.
MOST_TOLD = 3
_SESSION = re.compile(rb'"session_id"\s*:\s*"([^"\\]{1,64})')


@dataclass
class FileIndex:
    """Columns of one file. read_to: offset behind the last complete record. sessions: places of model records.
    damage: sentences that stay true. trouble: why nothing more can be read just now. resumed: voids steps of an earlier
    file of the run. session: the newest model record's. refused: holds values of ours that this version can't
    read. not_before: by the monotonic clock, when it may be read anew for being damaged."""

    path: str
    values: dict[str, ValueColumn] = field(default_factory=dict)
    scalars: dict[str, ScalarColumn] = field(default_factory=dict)
    sessions: list[Place] = field(default_factory=list)
    purge_step: int | None = None
    read_to: int = 0
    size: int = 0
    identity: object = None
    changed_at: float = 0.0
    damage: list[str] = field(default_factory=list)
    trouble: str | None = None
    unreadable: int = 0
    resumed: bool = False
    session: str | None = None
    refused: bool = False
    not_before: float = 0.0
    _last_bytes: bytes = b""  # of the record before read_to
    _last_step: int | None = None  # of the values of ours before read_to

    def look(self) -> bool:
        """Ask the storage for the size: True where there is something new to read. Cost: where nothing but the clock
        has moved, that; else a look at the last bytes that were read.

        Raises FileNotFoundError where the file is gone, ReplacedFileError where it is another or a shorter one.
        """
        storage = storage_of(self.path)
        status = storage.status(self.path)
        grown = status.size > self.size
        is_same = (status.identity, status.changed_at) == (self.identity, self.changed_at) and not grown
        if status.size < self.read_to or (not is_same and not self._goes_on(storage)):
            raise ReplacedFileError(self.path)
        self.identity = status.identity
        self.changed_at = status.changed_at
        # Of a file that ended in damage the same bytes may be whole now: it was cut there, or mended.
        again = status.size < self.size or (self.trouble is not None and not is_same)
        self.size = status.size
        return grown or again

    def _goes_on(self, storage: Storage) -> bool:
        """True where what was read last still stands where it stood: also in a longer copy that took the file's place,
        as rsync leaves it."""
        if not self._last_bytes:
            return True
        at = self.read_to - FOOTER_BYTES - len(self._last_bytes)
        return storage.ranges(self.path, [(at, len(self._last_bytes))]) == [self._last_bytes]

    def read(self) -> Iterator[list[tuple[int, EventHead]]]:
        """New complete records as (offset of the data, head), in groups. Doesn't change the columns: `add` does."""
        group: list[tuple[int, EventHead]] = []
        group_start = self.read_to
        try:
            for record in read_records(self.path, self.read_to, self.size):
                self.read_to = record.offset + record.length + FOOTER_BYTES
                self._last_bytes = (record.data or b"")[-LAST_BYTES:]
                head = self._head(record.offset, record.data)
                if head is not None:
                    group.append((record.offset, head))
                if self.read_to - group_start > GROUP_BYTES:
                    yield group
                    group, group_start = [], self.read_to
            self.trouble = None
        except DamagedFileError as error:
            # Not for good: on a network disk the size may be there before the bytes. Tried again when the file grows.
            self.trouble = f"{os.path.basename(self.path)}: {error}"  # noqa: PTH119
        except OSError as error:
            self.fails(error)
        yield group

    @property
    def complaints(self) -> list[str]:
        more = self.unreadable - MOST_TOLD
        name = os.path.basename(self.path)  # noqa: PTH119
        rest = [f"{name}: {more:,} more {'record' if more == 1 else 'records'} could not be read"] if more > 0 else []
        return [*self.damage, *rest, *([] if self.trouble is None else [self.trouble])]

    @property
    def hidden(self) -> bool:
        """It may hold records of ours that nobody sees."""
        return self.refused or (self.trouble is not None and self.read_to == 0)

    def fails(self, error: OSError) -> None:
        """It could not be looked at or read: said until that succeeds, which is tried on every look."""
        said = error.strerror or str(error)
        self.trouble = said if is_remote(self.path) else f"{os.path.basename(self.path)} can't be read: {said}"  # noqa: PTH119
        self.size = 0

    def _head(self, offset: int, data: bytes | None) -> EventHead | None:
        try:
            if data is None:
                raise MalformedEventError("its checksum does not hold")
            head = read_event(data)
            if head.values:
                self._last_step = head.step
            for span in head.values:
                if span.tag == MODEL_TAG:
                    self.session = _session_of(data[span.offset : span.offset + span.length])
            return head
        except MalformedEventError as error:
            self.unreadable += 1
            after = "" if self._last_step is None else f" after step {self._last_step:,}"
            name = os.path.basename(self.path)  # noqa: PTH119
            if self.unreadable <= MOST_TOLD:
                self.damage.append(f"{name}: a record{after} (byte {offset:,}) could not be read: {error}")
            return None

    def add(self, records: list[tuple[int, EventHead]]) -> bool:
        """Take heads into the columns; True where snapshots served before are void now."""
        voided = False
        for offset, head in records:
            if head.purge_step is not None:
                voided |= self._purge(head.purge_step)
            for tag, value in head.scalars:
                # A script may log a scalar as often as it likes: that voids no snapshot.
                self.scalars.setdefault(tag, ScalarColumn()).append(head.step, head.wall_time, value)
            for span in head.values:
                voided |= self._add_value(offset, head, span)
        return voided

    def _purge(self, step: int) -> bool:
        self.purge_step = step if self.purge_step is None else min(step, self.purge_step)
        for column in self.scalars.values():
            column.truncate(step)
        return sum(column.truncate(step) for column in self.values.values()) > 0

    def _add_value(self, offset: int, head: EventHead, span: ValueSpan) -> bool:
        try:
            basis_of(span.content)
            check_form(span.tag, span.dtype, span.shape, span.length)
        except ValueError as error:
            self.refused = True
            note = f"{os.path.basename(self.path)}: {error}"  # noqa: PTH119
            if note not in self.damage:
                self.unreadable += 1
                if self.unreadable <= MOST_TOLD:
                    self.damage.append(note)
                    logger.warning("%s", note)
            return False
        if span.tag == MODEL_TAG:
            self.sessions.append(Place(self.path, offset + span.offset, span.length, span.crc))
            return False
        if span.number is not None:
            self.scalars.setdefault(span.tag, ScalarColumn()).append(head.step, head.wall_time, span.number)
            return False
        return self.values.setdefault(span.tag, ValueColumn()).append(head.step, head.wall_time, offset, span)


def _session_of(model: bytes) -> str | None:
    """The session id in a model record, found without reading the rest of it: labels can make that long."""
    found = _SESSION.search(model)
    return found[1].decode(errors="replace") if found else None


class ReplacedFileError(Exception):
    """The file under this path is not the one that was indexed: start over."""
