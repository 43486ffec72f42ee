"""What the optimizers say of themselves: learning rates now, and the epsilon under which Adam's steps vanish."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import nan

import numpy as np
import torch
from torch import Tensor

from tensorboard_plugin_paramviz.capture.statistics.segments import Float64


def learning_rates(optimizers: Iterable[torch.optim.Optimizer]) -> list[Tensor | float]:
    """Of each parameter group, in order. A rate that is a tensor is handed on as it is and not waited for."""
    return [_rate(group.get("lr")) for optimizer in optimizers for group in optimizer.param_groups]


def epsilons(optimizers: Iterable[torch.optim.Optimizer], parameters: Sequence[Tensor]) -> Float64:
    """float64 [P]: epsilon of the Adam-like optimizer that holds a parameter; NaN where none does, or another kind."""
    known: dict[int, float] = {}
    for optimizer in optimizers:
        for group in optimizer.param_groups:
            epsilon = group.get("eps")
            # Adam and its kin divide by sqrt(v) + eps; other optimizers use an eps for other things.
            if "betas" in group and isinstance(epsilon, int | float):
                known.update((id(parameter), float(epsilon)) for parameter in group["params"])
    return np.array([known.get(id(parameter), nan) for parameter in parameters], np.float64)


def _rate(rate: object) -> Tensor | float:
    if isinstance(rate, Tensor):
        return rate.detach() if rate.numel() == 1 else nan
    return float(rate) if isinstance(rate, int | float) else nan
