"""The sampled rows of an embedding table that lie in this process: values, gradients, and how far each has moved."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor

from tensorboard_plugin_paramviz.capture.embeddings import Table
from tensorboard_plugin_paramviz.capture.shards import Part


class Rows:
    """Of one table. Remembers where its sampled ids lie, on the device, and on a CPU the memory that is used between
    two halves of a snapshot: asked of the system anew each time, its pages would cost more than the copying."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self._scratch: Tensor | None = None
        self._places: dict[tuple[torch.device, int, int], Tensor | None] = {}

    def values(self, part: Part) -> Tensor | None:
        """float32 [R here, D], a copy; None where the part is cut across rows. part: of the table's parameter."""
        rows = self._lines(part)
        if rows is None:
            return None
        places = self._here(part, rows)
        return (rows.clone() if places is None else rows.index_select(0, places)).float()

    def values_before(self, part: Part) -> Tensor | None:
        """The same before an optimizer step, until `grad_norms` or the next call: the memory is used again."""
        rows = self._lines(part)
        return None if rows is None else self._picked(part, rows).float()

    def grad_norms(self, part: Part | None) -> Tensor | None:
        """float32 [R here], L2 norm of each row's gradient; None where there is none."""
        if part is None:
            return None
        if part.tensor.is_sparse:
            grad = part.tensor.coalesce()
            norms = _lengths(grad.values())  # [rows touched]
            every = norms.new_zeros(self.table.info.shape[0])
            every[grad.indices()[0]] = norms
            return every if self.table.ids is None else every.index_select(0, self.table.ids.to(every.device))
        rows = self._lines(part)
        if rows is None:
            return None
        return _lengths(rows if self.table.ids is None else self._picked(part, rows))

    def _picked(self, part: Part, rows: Tensor) -> Tensor:
        """[R here, D], a copy in memory of our own."""
        places = self._here(part, rows)
        shape = rows.shape if places is None else (len(places), rows.shape[1])
        if rows.device.type != "cpu":
            return rows.clone() if places is None else rows.index_select(0, places)
        if self._scratch is None or self._scratch.shape != shape or self._scratch.dtype != rows.dtype:
            self._scratch = torch.empty(shape, dtype=rows.dtype, device="cpu")
        return self._scratch.copy_(rows) if places is None else torch.index_select(rows, 0, places, out=self._scratch)

    def _lines(self, part: Part) -> Tensor | None:
        """[rows here, D], a view."""
        width = self.table.info.shape[1]
        local = part.tensor.detach()
        whole_rows = part.in_order and part.start % width == 0 and local.numel() % width == 0
        return local.reshape(-1, width) if whole_rows else None

    def _here(self, part: Part, rows: Tensor) -> Tensor | None:
        """int64 [R here], places of the sampled ids among the rows here; None = all of them."""
        ids = self.table.ids
        if ids is None:
            return None
        first, count = part.start // self.table.info.shape[1], len(rows)
        key = (rows.device, first, count)
        if key not in self._places:
            self._places = {key: (ids[(ids >= first) & (ids < first + count)] - first).to(rows.device)}
        return self._places[key]


def distances(before: Tensor, now: Tensor) -> Tensor:
    """float32 [R], how far each row has moved. The memory of `before` is used up."""
    if now.device.type != "cpu":
        return _lengths(before.sub_(now))
    # numpy, as in host_reductions.py: these are too small for a team of threads.
    array = before.numpy()
    np.subtract(array, now.numpy(), out=array)
    return _lengths(before)


def _lengths(rows: Tensor) -> Tensor:
    if rows.device.type == "cpu":
        array: Any = np.from_dlpack(rows.float())
        with np.errstate(all="ignore"):
            return torch.from_numpy(np.sqrt(np.einsum("rd,rd->r", array, array)))
    lengths: Tensor = torch.linalg.vector_norm(rows.float(), dim=1)  # [R]
    return lengths
