"""PVZ1: a JSON header and aligned little-endian arrays in one reply. `docs/http_api.md` has the table of bytes."""

from __future__ import annotations

import json
import struct
from typing import Any

import numpy as np
import numpy.typing as npt

MAGIC = b"PVZ1"
ALIGNMENT = 8


def encode(header: dict[str, Any], arrays: dict[str, npt.NDArray[Any]]) -> bytes:
    """The reply's bytes. `header` gets an `arrays` entry. Cost: one copy of each array."""
    infos = []
    offset = 0
    parts: list[bytes | memoryview] = []
    for name, array in arrays.items():
        little = np.ascontiguousarray(array).astype(array.dtype.newbyteorder("<"), copy=False)
        data = little.reshape(-1).view(np.uint8).data  # copied once, where the parts are joined
        infos.append({"name": name, "dtype": little.dtype.str, "shape": list(array.shape), "offset": offset})
        padding = -len(data) % ALIGNMENT
        parts += [data, bytes(padding)]
        offset += len(data) + padding
    text = json.dumps({**header, "arrays": infos}, ensure_ascii=False, allow_nan=False).encode(errors="replace")
    start = MAGIC + struct.pack("<I", len(text)) + text
    return b"".join([start, bytes(-len(start) % ALIGNMENT), *parts])


def decode(reply: bytes) -> tuple[dict[str, Any], dict[str, npt.NDArray[Any]]]:
    """The inverse, for tests and for readers in Python. Raises ValueError on anything that is not a PVZ1 reply."""
    if reply[:4] != MAGIC:
        raise ValueError(f"a binary reply starts with {MAGIC!r}, this one with {reply[:4]!r}")
    (length,) = struct.unpack_from("<I", reply, 4)
    header = json.loads(reply[8 : 8 + length])
    start = 8 + length + -(8 + length) % ALIGNMENT
    arrays = {}
    for info in header["arrays"]:
        count = int(np.prod(info["shape"], dtype=np.int64))
        flat = np.frombuffer(reply, np.dtype(info["dtype"]), count, start + info["offset"])
        arrays[info["name"]] = flat.reshape(info["shape"])
    return header, arrays
