"""`check`: a script learns from the exit status, a person from the words, whether runs are healthy."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import uuid
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from event_files import RunWriter, model_event, scalar_event
from store import Store

from simulated.model import Settings
from simulated.run import write
from tensorboard_plugin_paramviz.shell.awaiting import Waiting
from tensorboard_plugin_paramviz.shell.exits import STATUS_OF
from tensorboard_plugin_paramviz.shell.main import main

pytestmark = pytest.mark.xdist_group("check")
ROOT = Path(__file__).parent.parent
COMMAND = [sys.executable, "-m", "tensorboard_plugin_paramviz", "check"]
#: The worst of each by its planted truth.
SCENARIOS = {"decay_kink": "note", "plateau_then_drop": "watch", "attention_collapse": "problem"}


@pytest.fixture(scope="module")
def logdir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Runs named after the worst that is found in them."""
    folder = tmp_path_factory.mktemp("logs")
    for scenario, worst in SCENARIOS.items():
        write(Settings(1000, 100, layers=4, rows=65, dims=16, seed=0), scenario, folder / worst, None)
    return folder


def checked(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, Any, str]:
    """(status, the JSON object that was printed, the standard error)."""
    status = main(["check", "--json", *map(str, arguments)])
    out, err = capsys.readouterr()
    return status, json.loads(out), err


@pytest.mark.parametrize(
    ("run", "options", "status"),
    [
        ("note", [], 0),
        ("watch", [], 3),
        ("problem", [], 4),
        ("watch", ["--fail-on", "problem"], 0),
        ("problem", ["--fail-on", "problem"], 4),
    ],
)
def test_the_exit_status_is_the_worst_that_was_found(
    logdir: Path, capsys: pytest.CaptureFixture[str], run: str, options: list[str], status: int
) -> None:
    assert main(["check", str(logdir / run), "-q", *options]) == status
    assert capsys.readouterr() == ("", "")


def test_no_verdict_can_be_taken_for_a_fault_or_a_wrong_argument() -> None:
    assert not {0, 1, 2, 130, 128 + signal.SIGTERM} & set(STATUS_OF.values())
    assert STATUS_OF["watch"] < STATUS_OF["problem"]


def test_of_several_runs_the_worst_counts_and_each_is_told(logdir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, found, _ = checked(capsys, logdir)
    assert status == found["status"] == STATUS_OF["problem"]
    assert found["severity"] == "problem"
    assert [one["run"] for one in checked(capsys, logdir, "--run", "note")[1]["runs"]] == ["note"]
    assert [one["run"] for one in found["runs"]] == ["note", "problem", "watch"]
    for one in found["runs"]:
        assert (one["first_step"], one["snapshots"]) == (0, 100)
        assert one["phases"][0]["first_step"] == 0
        assert one["severity"] == max(
            (finding["severity"] for finding in one["findings"]), key=["note", "watch", "problem"].index, default=None
        )
        assert one["severity"] in ((None, "note") if one["run"] == "note" else (one["run"],))


def test_a_person_reads_phases_and_findings_with_cause_and_remedy(
    logdir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", str(logdir / "problem")]) == STATUS_OF["problem"]
    text = capsys.readouterr().out
    truth = json.loads((logdir / "problem" / "truth.json").read_text())["findings"][0]
    assert text.startswith("problem: ")
    assert re.search(r"^  Initialization to step \d+, then ", text, re.MULTILINE)
    severities = re.findall(r"^  (PROBLEM|WATCH|NOTE) +[a-z ]+, steps? \d", text, re.MULTILINE)
    assert severities == sorted(severities, key=["PROBLEM", "WATCH", "NOTE"].index)
    begin = text.index("PROBLEM  attention collapse")
    one = text[begin : text.find("\n\n", begin)]
    assert truth["layers"][0] in one
    said = ("Likely: query and key", "What people do: normalize", "Source: Zhai", "From step")
    assert all(word in one for word in said)
    found = int(re.search(r"steps (\d+) to 999", one)[1])
    assert found == pytest.approx(truth["step"], abs=25)
    assert max(map(len, text.splitlines())) <= 110


def test_a_run_that_cannot_be_checked_is_no_healthy_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    writer = RunWriter(tmp_path / "odd")
    writer.append(b"\x12")  # no event at all
    broken = RunWriter(tmp_path / "broken")
    broken.append(model_event().replace(b'"session_id"', b'"session_xx"'))
    assert main(["check", str(tmp_path)]) == 1
    assert "has no model record that can be read" in capsys.readouterr().err
    status, found, _ = checked(capsys, tmp_path)
    assert (status, list(found["failed"]), found["runs"]) == (1, ["broken"], [])


def test_a_run_too_short_to_tell_is_not_called_healthy(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    RunWriter(tmp_path / "young").append(model_event(), scalar_event("train/loss", np.log(5), 0))
    assert main(["check", str(tmp_path / "young")]) == 0
    text = capsys.readouterr().out
    assert "too short" in text
    assert "healthy" not in text


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["{logs}/nowhere"], 2, "no directory"),
        (["{logs}", "--run", "x"], 2, "no run 'x'"),
        (["{logs}", "--fail-on", "note"], 2, "invalid choice: 'note'"),
        (["{logs}", "--every", "0"], 2, "'0' is not a number of seconds above 0"),
        (["{logs}", "--share", "2"], 2, "'2' is not a share above 0"),
        (["{logs}/empty"], 1, "has no records of Param Viz"),
        (["{logs}/empty", "--follow", "--patience", "0.1", "--every", "0.05"], 1, "got no records of Param Viz in 0.1"),
    ],
)
def test_a_mistake_gets_one_line_that_names_the_mend(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], status: int, words: str
) -> None:
    (tmp_path / "empty").mkdir()
    write(Settings(50, 5, layers=1, rows=5, dims=4, seed=0), "convergence", tmp_path / "a", None)
    try:
        ended = main(["check", *(one.format(logs=tmp_path) for one in arguments)])
    except SystemExit as end:  # argparse's own
        ended = end.code
    assert ended == status
    assert words in capsys.readouterr().err.splitlines()[-1]


def test_runs_in_a_store_are_checked_as_those_on_this_machine(logdir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store = Store(f"memory://b{uuid.uuid4().hex[:12]}/runs")
    store.put_all(logdir)
    here, there = checked(capsys, logdir), checked(capsys, store.url)
    for one in (*here[1]["runs"], *there[1]["runs"]):
        del one["generation"]
    assert there == here


def test_torch_is_not_needed(logdir: Path) -> None:
    code = (
        "import sys; from tensorboard_plugin_paramviz.shell.main import main; "
        f"main(['check', {str(logdir / 'note')!r}, '-q']); sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def test_a_name_that_the_terminal_has_no_letters_for_is_no_failure(logdir: Path, tmp_path: Path) -> None:
    shutil.copytree(logdir / "note", tmp_path / "l\u00e4uft")
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    command = [*COMMAND, str(tmp_path / "l\u00e4uft")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env=environment, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("l?uft: healthy")


PIECES = 14


@pytest.fixture
def growing(logdir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The run with a problem, of which a piece comes between any two looks."""
    (source,) = (logdir / "problem").glob("*tfevents*")
    content, place = source.read_bytes(), tmp_path / "run" / source.name
    rest = Waiting.rest
    place.parent.mkdir()

    def grow(self: Waiting, secs: float) -> None:
        size = place.stat().st_size if place.exists() else 0
        if size == len(content):
            rest(self, secs)
        else:
            with place.open("ab") as file:
                file.write(content[size : size + len(content) // PIECES + 1])

    monkeypatch.setattr(Waiting, "rest", grow)
    return place.parent


def test_a_growing_run_is_told_finding_by_finding_each_once(
    growing: Path, logdir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status = main(["check", str(growing), "--follow", "--every", "0.1", "--patience", "1", "--json"])
    out, err = capsys.readouterr()
    said = [json.loads(line) for line in out.splitlines()]
    assert status == STATUS_OF["problem"]
    assert "waiting for records" in err
    whole = {one["insight"] for one in checked(capsys, logdir / "problem")[1]["runs"][0]["findings"]}
    assert whole <= {one["insight"] for one in said}
    new = [(one["insight"], *one["layers"], *one["tokens"]) for one in said if one["before"] is None]
    assert len(set(new)) == len(new), "told once"
    collapse = next(one for one in said if one["insight"] == "attention_collapse")
    assert collapse["first_step"] <= collapse["step"] < 990, "while it went on"
    assert "evidence" not in collapse
    steps = [one["step"] for one in said]
    assert steps == sorted(steps)


def test_it_stops_at_the_first_that_matters_when_told_to(
    growing: Path, logdir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", str(growing), "--follow", "--stop", "--fail-on", "problem"]) == STATUS_OF["problem"]
    assert "run:\n  PROBLEM" in capsys.readouterr().out
    (source,), (part,) = (logdir / "problem").glob("*tfevents*"), growing.iterdir()
    assert part.stat().st_size < source.stat().st_size, "before its end"


@pytest.mark.parametrize("how", ["a word", "the end", "Ctrl-C"])
def test_it_looks_once_more_at_any_input_and_ends(logdir: Path, tmp_path: Path, how: str) -> None:
    (tmp_path / "run").mkdir()
    command = [*COMMAND, str(tmp_path / "run"), "--follow", "--every", "1000", "--until-input", "--json"]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert "waiting for records" in process.stderr.readline()  # it has looked, and sleeps
        shutil.copytree(logdir / "problem", tmp_path / "run", dirs_exist_ok=True)
        if how == "Ctrl-C":
            process.send_signal(signal.SIGINT)
        elif how == "a word":
            process.stdin.write("\n")
            process.stdin.flush()
        else:
            process.stdin.close()
            process.stdin = None
        out, err = process.communicate(timeout=30)
    if how == "Ctrl-C":
        assert (process.returncode, err) == (130, "")
    else:
        assert process.returncode == STATUS_OF["problem"], err
        assert "attention_collapse" in {json.loads(line)["insight"] for line in out.splitlines()}


def test_a_loss_that_is_no_number_is_told_in_strict_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    writer = RunWriter(tmp_path)
    losses = [2.0 if step < 40 else np.nan for step in range(80)]
    writer.append(model_event(), *(scalar_event("train/loss", loss, step) for step, loss in enumerate(losses)))
    status, found, _ = checked(capsys, tmp_path)
    assert status == STATUS_OF["problem"]
    assert found["runs"][0]["findings"][0]["first_step"] == 40
