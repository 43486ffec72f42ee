"""The sampled rows of an embedding table that lie in this process: values, gradients, and how far each has moved."""

from __future__ import annotations

import torch
from torch import Tensor

from tensorboard_plugin_paramviz.capture.embeddings import Table
from tensorboard_plugin_paramviz.capture.shards import Part


class Rows:
    """Of one table. Remembers where its sampled ids lie, on the device."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self._places: dict[tuple[torch.device, int, int], Tensor | None] = {}

    def values(self, part: Part) -> Tensor | None:
        """float32 [R here, D], a copy; None where the part is cut across rows. part: of the table's parameter."""
        rows = self._lines(part)
        if rows is None:
            return None
        places = self._here(part, rows)
        return (rows.clone() if places is None else rows.index_select(0, places)).float()

    def grad_norms(self, part: Part | None) -> Tensor | None:
        """float32 [R here], L2 norm of each row's gradient; None where there is none."""
        if part is None:
            return None
        if part.tensor.is_sparse:
            grad = part.tensor.coalesce()
            norms = _lengths(grad.values())  # [rows touched]
            every = torch.zeros(self.table.info.shape[0], device=norms.device)
            every[grad.indices()[0]] = norms
            return every if self.table.ids is None else every.index_select(0, self.table.ids.to(every.device))
        rows = self._lines(part)
        if rows is None:
            return None
        places = self._here(part, rows)
        return _lengths(rows if places is None else rows.index_select(0, places))

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


def _lengths(rows: Tensor) -> Tensor:
    lengths: Tensor = torch.linalg.vector_norm(rows.float(), dim=1)  # [R]
    return lengths
