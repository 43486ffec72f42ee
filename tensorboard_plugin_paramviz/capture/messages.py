"""A share of a snapshot as bytes, and back: a JSON header, then the float32 arrays one after the other."""

from __future__ import annotations

import json
import math
import struct
from dataclasses import asdict

import numpy as np

from tensorboard_plugin_paramviz.capture.merging import Layout, Share

_HEADER = struct.Struct("<I")  # length of the JSON


def pack(layout: Layout, arrays: dict[str, np.ndarray[tuple[int, ...], np.dtype[np.float32]]]) -> bytes:
    names = {name: list(array.shape) for name, array in arrays.items()}
    header = json.dumps({"layout": asdict(layout), "arrays": names}).encode()
    values = [np.ascontiguousarray(array, "<f4").tobytes() for array in arrays.values()]
    return b"".join([_HEADER.pack(len(header)), header, *values])


def unpack(data: bytes) -> Share:
    """Raises ValueError where the bytes are not all there."""
    start = _HEADER.size + _HEADER.unpack_from(data)[0]
    header = json.loads(data[_HEADER.size : start])
    sizes = [math.prod(shape) for shape in header["arrays"].values()]
    if start + 4 * sum(sizes) != len(data):
        raise ValueError(f"a message of {len(data)} bytes where {start + 4 * sum(sizes)} were announced")
    arrays = {}
    for (name, shape), size in zip(header["arrays"].items(), sizes, strict=True):
        arrays[name] = np.frombuffer(data, "<f4", size, start).reshape(shape).astype(np.float32, copy=False)
        start += 4 * size
    return Layout(**header["layout"]), arrays
