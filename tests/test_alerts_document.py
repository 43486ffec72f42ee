"""docs/alerts.md says what happens: its code runs as it is printed, its numbers are those of the code."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
import torch

from simulated.model import Settings
from simulated.run import write
from tensorboard_plugin_paramviz import Finding
from tensorboard_plugin_paramviz.capture import insight_alerts
from tensorboard_plugin_paramviz.reader import Index, roots_of
from tensorboard_plugin_paramviz.shell.exits import FAILED, STATUS_OF, WRONG_ARGUMENTS
from tensorboard_plugin_paramviz.shell.main import main, parser

DOCUMENT = (Path(__file__).parent.parent / "docs" / "alerts.md").read_text()


def test_the_script_ends_when_it_is_told_of_a_problem(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    snippet = re.search(r"```python\n(.*?)```", DOCUMENT, re.DOTALL)
    assert snippet
    monkeypatch.chdir(tmp_path)
    model = torch.nn.Sequential(torch.nn.Embedding(10, 4), torch.nn.Linear(4, 10))
    tokens = torch.arange(10)
    names = {
        "model": model,
        "optimizer": torch.optim.SGD(model.parameters(), lr=1e30),
        "batches": [(tokens, tokens)] * 2_000_000,
        "loss_of": torch.nn.functional.cross_entropy,
    }
    exec(snippet[1], names)  # the document's own words
    assert names["step"] < 1_999_999
    assert "problem from step" in capsys.readouterr().out
    index = Index(roots_of("runs", ""))
    index.scan()
    index.poll()
    assert len(index.runs["exp1"].snapshot_steps()[0])


def test_every_status_and_field_is_told() -> None:
    told = set(map(int, re.findall(r"^\| (\d+) \| ", DOCUMENT, re.MULTILINE)))
    assert told == {0, FAILED, WRONG_ARGUMENTS, *STATUS_OF.values(), 130}
    fields = DOCUMENT[DOCUMENT.index("A `Finding` has") :].partition("\n\n")[0]
    assert set(re.findall(r"`(\w+)`", fields)) - {"Finding"} == set(Finding.__dataclass_fields__)
    assert f"up to {insight_alerts.LAST_LOOK_SECS:.0f} seconds" in DOCUMENT
    assert f"at most {insight_alerts.SHARE:.0%} of one".replace("%", " %") in DOCUMENT


def test_every_command_is_one_that_the_shell_takes() -> None:
    commands = re.findall(r"^python -m tensorboard_plugin_paramviz ([^#\n|]*)", DOCUMENT, re.MULTILINE)
    assert len(commands) >= 7
    for command in commands:
        parser().parse_args(shlex.split(command))


def test_a_healthy_smoke_run_passes_and_a_sick_one_does_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    block = next(block for block in re.findall(r"```sh\n(.*?)```", DOCUMENT, re.DOTALL) if "runs/smoke" in block)
    monkeypatch.chdir(tmp_path)
    check, report = (shlex.split(line)[3:] for line in block.splitlines()[1:])
    for scenario, status in (("convergence", 0), ("divergence", STATUS_OF["problem"])):
        for path in Path("runs/smoke").glob("*"):
            path.unlink()
        write(Settings(500, 60, layers=2, rows=20, dims=8, seed=0), scenario, Path("runs/smoke"), None)
        assert main([*check, "-q"]) == status
        assert main([*report, "--force"]) == 0
        assert ("Problem: divergence" in Path("report.md").read_text()) == bool(status)
