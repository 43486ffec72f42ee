"""What a page that outlives the server, or hears it for hours, is told."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from event_files import EMBEDDING, RunWriter, scalar_event, write_run
from server import get_binary, get_json, served


def test_a_run_that_was_replaced_while_the_server_was_down_is_another_generation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = write_run(tmp_path / "a", range(5))
    told = []
    for life in (1_000_000.0, 1_000_060.0):
        monkeypatch.setattr(time, "time", lambda life=life: life)
        with served(tmp_path) as (client, plugin):
            plugin._follower.stop()
            (info,) = get_json(client, "runs")["runs"]
            header, _ = get_binary(client, f"positions?run=a&embedding={EMBEDDING}")
            assert header["generation"] == info["generation"]
            told.append(info["generation"])
        writer.path.unlink()
        write_run(tmp_path / "a", range(5, 10))
    assert told[0] < told[1]


def test_runs_of_others_are_named_when_any_comes_or_goes_and_not_with_every_message(tmp_path: Path) -> None:
    writer = write_run(tmp_path / "a", range(5))
    theirs = RunWriter(tmp_path / "theirs")
    theirs.append(scalar_event("loss", 1.0, 0))
    with served(tmp_path) as (client, plugin):
        plugin._follower.stop()
        first = get_json(client, "updates")
        assert first["other_runs"] == ["theirs"]

        def since(cursor: int) -> dict[str, object]:
            plugin._index.scan()
            plugin._index.poll()
            return get_json(client, f"updates?cursor={cursor}")

        writer.snapshots(5)
        second = since(first["cursor"])
        assert [run["run"] for run in second["runs"]] == ["a"]
        assert "other_runs" not in second
        RunWriter(tmp_path / "more").append(scalar_event("loss", 1.0, 0))
        third = since(second["cursor"])
        assert third["other_runs"] == ["more", "theirs"]
        assert "other_runs" not in since(third["cursor"])
        assert since(second["cursor"])["other_runs"] == ["more", "theirs"], "a second viewer, who was away"
        theirs.path.unlink()
        assert since(third["cursor"])["other_runs"] == ["more"]
        assert get_json(client, "updates")["other_runs"] == ["more"], "who asks for everything"


def test_a_run_that_gets_records_of_ours_is_no_other_run_any_more(tmp_path: Path) -> None:
    RunWriter(tmp_path / "a").append(scalar_event("loss", 1.0, 0))
    with served(tmp_path) as (client, plugin):
        plugin._follower.stop()
        before = get_json(client, "updates")
        RunWriter(tmp_path / "a", "events.out.tfevents.2000.host.1.0").snapshots(0)
        plugin._index.scan()
        plugin._index.poll()
        after = get_json(client, f"updates?cursor={before['cursor']}")
    assert ([run["run"] for run in after["runs"]], after["other_runs"]) == (["a"], [])
