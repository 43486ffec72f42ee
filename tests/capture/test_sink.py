"""Where records end up when the directory, the disk or the user's writer does not play along."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
import textwrap
import threading
from pathlib import Path

import pytest
from own_process import mounted
from tensorboard.compat.proto.summary_pb2 import Summary
from torch.utils.tensorboard import SummaryWriter
from toy_models import events

from tensorboard_plugin_paramviz.capture.sink import Sink

ROOT = Path(__file__).parent.parent.parent


def summary(tag: str = "paramviz/stats", size: int = 0) -> Summary:
    value = Summary.Value(tag=tag)
    value.tensor.tensor_content = b"x" * size
    return Summary(value=[value])


def tags(logdir: Path) -> list[tuple[str, int]]:
    return [(value.tag, event.step) for event in events(logdir) for value in event.summary.value]


def write(sink: Sink, *steps: int) -> None:
    for step in steps:
        sink.write([summary()], step, 1000.0 + step)


def test_a_file_of_its_own_takes_no_thread_and_is_readable_after_every_record(tmp_path) -> None:
    threads = threading.active_count()
    sink = Sink(str(tmp_path / "deep" / "run"))
    for step in range(3):
        write(sink, step)
        assert tags(tmp_path / "deep" / "run") == [("paramviz/stats", earlier) for earlier in range(step + 1)]
    assert threading.active_count() == threads
    (first, *_) = events(tmp_path / "deep" / "run")
    assert first.file_version == "brain.Event:2"
    sink.close()
    sink.close()


def test_files_begun_in_the_same_second_never_share_a_name(tmp_path) -> None:
    with SummaryWriter(str(tmp_path)) as writer:
        writer.add_scalar("loss", 1.0, 0)
        sinks = [Sink(str(tmp_path)) for _ in range(3)]
        for sink in sinks:
            write(sink, 7)
            sink.close()
    assert len(list(tmp_path.iterdir())) == 4
    assert sorted(tags(tmp_path)) == [("loss", 0), *[("paramviz/stats", 7)] * 3]


def test_a_deleted_run_begins_again_with_its_model_record(tmp_path) -> None:
    for whole in (True, False):
        logdir = tmp_path / f"{whole}"
        sink = Sink(str(logdir))
        sink.write([summary("paramviz/model")], 0, 1000.0)
        write(sink, 1)
        for path in [logdir] if whole else logdir.iterdir():
            shutil.rmtree(path) if whole else path.unlink()
        write(sink, 2, 3)
        sink.close()
        assert tags(logdir) == [("paramviz/model", 0), ("paramviz/stats", 2), ("paramviz/stats", 3)]


def test_a_run_deleted_under_the_users_writer_goes_on_in_a_file_of_its_own(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(threading, "excepthook", lambda arguments: None)  # their thread dies aloud
    logdir = tmp_path / "run"
    writer = SummaryWriter(str(logdir))
    sink = Sink(str(logdir), writer)
    sink.write([summary("paramviz/model")], 0, 1000.0)
    shutil.rmtree(logdir)
    with pytest.raises(FileNotFoundError):
        write(sink, 1)
    write(sink, 2)
    sink.close()
    assert tags(logdir) == [("paramviz/model", 0), ("paramviz/stats", 2)]


def test_a_directory_that_became_a_file_is_a_fault_until_it_is_one_again(tmp_path) -> None:
    logdir = tmp_path / "run"
    sink = Sink(str(logdir))
    sink.write([summary("paramviz/model")], 0, 1000.0)
    shutil.rmtree(logdir)
    logdir.write_text("not a directory")
    with pytest.raises(OSError, match=os.strerror(errno.EEXIST)):
        write(sink, 1)
    logdir.unlink()
    write(sink, 2)
    sink.close()
    assert tags(logdir) == [("paramviz/model", 0), ("paramviz/stats", 2)]


def test_a_new_file_begins_with_the_last_model_record(tmp_path) -> None:
    logdir = tmp_path / "run"
    sink = Sink(str(logdir))
    for step in (0, 5):  # the model has changed
        sink.write([summary("paramviz/model")], step, 1000.0 + step)
        write(sink, step + 1)
    shutil.rmtree(logdir)
    write(sink, 7)
    sink.close()
    assert tags(logdir) == [("paramviz/model", 5), ("paramviz/stats", 7)]


def test_a_user_who_closes_the_writer_meanwhile_loses_nothing(tmp_path) -> None:
    writer = SummaryWriter(str(tmp_path))
    sink = Sink(str(tmp_path), writer)
    stop = threading.Event()

    def close_it() -> None:
        while not stop.is_set():
            writer.close()

    closer = threading.Thread(target=close_it)
    closer.start()
    for step in range(15):
        write(sink, step)
    stop.set()
    closer.join()
    sink.close()
    writer.close()
    assert sorted(step for _, step in tags(tmp_path)) == list(range(15))


def in_a_process(body: str, *command: str) -> subprocess.CompletedProcess[str]:
    head = f"""
        import os, sys
        sys.path[:0] = [{str(ROOT)!r}, {str(Path(__file__).parent)!r}]
        from tensorboard.compat.proto.event_pb2 import Event
        from tensorboard_plugin_paramviz.capture.event_file import EventFile
        from test_sink import *
    """
    source = textwrap.dedent(head) + textwrap.dedent(body)
    return subprocess.run(
        [*command, sys.executable, "-c", source], capture_output=True, text=True, timeout=120, check=False
    )


def test_a_write_cut_short_leaves_no_trace_and_the_same_file_goes_on(tmp_path) -> None:
    done = in_a_process(
        f"""
        import resource, signal
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        file = EventFile({str(tmp_path)!r})
        small, large = (Event(step=step, summary=summary(size=size)) for step, size in ((1, 100), (2, 50_000)))
        file.write(small)
        _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, hard))
        for _ in range(3):
            try:
                file.write(large)
            except OSError as error:
                left = sum(path.stat().st_size for path in Path({str(tmp_path)!r}).iterdir())
                print(error.strerror, file.is_usable, left < 1000)
        file.write(small)
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
        file.write(large)
        """
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [f"{os.strerror(errno.EFBIG)} True True"] * 3
    assert done.stderr == ""
    assert [event.step for event in events(tmp_path)] == [0, 1, 1, 2]


def test_a_disk_filled_to_the_last_byte_and_freed_again(tmp_path) -> None:
    disk, kept = tmp_path / "disk", tmp_path / "kept"
    command = mounted("24m", disk)
    if command is None:
        pytest.skip("needs a user namespace to mount a small file system; RLIMIT_FSIZE stands in for it elsewhere")
    done = in_a_process(
        f"""
        disk, kept = Path({str(disk)!r}), Path({str(kept)!r})
        writer = SummaryWriter(str(disk / "shared"))
        sinks = {{"shared": Sink(str(disk / "shared"), writer), "own": Sink(str(disk / "own"))}}
        for sink in sinks.values():
            sink.write([summary("paramviz/model")], 0, 1000.0)

        def attempt(step, reserve):
            import tensorboard_plugin_paramviz.capture.sink as module
            module.RESERVED_BYTES = reserve
            for name, sink in sinks.items():
                try:
                    sink.write([summary(size=300_000)], step, 1000.0)
                except OSError as error:
                    print(step, name, error.errno == errno.ENOSPC)

        attempt(1, 16_000_000)
        with open(disk / "a saved model", "wb", buffering=0) as ballast:
            ballast.write(b"x" * 9_000_000)
            attempt(2, 16_000_000)        # nearly full: the rest is the user's
            writer.add_scalar("loss", 1.0, 2)
            writer.flush()
            try:
                while ballast.write(b"x" * 100_000):
                    pass
            except OSError:
                pass
            ballast.seek(0)
            attempt(3, -1_000_000)         # full, and found out only by writing
        os.remove(disk / "a saved model")
        attempt(4, 16_000_000)            # freed
        attempt(5, 16_000_000)
        shutil.copytree(disk, kept)
        """,
        *command,
    )
    assert done.returncode == 0, done.stderr
    expected = [f"{step} {name} True" for step in (2, 3) for name in ("shared", "own")]
    assert done.stdout.splitlines() == expected
    assert tags(kept / "own") == [("paramviz/model", 0), *(("paramviz/stats", step) for step in (1, 4, 5))]
    assert len(list((kept / "shared").iterdir())) == 2  # theirs ends with half a record and is never written again
    assert tags(kept / "shared") == [
        ("paramviz/model", 0),
        ("paramviz/stats", 1),
        ("loss", 2),
        ("paramviz/stats", 4),
        ("paramviz/stats", 5),
    ]
