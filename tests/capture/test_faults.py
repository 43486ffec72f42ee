"""Whatever goes wrong on our side, training goes on; and what can be recorded again is recorded again."""

from __future__ import annotations

import gc
import os
import random
import shutil
import signal
import threading
import time
import weakref
from pathlib import Path

import pytest
import torch
from own_process import mounted, script
from torch import nn
from torch.utils.tensorboard import SummaryWriter
from toy_models import Gpt, adam, read, train

from tensorboard_plugin_paramviz import watch
from tensorboard_plugin_paramviz.capture import background, breaker
from tensorboard_plugin_paramviz.capture.sink import Sink
from tensorboard_plugin_paramviz.capture.taking import Taker


@pytest.fixture
def no_rest(monkeypatch) -> None:
    monkeypatch.setattr(breaker, "FIRST_REST_SECS", 0.0)
    monkeypatch.setattr(breaker, "LONGEST_REST_SECS", 0.0)


def test_a_fault_while_measuring_costs_its_snapshot_and_nothing_else(tmp_path, monkeypatch, caplog, no_rest) -> None:
    take, calls = Taker.take, []

    def sometimes(self, *arguments):
        calls.append(0)
        if len(calls) in (2, 3):
            raise RuntimeError("CUDA error: something")
        return take(self, *arguments)

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
        viz = watch(model, tmp_path, every=1, max_overhead=None, strict=True)
        with pytest.raises(ZeroDivisionError):
            viz.close()
    viz = watch(model, tmp_path, every=1, max_overhead=None, strict=True)
    with pytest.raises(ValueError, match="invalid literal"):
        viz.step("third")  # type: ignore[arg-type]
    viz.close()


def test_a_wrong_step_does_not_stop_training(tmp_path) -> None:
    with watch(Gpt(), tmp_path, every=1) as viz:
        viz.step(None)  # type: ignore[arg-type]
    assert viz.snapshots == 0


def test_a_changed_model_is_looked_at_anew(tmp_path) -> None:
    model = nn.Linear(2, 2)
    with watch(model, tmp_path, every=1, max_overhead=None, strict=True) as viz:
        viz.step(0)
        model.weight = nn.Parameter(torch.ones(3, 2))
        viz.step(1)
    models, snapshots, _ = read(tmp_path)
    assert [record.layers[0].shape for record in models] == [(2, 2), (3, 2)]
    assert [snapshot.step for snapshot in snapshots] == [0, 1]


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


def test_a_disk_that_cannot_follow_is_waited_for_and_then_left_behind(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(background, "PATIENCE_SECS", 0.05)
    gate, write = threading.Event(), Sink.write
    monkeypatch.setattr(Sink, "write", lambda *arguments: gate.wait() and write(*arguments))
    model = Gpt()
    with watch(model, tmp_path, every=1, max_overhead=None) as viz:
        train(model, adam(model), viz, 6)
        gate.set()
    snapshots = read(tmp_path)[1]
    assert [snapshot.step for snapshot in snapshots] == list(range(background.QUEUE_SIZE))
    assert viz._recording.background.dropped == 6 - background.QUEUE_SIZE


def test_a_hanging_disk_does_not_hang_the_script(tmp_path, monkeypatch, caplog) -> None:
    monkeypatch.setattr(background, "CLOSE_SECS", 0.1)
    gate = threading.Event()
    monkeypatch.setattr(Sink, "write", lambda *_: gate.wait())
    model = Gpt()
    with watch(model, tmp_path, every=1) as viz:
        train(model, adam(model), viz, 1)
    assert "gave up waiting for the disk" in caplog.text
    gate.set()


def test_an_interrupt_at_any_moment_leaves_training_and_recording_whole(tmp_path) -> None:
    """Ctrl-C is a signal: it strikes between any two instructions of the loop, of viz.step() and of the hook too."""
    is_armed, interrupts, step = False, 0, 0

    def interrupt(*_: object) -> None:
        if is_armed:
            raise KeyboardInterrupt

    model = Gpt(dims=8, blocks=1)
    optimizer = adam(model)
    before = signal.signal(signal.SIGALRM, interrupt)
    try:
        with watch(model, tmp_path, optimizer=optimizer, every=1, max_overhead=None, strict=True) as viz:
            started = time.perf_counter()
            train(model, optimizer, viz, 5)
            step_secs = (time.perf_counter() - started) / 5
            for step in range(5, 150):
                try:
                    is_armed = True
                    signal.setitimer(signal.ITIMER_REAL, random.uniform(1e-5, 1.5 * step_secs))
                    train(model, optimizer, viz, 1, start=step)
                    is_armed = False
                except KeyboardInterrupt:
                    is_armed = False
                    interrupts += 1
            train(model, optimizer, viz, 5, start=step + 1)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert interrupts > 20
    steps = [snapshot.step for snapshot in read(tmp_path)[1]]
    assert steps == sorted(set(steps))
    assert {*range(5), *range(150, 155)} <= set(steps)
    assert len(steps) >= 155 - interrupts


def test_opened_and_closed_a_thousand_times_nothing_is_left(tmp_path) -> None:
    def left() -> tuple[int, int]:
        gc.collect()
        return threading.active_count(), len(list(Path("/proc/self/fd").iterdir()))

    model = nn.Linear(2, 2)
    model.weight.grad = torch.ones(2, 2)
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    watch(model, tmp_path, optimizer=optimizer).close()
    before = left()
    for _ in range(1000):
        with watch(model, tmp_path, optimizer=optimizer, every=1, max_overhead=None, strict=True) as viz:
            viz.step(0)
    assert left() == before
    assert len(optimizer._optimizer_step_pre_hooks) == 0
    assert viz.snapshots == 1
    watcher, watched = weakref.ref(viz), weakref.ref(model)
    del model, optimizer, viz
    gc.collect()
    assert watcher() is None
    assert watched() is None


def test_two_watchers_and_two_threads_at_once_record_each_their_own(tmp_path) -> None:
    def trains(name: str) -> None:
        model = Gpt(dims=8, blocks=1)
        optimizer = adam(model)
        with watch(model, tmp_path / name, optimizer=optimizer, every=1, max_overhead=None, strict=True) as viz:
            train(model, optimizer, viz, 30)

    threads = [threading.Thread(target=trains, args=(name,)) for name in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for name in "ab":
        assert [snapshot.step for snapshot in read(tmp_path / name)[1]] == list(range(30))


def test_a_directory_that_may_no_longer_be_written_is_tried_again(tmp_path, no_rest, caplog) -> None:
    if os.geteuid() != 0:
        deny, allow = (lambda: logdir.chmod(0)), (lambda: logdir.chmod(0o700))
    else:  # root may write anywhere: be somebody else meanwhile
        deny, allow = (lambda: os.seteuid(65534)), (lambda: os.seteuid(0))
    logdir = tmp_path / "run"
    logdir.mkdir(mode=0o700)
    model = Gpt()
    with SummaryWriter(str(logdir)) as writer, pytest.MonkeyPatch.context() as patch:
        patch.setattr(threading, "excepthook", lambda arguments: None)  # the thread of their writer dies aloud
        viz = watch(model, writer, every=1, max_overhead=None)
        train(model, adam(model), viz, 2)
        while viz.snapshots < 2:
            time.sleep(0.01)
        deny()
        try:
            train(model, adam(model), viz, 3, start=2)
            while viz._recording.background.dropped < 3:
                time.sleep(0.01)
        finally:
            allow()
        train(model, adam(model), viz, 2, start=5)
        viz.close()
        writer.close()
    assert [snapshot.step for snapshot in read(logdir)[1]] == [0, 1, 5, 6]
    assert caplog.text.count("Traceback") == 1


def test_a_run_on_a_disk_that_fills_up_and_is_freed_goes_on(tmp_path) -> None:
    disk, kept = tmp_path / "disk", tmp_path / "kept"
    command = mounted("24m", disk)
    if command is None:
        pytest.skip("needs a user namespace to mount a small file system; the limit of file sizes stands in for it")
    done = script(
        f"""
        import shutil
        viz = watch(model, logdir + "/run", optimizer=optimizer, every=1, max_overhead=None)

        def until(is_so, step=[0]):
            for _ in range(2000):
                train(model, optimizer, viz, 1, start=step[0])
                step[0] += 1
                time.sleep(0.01)
                if is_so():
                    return
            raise AssertionError("never")

        until(lambda: viz.snapshots >= 5)
        with open(logdir + "/ballast", "wb", buffering=0) as ballast:
            try:
                while ballast.write(b"x" * 100_000):
                    pass
            except OSError as error:
                print(error.strerror)
        full = viz.snapshots
        until(lambda: viz._recording.background.dropped >= 20)
        os.remove(logdir + "/ballast")
        until(lambda: viz.snapshots >= full + 8)
        viz.close()
        print(viz.snapshots)
        shutil.copytree(logdir + "/run", {str(kept)!r})
        """,
        disk,
        *command,
    )
    assert done.returncode == 0, done.stderr
    message, count = done.stdout.splitlines()
    assert message == "No space left on device"
    assert done.stderr.count("Traceback") == 1
    assert "recording again after" in done.stderr
    models, snapshots, _ = read(kept)
    assert len(models) == len(list(kept.iterdir())) == 1
    assert len(snapshots) == int(count)
    assert snapshots[-1].self_cost.dropped_count >= 20
