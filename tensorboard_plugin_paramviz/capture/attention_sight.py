"""Seeing attention while a model runs, whoever wrote it: a mode that looks at the calls of torch's functions.

What is seen, while a transformer block runs:

- `scaled_dot_product_attention` and `flex_attention`: entropy and largest logit from their queries and keys;
- `nn.MultiheadAttention`, and what is built of it: its python path, of these same calls;
- a softmax over the last dimension inside an attention module, of logits that a matrix product made there. A router's
  softmax, one over features (linear attention) and the loss's are none of these.

Attention inside a fused kernel of another library (flash_attn, xformers), in a scripted module, or with logits that no
matrix product made, is not seen: not measured, rather than guessed.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Iterable
from typing import Any, Final

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.overrides import TorchFunctionMode

from tensorboard_plugin_paramviz.capture.attention_figures import tally_of_logits, tally_of_products, tally_of_scores

_SOFTMAXES: Final = frozenset({torch.softmax, F.softmax, Tensor.softmax, torch.special.softmax})
_PRODUCTS: Final = frozenset(
    {
        *(torch.matmul, torch.bmm, torch.baddbmm, torch.einsum, torch.functional.einsum),
        *(Tensor.matmul, Tensor.bmm, Tensor.baddbmm, Tensor.__matmul__, Tensor.__rmatmul__),
    }
)


class AttentionSight(TorchFunctionMode):
    """Active between `with` and its end, on this thread. Told where the model is: `block` is the number of the block
    that runs, None outside; `inside` and `outside` enclose an attention module. Leaves `tallies` by block."""

    def __init__(self) -> None:
        super().__init__()
        self.block: int | None = None
        self.tallies: dict[int, list[Tensor]] = {}
        self._smallest_ranks: list[int] = []  # one per attention module that runs, inner ones last
        self._made: set[tuple[int, int]] = set()  # (entries, columns) of the matrix products in this attention module

    def inside(self, smallest_rank: int) -> None:
        """An attention module begins. smallest_rank: dimensions a softmax needs there to be taken for attention's."""
        if not self._smallest_ranks:
            self._made.clear()
        self._smallest_ranks.append(smallest_rank)

    def outside(self) -> None:
        if self._smallest_ranks:
            self._smallest_ranks.pop()

    def __torch_function__(
        self, func: Callable[..., Any], types: Iterable[type], args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        kwargs = kwargs or {}
        if self.block is None:
            return func(*args, **kwargs)
        if func is F.multi_head_attention_forward:
            return self._run_multi_head(args, kwargs)
        if func is F.scaled_dot_product_attention:
            self._keep(_of_sdpa(*args, **kwargs))
        elif isinstance(func, torch._ops.HigherOrderOperator) and func.__name__ == "flex_attention":
            self._keep(_of_flex(*args, **kwargs))
        elif self._smallest_ranks and func in _SOFTMAXES:
            self._look_at_softmax(*args, **kwargs)
        result = func(*args, **kwargs)
        if self._smallest_ranks and func in _PRODUCTS and isinstance(result, Tensor) and result.ndim > 1:
            self._made.add((result.numel(), result.shape[-1]))
        return result

    def _keep(self, tally: Tensor | None) -> None:
        if tally is not None and self.block is not None:
            self.tallies.setdefault(self.block, []).append(tally)

    def _look_at_softmax(self, input: Tensor, dim: int | None = None, *_: Any, **__: Any) -> None:
        rank = self._smallest_ranks[-1]
        over_last = dim is not None and dim % max(input.ndim, 1) == input.ndim - 1
        if input.ndim >= rank and over_last and (input.numel(), input.shape[-1]) in self._made:
            self._keep(tally_of_logits(input) if _is_plain(input) else None)

    def _run_multi_head(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        self.inside(smallest_rank=3)
        try:
            with self:  # torch takes the mode away for the time of our call; what runs inside is to be seen too
                return _without_dispatch(F.multi_head_attention_forward)(*args, **kwargs)
        finally:
            self.outside()


def _of_sdpa(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attn_mask: Tensor | None = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    *,
    scale: float | None = None,
    enable_gqa: bool = False,
) -> Tensor | None:
    if not (_is_plain(query) and _is_plain(key)) or type(attn_mask).__name__ == "CausalBias":
        return None  # CausalBias, of torch.nn.attention.bias: a mask without entries
    return tally_of_products(query, key, attn_mask, is_causal, scale, enable_gqa)


def _of_flex(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    score_mod: Any,
    block_mask: tuple[Any, ...],
    scale: float,
    *_: Any,
    **__: Any,
) -> Tensor:
    return tally_of_scores(query, key, score_mod, block_mask[-1], scale)


def _is_plain(tensor: Tensor) -> bool:
    """One whole, dense tensor with entries: no nested one, and no local part of a sharded one."""
    return tensor.layout is torch.strided and not hasattr(tensor, "to_local") and tensor.numel() > 0


def _without_dispatch(function: Callable[..., Any]) -> Callable[..., Any]:
    """The same function without its first question, whether a mode or a subclass wants the call: answered with yes, it
    would be handed to us again, and its inner calls would never be seen. torch's own function is left as it is."""
    names = {**function.__globals__, "has_torch_function": lambda _: False}
    copy = types.FunctionType(function.__code__, names, function.__name__, function.__defaults__, function.__closure__)
    copy.__kwdefaults__ = function.__kwdefaults__
    return copy
