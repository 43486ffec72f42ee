"""The model record: what is written once, when a watcher starts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from tensorboard_plugin_paramviz.capture.embeddings import Table
from tensorboard_plugin_paramviz.capture.layers import Layers
from tensorboard_plugin_paramviz.capture.thumbs import Thumbs
from tensorboard_plugin_paramviz.record import ModelRecord

_GROUP_KEYS = ("lr", "initial_lr", "weight_decay", "betas", "eps", "momentum", "nesterov", "amsgrad", "alpha")


def describe(
    session_id: str,
    started: float,
    model: nn.Module,
    layers: Layers,
    tables: list[Table],
    optimizers: Sequence[torch.optim.Optimizer],
    schedule: dict[str, Any],
    thumbs: Thumbs | None = None,
) -> ModelRecord:
    return ModelRecord(
        session_id=session_id,
        started=started,
        model_class=class_name(model),
        layers=layers.infos,
        embeddings=tuple(table.info for table in tables),
        optimizer=describe_optimizers(optimizers) if optimizers else {},
        schedule={name: _plain(value) for name, value in schedule.items()},
        thumbs=() if thumbs is None else thumbs.infos,
    )


def class_name(model: nn.Module) -> str:
    """The name of the user's own class: what compiles, replicates or shards a model is looked through, in any order,
    and so are the classes that FSDP2 and torch.nn.utils.parametrize put in front of it."""
    while True:
        around = ["_orig_mod", "_fsdp_wrapped_module"]
        around += ["module"] if isinstance(model, nn.DataParallel | nn.parallel.DistributedDataParallel) else []
        children = dict(model.named_children())
        inner = next((children[name] for name in around if name in children), None)
        if inner is None:
            break
        model = inner
    put_in_front = ("torch.distributed.", "torch.nn.utils.parametrize")
    return next(cls.__name__ for cls in type(model).__mro__ if not cls.__module__.startswith(put_in_front))


def describe_optimizers(optimizers: Sequence[torch.optim.Optimizer]) -> dict[str, Any]:
    """Their classes and, for each parameter group, the settings that decide how far a step goes. Cost: a learning rate
    that lives on a GPU is waited for, once."""
    groups = [
        {key: _plain(group[key]) for key in _GROUP_KEYS if key in group}
        | {"parameters": sum(parameter.numel() for parameter in group["params"])}
        for optimizer in optimizers
        for group in optimizer.param_groups
    ]
    return {"name": " + ".join(type(optimizer).__name__ for optimizer in optimizers), "groups": groups}


def _plain(value: Any) -> Any:
    """A JSON value. Numbers JSON doesn't have become None."""
    if isinstance(value, Tensor) and value.numel() == 1:
        value = value.item()
    if isinstance(value, tuple | list):
        return [_plain(part) for part in value]
    if isinstance(value, bool | str) or value is None:
        return value
    if isinstance(value, int | float):
        return value if math.isfinite(value) else None
    return getattr(value, "__name__", str(value))
