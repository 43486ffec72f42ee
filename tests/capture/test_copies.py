"""What people copy, save, move and send away while it is watched: copies are plain, and record nothing."""

from __future__ import annotations

import copy
import io
import pickle
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest
import torch
from own_process import HEAD
from toy_models import Gpt, adam, read, train

from tensorboard_plugin_paramviz import Watcher, watch
from tensorboard_plugin_paramviz.record import STATS

NORM = STATS.index("weight_norm")


def pickled(thing: Any) -> Any:
    return pickle.loads(pickle.dumps(thing))


def saved(thing: Any) -> Any:
    file = io.BytesIO()
    torch.save(thing, file)
    file.seek(0)
    return torch.load(file, weights_only=False)


class KeepsAll(torch.optim.AdamW):
    """Its state is all of its attributes, our hook among them, as in optimizers people write."""

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__.copy()


class Learner(torch.nn.Module):
    """A model that holds the watcher itself, as in a LightningModule."""

    def __init__(self, logdir: Path) -> None:
        super().__init__()
        self.gpt = Gpt()
        self.viz = watch(self.gpt, logdir, every=1, max_overhead=None, strict=True)


@pytest.mark.parametrize("copied", [copy.deepcopy, pickled, saved])
@pytest.mark.parametrize("kind", [torch.optim.AdamW, KeepsAll])
def test_model_and_optimizer_can_be_copied_and_saved_while_watched(tmp_path, kind, copied) -> None:
    model = Gpt()
    optimizer = kind(model.parameters(), lr=0.01)
    with watch(model, tmp_path, optimizer=optimizer, every=1, max_overhead=None, strict=True) as viz:
        train(model, optimizer, viz, 2)
        twin, twins = copied((model, optimizer))
        train(twin, twins, None, 3)  # a step of the copy is none of ours
        copied(optimizer.state_dict())
        train(model, optimizer, viz, 2, start=2)
    snapshots = read(tmp_path)[1]
    assert [snapshot.step for snapshot in snapshots] == [0, 1, 2, 3]
    assert all((snapshot.stats[:1, STATS.index("update_norm")] > 0).all() for snapshot in snapshots)
    train(twin, twins, None, 1)


@pytest.mark.parametrize("copied", [copy.deepcopy, pickled, saved])
def test_a_copy_of_a_watcher_records_nothing_and_closes_nothing(tmp_path, copied) -> None:
    learner = Learner(tmp_path)
    twin: Learner = copied(learner)
    assert isinstance(twin.viz, Watcher)
    assert twin.viz.session_id == learner.viz.session_id
    train(twin.gpt, adam(twin.gpt), twin.viz, 2)
    twin.viz.close()
    assert twin.viz.snapshots == 0
    train(learner.gpt, adam(learner.gpt), learner.viz, 2, start=5)
    learner.viz.close()
    assert [snapshot.step for snapshot in read(tmp_path)[1]] == [5, 6]


def test_a_moving_average_beside_the_model_changes_nothing(tmp_path) -> None:
    model = Gpt()
    optimizer = adam(model)
    average = torch.optim.swa_utils.AveragedModel(model, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(0.9))
    with watch(model, tmp_path, optimizer=optimizer, every=1, max_overhead=None, strict=True) as viz:
        for step in range(3):
            train(model, optimizer, viz, 1, start=step)
            average.update_parameters(model)
    expected = float(model.transformer["wte"].weight.detach().norm())
    assert read(tmp_path)[1][-1].stats[0, NORM] == pytest.approx(expected, rel=1e-5)


def test_a_model_moved_to_another_type_or_loaded_from_a_file_is_followed(tmp_path) -> None:
    model, expected = Gpt(), []
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    changes = [
        lambda: None,
        lambda: model.to(torch.float64),
        lambda: model.to(torch.bfloat16),
        lambda: model.to(torch.float32).load_state_dict(Gpt().state_dict()),
        lambda: optimizer.load_state_dict(optimizer.state_dict()),
        lambda: model.to(memory_format=torch.channels_last),
        lambda: model.eval(),
        lambda: model.requires_grad_(False).requires_grad_(True),
    ]
    with watch(model, tmp_path, optimizer=optimizer, every=1, max_overhead=None, strict=True) as viz:
        for step, change in enumerate(changes):
            change()
            train(model, optimizer, viz, 1, start=step)
            expected.append(float(model.transformer["wte"].weight.detach().double().norm()))
    norms = [float(snapshot.stats[0, NORM]) for snapshot in read(tmp_path)[1]]
    assert norms == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("start", ["fork", "spawn"])
def test_workers_of_a_loader_may_hold_model_and_watcher(tmp_path, start: str) -> None:
    (tmp_path / "training.py").write_text(
        textwrap.dedent(HEAD)
        + f"""
from torch.utils.data import DataLoader, Dataset


class Batches(Dataset):
    def __init__(self, model, optimizer, viz):
        self.model, self.optimizer, self.viz = model, optimizer, viz

    def __len__(self):
        return 8

    def __getitem__(self, index):
        self.viz.step(1000 + index)  # silent in a worker
        return (torch.arange(8) + index) % 65


if __name__ == "__main__":
    model = Gpt()
    optimizer = adam(model)
    viz = watch(model, sys.argv[1], optimizer=optimizer, every=1, max_overhead=None, strict=True)
    loader = DataLoader(Batches(model, optimizer, viz), num_workers=1, multiprocessing_context={start!r})
    for step, ids in enumerate(loader):
        loss = model(ids)
        loss.backward()
        optimizer.step()
        viz.step(step, loss=loss)
        optimizer.zero_grad()
"""
    )
    run = tmp_path / "run"
    started = [sys.executable, str(tmp_path / "training.py"), str(run)]
    done = subprocess.run(started, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert [snapshot.step for snapshot in read(run)[1]] == list(range(8))
