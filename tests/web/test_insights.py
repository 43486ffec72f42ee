"""The reply of `insights`, from event files as they stand on disk."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from event_files import RunWriter, model_event, scalar_event, write_run
from hypothesis import given
from hypothesis import strategies as st
from looking import index_of, look

from simulated.model import Settings
from simulated.run import write
from tensorboard_plugin_paramviz.analysis.insight.words import WORDS
from tensorboard_plugin_paramviz.reader import Index, MissingError
from tensorboard_plugin_paramviz.web import insight_sources
from tensorboard_plugin_paramviz.web.insight_sources import MOST_SNAPSHOTS, chosen_ordinals, optimizer_of, take
from tensorboard_plugin_paramviz.web.insights import Insights


def simulated(directory: Path, name: str, steps: int = 1000) -> Index:
    write(Settings(steps, 100, layers=4, rows=65, dims=16, seed=0), name, directory, None)
    return index_of(directory)


def reply_of(index: Index, insights: Insights | None = None) -> dict[str, Any]:
    reply = (insights or Insights()).reply(take(index.runs["."]))
    assert json.loads(json.dumps(reply, allow_nan=False)) == reply, "JSON values only, and strict JSON"
    return reply


def by_name(reply: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {one["insight"]: one for one in reply["findings"]}


def test_a_sick_run_is_told_with_layers_steps_and_evidence(tmp_path: Path) -> None:
    index = simulated(tmp_path, "attention_collapse")
    truth = json.loads((tmp_path / "truth.json").read_text())["findings"][0]
    reply = reply_of(index)
    one = by_name(reply)["attention_collapse"]
    assert one["severity"] == "problem"
    assert one["first_step"] == pytest.approx(truth["step"], abs=25)
    assert one["layers"] == truth["layers"]
    assert one["evidence"]["threshold"] is not None
    assert all(len(series["steps"]) == len(series["values"]) > 0 for series in one["evidence"]["series"])
    assert (one["causes"], one["remedies"], one["source"]) == tuple(
        list(part) if isinstance(part, tuple) else part for part in WORDS["attention_collapse"]
    )
    assert reply["phases"][0]["first_step"] == 0
    assert reply["phases"][-1]["last_step"] == 999
    assert [one["name"] for one in reply["boundaries"]] == ["warm_up_end", "decay_start"]


def test_names_of_tokens_come_from_the_record(tmp_path: Path) -> None:
    index = simulated(tmp_path, "undertrained_tokens")
    truth = json.loads((tmp_path / "truth.json").read_text())["findings"][0]
    assert by_name(reply_of(index))["undertrained_tokens"]["tokens"] == truth["tokens"]


def test_a_restart_is_told_at_the_first_snapshot_after_it(tmp_path: Path) -> None:
    index = simulated(tmp_path, "resume")
    truth = json.loads((tmp_path / "truth.json").read_text())["findings"][0]
    reply = reply_of(index)
    assert truth["step"] <= by_name(reply)["resume"]["first_step"] <= truth["step"] + 10
    assert {one["severity"] for one in reply["findings"]} == {"note"}


def test_without_a_logged_learning_rate_the_recorded_one_serves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = simulated(tmp_path, "convergence")
    known = insight_sources.Sources().known(take(index.runs["."]))
    monkeypatch.setattr(insight_sources, "likely_curves", lambda tags: {"train": "train/loss"})
    without = insight_sources.Sources().known(take(index.runs["."]))
    assert known.learning_rate is not None
    assert without.learning_rate is not None
    assert len(without.learning_rate) == 100
    at = np.searchsorted(known.learning_rate.steps, without.learning_rate.steps)
    np.testing.assert_allclose(known.learning_rate.values[at], without.learning_rate.values, rtol=1e-6)


def test_nothing_is_diagnosed_twice_and_what_is_new_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_run(tmp_path, range(0, 60, 2))
    index, insights = index_of(tmp_path), Insights()
    first = reply_of(index, insights)
    assert insights.reply(take(index.runs["."])) is first
    opened: list[Any] = []
    measure = insight_sources.measure_rows
    monkeypatch.setattr(insight_sources, "measure_rows", lambda rows: opened.append(rows) or measure(rows))
    writer = RunWriter(tmp_path, "events.out.tfevents.2000.host.1.0")
    writer.append(model_event())
    writer.snapshots(60, 62)
    look(index)
    second = reply_of(index, insights)
    assert second["snapshots"] == first["snapshots"] + 2
    assert len(opened) <= 3, "rows that were measured before are not read again"


def test_a_run_of_scalars_only_or_of_nothing_gets_an_answer(tmp_path: Path) -> None:
    writer = RunWriter(tmp_path / "bare")
    writer.append(*(scalar_event("loss", 1.0, step) for step in range(5)))
    with pytest.raises(MissingError):
        Insights().reply(take(index_of(tmp_path).runs["bare"]))
    writer.append(model_event())
    reply = Insights().reply(take(index_of(tmp_path).runs["bare"]))
    assert (reply["phases"], reply["findings"]) == ([], [])


def test_losses_that_are_no_numbers_are_told_in_strict_json(tmp_path: Path) -> None:
    writer = RunWriter(tmp_path)
    writer.append(
        model_event(), *(scalar_event("train/loss", 2.0 if step < 40 else float("nan"), step) for step in range(80))
    )
    reply = reply_of(index_of(tmp_path))
    assert by_name(reply)["non_finite"]["first_step"] == 40


@given(st.integers(0, 5000), st.integers(1, 400))
def test_few_snapshots_are_chosen_and_mostly_the_same_as_a_run_grows(count: int, more: int) -> None:
    chosen, later = chosen_ordinals(count), chosen_ordinals(count + more)
    assert len(chosen) <= MOST_SNAPSHOTS + 1
    assert not count or (chosen[0], chosen[-1]) == (0, count - 1)
    new = set(later.tolist()) - set(chosen.tolist())
    assert all(ordinal >= count - 1 or count + more - 1 == ordinal for ordinal in new)


@pytest.mark.parametrize(
    "facts",
    [{}, {"groups": None}, {"groups": [3, {"lr": "x", "betas": [1]}]}, {"name": 5}, {"name": "AdamW", "groups": []}],
)
def test_whatever_the_record_says_of_the_optimizer_it_is_no_error(facts: dict[str, Any]) -> None:
    assert not optimizer_of(facts).is_adamw


def test_of_several_groups_the_largest_that_decays_counts() -> None:
    groups = [
        {"lr": 1e-4, "weight_decay": 0.0, "betas": [0.9, 0.99], "parameters": 900},
        {"lr": 2e-4, "weight_decay": 0.1, "betas": [0.8, 0.99], "parameters": 500},
        {"lr": 3e-4, "weight_decay": 0.1, "betas": [0.9, 0.95], "parameters": 10},
    ]
    found = optimizer_of({"name": "AdamW", "groups": groups})
    assert (found.lr, found.weight_decay, found.betas) == (2e-4, 0.1, (0.8, 0.99))
    assert found.rates == 3
    assert optimizer_of({"name": "AdamW", "groups": [{"lr": 1e-3}, {"lr": 1e-3}]}).rates == 1
