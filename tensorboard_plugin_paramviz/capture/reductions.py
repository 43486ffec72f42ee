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
FIGURES = ("norm", "max_abs", "nonfinite")
#: Entries looked at in one go on a device, so that the masks of non-finite ones stay small beside the model.
_CHUNK = 1 << 21
_WIDE = (torch.float32, torch.float64)


def reduce_tensors(tensors: list[Tensor], extremes: list[bool]) -> list[Tensor]:
    """float32 [3] per tensor, on its device: the `FIGURES`, NaN where not measured; max_abs only where `extremes` asks.
    Tensors are dense and not empty.

    Cost: on a CPU one pass over the memory (narrow dtypes are widened block by block); on a GPU three, and no
    synchronization.
    """
    readings: dict[int, Tensor] = {}
    here = [index for index, tensor in enumerate(tensors) if tensor.device.type == "cpu"]
    if here:
        arrays = [_array(flat(tensors[index])) for index in here]
        figures = reduce_arrays(arrays, [extremes[index] for index in here], torch.get_num_threads())
        table = torch.tensor(figures, dtype=torch.float32, device="cpu")  # [tensors, 3]
        readings.update(zip(here, table, strict=True))
    there = [index for index in range(len(tensors)) if index not in readings]
    flats = [_floating(flat(tensors[index])) for index in there]
    readings.update(zip(there, _on_device(flats, [extremes[index] for index in there]), strict=True))
    return [readings[index] for index in range(len(tensors))]


def _array(entries: Tensor) -> Any:
    # Not `.numpy()`: it keeps the storage from ever being freed by a resize, as FSDP frees what it has lent.
    if entries.dtype == torch.bfloat16:
        return np.from_dlpack(entries.view(torch.int16))  # widened block by block
    return np.from_dlpack(entries if entries.dtype in (*_WIDE, torch.float16) else entries.float())


def _on_device(flats: list[Tensor], extremes: list[bool]) -> list[Tensor]:
    readings = []
    for entries, norm, wanted in zip(flats, _norms(flats), extremes, strict=True):
        max_abs = norm * math.nan
        if wanted:
            low, high = torch.aminmax(entries)
            max_abs = torch.maximum(high, -low).float()  # NaN where an entry is
        # Whether there is anything to count would be known only after a wait, so it is counted always.
        readings.append(torch.stack([norm, max_abs, _nonfinite(entries)]))
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
