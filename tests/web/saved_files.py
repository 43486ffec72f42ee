"""A file of `share` taken apart, as the page does it."""

from __future__ import annotations

import base64
import gzip
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from event_files import RunWriter, model_event, snapshot_at

from tensorboard_plugin_paramviz.record import STATS
from tensorboard_plugin_paramviz.web import binary

Float32 = npt.NDArray[np.float32]
_PART = re.compile(rb'<script type="application/octet-stream" data-part="([a-z0-9-]+)">([A-Za-z0-9+/=]*)</script>')


@dataclass(frozen=True)
class SavedFile:
    """text: the HTML without its parts. words: its JSON. parts: the others, by name."""

    text: str
    words: dict[str, Any]
    parts: dict[str, bytes]

    def part(self, name: str) -> tuple[dict[str, Any], dict[str, npt.NDArray[Any]]]:
        return binary.decode(self.parts[name])


def taken_apart(chunks: Iterable[bytes]) -> SavedFile:
    whole = b"".join(chunks)
    parts = {name.decode(): gzip.decompress(base64.b64decode(data)) for name, data in _PART.findall(whole)}
    return SavedFile(_PART.sub(b"", whole).decode(), json.loads(parts.pop("words")), parts)


def floats(planes: npt.NDArray[np.uint8]) -> Float32:
    """The inverse of `short_floats`, by its words: three bytes of a float32, the highest first."""
    bits = sum(planes[place].astype(np.uint32) << (24 - 8 * place) for place in range(3))
    return np.asarray(bits, np.uint32).view(np.float32)


def positions(arrays: dict[str, npt.NDArray[Any]]) -> Float32:
    """[T, R, n] from the levels of a cloud."""
    low_bytes, high_bytes = arrays["levels"].astype(np.uint16)
    changes = low_bytes + (high_bytes << 8)  # [n, T, R]
    levels = np.cumsum(changes, axis=1, dtype=np.uint16).transpose(1, 2, 0)
    found = arrays["level_low"][:, None] + levels * arrays["level_size"][:, None]
    return np.where(levels == 65_535, np.nan, found).astype(np.float32)


def write_sparse_run(directory: Path, count: int) -> None:
    """A run whose stable ranks are measured at every seventh snapshot."""
    run = RunWriter(directory)
    run.append(model_event())
    for step in range(count):
        stats = snapshot_at(step).stats.copy()
        stats[:, STATS.index("stable_rank")] = 5 + np.sin(step) if step % 7 == 0 else np.nan
        run.snapshot(step, stats)
