"""The callback in real Trainers of transformers: a snapshot for each optimizer step, with its gradients, in the run it
belongs to."""

from __future__ import annotations

import math
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from recorded_by_callbacks import ALL, grad_norm, run_directories, scalars, stat, steps_of
from torch import nn
from toy_models import Gpt, read

import tensorboard_plugin_paramviz as package
from tensorboard_plugin_paramviz.callbacks.token_labels import token_labels
from tensorboard_plugin_paramviz.capture.sink import Sink

pytestmark = pytest.mark.xdist_group("callbacks")


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

    def test_its_function_is_told_what_is_found(self, tmp_path: Path, found: list[package.Finding]) -> None:
        callback = package.HuggingFaceCallback(tmp_path / "run", on_insight=found.append, **ALL)
        self.trainer(tmp_path, callback, max_steps=6, learning_rate=math.inf).train()
        assert "non_finite" in {one.insight for one in found}

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
