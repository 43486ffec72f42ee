"""Reads what stands at places in files, and sees whether it is still what was indexed."""

from __future__ import annotations

import errno
import os
from collections.abc import Sequence
from typing import NamedTuple

import google_crc32c

from tensorboard_plugin_paramviz.reader.logdir import is_remote
from tensorboard_plugin_paramviz.reader.storage import Storage
from tensorboard_plugin_paramviz.reader.storage_local import LocalStorage


class MissingError(LookupError):
    """What was asked for isn't there (any more). The message names what is."""


class Place(NamedTuple):
    """length bytes of a file from offset on, whose CRC-32C was crc."""

    path: str
    offset: int
    length: int
    crc: int


_local = LocalStorage()


def storage_of(path: str) -> Storage:
    """The storage of a root or a file. Raises OSError where its scheme needs something that isn't installed."""
    if not is_remote(path):
        return _local
    from tensorboard_plugin_paramviz.reader.storage_remote import remote_storage

    return remote_storage(path)


def read_places(places: Sequence[Place], suspects: set[str]) -> list[bytes]:
    """The bytes at each place. Raises MissingError where they are no longer there or no longer the same; the file's
    path is then added to `suspects`, to be read anew. Cost: an open and a read for each file and neighbourhood of
    places, and a CRC; from a store all requests at a time."""
    found: list[bytes] = [b""] * len(places)
    by_file: dict[str, list[int]] = {}
    for number, place in enumerate(places):
        if place.length == 0:
            continue
        by_file.setdefault(place.path, []).append(number)
    for path, numbers in by_file.items():
        _read_file(path, places, numbers, found)
    for place, content in zip(places, found, strict=True):
        name = os.path.basename(place.path)  # noqa: PTH119
        if len(content) != place.length:
            suspects.add(place.path)
            raise MissingError(f"{name} is shorter than it was: it was cut or replaced")
        if google_crc32c.value(content) != place.crc:
            suspects.add(place.path)
            raise MissingError(f"{name} is not what it was at byte {place.offset:,}: it was damaged or written anew")
    return found


def _read_file(path: str, places: Sequence[Place], numbers: list[int], found: list[bytes]) -> None:
    try:
        storage = storage_of(path)
        order = sorted(numbers, key=lambda number: places[number].offset)
        ranges: list[tuple[int, int]] = []
        within: list[tuple[int, int]] = []  # (range, offset in it) in that order
        for number in order:
            _, offset, length, _ = places[number]
            if ranges and offset <= sum(ranges[-1]) + storage.gap_bytes:
                start, held = ranges[-1]
                ranges[-1] = (start, max(held, offset + length - start))
            else:
                ranges.append((offset, length))
            within.append((len(ranges) - 1, offset - ranges[-1][0]))
        parts = storage.ranges(path, ranges)
    except OSError as error:
        raise MissingError(_in_words(path, error)) from error
    for number, (part, at) in zip(order, within, strict=True):
        length = places[number].length
        content = parts[part]
        found[number] = content if at == 0 and len(content) == length else content[at : at + length]


def _in_words(path: str, error: OSError) -> str:
    said = error.strerror or str(error)
    if is_remote(path):
        return f"{path} is no longer there" if isinstance(error, FileNotFoundError) else said
    what = "read" if error.errno in (errno.EIO, errno.ESTALE) else "opened"
    return f"{os.path.basename(path)} can't be {what}: {said}"  # noqa: PTH119
