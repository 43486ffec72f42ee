"""NPZ: arrays as `numpy.load` opens them, written while they are read.

The form of a .npy file stands before its data and the number of snapshots is known, so that an array of all snapshots
can be written one snapshot at a time. A ZIP file needs no way back either: sizes and checksums follow the data.
"""

from __future__ import annotations

import json
import math
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from tempfile import SpooledTemporaryFile

import numpy as np

from tensorboard_plugin_paramviz.web.export.content import Array, Content

#: Bytes of an array in one piece of output.
PIECE_BYTES = 1 << 20
#: Of each smaller field, held in memory while the largest is written.
KEPT_BYTES = 2 << 20


class _Sink:
    """Takes what the archive writes until it is sent on. No file: it can't seek, so zipfile doesn't try, and is
    never closed, so that an archive nobody finishes is given up in any order."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._parts.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        pass

    def close(self) -> None:
        pass

    def take(self) -> bytes:
        taken, self._parts = b"".join(self._parts), []
        return taken


def npz(content: Content) -> Iterator[bytes]:
    """`steps`, `wall_times`, each field [T, …], the constants, and `about`, the facts as JSON in one string. Not
    compressed: zlib halves it at a tenth of the speed. ZIP64 where it must be.

    Each snapshot is read once, for the largest field, which is written at once. The others follow it in the file, so
    they are kept until then: a few MB in memory, more on the disk in the system's temporary directory.
    """
    sink = _Sink()
    archive = zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED)
    once = {"steps": content.steps, "wall_times": content.wall_times, **content.constants}
    once["about"] = np.array(json.dumps(content.facts, allow_nan=False))
    for name, array in once.items():
        yield from _member(archive, sink, name, array.dtype, array.shape, [_bytes(array)])
    count, float32 = len(content.steps), np.dtype("<f4")
    large, *others = sorted(content.fields, key=lambda field: -math.prod(field.shape))
    with ExitStack() as stack:
        kept = {other.name: stack.enter_context(SpooledTemporaryFile(KEPT_BYTES)) for other in others}

        def read() -> Iterator[memoryview]:
            names = [large.name, *kept]
            for at in range(count):
                arrays = content.read(at, names)
                for name, file in kept.items():
                    file.write(_bytes(arrays[name].astype(float32, copy=False)))
                yield _bytes(arrays[large.name].astype(float32, copy=False))

        yield from _member(archive, sink, large.name, float32, (count, *large.shape), read())
        for other in others:
            file = kept[other.name]
            file.seek(0)
            pieces = iter(lambda file=file: file.read(PIECE_BYTES), b"")  # type: ignore[misc]
            yield from _member(archive, sink, other.name, float32, (count, *other.shape), pieces)
    archive.close()
    yield sink.take()


def _member(
    archive: zipfile.ZipFile,
    sink: _Sink,
    name: str,
    dtype: np.dtype[np.generic],
    shape: tuple[int, ...],
    arrays: Iterable[bytes | memoryview],
) -> Iterator[bytes]:
    """One .npy file, of the bytes of arrays that stand one behind the other."""
    # A ZipInfo has the same date always: the same question gives the same bytes.
    with archive.open(zipfile.ZipInfo(name + ".npy"), "w", force_zip64=True) as member:
        descr = np.lib.format.dtype_to_descr(dtype.newbyteorder("<"))
        np.lib.format.write_array_header_1_0(member, {"descr": descr, "fortran_order": False, "shape": shape})
        for data in arrays:
            for first in range(0, len(data), PIECE_BYTES):
                member.write(data[first : first + PIECE_BYTES])
                yield sink.take()
    yield sink.take()


def _bytes(array: Array) -> memoryview:
    little = np.ascontiguousarray(array, array.dtype.newbyteorder("<"))
    return little.reshape(-1).view(np.uint8).data
