"""Which rows of which embedding tables travel, and their values, gradients and changes.

The same rows at every snapshot: a point in the picture is one token through the whole run. A table that fits travels
whole. Otherwise, where counts are known, half of the rows are the most frequent ones and half lie evenly along the
order of frequency down to the never seen; where they aren't, one row is drawn in each of equal spans of ids.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from tensorboard_plugin_paramviz.capture.labels import Counts, Labels, RowFacts
from tensorboard_plugin_paramviz.capture.layers import Layers, Slot, table_weight
from tensorboard_plugin_paramviz.record import STATS, EmbeddingInfo

#: Bytes a row takes beside its int8 values: scale, gradient norm, update norm.
_BESIDE_BYTES = 12
#: Names, shapes and metadata of a snapshot's values; the self-cost.
_FIXED_BYTES = 600
#: Share of the space that tables other than the first one get when not all fits.
_OTHERS_RATIO = 0.25
#: Fewer rows than this show nothing.
_FEWEST_ROWS = 16


@dataclass
class Table:
    """One sampled embedding. ids: int64 [R] on the CPU, None = all rows."""

    info: EmbeddingInfo
    slot: Slot
    ids: Tensor | None
    _ids_on: dict[torch.device, Tensor] = field(default_factory=dict)

    def values(self) -> Tensor:
        """float32 [R, D], a copy."""
        weight = self.slot.parameter().detach()
        return (weight.clone() if self.ids is None else weight.index_select(0, self._ids(weight.device))).float()

    def grad_norms(self) -> Tensor | None:
        """float32 [R], L2 norm of each sampled row's gradient; None = no gradient now."""
        grad = self.slot.parameter().grad
        if grad is None:
            return None
        if grad.is_sparse:
            grad = grad.coalesce()
            norms = _lengths(grad.values())  # [rows touched]
            every = torch.zeros(self.info.shape[0], device=norms.device)
            every[grad.indices()[0]] = norms
            return every if self.ids is None else every.index_select(0, self._ids(every.device))
        rows = grad if self.ids is None else grad.index_select(0, self._ids(grad.device))
        return _lengths(rows)

    def _ids(self, device: torch.device) -> Tensor:
        assert self.ids is not None
        if device not in self._ids_on:
            self._ids_on = {device: self.ids.to(device)}
        return self._ids_on[device]


def choose_tables(
    layers: Layers, *, rows: int, max_bytes: int, labels: Labels = None, counts: Counts = None
) -> list[Table]:
    """The token and position embeddings of a model, token embeddings first, sampled so that a whole snapshot stays
    within max_bytes. Raises ValueError where max_bytes can't hold a picture at all, or labels or counts don't fit."""
    found: dict[str, tuple[int, Slot]] = {}
    seen: set[int] = set()
    for role in ("token_embedding", "position_embedding"):
        for index, (layer, module) in enumerate(zip(layers.infos, layers.modules, strict=True)):
            weight = table_weight(module) if layer.role == role else None
            if weight is not None and weight.numel() and id(weight) not in seen:
                seen.add(id(weight))
                found[layer.path] = (index, Slot(module, "weight", index, tuple(weight.shape)))
    shapes = {path: (slot.shape[0], slot.shape[1]) for path, (_, slot) in found.items()}
    facts = RowFacts(shapes, labels, counts)
    room = max_bytes - snapshot_size(len(layers.infos), [])
    tables = []
    for path, row_count in _share_rows(shapes, rows, room, max_bytes).items():
        index, slot = found[path]
        vocabulary = slot.shape[0]
        known = facts.counts(path)
        ids = None if row_count >= vocabulary else choose_rows(vocabulary, row_count, known)
        info = EmbeddingInfo(
            path=path,
            role=layers.infos[index].role,
            shape=shapes[path],
            rows=None if ids is None else tuple(ids.tolist()),
            labels=facts.labels(path, range(vocabulary) if ids is None else ids.tolist()),
            counts=None if known is None else tuple((known if ids is None else known[ids]).tolist()),
        )
        tables.append(Table(info, slot, None if ids is None else torch.from_numpy(ids)))
    return tables


def snapshot_size(layer_count: int, tables: list[Table]) -> int:
    """Bytes of a snapshot, at most: what `choose_tables` kept within max_bytes."""
    rows = sum(table.info.row_count * (table.info.shape[1] + _BESIDE_BYTES) for table in tables)
    return _FIXED_BYTES + 4 * layer_count * len(STATS) + rows


def choose_rows(vocabulary: int, rows: int, counts: npt.NDArray[np.int64] | None) -> npt.NDArray[np.int64]:
    """int64 [rows], ascending ids; the same for the same arguments, always. Uses a generator of its own."""
    if counts is None:
        edges = np.linspace(0, vocabulary, rows + 1).astype(np.int64)  # [rows + 1], spans of one id or more
        return np.random.default_rng(0).integers(edges[:-1], edges[1:])
    by_frequency = np.argsort(-counts, kind="stable")  # [V], most frequent first
    head = rows // 2
    rest = np.linspace(head, vocabulary - 1, rows - head).astype(np.int64)
    return np.sort(by_frequency[np.concatenate([np.arange(head), rest])]).astype(np.int64)


def _lengths(rows: Tensor) -> Tensor:
    lengths: Tensor = torch.linalg.vector_norm(rows.float(), dim=1)  # [R]
    return lengths


def _share_rows(shapes: dict[str, tuple[int, int]], rows: int, room: int, max_bytes: int) -> dict[str, int]:
    """Rows of each table. Where not all fits, the tables after the first share a quarter of the room."""
    wanted = {path: min(rows, vocabulary) for path, (vocabulary, _) in shapes.items()}
    costs = {path: width + _BESIDE_BYTES for path, (_, width) in shapes.items()}
    if shapes and sum(wanted[path] * costs[path] for path in shapes) > room:
        first, *others = shapes
        for path in others:
            wanted[path] = min(wanted[path], int(room * _OTHERS_RATIO / len(others)) // costs[path])
        left = room - sum(wanted[path] * costs[path] for path in others)
        wanted[first] = min(wanted[first], left // costs[first])
    for path, count in wanted.items():
        if count < min(_FEWEST_ROWS, shapes[path][0]):
            needed = max_bytes - room + (2 + 4 * (len(shapes) - 1)) * _FEWEST_ROWS * max(costs.values())
            raise ValueError(
                f"watch(): max_bytes={max_bytes} is too small for {path!r} with {shapes[path][1]} dimensions; "
                f'pass at least max_bytes={needed}, or level="light" for statistics alone'
            )
    return wanted
