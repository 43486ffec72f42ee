"""demo.py with the real TensorBoard and the real training: it serves, stops cleanly, and leaves nothing running."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

import demo

ROOT = Path(demo.__file__).parent
TINY = "--dataset python --device cpu --layers 1 --heads 2 --width 16 --block-size 8 --batch-size 4"


class Demo:
    """demo.py as a child that leads a process group, its output read line by line."""

    def __init__(self, *arguments: str, environment: dict[str, str] | None = None) -> None:
        self.child = subprocess.Popen(
            [sys.executable, str(ROOT / "demo.py"), *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            process_group=0,
            env=os.environ | {"OMP_NUM_THREADS": "1"} | (environment or {}),
        )
        self.output = ""

    def read_until(self, words: str) -> str:
        assert self.child.stdout is not None
        while words not in self.output:
            piece = self.child.stdout.readline()  # the progress bar's \r end lines too
            assert piece, self.output
            self.output += piece
        return self.output

    def end(self) -> int:
        self.output += self.child.communicate(timeout=60)[0]
        return self.child.returncode

    @property
    def address(self) -> str:
        found = re.search(r"(http://127\.0\.0\.1:\d+/)#paramviz", self.read_until("#paramviz"))
        assert found
        return found[1]


def processes_naming(path: Path) -> list[str]:
    """The command lines of all live processes that name `path`."""
    found = []
    for directory in Path("/proc").glob("[0-9]*"):
        try:
            command = (directory / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue  # it has ended meanwhile
        if str(path) in command:
            found.append(command)
    return found


def answers(address: str) -> bool:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(address, timeout=5) as response:
            return bool(response.status == 200)
    except urllib.error.URLError:
        return False


def to_demo_only(child: subprocess.Popen[str]) -> None:
    child.send_signal(signal.SIGINT)


def to_the_group(child: subprocess.Popen[str]) -> None:
    os.killpg(child.pid, signal.SIGINT)


def terminate(child: subprocess.Popen[str]) -> None:
    child.terminate()


needs_proc = pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks for processes in /proc")


@needs_proc
def test_it_trains_and_leaves_nothing_running_when_done(tmp_path: Path) -> None:
    run = Demo("--logdir", str(tmp_path), "--exit-when-done", "--", *TINY.split(), "--steps", "30")
    assert run.end() == 0, run.output
    assert "30 steps, loss" in run.output
    assert "make view" in run.output
    (logdir,) = tmp_path.iterdir()
    assert (logdir / "ckpt.pt").is_file()
    assert not answers(run.address)
    assert processes_naming(tmp_path) == []


@needs_proc
@pytest.mark.parametrize("interrupt", [to_demo_only, to_the_group, terminate])
def test_ctrl_c_while_it_trains_saves_the_run_and_ends_both(
    tmp_path: Path, interrupt: Callable[[subprocess.Popen[str]], None]
) -> None:
    logdir = tmp_path / "mine"
    run = Demo("--", *TINY.split(), "--steps", "1000000", "--logdir", str(logdir))
    assert answers(run.address)
    while not any(path.stat().st_size > 5000 for path in logdir.glob("*tfevents*")):
        assert run.child.poll() is None
        time.sleep(0.05)
    interrupt(run.child)
    assert run.end() == 130, run.output
    assert "Traceback" not in run.output
    assert "Stopped after" in run.output
    assert f"The run is in {logdir}; make view shows it again." in run.output
    assert (logdir / "ckpt.pt").is_file()
    assert processes_naming(tmp_path) == []


@needs_proc
def test_ctrl_c_before_the_first_step_ends_both_without_a_traceback(tmp_path: Path) -> None:
    run = Demo("--logdir", str(tmp_path), "--", *TINY.split())
    run.read_until("Training into")
    to_the_group(run.child)
    assert run.end() == 130
    assert "Traceback" not in run.output
    assert processes_naming(tmp_path) == []


@needs_proc
def test_view_only_serves_until_ctrl_c(tmp_path: Path) -> None:
    run = Demo("--view", "--logdir", str(tmp_path))
    address = run.address
    run.read_until("Ctrl-C ends it")
    assert answers(address)
    to_the_group(run.child)
    assert run.end() == 130
    assert "Traceback" not in run.output
    assert list(tmp_path.iterdir()) == []
    assert processes_naming(tmp_path) == []


def test_a_wrong_option_of_the_training_ends_the_demo_with_its_one_line(tmp_path: Path) -> None:
    run = Demo("--logdir", str(tmp_path), "--", "--steps", "0")
    assert run.end() == 2
    assert "give a whole number of at least 1" in run.output
    assert not answers(run.address)


def test_a_tensorboard_that_cannot_start_is_one_line_with_its_own_reason(tmp_path: Path) -> None:
    (tmp_path / "tensorboard").mkdir()
    (tmp_path / "tensorboard" / "__init__.py").write_text("raise ImportError('no such luck')")
    run = Demo("--logdir", str(tmp_path / "runs"), environment={"PYTHONPATH": str(tmp_path)})
    assert run.end() == 2
    assert run.output.count("\n") == 1
    assert "TensorBoard can't start (ImportError: no such luck)" in run.output


def test_a_taken_port_and_a_missing_directory_are_told_before_anything_starts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert demo.main(["--logdir", str(tmp_path), "--port", str(port)]) == 2
        assert f"--port {port} is taken" in capsys.readouterr().err
        assert demo.free_port(None) != port
    assert demo.main(["--view", "--logdir", str(tmp_path / "none")]) == 2
    assert "make demo" in capsys.readouterr().err
