"""The report of a run: everything in it is true of the run, and no name that a user gave becomes markup."""

from __future__ import annotations

import json
import re
from pathlib import Path

import markdown
import numpy as np
import pytest
from event_files import RunWriter, model_record, scalar_event, write_run
from hypothesis import given
from hypothesis import strategies as st
from looking import index_of
from server import PREFIX, served
from tensorboard.compat.proto.event_pb2 import Event

from simulated.model import Settings
from simulated.run import write
from tensorboard_plugin_paramviz.reader import MissingError
from tensorboard_plugin_paramviz.record import EmbeddingInfo, LayerInfo, ModelRecord, encode_model
from tensorboard_plugin_paramviz.shell.main import main
from tensorboard_plugin_paramviz.web.insights import Insights
from tensorboard_plugin_paramviz.web.report import CurveOf, Facts, Reports, report_source, report_text
from tensorboard_plugin_paramviz.web.report.markdown import code, duration, number, plain
from tensorboard_plugin_paramviz.web.report.text import loss_over

EVIL = [
    *(
        "a|b",
        "`",
        "``x`",
        "*b*",
        "_i_",
        "# head",
        "- list",
        "1. one",
        "> quote",
        "[x](http://x)",
        "![x](y)",
        "<b>x</b>",
    ),
    *(
        "<script>alert(1)</script>",
        "a\nb",
        "a\r\n\r\n# b",
        "\t",
        " ",
        "",
        "  x ",
        "&lt;",
        "$x$",
        "~~x~~",
        "\\",
        "\\`",
        "|",
        "||",
    ),
    *("\u202ertl", "\u200b", "\x00", "\ud800", "---", "===", "a_b_c", "__init__", "```\ncode\n```", "`|`", "é", "你好"),
]


def report_of(logdir: Path) -> str:
    index = index_of(logdir)
    run = next(run for run in index.runs.values() if run.has_records)
    return Reports(Insights()).report(report_source(run, index.roots)).content.decode()


def rendered(text: str) -> str:
    return markdown.markdown(text, extensions=["tables", "sane_lists"])


def words_of(html: str) -> str:
    """What a reader sees."""
    import html as entities

    return entities.unescape(re.sub(r"<[^>]*>", "", html))


@pytest.fixture(scope="module")
def sick(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("logs") / "sick"
    write(Settings(1000, 100, layers=4, rows=65, dims=16, seed=0), "attention_collapse", folder, None)
    return folder


def test_a_sick_run_is_told_from_model_to_remedy(sick: Path) -> None:
    text = report_of(sick)
    truth = json.loads((sick / "truth.json").read_text())["findings"][0]
    assert text.startswith("# Training report: `sick`\n\n**")
    assert re.search(r"^\*\*\d problems?", text, re.MULTILINE)
    index = index_of(sick)
    source = report_source(index.runs["."], index.roots)
    model = source.taken.snapshots.model()
    assert f"| Parameters | {sum(layer.parameters for layer in model.layers):,} |" in text
    assert f"| Model | `{model.model_class}` |" in text
    assert "100 snapshots, steps 0 to 999" in text or "100 snapshots, steps 0 to 990" in text
    reply = Insights().reply(source.taken)
    for one in reply["findings"]:
        assert plain(one["sentence"]) in text
        assert all(plain(word) in text for word in (*one["causes"], *one["remedies"], one["source"]))
    order = re.findall(r"^### \d+\. (Problem|Watch|Note):", text, re.MULTILINE)
    assert len(order) == len(reply["findings"])
    assert order == sorted(order, key=["Problem", "Watch", "Note"].index)
    begin = text.index("Problem: attention collapse")
    one = text[begin : text.find("###", begin)]
    assert f"`{truth['layers'][0]}`" in one
    assert re.search(r"^Threshold: 0\.12 \(collapsed\)$", one, re.MULTILINE)
    rows = [
        line.split(" | ")
        for line in text.splitlines()
        if re.match(r"\| \w[\w ]*(\(may still change\))? \| \d+ to \d+ \| ", line)
    ]
    phases = [(row[0][2:], row[1]) for row in rows[: len(reply["phases"])]]
    assert phases == [
        (
            phase["name"].replace("_", " ").capitalize() + (" (may still change)" if phase["provisional"] else ""),
            f"{phase['first_step']} to {phase['last_step']}",
        )
        for phase in reply["phases"]
    ]
    assert report_of(sick) == text, "the same run, the same report"


def test_what_was_not_measured_is_said_and_what_was_is_not(sick: Path, tmp_path: Path) -> None:
    text = report_of(sick)
    assert "Activations and attention were not measured" not in text
    writer = RunWriter(tmp_path)
    record = model_record()
    big = EmbeddingInfo("e", "token_embedding", (1000, 4), rows=tuple(range(5)))
    record = ModelRecord("s", 1.0, "Net", record.layers, (big, *record.embeddings), schedule={"level": "light"})
    writer.append(Event(step=0, wall_time=1.0, summary=encode_model(record)).SerializeToString())
    writer.snapshots(0, 10, 50)
    missing = report_of(tmp_path).partition("## What is not in it")[2].partition("\n## ")[0]
    assert "No validation loss was logged" in missing
    assert "No learning rate was logged" in missing
    assert "No training loss" not in missing, "what was given to viz.step() is one"
    assert "Activations and attention were not measured" in missing
    assert "up to 40 steps apart" in missing
    assert "level `light`" in missing
    assert "`e`" not in missing, "of which nothing is there at all"
    assert "`e`, 1,000 by 4, not recorded" in report_of(tmp_path)


def test_snapshots_that_were_lost_are_counted_over_all_sessions(sick: Path) -> None:
    facts = facts_with("x")
    assert "lost" not in report_text(facts)
    from tensorboard_plugin_paramviz.web.report.sources import _dropped

    assert _dropped(np.array([0, 2, 2, 5, 0, 1, np.nan, 4])) == 9


def test_the_loss_of_a_phase_is_the_median_at_its_ends() -> None:
    steps = np.arange(100)
    values = np.where(steps % 7 == 0, np.nan, steps.astype(float))
    curve = CurveOf("train", "loss", steps, values)
    assert loss_over(curve, 20, 60) == (float(np.median([20, 22, 23, 24, 25])), float(np.median([60, 59, 58, 57, 55])))
    assert loss_over(curve, 7, 7) == (None, None)
    assert loss_over(curve, 22, 24) == (22, 24), "of a short stretch the ends alone"
    assert loss_over(None, 0, 9) == (None, None)


def facts_with(name: str) -> Facts:
    """A run in which everything that can have a name has this one."""
    finding = {
        "insight": "undertrained_tokens",
        "severity": "watch",
        "first_step": 1,
        "last_step": 2,
        "layers": [name, name],
        "tokens": [name],
        "sentence": f"The token {name} hardly learns.",
        "confidence": 0.5,
        "evidence": {
            "series": [{"name": name, "steps": [1, 2], "values": [None, 2.0]}],
            "threshold": 1.0, "threshold_name": name, "log": False,
        },
        "causes": [name],
        "remedies": ["look"],
        "source": "us",
    }  # fmt: skip
    layer = LayerInfo(name, "token_embedding", None, (5, 4), "float32", 20)
    tied = LayerInfo(name + "2", "lm_head", None, (5, 4), "float32", 0, tied_to=name)
    model = ModelRecord(
        name, 1.0, name, (layer, tied), (EmbeddingInfo(name, "token_embedding", (5, 4), rows=(1,)),),
        optimizer={"name": name, "groups": [{"lr": 0.1, name: name, "betas": [0.9, 0.95]}, 3]},
        schedule={"level": name},
    )  # fmt: skip
    phase = {
        "name": "refinement",
        "first_step": 0,
        "last_step": 9,
        "confidence": 1.0,
        "provisional": True,
        "reason": name,
    }
    insights = {
        "run": name,
        "generation": 0,
        "snapshots": 3,
        "phases": [phase],
        "boundaries": [],
        "findings": [finding],
    }
    curve = CurveOf("train", name, np.arange(10), np.full(10, np.nan))
    return Facts(name, model, insights, np.arange(3), None, 1, (curve,), (name,), (name,), 0, 0, None, 0, (name,))


@pytest.mark.parametrize("name", EVIL, ids=ascii)
def test_no_name_becomes_markup_and_all_are_legible(name: str) -> None:
    harmless = report_text(facts_with("harmless"))
    text = report_text(facts_with(name))
    assert len(text.splitlines()) == len(harmless.splitlines())
    page, plain_page = rendered(text), rendered(harmless)
    tags = re.compile(r"<(/?\w+)[^>]*>")
    structure = [tag for tag in tags.findall(page) if tag not in ("code", "/code")]
    assert structure == [tag for tag in tags.findall(plain_page) if tag not in ("code", "/code")]
    assert "alert(1)" not in re.sub(r"&lt;.*?&gt;alert\(1\)", "", page)
    if name.strip() and name.isprintable():
        assert words_of(page).count(name.strip()) >= 15


@given(st.text(max_size=30))
def test_any_text_stays_one_line_of_text(text: str) -> None:
    for escaped in (plain(text), code(text)):
        assert len(escaped.splitlines()) <= 1
        assert "\n" not in escaped
        page = rendered(f"Begin {escaped} end.")
        assert page.startswith("<p>Begin ")
        assert page.endswith(" end.</p>")
        assert not set(re.findall(r"<(\w+)", page)) - {"p", "code"}
        cells = rendered(f"| a | b |\n| --- | --- |\n| {escaped} | x |")
        assert cells.count("<td>") == 2


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "\u2013"), (float("nan"), "\u2013"), (float("inf"), "\u2013"), (0.0, "0"), (5.0, "5"),
        (1234567.0, "1,234,567"),
        (0.000123456, "0.000123"), (0.0000123456, "1.23e-5"), (3.14159, "3.14"), (1234.5, "1,230"), (999.9, "1,000"),
        (1.5e9, "1.50e9"), (-0.25, "-0.25"),
    ],
)  # fmt: skip
def test_numbers_have_three_digits_and_no_nan(value: float | None, text: str) -> None:
    assert number(value) == text


def test_durations_are_for_people() -> None:
    told = [duration(secs) for secs in (0.1674, 40, 119, 700, 3 * 3600 + 20 * 60, 50 * 3600, float("nan"), -1)]
    assert told == ["0.167 s", "40 s", "119 s", "12 min", "3 h 20 min", "2 days 2 h", "\u2013", "\u2013"]


def test_the_route_gives_an_attachment_that_the_shell_writes_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_run(tmp_path / "logs" / "odd |`name", range(0, 60, 2))
    write_run(tmp_path / "logs" / "other", range(3))
    with served(tmp_path / "logs") as (client, _):
        reply = client.get(PREFIX + "report", query_string={"run": "odd |`name"})
    assert reply.status_code == 200
    assert reply.headers["Content-Type"] == "text/markdown; charset=utf-8"
    assert reply.headers["Content-Disposition"] == 'attachment; filename="report-odd_name.md"'
    logs = str(tmp_path / "logs")
    assert main(["report", logs, "--run", "odd |`name", "-o", str(tmp_path)]) == 0
    assert (tmp_path / "report-odd_name.md").read_bytes() == reply.get_data()
    capsys.readouterr()
    assert main(["report", logs, "--run", "odd |`name"]) == 0
    assert capsys.readouterr().out.encode() == reply.get_data()
    assert main(["report", logs]) == 2
    assert "has several runs: say --run" in capsys.readouterr().err
    assert main(["report", logs, "--run", "other", "-o", str(tmp_path / "report-odd_name.md")]) == 2
    assert "is there already" in capsys.readouterr().err


def test_a_run_without_a_model_record_is_no_report(tmp_path: Path) -> None:
    RunWriter(tmp_path).append(scalar_event("loss", 1.0, 0))
    index = index_of(tmp_path)
    with pytest.raises(MissingError):
        Reports(Insights()).report(report_source(index.runs["."], index.roots))
