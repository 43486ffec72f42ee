"""NPZ: arrays as `numpy.load` opens them, written while they are read.

The form of a .npy file stands before its data and the number of snapshots is known, so that an array of all snapshots
can be written one snapshot at a time. A ZIP file needs no way back either: sizes and checksums follow the data.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator

import numpy as np

from tensorboard_plugin_paramviz.web.export.content import Array, Content

#: Bytes of an array in one piece of output.
PIECE_BYTES = 1 << 20


class _Sink(io.RawIOBase):
    """Takes what the archive writes until it is sent on. It can't seek, so that zipfile doesn't try."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        self._parts.append(bytes(data))
        return len(data)

    def take(self) -> bytes:
        taken, self._parts = b"".join(self._parts), []
        return taken


def npz(content: Content) -> Iterator[bytes]:
    """`steps`, `wall_times`, each field [T, …], the constants, and `about`, the facts as JSON in one string. Not
    compressed: numbers of this kind hardly shrink, and the disk is faster. ZIP64 where it must be.

    Reads the snapshots once for each field: held back, the small ones would add up over a long run.
    """
    sink = _Sink()
    archive = zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED)
    once = {"steps": content.steps, "wall_times": content.wall_times, **content.constants}
    once["about"] = np.array(json.dumps(content.facts, allow_nan=False))
    for name, array in once.items():
        yield from _member(archive, sink, name, array.dtype, array.shape, iter([array]))
    for field in content.fields:
        arrays = (content.read(at, [field.name])[field.name] for at in range(len(content.steps)))
        shape = (len(content.steps), *field.shape)
        yield from _member(archive, sink, field.name, np.dtype(np.float32), shape, arrays)
    archive.close()
    yield sink.take()


def _member(
    archive: zipfile.ZipFile,
    sink: _Sink,
    name: str,
    dtype: np.dtype[np.generic],
    shape: tuple[int, ...],
    arrays: Iterator[Array],
) -> Iterator[bytes]:
    little = dtype.newbyteorder("<")
    # A ZipInfo has the same date always: the same question gives the same bytes.
    with archive.open(zipfile.ZipInfo(name + ".npy"), "w", force_zip64=True) as member:
        head = {"descr": np.lib.format.dtype_to_descr(little), "fortran_order": False, "shape": shape}
        np.lib.format.write_array_header_1_0(member, head)
        for array in arrays:
            data = np.ascontiguousarray(array, little).reshape(-1).view(np.uint8).data
            for first in range(0, len(data), PIECE_BYTES):
                member.write(data[first : first + PIECE_BYTES])
                yield sink.take()
    yield sink.take()
