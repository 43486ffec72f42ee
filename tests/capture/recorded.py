"""Training a model under `watch()` and reading back what was recorded, with the naive oracle beside it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor, nn
from toy_models import read

from tensorboard_plugin_paramviz import watch
from tensorboard_plugin_paramviz.record import STATS, LayerInfo, ModelRecord, Snapshot


class Recorded:
    """A run's last model record and snapshot, by path."""

    def __init__(self, logdir: Path) -> None:
        self.models: list[ModelRecord]
        self.snapshots: list[Snapshot]
        self.models, self.snapshots, _ = read(logdir)
        self.layers = {info.path: info for info in self.models[-1].layers}
        assert len(self.layers) == len(self.models[-1].layers)  # no path twice

    def layer(self, path: str) -> LayerInfo:
        return self.layers[path]

    def stat(self, path: str, name: str) -> float:
        stats = self.snapshots[-1].stats
        assert stats is not None
        return float(stats[list(self.layers).index(path), STATS.index(name)])


def record(
    model: nn.Module, logdir: Path, loss: Callable[[], Tensor], optimizer: torch.optim.Optimizer | None = None
) -> Recorded:
    """Three steps of training, each recorded; a fault of ours fails the test."""
    with watch(model, logdir, optimizer=optimizer, every=1, max_overhead=None, strict=True) as viz:
        for step in range(3):
            loss().backward()
            if optimizer is not None:
                optimizer.step()
            viz.step(step)
            if step < 2:
                model.zero_grad()
    recorded = Recorded(logdir)
    assert [snapshot.step for snapshot in recorded.snapshots] == [0, 1, 2]
    return recorded


def norm(*tensors: Tensor) -> float:
    """The oracle: L2 norm in float64 over all entries."""
    wide = [torch.view_as_real(tensor) if tensor.is_complex() else tensor for tensor in tensors]
    return float(torch.cat([tensor.detach().double().flatten() for tensor in wide]).norm())
