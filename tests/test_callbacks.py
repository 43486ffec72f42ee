"""The callbacks, in real Trainers: a snapshot for each optimizer step, with its gradients, in the run it belongs to."""

from __future__ import annotations

import gc
import importlib
import math
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader
from torch.utils.tensorboard import SummaryWriter

sys.path.insert(0, str(Path(__file__).parent / "capture"))
from toy_models import Gpt, events, read

import tensorboard_plugin_paramviz as package
from tensorboard_plugin_paramviz.callbacks.session import Session, choose_place
from tensorboard_plugin_paramviz.callbacks.token_labels import token_labels
from tensorboard_plugin_paramviz.capture.sink import Sink
from tensorboard_plugin_paramviz.record import STATS, Snapshot

# Both libraries take seconds to import: one process for all of these.
pytestmark = [
    pytest.mark.xdist_group("callbacks"),
    # Lightning asks torch in a way that torch has since deprecated.
    pytest.mark.filterwarnings("ignore:`isinstance.treespec, LeafSpec.` is deprecated:FutureWarning"),
]
torch.set_num_threads(1)
ALL: dict[str, Any] = {"every": 1, "max_overhead": None, "strict": True}


def scalars(logdir: Path, tag: str) -> list[int]:
    return [event.step for event in events(logdir) for value in event.summary.value if value.tag == tag]


def stat(snapshot: Snapshot, name: str) -> np.ndarray:
    return snapshot.stats[:, STATS.index(name)]


def grad_norm(snapshot: Snapshot) -> float:
    """Of the whole model; tied parameters stand in the table once."""
    return float(np.sqrt(np.nansum(stat(snapshot, "grad_norm").astype(float) ** 2)))


def steps_of(logdir: Path) -> list[int]:
    return [snapshot.step for snapshot in read(logdir)[1]]


def run_directories(folder: Path) -> list[Path]:
    return sorted({path.parent for path in folder.rglob("*tfevents*")})


@pytest.fixture(autouse=True)
def same_start() -> None:
    torch.manual_seed(7)


class TestHuggingFace:
    texts = ("the cat sat on the mat", "the dog sat on the cat", "naïve façade")

    def tokenizer(self) -> Any:
        from tokenizers import ByteLevelBPETokenizer
        from transformers import PreTrainedTokenizerFast

        inner = ByteLevelBPETokenizer()
        inner.train_from_iterator(self.texts, vocab_size=280, show_progress=False, special_tokens=["<|end|>"])
        return PreTrainedTokenizerFast(tokenizer_object=inner._tokenizer, pad_token="<|end|>")

    def trainer(self, folder: Path, callback: Any, **arguments: Any) -> Any:
        from transformers import GPT2Config, GPT2LMHeadModel, Trainer, TrainingArguments

        torch.manual_seed(7)
        config = GPT2Config(vocab_size=300, n_positions=8, n_embd=16, n_layer=2, n_head=2)
        rows = torch.randint(0, 270, (64, 8)).tolist()
        defaults: dict[str, Any] = {
            "per_device_train_batch_size": 2,
            "max_steps": 4,
            "logging_steps": 2,
            "save_strategy": "no",
            "disable_tqdm": True,
            "use_cpu": True,
            "report_to": "none",
            "learning_rate": 1e-2,
            "dataloader_pin_memory": False,
        }
        processing = arguments.pop("processing_class", None)
        return Trainer(
            GPT2LMHeadModel(config),
            TrainingArguments(str(folder), **{**defaults, **arguments}),
            train_dataset=[{"input_ids": row, "labels": row} for row in rows],
            callbacks=[] if callback is None else [callback],
            processing_class=processing,
        )

    def test_it_writes_through_the_trainers_own_board_with_the_tokenizers_labels(self, tmp_path: Path) -> None:
        tokenizer = self.tokenizer()
        trainer = self.trainer(
            tmp_path,
            package.HuggingFaceCallback(**ALL),
            report_to="tensorboard",
            gradient_accumulation_steps=2,
            max_grad_norm=0.25,
            processing_class=tokenizer,
        )
        trainer.train()
        (run,) = run_directories(tmp_path)
        assert len(list(run.glob("*tfevents*"))) == 1
        assert scalars(run, "train/loss") == [2, 4]
        (model,), snapshots, _ = read(run)
        assert [snapshot.step for snapshot in snapshots] == [1, 2, 3, 4]
        assert [grad_norm(snapshot) for snapshot in snapshots] == pytest.approx([0.25] * 4, rel=1e-3)
        assert all(np.nanmax(stat(snapshot, "update_ratio")) > 0 for snapshot in snapshots)
        labels = model.embeddings[0].labels
        assert labels is not None
        vocabulary = tokenizer.get_vocab()
        assert (labels[vocabulary["Ġthe"]], labels[vocabulary["Ã"]]) == (" the", "Ã")
        assert (labels[0], labels[299]) == ("<|end|>", "<unused 299>")
        inner = trainer.optimizer.optimizer
        assert not inner._optimizer_step_pre_hooks
        assert not inner._optimizer_step_post_hooks

    def test_a_slow_disk_is_waited_for_before_the_board_closes_its_file(self, tmp_path: Path, monkeypatch: Any) -> None:
        write = Sink.write

        def slowly(*arguments: Any) -> None:
            time.sleep(0.2)
            write(*arguments)

        monkeypatch.setattr(Sink, "write", slowly)
        self.trainer(tmp_path, package.HuggingFaceCallback(**ALL), report_to="tensorboard", max_steps=2).train()
        (run,) = run_directories(tmp_path)
        assert len(list(run.glob("*tfevents*"))) == 1
        assert steps_of(run) == [1, 2]

    def test_training_is_the_same_without_it(self, tmp_path: Path) -> None:
        ends = []
        for callback in (None, package.HuggingFaceCallback(**ALL)):
            trainer = self.trainer(tmp_path, callback)
            trainer.train()
            ends.append(torch.cat([parameter.detach().flatten() for parameter in trainer.model.parameters()]))
        assert torch.equal(*ends)

    def test_without_a_board_a_resumed_training_continues_its_own_directory(self, tmp_path: Path) -> None:
        saved = {"save_strategy": "steps", "save_steps": 2}
        self.trainer(tmp_path, package.HuggingFaceCallback(**ALL), max_steps=2, **saved).train()
        trainer = self.trainer(tmp_path, package.HuggingFaceCallback(**ALL), max_steps=4, **saved)
        trainer.train(resume_from_checkpoint=True)
        (run,) = run_directories(tmp_path)
        assert run.parent == tmp_path / "runs"
        models, snapshots, _ = read(run)
        assert [snapshot.step for snapshot in snapshots] == [1, 2, 3, 4]
        assert len({model.session_id for model in models}) == 2
        assert scalars(run, "train/loss") == [2, 4]

    def test_a_training_that_raises_has_lost_nothing_and_the_next_one_records(self, tmp_path: Path) -> None:
        from transformers import TrainerCallback

        class Stop(TrainerCallback):
            def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
                if state.global_step == 3:
                    raise RuntimeError("out of memory")

        callback = package.HuggingFaceCallback(tmp_path / "mine", **ALL)
        trainer = self.trainer(tmp_path, callback)
        trainer.add_callback(Stop)
        with pytest.raises(RuntimeError, match="out of memory"):
            trainer.train()
        trainer.remove_callback(Stop)
        trainer.train()
        assert steps_of(tmp_path / "mine") == [1, 2, 3, 1, 2, 3, 4]
        assert not trainer.optimizer.optimizer._optimizer_step_pre_hooks

    def test_a_larger_tokenizer_than_the_table_names_nothing(self) -> None:
        assert token_labels(Gpt(vocabulary=65), self.tokenizer()) is None
        assert token_labels(nn.Linear(2, 2), self.tokenizer()) is None
        assert token_labels(Gpt(), None) is None


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
            return torch.optim.AdamW(self.parameters(), lr=1e-2)

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


@pytest.mark.parametrize("name", ["HuggingFaceCallback", "LightningCallback"])
def test_a_wrong_option_is_told_before_training(name: str) -> None:
    with pytest.raises(TypeError, match=rf"{name}\(\) has no option 'evry'; it takes .*every.*level"):
        getattr(package, name)(evry=3)


def test_a_training_nobody_ended_is_closed_with_its_callback(tmp_path: Path) -> None:
    class Owner:
        pass

    owner, model = Owner(), Gpt()
    optimizer = torch.optim.SGD(model.parameters())
    session = Session(owner, ALL)
    session.start(model, tmp_path, [optimizer])
    model(torch.arange(8)[None]).backward()
    optimizer.step()
    session.step(0)
    assert optimizer._optimizer_step_pre_hooks
    del owner
    gc.collect()
    assert not optimizer._optimizer_step_pre_hooks
    assert steps_of(tmp_path) == [0]


def test_a_path_that_a_writer_has_already_is_that_writer(tmp_path: Path) -> None:
    with SummaryWriter(str(tmp_path)) as writer:
        assert choose_place(f"{tmp_path}/.", [None, writer], lambda: "") is writer
        assert choose_place("elsewhere", [writer], lambda: "") == "elsewhere"


@pytest.mark.parametrize(
    ("name", "missing"),
    [("HuggingFaceCallback", ("transformers",)), ("LightningCallback", ("lightning", "pytorch_lightning"))],
)
def test_a_missing_library_is_one_line_and_leaves_the_rest_alone(name: str, missing: tuple[str, ...]) -> None:
    code = (
        f"import sys; sys.modules.update(dict.fromkeys({missing!r}))\n"
        "from tensorboard_plugin_paramviz import *\n"
        "assert watch\n"
        "try:\n"
        f"    from tensorboard_plugin_paramviz import {name}\n"
        "except ImportError as error:\n"
        "    print(error)\n"
    )
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, check=True)
    (line,) = done.stdout.splitlines()
    assert name in line
    assert "pip install" in line
