"""Whatever goes wrong on our side, training goes on; and what can be recorded again is recorded again."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import textwrap
import threading
from pathlib import Path

import pytest
import torch
from torch import nn
from torch.utils.tensorboard import SummaryWriter
from toy_models import Gpt, adam, read, train

from tensorboard_plugin_paramviz import watch
from tensorboard_plugin_paramviz.capture import breaker, writing
from tensorboard_plugin_paramviz.capture.sink import Sink
from tensorboard_plugin_paramviz.capture.taking import Taker

HERE = Path(__file__).parent


@pytest.fixture
def no_rest(monkeypatch) -> None:
    monkeypatch.setattr(breaker, "FIRST_REST_SECS", 0.0)
    monkeypatch.setattr(breaker, "LONGEST_REST_SECS", 0.0)


def script(body: str, logdir: Path) -> subprocess.CompletedProcess[str]:
    """A training script in a process of its own."""
    head = f"""
        import sys
        sys.path[:0] = [{str(HERE)!r}, {str(HERE.parent.parent)!r}]
        import torch
        torch.set_num_threads(1)
        from torch.utils.tensorboard import SummaryWriter
        from toy_models import Gpt, adam, train
        from tensorboard_plugin_paramviz import watch
        logdir = {str(logdir)!r}
        model = Gpt()
        optimizer = adam(model)
    """
    source = textwrap.dedent(head) + textwrap.dedent(body)
    return subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, timeout=120, check=False)


def test_a_fault_while_measuring_costs_its_snapshot_and_nothing_else(tmp_path, monkeypatch, caplog, no_rest) -> None:
    take, calls = Taker.take, []

    def sometimes(self, before, loss):
        calls.append(0)
        if len(calls) in (2, 3):
            raise RuntimeError("CUDA error: something")
        return take(self, before, loss)

    monkeypatch.setattr(Taker, "take", sometimes)
    model = Gpt()
    with watch(model, tmp_path, optimizer=adam(model), every=1, max_overhead=None) as viz:
        train(model, adam(model), viz, 6)
    snapshots = read(tmp_path)[1]
    assert [snapshot.step for snapshot in snapshots] == [0, 3, 4, 5]
    assert snapshots[-1].self_cost.dropped_count == 2
    assert caplog.text.count("Traceback") == 1
    assert "recording again after 2 faults" in caplog.text


def test_a_fault_before_the_optimizer_step_never_reaches_the_optimizer(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(Taker, "keep_before", lambda self: 1 / 0)
    model = Gpt()
    optimizer = adam(model)
    with watch(model, tmp_path, optimizer=optimizer, every=1) as viz:
        assert len(train(model, optimizer, viz, 3)) == 3


def test_a_strict_watcher_raises_what_happened_in_either_thread(tmp_path, monkeypatch) -> None:
    model = Gpt()
    with monkeypatch.context() as patch:
        patch.setattr(Sink, "write", lambda *_: 1 / 0)
        viz = watch(model, tmp_path, every=1, strict=True)
        with pytest.raises(ZeroDivisionError):
            viz.close()
    viz = watch(model, tmp_path, every=1, strict=True)
    with pytest.raises(ValueError, match="invalid literal"):
        viz.step("third")  # type: ignore[arg-type]
    viz.close()


def test_a_wrong_step_does_not_stop_training(tmp_path) -> None:
    with watch(Gpt(), tmp_path, every=1) as viz:
        viz.step(None)  # type: ignore[arg-type]
    assert viz.snapshots == 0


def test_a_changed_model_says_what_to_do(tmp_path, caplog) -> None:
    model = nn.Linear(2, 2)
    with watch(model, tmp_path, every=1) as viz:
        model.weight = nn.Parameter(torch.ones(3, 2))
        viz.step(0)
    assert "call watch() again after changing the model" in caplog.text


def test_a_nearly_full_disk_is_left_to_the_user_and_used_again_later(tmp_path, monkeypatch, no_rest) -> None:
    free = [10_000_000]
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage._replace(free=free[0]))
    model = Gpt()
    with SummaryWriter(str(tmp_path)) as writer:
        viz = watch(model, writer, every=1, max_overhead=None)
        train(model, adam(model), viz, 3)
        while viz._recording.background.dropped < 3:
            threading.Event().wait(0.01)
        writer.add_scalar("loss", 1.0, 0)  # their writer is alive
        free[0] = usage.free
        train(model, adam(model), viz, 2, start=3)
        viz.close()
    models, snapshots, _ = read(tmp_path)
    assert len(models) == 1  # written late, before the first snapshot
    assert [snapshot.step for snapshot in snapshots] == [3, 4]


def test_a_full_disk_stops_nothing_and_recording_resumes_in_a_new_file(tmp_path) -> None:
    done = script(
        """
        import resource, time
        writer = SummaryWriter(logdir)
        viz = watch(model, writer, every=1, max_overhead=None)
        train(model, optimizer, viz, 3)
        while viz.snapshots < 3:
            time.sleep(0.01)
        no_limit = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, no_limit[1]))
        train(model, optimizer, viz, 5, start=3)
        try:
            for step in range(3):
                writer.add_scalar("loss", 1.0, step)
                time.sleep(0.2)
        except OSError as error:
            print("TensorBoard's own writer:", error)
        resource.setrlimit(resource.RLIMIT_FSIZE, no_limit)
        step, enough = 8, viz.snapshots + 6
        while viz.snapshots < enough and step < 1000:  # it rests for a second or more after a fault
            train(model, optimizer, viz, 1, start=step)
            time.sleep(0.05)
            step += 1
        viz.close()
        print("trained")
        """,
        tmp_path,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["TensorBoard's own writer: [Errno 27] File too large", "trained"]
    assert done.stderr.count("paramviz could not record a snapshot") == 1
    own = sorted(tmp_path.iterdir())[1:]  # the user's file ends with half a record and is never written again
    (tmp_path / "own").mkdir()
    for path in own:
        path.rename(tmp_path / "own" / path.name)
    steps = [snapshot.step for snapshot in read(tmp_path / "own")[1]]
    assert steps == sorted(set(steps))
    assert sum(step >= 8 for step in steps) >= 3


@pytest.mark.parametrize("ending", ["", "raise KeyboardInterrupt", "writer.close()"])
def test_a_script_that_never_closes_ends_by_itself_and_loses_nothing(tmp_path, ending: str) -> None:
    done = script(
        f"""
        writer = SummaryWriter(logdir)
        viz = watch(model, writer, optimizer=optimizer, every=1, max_overhead=None)
        train(model, optimizer, viz, 20)
        {ending}
        """,
        tmp_path,
    )
    assert done.returncode == (0 if "raise" not in ending else -2), done.stderr
    assert "paramviz" not in done.stderr
    assert [snapshot.step for snapshot in read(tmp_path)[1]] == list(range(20))


def test_an_interrupt_in_the_loop_still_writes_what_was_recorded(tmp_path) -> None:
    model = Gpt()
    with pytest.raises(KeyboardInterrupt), watch(model, tmp_path, every=1, max_overhead=None) as viz:  # noqa: PT012
        train(model, adam(model), viz, 4)
        raise KeyboardInterrupt
    assert len(read(tmp_path)[1]) == 4


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_child_writes_nothing_and_leaves_the_parent_alone(tmp_path) -> None:
    model = Gpt()
    optimizer = adam(model)
    with watch(model, tmp_path, optimizer=optimizer, every=1, max_overhead=None, strict=True) as viz:
        train(model, optimizer, viz, 2)
        if (child := os.fork()) == 0:
            viz.step(2)
            viz.close()
            os._exit(0)
        assert os.waitpid(child, 0)[1] == 0
        train(model, optimizer, viz, 2, start=2)
    assert [snapshot.step for snapshot in read(tmp_path)[1]] == [0, 1, 2, 3]


def test_a_disk_that_cannot_follow_is_waited_for_and_then_left_behind(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(writing, "PATIENCE_SECS", 0.05)
    gate, write = threading.Event(), Sink.write
    monkeypatch.setattr(Sink, "write", lambda *arguments: gate.wait() and write(*arguments))
    model = Gpt()
    with watch(model, tmp_path, every=1, max_overhead=None) as viz:
        train(model, adam(model), viz, 6)
        gate.set()
    snapshots = read(tmp_path)[1]
    assert [snapshot.step for snapshot in snapshots] == [0, 1]
    assert viz._recording.background.dropped == 4


def test_a_hanging_disk_does_not_hang_the_script(tmp_path, monkeypatch, caplog) -> None:
    monkeypatch.setattr(writing, "CLOSE_SECS", 0.1)
    gate = threading.Event()
    monkeypatch.setattr(Sink, "write", lambda *_: gate.wait())
    model = Gpt()
    with watch(model, tmp_path, every=1) as viz:
        train(model, adam(model), viz, 1)
    assert "gave up waiting for the disk" in caplog.text
    gate.set()
