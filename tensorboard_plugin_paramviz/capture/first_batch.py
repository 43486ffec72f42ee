"""The batch of level "full" where the user gave none: the first one the model sees, kept small."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn

#: Positions of a sequence kept, of one sample.
_POSITIONS = 256


class FirstBatch:
    """Looks once at what the model is called with, by a hook that takes itself off at the first call."""

    def __init__(self, model: nn.Module) -> None:
        self._seen: tuple[tuple[Any, ...], dict[str, Any]] | None = None
        self._handle = model.register_forward_pre_hook(self._look, with_kwargs=True)

    def collect(self) -> Any:
        """A batch for `Probe`, or None: the model was never called through the module that is watched, as where a
        compiled copy of it trains. The hook is gone afterwards. Cost: nothing is waited for."""
        self._handle.remove()
        seen, self._seen = self._seen, None
        if seen is None:
            return None
        args, kwargs = seen
        return lambda model: model(*args, **kwargs)

    def _look(self, _: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        if torch.compiler.is_compiling() or self._seen is not None:
            return
        self._handle.remove()
        try:
            tensors = [value for value in (*args, *kwargs.values()) if isinstance(value, Tensor) and value.ndim]
            batch = {len(tensor) for tensor in tensors}
            # Ids of tokens are integers in two dimensions; what is as long as they are goes with them.
            lengths = {tensor.shape[1] for tensor in tensors if tensor.ndim == 2 and not tensor.is_floating_point()}
            sizes = next(iter(batch)) if len(batch) == 1 else None, next(iter(lengths)) if len(lengths) == 1 else None
            self._seen = tuple(_small(args, *sizes)), dict(zip(kwargs, _small(kwargs.values(), *sizes), strict=True))
        except Exception:  # the user's forward pass is not ours to disturb; without a batch the probe is left out
            self._seen = None


def _small(values: Any, batch: int | None, length: int | None) -> Iterator[Any]:
    """Copies: the first sample of what has the batch's size, of ids the first positions."""
    for value in values:
        if not isinstance(value, Tensor):
            yield value
            continue
        small = value.detach()
        if batch is not None and small.ndim and len(small) == batch:
            small = small[:1]
            if length is not None and small.ndim == 2 and small.shape[1] == length:
                small = small[:, :_POSITIONS]
        yield small.clone()
