"""The probe: one fixed batch through the model now and then, and four figures per transformer block from it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from typing import Any, Final

import torch
from torch import Tensor, nn
from torch.nn.parallel import DataParallel, DistributedDataParallel

from tensorboard_plugin_paramviz.capture.attention_figures import merge
from tensorboard_plugin_paramviz.capture.attention_sight import AttentionSight
from tensorboard_plugin_paramviz.capture.layers import Layers
from tensorboard_plugin_paramviz.capture.roles import block_of, plain_path, whole_path
from tensorboard_plugin_paramviz.capture.undisturbed import (
    RandomState,
    devices_of,
    restore_random,
    take_random,
    undisturbed,
)
from tensorboard_plugin_paramviz.record.names import PROBE_STATS

#: A hidden unit is dormant up to this share of its layer's mean |activation|; "The Dormant Neuron Phenomenon in Deep
#: Reinforcement Learning" (Sokar et al., arXiv 2302.12902). A ReLU unit that never fires is the limiting case.
DORMANT_RATIO: Final = 0.025
_QUERIES_AND_KEYS: Final = frozenset({"attn_qkv", "attn_q", "attn_k", "attn_v"})
_ATTENTION_NAMES: Final = frozenset({"attn", "attention", "mha", "sa", "ca"})


class Probe:
    """What `watch(..., level="full", probe=batch)` measures.

    batch is what the model takes: a tensor for `model(x)`, a tuple or list for `model(*x)`, a dict for `model(**x)`, or
    a function called as `probe(model)`. Its tensors are copied now, so that a loader may fill its own again; they stay
    on their device. Whatever the model returns is dropped. A Hugging Face decoder builds a cache of keys and values for
    the time of the call unless the dict says `use_cache=False`. Raises TypeError or ValueError for what is no batch,
    and for a model under FullyShardedDataParallel, whose parts can't be run by themselves.

    Memory, for the time of a run: one forward pass without gradients, a copy of all buffers, some 16 MB of attention
    logits. Cost: a forward pass and about a third more: 1 x 256 tokens through the 124M-parameter GPT-2 take 0.96 s of
    one (busy, shared) CPU core, beside 0.75 s for the forward pass alone; putting everything back is 4 ms of it.
    """

    def __init__(self, model: nn.Module, batch: Any, layers: Layers) -> None:
        self._model = _unwrapped(model)
        self._call = _caller(batch)
        self._block_count = 1 + max((info.block for info in layers.infos if info.block is not None), default=-1)
        self._block_paths: dict[str, int] = {}  # path of a block's own module -> its number
        self._attention_paths: set[str] = set()
        self._mlp_down_paths: dict[str, int] = {}
        for info in layers.infos:
            place = block_of(info.path)
            if info.block is None or place is None:
                continue
            self._block_paths[f"{place[0]}.{place[1]}"] = info.block
            if info.role in _QUERIES_AND_KEYS:
                self._attention_paths.add(whole_path(info.path).rpartition(".")[0])
            if info.role == "mlp_down":
                self._mlp_down_paths[whole_path(info.path)] = info.block
        self._noise: RandomState | None = None
        if any(type(module).__name__ == "FullyShardedDataParallel" for module in model.modules()):
            raise ValueError(
                "watch(): probe can't run a model under FullyShardedDataParallel; "
                "use fully_shard (FSDP2), or leave probe out"
            )

    @property
    def needs_every_rank(self) -> bool:
        """True where parameters are sharded: running the model gathers them, so all ranks run the probe, or none."""
        return any(hasattr(parameter, "to_local") for parameter in self._model.parameters())

    def run(self) -> Tensor:
        """float32 [B, A] on the model's device, A as in `record.names.PROBE_STATS`; NaN where not measured. B = 0 for a
        model without blocks, which isn't run at all.

        - activation_rms: over all entries of the block's output, its first tensor of floats;
        - attention_entropy_ratio: mean over heads and queries, of all attention in the block (`attention_figures`);
        - attention_max_logit: the largest, scaled and not masked;
        - mlp_dead_ratio: of the hidden units, which are the inputs of the block's mlp_down layers (all experts' units
          that got a token), the share with mean |activation| <= 0.025 x their layer's mean.

        The raw module runs, not its compiled or distributed wrapper, as `undisturbed` says; every run begins with the
        RNGs as they were at the first. Hooks are on its modules for this time only. Raises what the model raises, with
        everything put back. No synchronization beyond what the model's own forward pass does.
        """
        devices = devices_of(self._model)
        table = torch.full((self._block_count, len(PROBE_STATS)), math.nan, device=devices[0])  # [B, A]
        if not self._block_count:
            return table
        seen = _Seen(AttentionSight())
        with undisturbed(self._model):
            if self._noise is None:
                self._noise = take_random(devices)
            restore_random(self._noise)
            with ExitStack() as hooks:
                self._look(seen, hooks)
                with seen.attention:
                    self._call(self._model)
            seen.fill(table)
        return table

    def _look(self, seen: _Seen, hooks: ExitStack) -> None:
        for name, module in self._model.named_modules():
            path = plain_path(name)
            block = self._block_paths.get(path)
            if block is not None:
                seen.watch_block(module, block, hooks)
            if path in self._attention_paths or _is_attention(path, module):
                seen.watch_attention(module, 3 if block is None else 4, hooks)
            if path in self._mlp_down_paths:
                seen.watch_hidden(module, self._mlp_down_paths[path], hooks)


class _Seen:
    """What one run has seen so far, by block; figures stay on the device they were made on."""

    def __init__(self, attention: AttentionSight) -> None:
        self.attention = attention
        self._outputs: dict[int, list[tuple[Tensor, int]]] = {}  # (L2 norm, entries) of each output
        self._hidden: dict[int, list[tuple[Tensor, int]]] = {}  # (dead units, units) of each mlp_down

    def watch_block(self, module: nn.Module, block: int, hooks: ExitStack) -> None:
        outer: list[int | None] = []

        def begins(*_: Any) -> None:
            outer.append(self.attention.block)
            self.attention.block = block

        def ends(module: nn.Module, inputs: Any, output: Any) -> None:
            self.attention.block = outer.pop() if outer else None
            values = _first_floats(output)
            if values is not None:
                norm = torch.linalg.vector_norm(values, dtype=torch.float32)
                self._outputs.setdefault(block, []).append((norm, values.numel()))

        hooks.callback(module.register_forward_pre_hook(begins).remove)
        hooks.callback(module.register_forward_hook(ends, always_call=True).remove)

    def watch_attention(self, module: nn.Module, smallest_rank: int, hooks: ExitStack) -> None:
        hooks.callback(module.register_forward_pre_hook(lambda *_: self.attention.inside(smallest_rank)).remove)
        hooks.callback(module.register_forward_hook(lambda *_: self.attention.outside(), always_call=True).remove)

    def watch_hidden(self, module: nn.Module, block: int, hooks: ExitStack) -> None:
        def looks(module: nn.Module, inputs: tuple[Any, ...], named: dict[str, Any]) -> None:
            hidden = _first_floats((*inputs, *named.values()))  # [..., units]
            if hidden is not None and hidden.ndim > 0:
                self._hidden.setdefault(block, []).append((dead_units(hidden), hidden.shape[-1]))

        hooks.callback(module.register_forward_pre_hook(looks, with_kwargs=True).remove)

    def fill(self, table: Tensor) -> None:
        """table: float32 [B, A], all NaN before."""
        for block, outputs in self._outputs.items():
            norms = torch.stack([norm.to(table.device, non_blocking=True) for norm, _ in outputs])
            table[block, 0] = torch.linalg.vector_norm(norms) / math.sqrt(sum(count for _, count in outputs))
        for block, tallies in self.attention.tallies.items():
            table[block, 1], table[block, 2] = merge(tallies, table.device)
        for block, layers in self._hidden.items():
            dead = torch.stack([count.to(table.device, non_blocking=True) for count, _ in layers])
            table[block, 3] = dead.sum() / sum(units for _, units in layers)


def dead_units(hidden: Tensor) -> Tensor:
    """hidden: [..., U] activations of U units. Returns float32 0-dim: how many have mean |activation| up to 0.025 x the
    mean of all; NaN where the activations aren't finite. No synchronization, no copy of the activations."""
    rows = hidden.flatten(0, -2) if hidden.ndim > 1 else hidden[None]  # [N, U]
    means = torch.linalg.vector_norm(rows, ord=1, dim=0, dtype=torch.float32) / len(rows)  # [U]
    mean = means.mean()
    return torch.add((means <= DORMANT_RATIO * mean).sum(), 0 * mean)  # 0 x inf is NaN


def _first_floats(value: Any) -> Tensor | None:
    """The first tensor of floats with entries, of a module's output (or input): it, or in a tuple, list or dict."""
    if isinstance(value, Mapping):
        value = tuple(value.values())
    if isinstance(value, tuple | list):
        return next((found for part in value if (found := _first_floats(part)) is not None), None)
    is_one = isinstance(value, Tensor) and value.is_floating_point() and value.numel() > 0
    return value.full_tensor() if is_one and hasattr(value, "full_tensor") else value if is_one else None


def _is_attention(path: str, module: nn.Module) -> bool:
    kind = type(module).__name__.lower()
    return "attention" in kind or "attn" in kind or path.rpartition(".")[2].lower() in _ATTENTION_NAMES


def _unwrapped(model: nn.Module) -> nn.Module:
    """Without torch.compile's, DistributedDataParallel's and DataParallel's wrappers, in any order."""
    while True:
        if isinstance(getattr(model, "_orig_mod", None), nn.Module):
            model = model._orig_mod  # type: ignore[assignment]
        elif isinstance(model, DistributedDataParallel | DataParallel):
            model = model.module
        else:
            return model


def _caller(batch: Any) -> Callable[[nn.Module], Any]:
    """How to run a model on this batch. Raises TypeError or ValueError for what is no batch."""
    if isinstance(batch, Tensor):
        batch = (batch,)
    if callable(batch) and not isinstance(batch, nn.Module | type | Mapping):
        return batch  # type: ignore[no-any-return]
    if not isinstance(batch, tuple | list | Mapping):
        raise TypeError(
            "watch(): probe must be what the model takes (a tensor, a tuple, or a dict of arguments) or a function of "
            f"the model, not {type(batch).__name__}; for a loader, pass probe=next(iter(loader))"
        )
    if not batch:
        raise ValueError("watch(): probe is empty; pass one batch, as the model takes it")
    if isinstance(batch, Mapping):
        if not all(isinstance(name, str) for name in batch):
            raise TypeError("watch(): probe is a dict, so its keys must be the names of the model's arguments")
        named = {name: _kept(value) for name, value in batch.items()}
        return lambda model: model(**named)
    values = tuple(_kept(value) for value in batch)
    return lambda model: model(*values)


def _kept(value: Any) -> Any:
    """A copy of a tensor, also in a tuple, list or dict; anything else as it is."""
    if isinstance(value, Tensor):
        return value.detach().clone()
    if isinstance(value, dict):
        return {name: _kept(part) for name, part in value.items()}
    return type(value)(map(_kept, value)) if type(value) in (tuple, list) else value
