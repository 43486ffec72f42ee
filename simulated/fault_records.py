"""A finished event file as a list of records that can be changed and written back."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path

from tensorboard.compat.proto.event_pb2 import Event

from tensorboard_plugin_paramviz.reader.records import HEADER_BYTES, masked_crc, read_records
from tensorboard_plugin_paramviz.record import PLUGIN_NAME
from tensorboard_plugin_paramviz.record.names import MODEL_TAG


def framed(data: bytes) -> bytes:
    """One record as it stands in an event file: length, its CRC, data, its CRC."""
    length = struct.pack("<Q", len(data))
    return length + struct.pack("<I", masked_crc(length)) + data + struct.pack("<I", masked_crc(data))


def has_model(event: Event) -> bool:
    return any(value.tag == MODEL_TAG for value in event.summary.value)


def is_snapshot(event: Event) -> bool:
    values = event.summary.value
    return not has_model(event) and any(value.metadata.plugin_data.plugin_name == PLUGIN_NAME for value in values)


@dataclass
class Recorded:
    """The newest event file of a run. records: their data, empty where it is damaged already. places: offset of each
    record's first byte, its header. at: ordinal of the snapshot that is struck."""

    path: Path
    records: list[bytes]
    places: list[int]
    events: list[Event]
    at: int

    @property
    def step(self) -> int:
        return int(self.events[self.at].step)

    @property
    def place(self) -> int:
        return self.places[self.at]

    def write(self, records: list[bytes]) -> None:
        self.path.write_bytes(b"".join(map(framed, records)))


def read_run(directory: Path, step: int | None) -> Recorded:
    """The newest event file below `directory`, struck at the first snapshot from `step` on (the last one where all are
    before it), or at the middle one. Raises ValueError where there is no snapshot. Cost: the file in memory, twice."""
    files = sorted(path for path in directory.iterdir() if "tfevents" in path.name)
    for path in reversed(files):
        found = list(read_records(str(path), 0, path.stat().st_size))
        records, places = [record.data or b"" for record in found], [record.offset - HEADER_BYTES for record in found]
        events = [Event.FromString(record) for record in records]
        snapshots = [at for at, event in enumerate(events) if is_snapshot(event)]
        if snapshots:
            middle = snapshots[len(snapshots) // 2]
            later = [at for at in snapshots if step is not None and events[at].step >= step]
            return Recorded(path, records, places, events, middle if step is None else next(iter(later), snapshots[-1]))
    raise ValueError(f"{directory} has no snapshot a fault could strike")
