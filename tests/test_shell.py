"""The commands of the shell: what they print, what they write, what they say to a mistake, what they leave behind."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from event_files import EMBEDDING, RunWriter, model_event, scalar_event, snapshot_at, write_run
from export_runs import OTHER, write_awkward, write_large
from tensorboard.compat.proto.event_pb2 import Event

from tensorboard_plugin_paramviz.record import encode_snapshot
from tensorboard_plugin_paramviz.record.names import EMBEDDING_ROWS_PREFIX
from tensorboard_plugin_paramviz.shell.main import main
from tensorboard_plugin_paramviz.web.export.names import STEPS, WHATS

ROOT = Path(__file__).parent.parent
COMMAND = [sys.executable, "-m", "tensorboard_plugin_paramviz"]


@pytest.fixture
def logdir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two runs of ours and one of others; the working directory is empty."""
    write_awkward(tmp_path / "logs" / "a")
    write_run(tmp_path / "logs" / "b" / "c", range(3))
    RunWriter(tmp_path / "logs" / "plain").append(scalar_event("loss", 1.0, 0))
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return tmp_path / "logs"


def files() -> list[str]:
    return sorted(path.name for path in Path.cwd().iterdir())


def test_list_names_what_export_takes(logdir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list", str(logdir)]) == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert lines[0] == ["a:", "20", "snapshots,", "steps", "0", "to", "190"]
    assert lines[1][:3] == ["embeddings", OTHER, "3"]
    assert lines[2] == f"embeddings {EMBEDDING} 20 rows x 4 dims 20 snapshots".split()
    assert lines[3] == f"geometry {EMBEDDING} 5 figures 10 snapshots".split()
    assert lines[4] == ["stats", "3", "layers", "x", "15", "statistics", "20", "snapshots"]
    assert lines[5] == ["probe", "2", "blocks", "x", "4", "figures", "10", "snapshots"]
    assert lines[6] == ["learning_rates", "2", "parameter", "groups", "20", "snapshots"]
    assert lines[7] == ["b/c:", "3", "snapshots,", "steps", "0", "to", "2"]
    named = {line[0] for line in lines if not line[0].endswith(":")}
    assert named | {"positions"} == set(WHATS)


def test_list_prints_steps_that_export_takes_as_they_are(logdir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list", str(logdir / "b"), "--steps"]) == 0
    steps = capsys.readouterr().out.splitlines()[-1].split()[-1]
    assert main(["export", str(logdir / "b"), "--steps", steps, "-o", "x.npz"]) == 0
    assert np.load("x.npz")["steps"].tolist() == [0, 1, 2]


def test_export_needs_nothing_but_a_run(logdir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", str(logdir / "b" / "c")]) == 0
    (name,) = files()
    assert name == f"c-embeddings-{EMBEDDING}.npz"
    assert np.load(name)["values"].shape == (3, 5, 4)
    assert f"wrote {name}" in capsys.readouterr().err


def test_the_shell_writes_what_the_server_sends(logdir: Path) -> None:
    from server import PREFIX, served

    for what in WHATS:
        embedding = [] if what in ("stats", "probe", "learning_rates") else ["--embedding", EMBEDDING]
        for form in ("csv", "json", "npz"):
            name = f"{what}.{form}"
            assert main(["export", str(logdir), "--run", "a", "--what", what, *embedding, "-o", name, "-q"]) == 0
            with served(logdir) as (client, _):
                question = f"export?run=a&what={what}&format={form}" + "".join("&embedding=" + e for e in embedding[1:])
                assert client.get(PREFIX + question).get_data() == Path(name).read_bytes()


def test_the_standard_output_gets_a_table_and_nothing_else(
    logdir: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert main(["export", str(logdir / "a"), "--what", "stats", "--steps", "last", "-o", "-"]) == 0
    out, err = capfdbinary.readouterr()
    rows = list(csv.DictReader(io.StringIO(out.decode(), newline="")))
    assert [row["layer"] for row in rows] == [EMBEDDING, "lm_head", "transformer.h.0.mlp"]
    assert err == b""


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["export", "{logs}"], "has several runs: say --run, one of 'a', 'b/c'"),
        (["export", "{logs}", "--run", "d"], "no run 'd' in {logs}; there are 'a', 'b/c', 'plain'"),
        (["export", "{logs}/a"], f"--embedding is missing: say which of '{OTHER}', '{EMBEDDING}'"),
        (["export", "{logs}/a", "--embedding", "x"], "has no embeddings of 'x'; it has those of"),
        (["export", "{logs}/a", "--what", "stats", "--steps", "5"], "no snapshot at '5'; nearest: 0, 10"),
        (["export", "{logs}/a", "--what", "stats", "--steps", "x"], "--steps takes forms like all"),
        (["export", "{logs}/b", "--what", "probe"], "has no probe; it has embeddings, positions, stats"),
        (["export", "{logs}/b", "-o", "x.txt"], "a file .txt can be anything: say --format"),
        (["export", "{logs}/nowhere"], "no directory '{logs}/nowhere': give the one you give to tensorboard"),
        (["export", "{logs}/b", "--what", "weights"], "invalid choice: 'weights' (choose from"),
        (["export"], "the following arguments are required: LOGDIR"),
        ([], "the following arguments are required: list | check | report | export | share"),
    ],
)
def test_a_mistake_gets_one_line_that_names_the_mend(
    logdir: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    try:
        status = main([one.format(logs=logdir) for one in arguments])
    except SystemExit as end:  # argparse's own
        status = end.code
    out, err = capsys.readouterr()
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert words.format(logs=logdir) in err
    assert files() == []


def test_a_directory_without_records_of_ours_says_so(logdir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list", str(logdir / "plain")]) == 1
    assert "has no records of Param Viz" in capsys.readouterr().err


def test_a_file_that_is_there_is_written_over_only_by_force(logdir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("x.csv").write_text("mine")
    arguments = ["export", str(logdir / "b"), "-o", "x.csv"]
    assert main(arguments) == 2
    assert "x.csv is there already" in capsys.readouterr().err
    assert Path("x.csv").read_text() == "mine"
    assert main([*arguments, "--force"]) == 0
    assert Path("x.csv").read_text().startswith('"step"')
    assert files() == ["x.csv"]


def test_an_export_that_fails_leaves_the_file_that_was_there_and_no_other(
    logdir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = RunWriter(logdir / "broken")
    broken.append(model_event())
    for step in range(3):
        summary = encode_snapshot(snapshot_at(step))
        if step == 2:  # int8 rows without their scales
            kept = [value for value in summary.value if not value.tag.startswith(EMBEDDING_ROWS_PREFIX)]
            del summary.value[:]
            summary.value.extend(kept)
        broken.append(Event(step=step, wall_time=1.0, summary=summary).SerializeToString())
    Path("x.csv").write_text("mine")
    assert main(["export", str(logdir / "broken"), "-o", "x.csv", "--force"]) == 1
    assert "at step 2 can't be decoded" in capsys.readouterr().err
    assert Path("x.csv").read_text() == "mine"
    assert files() == ["x.csv"]
    assert main(["export", str(logdir / "broken"), "-o", "x.csv", "--force", "--steps", "0-1"]) == 0


def test_a_place_that_cannot_be_written_is_named(logdir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", str(logdir / "b"), "-o", "nowhere/x.csv"]) == 1
    assert "nowhere/x.csv" in capsys.readouterr().err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_export_that_is_stopped_takes_its_beginning_away(tmp_path: Path, number: signal.Signals) -> None:
    write_large(tmp_path / "run", 50, 2000, 400)
    place = tmp_path / "out"
    place.mkdir()
    command = [*COMMAND, "export", str(tmp_path / "run"), "-o", str(place / "x.csv")]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) as process:
        while process.poll() is None and not any(path.stat().st_size for path in place.iterdir()):
            time.sleep(0.01)
        assert [path.name for path in place.iterdir()] != ["x.csv"], "not its name before it is whole"
        process.send_signal(number)
        _, said = process.communicate(timeout=30)
    assert process.returncode == 128 + number
    assert list(place.iterdir()) == []
    assert "Traceback" not in said


def test_a_reader_that_has_had_enough_ends_it_without_a_word(tmp_path: Path) -> None:
    write_large(tmp_path / "run", 3, 1000, 100)
    command = [*COMMAND, "export", str(tmp_path / "run"), "-o", "-"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout.read(10) == b'"step","wa'
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 1


def test_a_terminal_shows_how_far_it_is(tmp_path: Path) -> None:
    write_large(tmp_path / "run", 20, 2000, 200)
    ours, theirs = pty.openpty()
    command = [*COMMAND, "export", str(tmp_path / "run"), "-o", str(tmp_path / "x.csv")]
    with subprocess.Popen(command, cwd=ROOT, stderr=theirs, stdout=subprocess.DEVNULL) as process:
        os.close(theirs)
        shown = b""
        try:
            while piece := os.read(ours, 1000):
                shown += piece
        except OSError:  # the other end is closed
            pass
    os.close(ours)
    lines = shown.decode().split("\r")
    assert process.returncode == 0
    assert any(" of 20 snapshots, " in line and line.startswith("[#") for line in lines)
    assert lines[-2].startswith("wrote ")


def test_help_is_there_at_once_and_tells_all(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["export", "--help"])
    assert end.value.code == 0
    text = capsys.readouterr().out
    assert all(f"  {word} " in text for word in [*WHATS, *STEPS])
    code = (
        "import sys; from tensorboard_plugin_paramviz.shell.main import parser; parser().format_help(); "
        "sys.exit(bool({'torch', 'numpy', 'tensorboard'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def test_an_export_imports_no_torch_and_reads_with_one_cheap_start(tmp_path: Path) -> None:
    write_run(tmp_path / "run", range(2))
    code = (
        "import sys; from tensorboard_plugin_paramviz.shell.main import main; "
        f"main(['export', {str(tmp_path / 'run')!r}, '-o', '-', '--format', 'json']); sys.exit('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False, capture_output=True)
    assert done.returncode == 0, done.stderr
    assert len(json.loads(done.stdout)["data"]) == 10
