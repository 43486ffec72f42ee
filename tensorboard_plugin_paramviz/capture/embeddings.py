"""Which rows of which embedding tables travel, and their values, gradients and changes.

The same rows at every snapshot: a point in the picture is one token through the whole run. A table that fits travels
whole. Otherwise, where counts are known, half of the rows are the most frequent ones and half lie evenly along the
order of frequency down to the never seen; where they aren't, one row is drawn in each of equal spans of ids.

How much of them travels is decided once, by the bytes allowed (`budget.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from tensorboard_plugin_paramviz.capture.budget import Allotment, fixed_bytes, share_bytes
from tensorboard_plugin_paramviz.capture.labels import Counts, Labels, RowFacts
from tensorboard_plugin_paramviz.capture.layers import Layers, Slot, find_tables
from tensorboard_plugin_paramviz.record import EmbeddingInfo


@dataclass
class Table:
    """One sampled embedding. ids: int64 [R] on the CPU, None = all rows."""

    info: EmbeddingInfo
    slot: Slot
    ids: Tensor | None


def choose_tables(
    layers: Layers, *, rows: int, max_bytes: int, labels: Labels = None, counts: Counts = None
) -> list[Table]:
    """The token and position embeddings of a model, token embeddings first, so that a whole snapshot stays within
    max_bytes: as whole rows, where that is too much in a basis of fewer directions, and then fewer rows. Raises
    ValueError where max_bytes can't hold a picture at all, or labels or counts don't fit."""
    found = {table.info.path: table for table in find_tables(layers)}
    shapes = {path: table.shape for path, table in found.items()}
    facts = RowFacts(shapes, labels, counts)
    tables = []
    for path, share in share_bytes(shapes, rows, max_bytes, len(layers.infos)).items():
        vocabulary = shapes[path][0]
        known = facts.counts(path)
        ids = None if share.rows >= vocabulary else choose_rows(vocabulary, share.rows, known)
        info = EmbeddingInfo(
            path=path,
            role=found[path].info.role,
            shape=shapes[path],
            rows=None if ids is None else tuple(ids.tolist()),
            labels=facts.labels(path, range(vocabulary) if ids is None else ids.tolist()),
            counts=None if known is None else tuple((known if ids is None else known[ids]).tolist()),
            encoding="int8" if share.directions is None else "basis",
            directions=share.directions,
        )
        tables.append(Table(info, found[path].slot, None if ids is None else torch.from_numpy(ids)))
    return tables


def snapshot_size(layer_count: int, tables: Sequence[Table]) -> int:
    """Bytes at most of a snapshot that carries no basis anew, as nearly all do."""
    return fixed_bytes(layer_count, len(tables)) + sum(_share(table).bytes_of(table.info.shape[1]) for table in tables)


def largest_size(layer_count: int, tables: Sequence[Table]) -> int:
    """Bytes at most of any snapshot: what `choose_tables` kept within max_bytes."""
    bases = sum(_share(table).basis_bytes(table.info.shape[1]) for table in tables)
    return snapshot_size(layer_count, tables) + bases


def _share(table: Table) -> Allotment:
    return Allotment(table.info.row_count, table.info.directions)


def choose_rows(vocabulary: int, rows: int, counts: npt.NDArray[np.int64] | None) -> npt.NDArray[np.int64]:
    """int64 [rows], ascending ids; the same for the same arguments, always. Uses a generator of its own."""
    if counts is None:
        edges = np.linspace(0, vocabulary, rows + 1).astype(np.int64)  # [rows + 1], spans of one id or more
        return np.random.default_rng(0).integers(edges[:-1], edges[1:])
    by_frequency = np.argsort(-counts, kind="stable")  # [V], most frequent first
    head = rows // 2
    rest = np.linspace(head, vocabulary - 1, rows - head).astype(np.int64)
    return np.sort(by_frequency[np.concatenate([np.arange(head), rest])]).astype(np.int64)
