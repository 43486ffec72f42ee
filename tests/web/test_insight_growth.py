"""What the server keeps of a run that grows, and what it lets go."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from event_files import RunWriter, model_event, write_run
from looking import index_of, look

from simulated.model import Settings
from simulated.run import write
from tensorboard_plugin_paramviz.analysis.insight import cluster_life, diagnose
from tensorboard_plugin_paramviz.web import insight_sources
from tensorboard_plugin_paramviz.web.insight_sources import Sources, take
from tensorboard_plugin_paramviz.web.insights import Insights


def test_clusters_are_told_with_the_tokens_that_were_planted(tmp_path: Path) -> None:
    write(Settings(1000, 100, layers=2, rows=65, dims=16, seed=3), "clusters_change", tmp_path, None)
    truth = json.loads((tmp_path / "truth.json").read_text())["findings"]
    reply = Insights().reply(take(index_of(tmp_path).runs["."]))
    told = {(one["insight"], tuple(one["tokens"])): one for one in reply["findings"]}
    for planted in truth:
        one = told[planted["insight"], tuple(planted["tokens"])]
        assert one["first_step"] == pytest.approx(planted["step"], abs=20)
        assert one["layers"] == ["transformer.wte"]
        assert one["evidence"] is not None


def test_groups_are_looked_for_in_new_snapshots_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(Settings(400, 40, layers=2, rows=65, dims=16, seed=3), "clusters_change", tmp_path, None)
    sources, run = Sources(), index_of(tmp_path).runs["."]
    first = diagnose(sources.known(take(run)))
    monkeypatch.setattr(cluster_life, "distances", lambda rows: pytest.fail("measured before"))
    assert [one.sentence for one in diagnose(sources.known(take(run))).findings] == [
        one.sentence for one in first.findings
    ]


def test_steps_that_another_session_goes_through_anew_are_measured_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_run(tmp_path, range(0, 60, 2))
    index, sources = index_of(tmp_path), Sources()
    sources.known(take(index.runs["."]))
    writer = RunWriter(tmp_path, "events.out.tfevents.2000.host.1.0")
    writer.append(model_event(session="second"))
    writer.snapshots(40, 44)
    look(index)
    measured: list[object] = []
    measure = insight_sources.measure_rows
    monkeypatch.setattr(insight_sources, "measure_rows", lambda rows: measured.append(rows) or measure(rows))
    known = sources.known(take(index.runs["."]))
    assert known.tables[0].steps.tolist()[-3:] == [38, 40, 44]
    assert len(measured) == len(known.tables[0].steps)


def test_of_many_runs_the_last_ones_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(insight_sources, "MOST_RUNS", 2)
    for name in "abcdef":
        write_run(tmp_path / name, range(0, 20, 2))
    index, sources = index_of(tmp_path), Sources()
    for name in "abcdef":
        sources.known(take(index.runs[name]))
    assert {run for run, _ in sources._measured} == set("cdef"), "two embeddings of each may be kept"
    assert set(sources._looks) == {"e", "f"}
