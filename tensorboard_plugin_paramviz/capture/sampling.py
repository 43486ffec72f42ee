"""Which entries of a parameter travel: all of a small one, evenly spread ones of a large one.

Small parameters need no work on the device at all; for large ones the spread entries serve what can be estimated
(share near zero, size of an update) and `reductions.py` measures the rest exactly.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, gcd

import torch
from torch import Tensor

#: Entries taken of one parameter, and of the whole model. 4,096 give an update's norm to one percent (see
#: statistics/entries.py).
PARAMETER_ENTRIES = 4_096
MODEL_ENTRIES = 1_048_576
#: Entries that are taken side by side: they lie in one line of the cache, and each line is a wait for the memory.
_RUN = 4


class Sampling:
    """Which entries of each parameter; fixed for a run, so that entries before and after a step are the same ones."""

    def __init__(self, parameters: Sequence[Tensor]) -> None:
        #: Real numbers in each parameter, in all of it where this process holds a part: [P].
        self.numels = [parameter.numel() * (2 if parameter.is_complex() else 1) for parameter in parameters]
        limit = min(PARAMETER_ENTRIES, max(256, MODEL_ENTRIES // max(1, len(parameters))))
        widths = [parameter.shape[-1] if parameter.ndim else 1 for parameter in parameters]
        #: Entries from one run to the next; 1 where all are taken: [P].
        self.strides = [_stride(numel, width, limit) for numel, width in zip(self.numels, widths, strict=True)]
        self._places: dict[int, tuple[tuple[int, int, torch.device], Tensor]] = {}

    def entries(self, index: int, local: Tensor, start: int = 0) -> Tensor:
        """[count], in the order of the memory; a copy, but of a small parameter. local: what this process holds of the
        parameter; start: the place of its first entry in the whole of it."""
        line = flat(local)
        if self.strides[index] == 1:
            return line
        key = (start, line.numel(), line.device)
        known = self._places.get(index)
        if known is None or known[0] != key:
            known = self._places[index] = (key, _places(self.strides[index], *key))
        if line.dtype.itemsize == 1:  # eight-bit floats can't be picked out as such
            return line.view(torch.uint8).index_select(0, known[1]).view(line.dtype)
        return line.index_select(0, known[1])  # not line[...], which starts a team of threads for it


def flat(tensor: Tensor) -> Tensor:
    """A parameter as one line of numbers: [numel], real, without a copy unless its memory is scattered."""
    tensor = tensor.detach()
    if tensor.is_complex():
        tensor = torch.view_as_real(tensor)
    if not tensor.is_contiguous():  # transposed, channels last: in the order of the memory
        turned = tensor.permute(sorted(range(tensor.ndim), key=tensor.stride, reverse=True))
        tensor = turned if turned.is_contiguous() else tensor
    return tensor.reshape(-1)


def _stride(numel: int, width: int, limit: int) -> int:
    """Smallest distance of runs that leaves at most `limit` entries and shares no factor with the row width: one that
    did would only ever see some of the columns."""
    if numel <= limit:
        return 1
    stride = ceil(numel / (limit // _RUN))
    while gcd(stride, width) > 1:
        stride += 1
    return stride


def _places(stride: int, start: int, size: int, device: torch.device) -> Tensor:
    """int64 [count], places in a part of the entries that are taken of the whole. Cost: a device is waited for only
    where the part is not the whole."""
    if start == 0:
        runs = torch.arange(0, size, stride, device=device)  # [runs]
        count = (len(runs) - 1) * _RUN + min(_RUN, size - (len(runs) - 1) * stride)
        return (runs[:, None] + torch.arange(_RUN, device=device)).reshape(-1)[:count]
    first = max(0, -(-(start - _RUN + 1) // stride)) * stride  # the first run that reaches into the part
    runs = torch.arange(first, max(first, start + size), stride, device="cpu")  # [runs]
    places = (runs[:, None] + torch.arange(_RUN, device="cpu")).reshape(-1) - start
    return places[(places >= 0) & (places < size)].to(device)
