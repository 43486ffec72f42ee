"""The checks of `watch()`: a wrong argument is told at once, in one line that names the fix."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

import torch
from torch import nn

from tensorboard_plugin_paramviz.capture.governor import LARGEST_OVERHEAD
from tensorboard_plugin_paramviz.capture.shards import at_rest

LEVELS = ("light", "standard", "full")
#: Of a snapshot, whatever is asked for.
LARGEST_BYTES = 1_000_000


def check_model(model: object) -> nn.Module:
    if not isinstance(model, nn.Module):
        raise TypeError(f"watch() needs the torch.nn.Module itself as its first argument, got {_kind(model)}")
    return model


def check_numbers(*, level: object, max_overhead: object, max_bytes: object, rows: object) -> None:
    if level not in LEVELS:
        raise ValueError(f"watch(): level={level!r} must be one of {', '.join(map(repr, LEVELS))}")
    if max_overhead is not None:
        if isinstance(max_overhead, bool) or not isinstance(max_overhead, int | float):
            raise TypeError(f"watch(): max_overhead={max_overhead!r} must be a number such as 0.01 (1 %), or None")
        if not 0 < max_overhead <= LARGEST_OVERHEAD:
            raise ValueError(
                f"watch(): max_overhead={max_overhead} must be above 0 and at most {LARGEST_OVERHEAD} "
                f"({LARGEST_OVERHEAD:.0%} of the training time); pass None for no limit"
            )
    for name, value in (("max_bytes", max_bytes), ("rows", rows)):
        if isinstance(value, bool) or not isinstance(value, int):
            raise TypeError(f"watch(): {name}={value!r} must be an int")
        if value < 1:
            raise ValueError(f"watch(): {name}={value} must be 1 or more")
    if isinstance(max_bytes, int) and max_bytes > LARGEST_BYTES:
        raise ValueError(f"watch(): max_bytes={max_bytes} must be at most {LARGEST_BYTES:_}, 1 MB a snapshot")


def check_writer(writer_or_logdir: Any) -> tuple[str, Any]:
    """(logdir, the SummaryWriter or None). Creates the directory; an unwritable one raises OSError."""
    if isinstance(writer_or_logdir, str | os.PathLike):
        logdir, writer = os.fspath(writer_or_logdir), None
        if not isinstance(logdir, str) or not logdir:
            raise ValueError("watch(): the logdir is empty; pass a directory such as 'runs/exp1'")
    else:
        logdir, writer = _logdir_of(writer_or_logdir), writer_or_logdir
    if "://" not in logdir:
        try:
            Path(logdir).mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=logdir):
                pass
        except OSError as error:
            reason = error.strerror or error
            raise type(error)(f"watch(): can't write to {logdir!r} ({reason}); pass another logdir") from error
    return logdir, writer


def check_optimizers(given: Any, model: nn.Module) -> tuple[torch.optim.Optimizer, ...]:
    """The torch optimizers themselves, without the wrappers of training libraries. given: one, several, or None."""
    if given is None or (isinstance(given, list | tuple) and not given):
        return ()
    optimizers = tuple(map(_unwrapped, given if isinstance(given, list | tuple) else [given]))
    held = {
        id(parameter) for optimizer in optimizers for group in optimizer.param_groups for parameter in group["params"]
    }
    if not any(id(parameter) in held for parameter in at_rest(model, model.parameters())):
        raise ValueError(
            "watch(): the optimizer holds none of the model's parameters; pass the optimizer that trains this model"
        )
    return optimizers


def check_probe(probe: Any, level: object) -> None:
    if probe is not None and level != "full":
        raise ValueError(f'watch(): a probe is run at level="full" only, not at {level!r}; pass level="full"')


def _unwrapped(optimizer: Any) -> torch.optim.Optimizer:
    while isinstance(getattr(optimizer, "optimizer", None), torch.optim.Optimizer):
        optimizer = optimizer.optimizer
    if not isinstance(optimizer, torch.optim.Optimizer):
        raise TypeError(f"watch(): optimizer must be a torch.optim.Optimizer or a list of them, got {_kind(optimizer)}")
    return optimizer


def _logdir_of(writer: Any) -> str:
    if isinstance(writer, type):
        raise TypeError(
            f"watch() needs a writer or a logdir, got {_kind(writer)}; make one: {writer.__name__}('runs/exp1')"
        )
    if not (hasattr(writer, "_get_file_writer") and hasattr(writer, "get_logdir")):
        inner = getattr(writer, "experiment", None)
        hint = "its .experiment" if hasattr(inner, "_get_file_writer") else "a SummaryWriter or a logdir"
        raise TypeError(f"watch() writes to a torch.utils.tensorboard SummaryWriter, got {_kind(writer)}; pass {hint}")
    file_writer = writer._get_file_writer()
    if not hasattr(file_writer, "add_summary") or type(writer).__module__.startswith("tensorboardX"):
        raise TypeError(
            f"watch() can't write through {type(writer).__module__}.{type(writer).__name__}; "
            "use torch.utils.tensorboard.SummaryWriter, or pass a logdir of its own"
        )
    return str(os.fspath(writer.get_logdir()))


def _kind(value: object) -> str:
    return f"the class {value.__name__}" if isinstance(value, type) else f"a {type(value).__name__}"
