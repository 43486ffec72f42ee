"""`share`: the file it writes, what it says to a mistake, what it leaves behind."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from event_files import write_run
from export_runs import write_large
from saved_files import taken_apart

from tensorboard_plugin_paramviz.shell.main import main

COMMAND = [sys.executable, "-m", "tensorboard_plugin_paramviz", "share"]


@pytest.fixture
def logdir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two runs; a page of a few bytes, built or not; the working directory is empty."""
    write_run(tmp_path / "logs" / "a", range(6))
    write_run(tmp_path / "logs" / "b", range(3))
    (tmp_path / "static").mkdir()
    (tmp_path / "static" / "saved_page.js").write_text("void 0;\n")
    (tmp_path / "static" / "licenses.md").write_text("")
    monkeypatch.setattr("tensorboard_plugin_paramviz.web.share.document.FOLDER", tmp_path / "static")
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return tmp_path / "logs"


def files() -> list[str]:
    return sorted(path.name for path in Path.cwd().iterdir())


def test_a_run_is_written_under_its_own_name_or_the_one_asked_for(
    logdir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["share", str(logdir), "--run", "a"]) == 0
    assert main(["share", str(logdir / "b"), "-o", "mine.html", "--rows", "2", "--snapshots", "2"]) == 0
    assert files() == ["a-paramviz.html", "mine.html"]
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.splitlines()[0].startswith("wrote a-paramviz.html (")
    found = taken_apart([Path("mine.html").read_bytes()])
    assert found.words["info"]["run"] == "b", "a directory that is a run has the directory's name"
    assert "<title>b · Param Viz</title>" in found.text
    assert found.words["snapshots"] == {"kept": 2, "of": 3}
    assert [one["kept"] for one in found.words["rows"]] == [2]


def test_a_mistake_gets_one_line_that_names_the_mend(logdir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("there.html").write_text("mine")
    for arguments, status, said in (
        ([str(logdir)], 2, "say --run, one of 'a', 'b'"),
        ([str(logdir / "a"), "--embedding", "x"], 2, "transformer.wte"),
        ([str(logdir / "a"), "--snapshots", "1"], 2, "--snapshots must lie between 2 and 2,000, not 1"),
        ([str(logdir / "a"), "--rows", "20000", "--snapshots", "2000"], 2, "2,000,000 points"),
        ([str(logdir / "a"), "-o", "there.html"], 2, "--force"),
        (
            [str(logdir / "a"), "-o", "no/such/folder.html"],
            1,
            "no/such/folder.html can't be written: there is no directory",
        ),
        ([str(logdir / "nowhere")], 2, "no directory"),
    ):
        assert main(["share", *arguments]) == status, arguments
        (line,) = capsys.readouterr().err.splitlines()
        assert said in line, line
        assert "argument '" not in line
    assert files() == ["there.html"]
    assert Path("there.html").read_text() == "mine"


def test_what_is_interrupted_leaves_nothing_behind(tmp_path: Path) -> None:
    """With the built page, as a process of its own can't be given another."""
    write_large(tmp_path / "logs" / "a", 600, 3000, 256)
    here = tmp_path / "here"
    here.mkdir()
    command = [*COMMAND, str(tmp_path / "logs" / "a"), "-o", str(here / "a.html"), "--snapshots", "600"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    while process.poll() is None and not list(here.iterdir()):
        time.sleep(0.01)
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
    process.communicate()
    assert process.returncode == 130
    assert list(here.iterdir()) == []
