"""Exact figures of large tensors, measured where they are: a few numbers per tensor leave the device."""

from __future__ import annotations

import torch
from torch import Tensor

from tensorboard_plugin_paramviz.capture.sampling import flat

#: Rows of what `reduce_tensors` returns.
FIGURES = ("norm", "max_abs", "nonfinite", "sum")
#: Entries looked at in one go when non-finite ones are counted, so that the masks stay small beside the model.
_CHUNK = 1 << 24


def reduce_tensors(tensors: list[Tensor], *, norms_only: bool = False) -> list[Tensor]:
    """float32 [4] per tensor, on its device: the `FIGURES`, NaN where not measured. Tensors are dense and not empty.

    Cost: three passes over the entries (one with `norms_only`); on a GPU no synchronization.
    """
    flats = [_floating(flat(tensor)) for tensor in tensors]
    norms = _norms(flats)
    if norms_only:
        return [torch.nn.functional.pad(norm.reshape(1), (0, 3), value=float("nan")) for norm in norms]
    readings = []
    for entries, norm in zip(flats, norms, strict=True):
        low, high = torch.aminmax(entries)
        max_abs = torch.maximum(high, -low).float()  # NaN where an entry is
        total = entries.sum(dtype=torch.float32 if entries.dtype != torch.float64 else None).float()
        readings.append(torch.stack([norm, max_abs, _nonfinite(entries, max_abs), total]))
    return readings


def _norms(flats: list[Tensor]) -> list[Tensor]:
    """L2 norms in float32, whatever the dtype. On a CPU the BLAS dot product reads twice as fast as the norm kernel; on
    a GPU one launch serves many tensors."""
    norms: list[Tensor | None] = [None] * len(flats)
    many: dict[tuple[torch.device, torch.dtype], list[int]] = {}
    for index, entries in enumerate(flats):
        if entries.device.type == "cpu" and entries.dtype == torch.float32:
            norms[index] = torch.dot(entries, entries).sqrt()
        else:
            many.setdefault((entries.device, entries.dtype), []).append(index)
    for (_, dtype), indices in many.items():
        wide = torch.float32 if dtype in (torch.float16, torch.bfloat16) else None
        measured = torch._foreach_norm([flats[index] for index in indices], 2, dtype=wide)
        for index, norm in zip(indices, measured, strict=True):
            norms[index] = norm.float()
    return [norm for norm in norms if norm is not None]


def _nonfinite(entries: Tensor, max_abs: Tensor) -> Tensor:
    # The largest entry tells whether there is anything to count; asking it is free on a CPU, a wait on a GPU.
    if entries.device.type == "cpu" and bool(torch.isfinite(max_abs)):
        return torch.zeros_like(max_abs)
    counts = [(~torch.isfinite(chunk)).sum() for chunk in torch.split(entries, _CHUNK)]
    return torch.stack(counts).sum().float()


def _floating(entries: Tensor) -> Tensor:
    return (
        entries if entries.dtype in (torch.float32, torch.float64, torch.float16, torch.bfloat16) else entries.float()
    )
