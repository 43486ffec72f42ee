"""Running a model once more without a trace: mode, RNGs, buffers and attributes are as before, whatever happens."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, Final

import numpy as np
import torch
from torch import Tensor, nn

#: Functions, each with the arguments that bring one RNG back to where it was.
RandomState = list[tuple[Callable[..., Any], tuple[Any, ...]]]
#: torch's advice to compile flex_attention, wrong where it is compiled and only the probe runs it eagerly.
_FLEX_WARNING: Final = "flex_attention_performance"


@contextmanager
def undisturbed(model: nn.Module) -> Iterator[None]:
    """Inside: no_grad, eval mode, eager. After it, normally or by an exception, these are put back:

    - each module's own `training` flag. Flags are set one by one: `model.eval()` may do more (LoRA merges its weights);
    - attributes and buffers that forward bound anew (counters, caches, a rotary table that grew), by a shallow copy of
      each module's own names; the state of a `torch.Generator` among them;
    - buffers that forward wrote into, from copies: **memory of one copy of all buffers** for this time. On the CPU only
      those that differ are written; on an accelerator all, which needs no synchronization;
    - the global RNGs of Python, NumPy, torch's CPU and the devices in use.

    Parameters are not copied: a forward pass that writes into its own weights keeps what it wrote. Modules compiled in
    place and compiled functions run eagerly, and no compiled code is lost. nn.MultiheadAttention's fast path is off.
    Autocast is as the caller has it (outside of autocast: the parameters' own dtype), without its cache of weights:
    that would keep weights cast without gradients for the training that follows.
    """
    with ExitStack() as stack:
        stack.callback(restore_random, take_random(devices_of(model)))
        stack.callback(_restore_buffers, [(buffer, buffer.detach().clone()) for buffer in model.buffers()])
        for module in model.modules():
            stack.callback(setattr, module, "training", module.training)
            own = module.__dict__
            for names in (own, own.get("_buffers")):
                if isinstance(names, dict):  # a scripted module's buffers are never bound anew
                    stack.callback(_restore_names, names, dict(names))
            for value in own.values():
                if isinstance(value, torch.Generator):
                    stack.callback(value.set_state, value.get_state())
        _run_eagerly(model, stack)
        stack.callback(torch.backends.mha.set_fastpath_enabled, torch.backends.mha.get_fastpath_enabled())
        torch.backends.mha.set_fastpath_enabled(False)
        stack.callback(torch.set_autocast_cache_enabled, torch.is_autocast_cache_enabled())
        torch.set_autocast_cache_enabled(False)
        for module in model.modules():
            module.training = False
        stack.enter_context(torch.no_grad())
        yield


def devices_of(model: nn.Module) -> list[torch.device]:
    """Of parameters and buffers, each once, the first parameter's first."""
    tensors = [*model.parameters(), *model.buffers()]
    return list(dict.fromkeys(tensor.device for tensor in tensors))


def _run_eagerly(model: nn.Module, stack: ExitStack) -> None:
    compiling = {"torch._dynamo", "torch.nn.attention.flex_attention"} & sys.modules.keys()
    if compiling and hasattr(torch.compiler, "set_stance"):  # torch >= 2.6; it would import the compiler for nothing
        stack.enter_context(torch.compiler.set_stance("force_eager"))
    told = getattr(sys.modules.get("torch.nn.attention.flex_attention"), "_WARNINGS_SHOWN", None)
    if isinstance(told, set) and _FLEX_WARNING not in told:
        told.add(_FLEX_WARNING)
        stack.callback(told.discard, _FLEX_WARNING)
    for module in model.modules():
        if module.__dict__.get("_compiled_call_impl") is not None:  # module.compile(), before torch 2.6 too
            module.__dict__["_compiled_call_impl"] = None  # restored with the other names


def _restore_names(names: dict[str, Any], before: dict[str, Any]) -> None:
    for name in [name for name in names if name not in before]:
        del names[name]
    for name, value in before.items():
        if names.get(name, names) is not value:
            names[name] = value


def _restore_buffers(copies: list[tuple[Tensor, Tensor]]) -> None:
    for buffer, copy in copies:
        if buffer.shape != copy.shape:
            buffer.data = copy
        elif _may_differ(buffer, copy):
            buffer.data.copy_(copy)  # .data: a write that autograd's version counters don't see


def _may_differ(buffer: Tensor, copy: Tensor) -> bool:
    if any(stride == 0 and size > 1 for stride, size in zip(buffer.stride(), buffer.shape, strict=True)):
        return False  # an expanded view: nothing can write into it
    if buffer.device.type != "cpu":
        return True
    if buffer.dtype.itemsize == 1:  # float8 has no comparison
        buffer, copy = buffer.view(torch.uint8), copy.view(torch.uint8)
    return not torch.equal(buffer, copy)


def take_random(devices: list[torch.device]) -> RandomState:
    """The global RNGs as they are now. Their states live on the host: no device waits."""
    states: RandomState = [
        (random.setstate, (random.getstate(),)),
        (np.random.set_state, (np.random.get_state(),)),
        (torch.set_rng_state, (torch.get_rng_state(),)),
    ]
    for device in devices:
        backend: Any = getattr(torch, device.type, None)
        if device.type != "cpu" and hasattr(backend, "get_rng_state"):
            where = () if device.type == "mps" else (device,)  # MPS has one RNG, and takes no device
            states.append((backend.set_rng_state, (backend.get_rng_state(*where), *where)))
    return states


def restore_random(states: RandomState) -> None:
    for restore, arguments in states:
        restore(*arguments)
