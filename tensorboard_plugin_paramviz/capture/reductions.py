"""Exact figures of large tensors, measured where they are: a few numbers per tensor leave the device."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import torch
from torch import Tensor

from tensorboard_plugin_paramviz.capture.host_reductions import reduce_arrays
from tensorboard_plugin_paramviz.capture.sampling import flat

#: What `reduce_tensors` measures.
FIGURES = ("norm", "max_abs", "nonfinite", "sum")
#: Entries looked at in one go on a device, so that the masks of non-finite ones stay small beside the model.
_CHUNK = 1 << 23
_WIDE = (torch.float32, torch.float64)


def reduce_tensors(tensors: list[Tensor], *, with_sum: bool = False, norms_only: bool = False) -> list[Tensor]:
    """float32 [4] per tensor, on its device: the `FIGURES`, NaN where not measured; the sum only where asked for.
    Tensors are dense and not empty.

    Cost: on a CPU one pass over the memory (narrow dtypes are widened, a copy at a time); on a GPU four, and no
    synchronization.
    """
    readings: dict[int, Tensor] = {}
    here = [index for index, tensor in enumerate(tensors) if tensor.device.type == "cpu"]
    if here:
        flats = [flat(tensors[index]) for index in here]
        arrays: list[Any] = [
            np.from_dlpack(entries if entries.dtype in _WIDE else entries.float()) for entries in flats
        ]
        measured = reduce_arrays(arrays, threads=torch.get_num_threads(), with_sum=with_sum, norms_only=norms_only)
        table = torch.tensor(measured, dtype=torch.float32, device="cpu")  # [tensors, 4]
        readings.update(zip(here, table, strict=True))
    there = [index for index in range(len(tensors)) if index not in readings]
    flats = [_floating(flat(tensors[index])) for index in there]
    readings.update(zip(there, _on_device(flats, with_sum=with_sum, norms_only=norms_only), strict=True))
    return [readings[index] for index in range(len(tensors))]


def _on_device(flats: list[Tensor], *, with_sum: bool, norms_only: bool) -> list[Tensor]:
    norms = _norms(flats)
    if norms_only:
        return [torch.nn.functional.pad(norm.reshape(1), (0, 3), value=math.nan) for norm in norms]
    readings = []
    for entries, norm in zip(flats, norms, strict=True):
        low, high = torch.aminmax(entries)
        max_abs = torch.maximum(high, -low).float()  # NaN where an entry is
        total = entries.sum(dtype=None if entries.dtype in _WIDE else torch.float32) if with_sum else norm * math.nan
        # Whether there is anything to count would be known only after a wait, so it is counted always.
        readings.append(torch.stack([norm, max_abs, _nonfinite(entries), total.float()]))
    return readings


def _norms(flats: list[Tensor]) -> list[Tensor]:
    """L2 norms, float32 [] each, in one launch for many tensors."""
    norms: dict[int, Tensor] = {}
    together: dict[tuple[torch.device, torch.dtype], list[int]] = {}
    for index, entries in enumerate(flats):
        together.setdefault((entries.device, entries.dtype), []).append(index)
    for (_, dtype), indices in together.items():
        wide = None if dtype in _WIDE else torch.float32
        measured = torch._foreach_norm([flats[index] for index in indices], 2, dtype=wide)
        norms.update((index, norm.float()) for index, norm in zip(indices, measured, strict=True))
    return [norms[index] for index in range(len(flats))]


def _nonfinite(entries: Tensor) -> Tensor:
    counts = [part.numel() - torch.isfinite(part).sum() for part in torch.split(entries, _CHUNK)]
    return torch.stack(counts).sum().float()


def _floating(entries: Tensor) -> Tensor:
    return entries if entries.dtype in (*_WIDE, torch.float16, torch.bfloat16) else entries.float()
