"""The outer framing of an event file: length, its CRC, data, its CRC (TFRecord)."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

import google_crc32c

from tensorboard_plugin_paramviz.reader.places import storage_of
from tensorboard_plugin_paramviz.reader.storage import Read

HEADER_BYTES = 12  # length u64, masked CRC of the length u32
FOOTER_BYTES = 4  # masked CRC of the data u32
_HEADER = struct.Struct("<QI")
_FOOTER = struct.Struct("<I")


class DamagedFileError(ValueError):
    """The framing is broken: what follows in this file can't be told apart. The message is one for people."""


@dataclass(frozen=True)
class RawRecord:
    """offset: of the data in the file. data: None where its CRC does not hold."""

    offset: int
    length: int
    data: bytes | None


def masked_crc(data: bytes) -> int:
    """TFRecord's CRC-32C, rotated and offset so that a CRC of data that holds CRCs stays strong (TensorFlow,
    record_writer)."""
    crc: int = google_crc32c.value(data)
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def read_records(path: str, start: int, end: int) -> Iterator[RawRecord]:
    """Complete records of a file between two byte offsets, in order; stops in front of one that is half written.

    Raises DamagedFileError where a length does not hold its CRC, OSError where the file can't be read. Cost: each
    byte is
    read once and copied once for the CRC; at most one record or a block of the storage in memory.
    """
    storage = storage_of(path)
    with storage.open(path) as read:
        position = start
        block, block_start = b"", start
        while end - position >= HEADER_BYTES:
            within = position - block_start
            if len(block) - within < HEADER_BYTES:
                block, block_start, within = _block(read, storage.block_bytes, position, HEADER_BYTES, end), position, 0
                if len(block) < HEADER_BYTES:
                    return  # shorter than it was when we looked: the next look tells
            length, length_crc = _HEADER.unpack_from(block, within)
            if masked_crc(block[within : within + 8]) != length_crc:
                zero = not any(block[within : within + HEADER_BYTES])
                raise DamagedFileError(
                    f"{'zeros' if zero else 'a broken record header'} at byte {position:,}: what follows can't be read"
                )
            whole = HEADER_BYTES + length + FOOTER_BYTES
            if end - position < whole:
                return
            if len(block) - within < whole:
                block, block_start, within = _block(read, storage.block_bytes, position, whole, end), position, 0
                if len(block) < whole:
                    return
            data = block[within + HEADER_BYTES : within + HEADER_BYTES + length]
            (data_crc,) = _FOOTER.unpack_from(block, within + HEADER_BYTES + length)
            intact = masked_crc(data) == data_crc
            yield RawRecord(position + HEADER_BYTES, length, data if intact else None)
            position += whole


def _block(read: Read, block_bytes: int, position: int, needed: int, end: int) -> bytes:
    return read(position, min(max(needed, block_bytes), end - position))
