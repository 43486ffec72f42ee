"""The callback in real Trainers of both Lightnings: a snapshot for each optimizer step, with its gradients, in the run
it belongs to."""

from __future__ import annotations

import importlib
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from recorded_by_callbacks import ALL, grad_norm, run_directories, scalars, stat, steps_of
from torch import nn
from torch.utils.data import DataLoader
from toy_models import Gpt, read

import tensorboard_plugin_paramviz as package

pytestmark = [
    pytest.mark.xdist_group("callbacks"),
    # Lightning asks torch in a way that torch has since deprecated.
    pytest.mark.filterwarnings("ignore:`isinstance.treespec, LeafSpec.` is deprecated:FutureWarning"),
]


@pytest.fixture(params=["lightning.pytorch", "pytorch_lightning"])
def pl(request: pytest.FixtureRequest) -> Any:
    return importlib.import_module(request.param)


def lightning_module(pl: Any, manual: str = "", stop: int | None = None) -> Any:
    """The toy GPT as a LightningModule. manual: when its own training_step clears gradients, "before" or "after"."""

    class Module(pl.LightningModule):
        def __init__(self) -> None:
            super().__init__()
            self.gpt = Gpt()
            self.automatic_optimization = not manual
            self.rate = 1e-2

        def training_step(self, batch: torch.Tensor, index: int) -> torch.Tensor:
            if index == stop:
                raise RuntimeError("out of memory")
            loss = self.gpt(batch)
            self.log("loss", loss)
            if manual:
                optimizer = self.optimizers()
                if manual == "before":
                    optimizer.zero_grad()
                self.manual_backward(loss)
                optimizer.step()
                if manual == "after":
                    optimizer.zero_grad()
            return loss

        def configure_optimizers(self) -> torch.optim.Optimizer:
            return torch.optim.AdamW(self.parameters(), lr=self.rate)

    return Module()


def fit(pl: Any, module: Any, folder: Path, callback: Any, ckpt_path: Any = None, **arguments: Any) -> Any:
    defaults: dict[str, Any] = {
        "max_steps": 4,
        "accelerator": "cpu",
        "default_root_dir": str(folder),
        "enable_progress_bar": False,
        "enable_model_summary": False,
        "enable_checkpointing": False,
        "log_every_n_steps": 1,
        "logger": False,
    }
    trainer = pl.Trainer(callbacks=callback, **{**defaults, **arguments})
    data = torch.randint(0, 65, (16, 8), generator=torch.Generator().manual_seed(0))
    trainer.fit(module, DataLoader(data, batch_size=4), ckpt_path=ckpt_path)
    return trainer


class TestLightning:
    def test_its_function_is_told_what_is_found(self, pl: Any, tmp_path: Path, found: list[package.Finding]) -> None:
        module = lightning_module(pl)
        module.rate = math.inf
        fit(pl, module, tmp_path, package.LightningCallback(on_insight=found.append, **ALL))
        assert "non_finite" in {one.insight for one in found}

    def test_it_writes_through_the_tensorboard_logger_at_the_loggers_steps(self, pl: Any, tmp_path: Path) -> None:
        logger = pl.loggers.TensorBoardLogger(str(tmp_path), name="run", version="")
        arguments = {"logger": logger, "accumulate_grad_batches": 2, "gradient_clip_val": 0.25}
        trainer = fit(pl, lightning_module(pl), tmp_path, package.LightningCallback(**ALL), **arguments)
        run = Path(logger.log_dir)
        assert [path for path in run_directories(tmp_path) if steps_of(path)] == [run]
        (model,), snapshots, losses = read(run)
        assert [snapshot.step for snapshot in snapshots] == [0, 1, 2, 3]
        assert sorted(set(scalars(run, "loss"))) == [0, 1, 2, 3]
        assert [grad_norm(snapshot) for snapshot in snapshots] == pytest.approx([0.25] * 4, rel=1e-3)
        assert all(np.nanmax(stat(snapshot, "update_ratio")) > 0 for snapshot in snapshots)
        assert losses[0] == pytest.approx(math.log(65), rel=0.1)  # whole, not a share of the accumulated batches
        assert model.embeddings[0].path == "gpt.transformer.wte"
        assert not trainer.optimizers[0]._optimizer_step_pre_hooks

    @pytest.mark.parametrize("manual", ["before", "after"])
    def test_manual_optimization_is_recorded_with_its_gradients(self, manual: str, pl: Any, tmp_path: Path) -> None:
        trainer = fit(pl, lightning_module(pl, manual), tmp_path, package.LightningCallback(**ALL))
        snapshots = read(tmp_path / "paramviz")[1]
        assert [snapshot.step for snapshot in snapshots] == [0, 1, 2, 3]
        assert all(grad_norm(snapshot) > 0 for snapshot in snapshots)
        assert not trainer.optimizers[0]._optimizer_step_post_hooks

    def test_two_optimizers_in_turn_end_a_step_with_the_last(self, pl: Any, tmp_path: Path) -> None:
        class Pair(pl.LightningModule):
            def __init__(self) -> None:
                super().__init__()
                self.first, self.second = nn.Linear(8, 8), nn.Linear(8, 8)
                self.automatic_optimization = False

            def training_step(self, batch: torch.Tensor, index: int) -> None:
                for part, optimizer in zip((self.first, self.second), self.optimizers(), strict=True):
                    optimizer.zero_grad()
                    self.manual_backward(part(batch.float()).square().mean())
                    optimizer.step()

            def configure_optimizers(self) -> list[torch.optim.Optimizer]:
                return [torch.optim.SGD(part.parameters(), lr=1e-3) for part in (self.first, self.second)]

        fit(pl, Pair(), tmp_path, package.LightningCallback(**ALL), max_steps=8)
        snapshots = read(tmp_path / "paramviz")[1]
        assert [snapshot.step for snapshot in snapshots] == [0, 1, 2, 3]
        for snapshot in snapshots[1:]:
            assert (stat(snapshot, "grad_norm") > 0).all()
            assert (stat(snapshot, "update_ratio") > 0).all()

    def test_a_resumed_training_continues_in_a_directory_given_by_hand(self, pl: Any, tmp_path: Path) -> None:
        mine, saved = tmp_path / "mine", tmp_path / "saved.ckpt"
        fit(pl, lightning_module(pl), tmp_path, package.LightningCallback(mine, **ALL)).save_checkpoint(saved)
        fit(pl, lightning_module(pl), tmp_path, package.LightningCallback(mine, **ALL), ckpt_path=saved, max_steps=6)
        assert steps_of(mine) == [0, 1, 2, 3, 4, 5]

    def test_it_is_closed_when_training_raises(self, pl: Any, tmp_path: Path) -> None:
        callback = package.LightningCallback(**ALL)
        with pytest.raises(RuntimeError, match="out of memory"):
            fit(pl, lightning_module(pl, stop=2), tmp_path, callback)
        assert not callback._session.is_open
        assert steps_of(tmp_path / "paramviz") == [0, 1]

    def test_a_trial_run_is_not_recorded(self, pl: Any, tmp_path: Path) -> None:
        fit(pl, lightning_module(pl), tmp_path, package.LightningCallback(**ALL), fast_dev_run=True)
        assert not run_directories(tmp_path)
