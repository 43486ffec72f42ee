"""The model record: what is written once, when a watcher starts."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor, nn

from tensorboard_plugin_paramviz.capture.embeddings import Table
from tensorboard_plugin_paramviz.capture.layers import Layers
from tensorboard_plugin_paramviz.record import ModelRecord

_GROUP_KEYS = ("lr", "initial_lr", "weight_decay", "betas", "eps", "momentum", "nesterov", "amsgrad", "alpha")


def describe(
    session_id: str,
    started: float,
    model: nn.Module,
    layers: Layers,
    tables: list[Table],
    optimizer: torch.optim.Optimizer | None,
    schedule: dict[str, Any],
) -> ModelRecord:
    while isinstance(getattr(model, "_orig_mod", None), nn.Module):
        model = model._orig_mod  # type: ignore[assignment]
    if isinstance(model, nn.DataParallel | nn.parallel.DistributedDataParallel):
        model = model.module
    return ModelRecord(
        session_id=session_id,
        started=started,
        model_class=type(model).__name__,
        layers=layers.infos,
        embeddings=tuple(table.info for table in tables),
        optimizer={} if optimizer is None else describe_optimizer(optimizer),
        schedule={name: _plain(value) for name, value in schedule.items()},
    )


def describe_optimizer(optimizer: torch.optim.Optimizer) -> dict[str, Any]:
    """Its class and, for each parameter group, the settings that decide how far a step goes. Cost: a learning rate that
    lives on a GPU is waited for, once."""
    groups = [
        {key: _plain(group[key]) for key in _GROUP_KEYS if key in group}
        | {"parameters": sum(parameter.numel() for parameter in group["params"])}
        for group in optimizer.param_groups
    ]
    return {"name": type(optimizer).__name__, "groups": groups}


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
