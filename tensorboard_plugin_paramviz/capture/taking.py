"""A snapshot in two halves: `Taker.take()` on the thread that trains, `Taken.finish()` on the one that writes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from tensorboard_plugin_paramviz.capture.embeddings import Table
from tensorboard_plugin_paramviz.capture.layers import Layers
from tensorboard_plugin_paramviz.capture.reductions import reduce_tensors
from tensorboard_plugin_paramviz.capture.sampling import Sampling, flat
from tensorboard_plugin_paramviz.capture.statistics import Float32, Reading, layer_stats, moments
from tensorboard_plugin_paramviz.capture.transfer import Transfer
from tensorboard_plugin_paramviz.capture.updates import Before
from tensorboard_plugin_paramviz.record import EmbeddingRows, Snapshot


class Taker:
    """Knows what to take of one model. light: norms alone."""

    def __init__(self, layers: Layers, tables: list[Table], *, light: bool) -> None:
        self.layers, self.tables, self.light = layers, tables, light
        self.sampling = Sampling([slot.parameter() for slot in layers.slots])
        self.layer_of = np.array([slot.layer for slot in layers.slots], np.int64)  # [P]

    @torch.no_grad()
    def keep_before(self) -> Before:
        """Copies of what the coming optimizer step will change. Cost: the strided entries and the sampled rows."""
        parameters = [slot.parameter() for slot in self.layers.slots]
        entries = [entries.clone() for entries in self.sampling.entries(parameters)]
        return Before(entries, {table.info.path: table.values() for table in self.tables})

    @torch.no_grad()
    def take(self, before: Before | None, loss: Tensor | float | None) -> Taken:
        """Measure everything now. Cost: three passes over the weights, three over the gradients, no sync on CUDA."""
        parameters = [slot.parameter() for slot in self.layers.slots]
        transfer = Transfer({parameter.device for parameter in parameters})
        large = set(self.sampling.large)
        entries = self.sampling.entries(parameters)
        for index, values in enumerate(entries):
            if not (self.light and index in large):  # norms need no entries of what is reduced on the device
                transfer.add(f"weight {index}", values)
        self._reduce(transfer, "weight", {index: parameters[index] for index in large})
        reduced: dict[int, Tensor] = {}
        for index, parameter in enumerate(parameters):
            grad = parameter.grad
            if grad is None or grad.numel() == 0:
                continue
            if grad.is_sparse:
                reduced[index] = grad.coalesce().values()
            elif index in large:
                reduced[index] = grad
            else:
                transfer.add(f"grad {index}", flat(grad))
        self._reduce(transfer, "grad", reduced)
        if before is not None:
            for index, values in enumerate(before.entries):
                transfer.add(f"before {index}", values)
            for path, rows in before.rows.items():
                transfer.add(f"rows before {path}", rows)
        for table in self.tables:
            transfer.add(f"rows {table.info.path}", table.values())
            norms = table.grad_norms()
            if norms is not None:
                transfer.add(f"row grads {table.info.path}", norms)
        if isinstance(loss, Tensor) and loss.numel():
            transfer.add("loss", loss.detach().float().mean())
        transfer.start()
        return Taken(self, transfer, None if isinstance(loss, Tensor) else _number(loss))

    def _reduce(self, transfer: Transfer, what: str, tensors: dict[int, Tensor]) -> None:
        filled = {index: tensor for index, tensor in tensors.items() if tensor.numel()}
        figures = reduce_tensors(list(filled.values()), norms_only=self.light)
        for index, figure in zip(filled, figures, strict=True):
            transfer.add(f"{what} figures {index}", figure)
        for index in tensors.keys() - filled.keys():  # a sparse gradient that touched no row
            transfer.add(f"{what} figures {index}", torch.zeros(4, device="cpu"))


def _number(loss: Any) -> float | None:
    """A loss that is no tensor: a Python number or one of numpy's. What is no number isn't worth a snapshot."""
    try:
        return None if loss is None else float(loss)
    except (TypeError, ValueError, OverflowError):
        return None


@dataclass(frozen=True)
class Taken:
    """Figures on their way to the host."""

    taker: Taker
    transfer: Transfer
    loss: float | None

    def finish(self, step: int, wall_time: float) -> Snapshot:
        """The snapshot. Blocks until the figures have arrived."""
        arrays = self.transfer.wait()
        numels, empty = self.taker.sampling.numels, np.zeros(0, np.float32)
        entries = [arrays.get(f"weight {index}", empty) for index in range(len(numels))]
        grads: list[Float32 | None] = [arrays.get(f"grad {index}") for index in range(len(numels))]
        has_before = "before 0" in arrays
        reading = Reading(
            layer_of=self.taker.layer_of,
            numels=numels,
            weights=moments(numels, list(entries), self._figures(arrays, "weight")),
            grads=moments(numels, grads, self._figures(arrays, "grad")),
            entries=entries,
            before=[arrays[f"before {index}"] for index in range(len(numels))] if has_before else None,
        )
        stats = layer_stats(reading, len(self.taker.layers.infos), norms_only=self.taker.light)
        embeddings = {table.info.path: self._rows(arrays, table.info.path, stats) for table in self.taker.tables}
        loss = float(arrays["loss"]) if "loss" in arrays else self.loss
        return Snapshot(step, wall_time, stats, embeddings, loss=loss)

    def _figures(self, arrays: dict[str, Float32], what: str) -> dict[int, Float32]:
        prefix = f"{what} figures "
        return {int(name.removeprefix(prefix)): figures for name, figures in arrays.items() if name.startswith(prefix)}

    def _rows(self, arrays: dict[str, Float32], path: str, stats: Float32) -> EmbeddingRows:
        values = arrays[f"rows {path}"]
        unknown = np.full(len(values), np.nan, np.float32)
        before = arrays.get(f"rows before {path}")
        with np.errstate(all="ignore"):
            changes = unknown if before is None else np.linalg.norm(values - before, axis=1)  # [R]
        return EmbeddingRows(values, arrays.get(f"row grads {path}", unknown), changes)
