"""What a run's event file holds: the sizes of its snapshots, and whether they have what was claimed to be measured."""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tensorboard.compat.proto.event_pb2 import Event

PLUGIN = "paramviz/"
#: One statistic for each part of a snapshot: if it is finite somewhere, that part was measured.
PARTS = {"weights": "weight_norm", "gradients": "grad_norm", "update ratios": "update_ratio"}


@dataclass(frozen=True)
class Written:
    """sizes: bytes of each snapshot in the file. parts: what the last one holds."""

    sizes: tuple[int, ...]
    parts: frozenset[str]


def read_written(folder: Path) -> Written:
    """Of all event files below the folder, as docs/format.md describes them."""
    sizes: list[int] = []
    names: list[str] = []
    parts: set[str] = set()
    for path in sorted(folder.rglob("*tfevents*")):
        for record in records(path.read_bytes()):
            values = {value.tag: value.tensor for value in Event.FromString(record).summary.value}
            ours = {tag: tensor for tag, tensor in values.items() if tag.startswith(PLUGIN)}
            if PLUGIN + "model" in ours:
                names = json.loads(ours[PLUGIN + "model"].string_val[0])["stats"]
            if PLUGIN + "stats" in ours:
                sizes.append(len(record))
                stats = np.frombuffer(ours[PLUGIN + "stats"].tensor_content, "<f4").reshape(-1, len(names))  # [L, S]
                parts = {part for part, name in PARTS.items() if np.isfinite(stats[:, names.index(name)]).any()}
                parts |= {"embeddings"} if any(tag.startswith(PLUGIN + "embedding/") for tag in ours) else set()
    return Written(tuple(sizes), frozenset(parts))


def records(data: bytes) -> list[bytes]:
    """The records of one event file: length (8 bytes), its checksum (4), the record, its checksum (4)."""
    found, at = [], 0
    while at + 12 <= len(data):
        (length,) = struct.unpack_from("<Q", data, at)
        if at + 16 + length > len(data):
            break
        found.append(data[at + 12 : at + 12 + length])
        at += 16 + length
    return found
