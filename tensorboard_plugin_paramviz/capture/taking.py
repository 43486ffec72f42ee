"""A snapshot's first half, on the thread that trains: measure, and send the figures off to the host."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

import numpy as np
import torch
from torch import Tensor

from tensorboard_plugin_paramviz.capture.merging import Arrays, Layout
from tensorboard_plugin_paramviz.capture.optimizers import epsilons, learning_rates
from tensorboard_plugin_paramviz.capture.plan import Plan
from tensorboard_plugin_paramviz.capture.reductions import FIGURES, reduce_tensors
from tensorboard_plugin_paramviz.capture.rows import distances
from tensorboard_plugin_paramviz.capture.shards import Part, grad_part_of, layout_of, local_value, part_of
from tensorboard_plugin_paramviz.capture.statistics.segments import Float64
from tensorboard_plugin_paramviz.capture.transfer import Transfer
from tensorboard_plugin_paramviz.capture.updates import Before

#: The dear measurements (probe, spectra, geometry) come with each so manieth snapshot, the first one included.
DEEP_EVERY = 10
#: Entries of weights and gradients on a CPU among which the largest is looked for in one snapshot, about. A model with
#: more (32 million parameters) gets the figure for some layers now and for others the next time.
EXTREMES_ENTRIES = 64_000_000


@dataclass(frozen=True)
class Taken:
    """Figures on their way to the host. epsilons: [P]. rates: of each parameter group, None where it travels.
    deep: the dear measurements belong to this snapshot. before: kept until the background thread drops it, since giving
    memory back takes time."""

    plan: Plan
    transfer: Transfer
    layout: Layout | None
    loss: float | None
    epsilons: Float64
    rates: list[float | None]
    deep: bool
    before: Before | None

    def arrays(self) -> Arrays:
        """By name; of parameter i, of a table by its path. Blocks until they have arrived.

        - "weight i", "grad i", "before i": its strided entries, all of a small one; before = before the optimizer step
        - "weight figures i", "grad figures i": `reductions.FIGURES` of a large one (or a sparse gradient)
        - "rows p" [R, D], "row grads p", "row updates p" [R]: of the sampled rows
        - "thumb k": the entries that picture k is made of
        - "stable rank l" of layer l, "probe" [B, A], "rate g" of parameter group g, "loss"
        """
        return self.transfer.wait()


class Taker:
    """Takes snapshots of one model. Figures are of the parts that lie in this process; nothing is communicated."""

    def __init__(self, plan: Plan, optimizers: Sequence[torch.optim.Optimizer]) -> None:
        self.plan, self._optimizers = plan, optimizers
        self._count = 0
        numels = np.array(plan.sampling.numels, np.float64)  # [P]
        self._turns = max(1, ceil(2 * numels.sum() / EXTREMES_ENTRIES))
        # By their middles, so that each turn has about as many entries; a layer's figure needs all of it in one turn.
        each = np.bincount(plan.layer_of, weights=numels)  # [L]
        share = (np.cumsum(each) - each / 2) / max(1.0, numels.sum())
        self._turn_of = (share * self._turns).astype(int)[plan.layer_of].tolist()

    @torch.no_grad()
    def keep_before(self) -> Before:
        """Copies of what the coming optimizer step will change. Cost: the strided entries and the sampled rows."""
        parameters = self.plan.parameters()
        parts = [_measurable(parameter) for parameter in parameters]
        rows = {
            path: values
            for path, table_rows in self.plan.rows.items()
            if (part := parts[self.plan.table_places[path]]) is not None
            and (values := table_rows.values_before(part)) is not None
        }
        rates = [rate.clone() if isinstance(rate, Tensor) else rate for rate in learning_rates(self._optimizers)]
        return Before(
            [None if part is None else self._copied_entries(i, part) for i, part in enumerate(parts)], rows, rates
        )

    @torch.no_grad()
    def take(self, before: Before | None, loss: Tensor | float | None, unused: bool | Tensor = False) -> Taken:
        """Measure everything now. Cost: a pass over weights and gradients on a CPU, a few on a GPU, where nothing is
        waited for; with level "full" at each tenth snapshot the probe and the spectra."""
        plan, light = self.plan, self.plan.level == "light"
        deep = self._count % DEEP_EVERY == 0
        self._count += 1
        parameters = plan.parameters()
        parts = [_measurable(parameter) for parameter in parameters]
        grads = [grad_part_of(parameter) for parameter in parameters]
        transfer = Transfer({part.tensor.device for part in parts if part is not None})
        self._weights(transfer, parts, light)
        self._grads(transfer, grads, light)
        if before is not None:
            for index, entries in enumerate(before.entries):
                if entries is not None:
                    transfer.add(f"before {index}", entries, is_copy=True)
        for path, rows in plan.rows.items():
            part, grad = parts[plan.table_places[path]], grads[plan.table_places[path]]
            if part is not None and (values := rows.values(part)) is not None:
                transfer.add(f"rows {path}", values, is_copy=True)
                old = None if before is None else before.rows.get(path)
                if old is not None and old.shape == values.shape and old.device == values.device:
                    transfer.add(f"row updates {path}", distances(old, values), is_copy=True)
                if (norms := rows.grad_norms(grad)) is not None:
                    transfer.add(f"row grads {path}", norms, is_copy=True)
        if deep and plan.thumbs is not None:
            for number, place in enumerate(plan.thumbs.parameters):
                transfer.add(f"thumb {number}", plan.thumbs.entries(number, parameters[place].detach()), is_copy=True)
        if deep and plan.level == "full":
            self._deep(transfer, parameters)
        known = None if before is None else before.rates
        rates = learning_rates(self._optimizers) if known is None else known
        for group, rate in enumerate(rates):
            if isinstance(rate, Tensor):
                transfer.add(f"rate {group}", rate)
        value = local_value(loss) if isinstance(loss, Tensor) else None
        if value is not None and value.numel():
            transfer.add("loss", value.detach().float().mean())
        if isinstance(unused, Tensor):
            transfer.add("unused", unused.max())
        elif unused:
            transfer.add("unused", torch.ones((), device="cpu"))
        transfer.start()
        return Taken(
            plan,
            transfer,
            layout_of(parts, plan.sampling.numels, plan.table_places, plan.checksum) if plan.known else None,
            None if isinstance(loss, Tensor) else _number(loss),
            epsilons(self._optimizers, parameters),
            [None if isinstance(rate, Tensor) else rate for rate in rates],
            deep,
            before,
        )

    def _weights(self, transfer: Transfer, parts: list[Part | None], light: bool) -> None:
        large: dict[int, Tensor] = {}
        for index, part in enumerate(parts):
            if part is None:
                continue
            if self._is_large(index):
                large[index] = part.tensor
            if not (light and self._is_large(index)):  # norms need no entries of what is reduced where it is
                transfer.add(f"weight {index}", self._entries(index, part), is_copy=self._is_large(index))
        self._reduce(transfer, "weight", large, light)

    def _grads(self, transfer: Transfer, parts: list[Part | None], light: bool) -> None:
        reduced: dict[int, Tensor] = {}
        for index, part in enumerate(parts):
            if part is None or part.numel == 0:
                continue
            if part.tensor.is_sparse:
                reduced[index] = part.tensor.coalesce().values()
                continue
            if self._is_large(index):
                reduced[index] = part.tensor
            if not (light and self._is_large(index)):
                transfer.add(f"grad {index}", self._entries(index, part), is_copy=self._is_large(index))
        self._reduce(transfer, "grad", reduced, light)

    def _reduce(self, transfer: Transfer, what: str, tensors: dict[int, Tensor], light: bool) -> None:
        filled = {index: tensor for index, tensor in tensors.items() if tensor.numel()}
        extremes = [not light and self._has_extremes(index, tensor) for index, tensor in filled.items()]
        for index, figure in zip(filled, reduce_tensors(list(filled.values()), extremes), strict=True):
            transfer.add(f"{what} figures {index}", figure, is_copy=True)
        for index in tensors.keys() - filled.keys():  # a sparse gradient that touched no row, a shard without rows
            transfer.add(f"{what} figures {index}", torch.zeros(len(FIGURES), device="cpu"))

    def _has_extremes(self, index: int, tensor: Tensor) -> bool:
        """On a CPU the search for the largest entry takes half as long as all the rest. Large models take turns."""
        return tensor.device.type != "cpu" or (self._turn_of[index] + self._count) % self._turns == 0

    def _deep(self, transfer: Transfer, parameters: list[Tensor]) -> None:
        if not self.plan.known:
            ranks = self.plan.spectra.stable_ranks(_matrices(self.plan, parameters))
            for layer, rank in ranks.items():
                transfer.add(f"stable rank {layer}", rank)
        if self.plan.probe is not None:
            transfer.add("probe", self.plan.probe.run())

    def _is_large(self, index: int) -> bool:
        return self.plan.sampling.strides[index] > 1

    def _copied_entries(self, index: int, part: Part) -> Tensor:
        entries = self._entries(index, part)
        return entries if self._is_large(index) else entries.clone()

    def _entries(self, index: int, part: Part) -> Tensor:
        return self.plan.sampling.entries(index, part.tensor, part.start)


def _measurable(parameter: Tensor) -> Part | None:
    """The part of a parameter that lies here; None for integers, which are the packed bytes of a quantized matrix."""
    return part_of(parameter) if parameter.is_floating_point() or parameter.is_complex() else None


def _matrices(plan: Plan, parameters: list[Tensor]) -> list[tuple[int, Tensor]]:
    """(layer, matrix) of each layer that has one: its largest parameter of two dimensions, a convolution's kernel with
    its input dimensions as one."""
    found: dict[int, Tensor] = {}
    for slot, parameter in zip(plan.layers.slots, parameters, strict=True):
        info = plan.layers.infos[slot.layer]
        is_matrix = parameter.ndim in (2, 4, 5) and min(parameter.shape) > 0 and parameter.is_floating_point()
        if is_matrix and tuple(parameter.shape) == info.shape and min(parameter.shape[:2]) > 1:
            found[slot.layer] = parameter.detach().flatten(1)
    return list(found.items())


def _number(loss: Any) -> float | None:
    """A loss that is no tensor: a Python number or one of numpy's. What is no number isn't worth a snapshot."""
    try:
        return None if loss is None else float(loss)
    except (TypeError, ValueError, OverflowError):
        return None
