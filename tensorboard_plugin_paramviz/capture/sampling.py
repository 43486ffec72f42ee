"""Which entries of a parameter travel: all of a small one, evenly strided entries of a large one.

Small parameters need no work on the device at all; for large ones the strided entries serve what can be estimated
(share near zero, size of an update) and `reductions.py` measures the rest exactly.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, gcd

import torch
from torch import Tensor

#: Entries taken of one parameter, and of the whole model. 8,192 give an update's norm to one percent (see
#: statistics/entries.py); each is a cache miss, and all of them together 4 MB.
PARAMETER_ENTRIES = 8_192
MODEL_ENTRIES = 1_048_576


class Sampling:
    """The stride of each parameter; fixed for a run, so that entries before and after a step are the same ones."""

    def __init__(self, parameters: Sequence[Tensor]) -> None:
        #: Real numbers in each parameter, in all of it where this process holds a part: [P].
        self.numels = [parameter.numel() * (2 if parameter.is_complex() else 1) for parameter in parameters]
        limit = min(PARAMETER_ENTRIES, max(256, MODEL_ENTRIES // max(1, len(parameters))))
        widths = [parameter.shape[-1] if parameter.ndim else 1 for parameter in parameters]
        self.strides = [_stride(numel, width, limit) for numel, width in zip(self.numels, widths, strict=True)]

    def entries(self, index: int, local: Tensor, start: int = 0) -> Tensor:
        """[count], a view where the memory allows it, in the order of the memory. local: what this process holds of the
        parameter; start: the place of its first entry in the whole of it."""
        stride = self.strides[index]
        return flat(local)[-start % stride :: stride]


def flat(tensor: Tensor) -> Tensor:
    """A parameter as one line of numbers: [numel], real, without a copy unless its memory is scattered."""
    tensor = tensor.detach()
    if tensor.is_complex():
        tensor = torch.view_as_real(tensor)
    if not tensor.is_contiguous() and tensor.ndim == 2 and tensor.T.is_contiguous():
        tensor = tensor.T
    return tensor.reshape(-1)


def _stride(numel: int, width: int, limit: int) -> int:
    """Smallest stride that leaves at most `limit` entries and shares no factor with the row width: one that did would
    only ever see some of the columns."""
    if numel <= limit:
        return 1
    stride = ceil(numel / limit)
    while gcd(stride, width) > 1:
        stride += 1
    return stride
