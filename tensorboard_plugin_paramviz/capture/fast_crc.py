"""A fast checksum for TensorBoard's writer.

Its own is a Python loop: 111 ms for a record of 1 MB, with the interpreter lock held, which halves the speed of the
training thread meanwhile. google-crc32c computes the same in 0.1 ms.
"""

from __future__ import annotations

import struct

import google_crc32c
from tensorboard.summary.writer import record_writer

#: Known good: the masked CRC of these bytes as TensorFlow and TensorBoard write it.
_VECTOR = bytes(range(256)) * 2 + b"paramviz"


def masked_crc32c(data: bytes) -> int:
    crc: int = google_crc32c.value(bytes(data))
    return (((crc >> 15) | (crc << 17 & 0xFFFFFFFF)) + 0xA282EAD8) & 0xFFFFFFFF


def install() -> bool:
    """Let TensorBoard's writer use it, for every writer of this process. True if it does now.

    Only where google-crc32c is its C version (its Python fallback is as slow), and only after both have agreed.
    Installing twice is installing once.
    """
    if record_writer.masked_crc32c is masked_crc32c:
        return True
    if google_crc32c.implementation != "c":
        return False
    probes = (_VECTOR, b"", struct.pack("<Q", len(_VECTOR)))
    if any(record_writer.masked_crc32c(probe) != masked_crc32c(probe) for probe in probes):
        return False
    record_writer.masked_crc32c = masked_crc32c
    return True
