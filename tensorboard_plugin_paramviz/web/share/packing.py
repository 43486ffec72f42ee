"""Numbers in few bytes, and bytes in a page. The page's half stands in `frontend/src/shared/unpacking.ts`."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

Float32 = npt.NDArray[np.float32]
Float64 = npt.NDArray[np.float64]
UInt8 = npt.NDArray[np.uint8]

#: Levels of a coordinate; the one after them stands for a row that isn't finite.
_TOP, _BROKEN = 65_534, 65_535
#: Bytes read and written at a time; a multiple of three, so that base64 needs no filling in between.
_PIECE = 3 << 18
#: Numbers rounded at a time.
_AT_ONCE = 1 << 18


def short_floats(values: Float32) -> UInt8:
    """float32 of any shape in three bytes each, uint8 [3, *shape], the highest bytes first: rounded to 16 significant
    bits, so at most 2^-16 of a value off. NaN and infinities stay; a value that rounding would make infinite is cut."""
    flat = np.ascontiguousarray(values, "<f4").reshape(-1)
    found = np.empty((3, flat.size), np.uint8)
    for at in range(0, flat.size, _AT_ONCE):
        part = flat[at : at + _AT_ONCE]
        bits = part.view("<u4")
        rounded = (bits.astype(np.uint64) + 0x80) >> 8
        infinite = (rounded & 0x7F8000) == 0x7F8000
        rounded = np.where(infinite, bits >> 8, rounded)
        rounded = np.where(np.isnan(part), 0x7FC000, rounded)
        for place in range(3):
            found[place, at : at + _AT_ONCE] = (rounded >> (16 - 8 * place)) & 0xFF
    return found.reshape(3, *values.shape)


def coordinates(positions: Float32) -> tuple[UInt8, Float64, Float64]:
    """Positions [T, R, n] as 16-bit levels of each snapshot and axis: bytes uint8 [2, n, T, R] (low bytes, high bytes;
    from the second snapshot on the difference to the one before), and per snapshot and axis [T, n] the lowest level
    and the size of one, a power of two: neighbouring snapshots share it, so that their differences are small, and a
    run that bursts at its end stays exact at its beginning. At most half of a level off, which is 1 / 65,534 of the
    snapshot's extent along the axis."""
    count, rows, axes = positions.shape
    low, size = np.zeros((count, axes)), np.ones((count, axes))
    bytes_of = np.empty((2, axes, count, rows), np.uint8)
    before = np.zeros((rows, axes), np.uint16)
    for at in range(count):
        values = positions[at].astype(np.float64)
        finite = np.isfinite(values)
        for axis in range(axes):
            known = values[finite[:, axis], axis]
            if len(known):
                low[at, axis], extent = known.min(), np.ptp(known)
                size[at, axis] = np.exp2(np.ceil(np.log2(extent / _TOP))) if extent > 0 else 1.0
        levels = np.rint((np.where(finite, values, 0.0) - low[at]) / size[at])
        now = np.where(finite, np.clip(levels, 0, _TOP), _BROKEN).astype(np.uint16)
        change = (now - before).T  # modulo 2^16
        bytes_of[0, :, at], bytes_of[1, :, at] = change & 0xFF, change >> 8
        before = now
    return bytes_of, low, size


def part(name: str, content: bytes) -> Iterator[bytes]:
    """A script element that no browser runs, with `content` compressed (gzip) in base64: nothing that stands in it can
    end it. In pieces of about a megabyte."""
    yield f'<script type="application/octet-stream" data-part="{name}">'.encode()
    press = zlib.compressobj(6, zlib.DEFLATED, 31)
    left = b""
    for at in range(0, len(content) + 1, _PIECE):
        left += press.compress(content[at : at + _PIECE])
        whole = len(left) // 3 * 3
        yield base64.b64encode(left[:whole])
        left = left[whole:]
    yield base64.b64encode(left + press.flush())
    yield b"</script>\n"


def text_of(value: Any) -> str:
    """A value of JSON as HTML text can have it: half of a surrogate pair, which a label may be, has no UTF-8."""
    return str(value).encode(errors="replace").decode()
