"""What viewers are told while runs grow: updates, events, and what keeps either from the truth."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from event_files import write_run
from server import PREFIX, get_json, served
from store import Store
from werkzeug.test import Client


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    logdir = tmp_path_factory.mktemp("logs")
    write_run(logdir / "a", range(3))
    write_run(logdir / "b", range(3))
    with served(logdir) as (client, _):
        yield client


def test_updates_without_a_cursor_tell_all_and_with_the_newest_nothing(client: Client) -> None:
    everything = get_json(client, "updates")
    assert [run["run"] for run in everything["runs"]] == ["a", "b"]
    nothing = get_json(client, f"updates?cursor={everything['cursor']}")
    assert nothing["runs"] == []
    other_life = get_json(client, "updates?cursor=999999999")
    assert [run["run"] for run in other_life["runs"]] == ["a", "b"]


def test_updates_wait_for_a_change_and_name_only_the_run_that_changed(tmp_path: Path) -> None:
    writer = write_run(tmp_path / "a", range(3))
    write_run(tmp_path / "b", range(3))
    with served(tmp_path) as (client, _):
        cursor = get_json(client, "updates")["cursor"]
        writer.snapshots(3)
        update = get_json(client, f"updates?cursor={cursor}&wait=10")
        assert [(run["run"], run["snapshots"]) for run in update["runs"]] == [("a", 4)]


def test_events_stream_first_everything_then_what_is_new(tmp_path: Path) -> None:
    writer = write_run(tmp_path / "a", range(3))
    with served(tmp_path) as (client, _):
        response = client.get(PREFIX + "events", buffered=False)
        assert response.mimetype == "text/event-stream"
        stream = response.iter_encoded()

        def message() -> tuple[int, dict]:
            for chunk in stream:
                lines = dict(line.split(": ", 1) for line in chunk.decode().splitlines() if ": " in line)
                if "data" in lines:
                    return int(lines["id"]), json.loads(lines["data"])
            raise AssertionError("the stream ended")

        identity, first = message()
        assert (identity, first["runs"][0]["snapshots"]) == (first["cursor"], 3)
        writer.snapshots(3)
        _, second = message()
        assert [(run["run"], run["snapshots"]) for run in second["runs"]] == [("a", 4)]
        response.close()


def test_a_store_that_cannot_be_listed_is_told_to_the_viewers_until_it_can(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError("host is down")

    write_run(tmp_path / "a", range(3))
    store = Store("memory://told/runs")
    store.put_all(tmp_path)
    with served(store.url) as (client, plugin):
        plugin._follower.stop()
        assert get_json(client, "runs")["notices"] == get_json(client, "updates")["notices"] == []
        for down in (True, False):
            with monkeypatch.context() as patch:
                if down:
                    patch.setattr(type(store.files), "find", fail)
                cursor = get_json(client, "updates")["cursor"]
                plugin._index.scan()
            update = get_json(client, f"updates?cursor={cursor}&wait=20")
            assert update["cursor"] > cursor
            assert update["runs"] == update["removed"] == [], "its runs stay as they were"
            assert update["notices"] == get_json(client, "runs")["notices"]
            assert update["notices"] == (["memory://told/runs can't be read: host is down"] if down else [])


def test_what_keeps_the_logdir_from_being_looked_at_is_told_to_the_viewers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("planted")

    with served(tmp_path) as (client, plugin):
        cursor = get_json(client, "updates")["cursor"]
        monkeypatch.setattr(plugin._index, "scan", broken)
        update = get_json(client, f"updates?cursor={cursor}&wait=20")
        assert len(update["notices"]) == 1
        assert "TensorBoard's log has the traceback" in update["notices"][0]
        plugin._follower.stop()
        plugin._index.trouble = None
        assert get_json(client, f"updates?cursor={update['cursor']}&wait=20")["notices"] == []


def test_a_browser_that_reconnects_gets_only_what_it_missed(client: Client) -> None:
    cursor = get_json(client, "updates")["cursor"]
    response = client.get(PREFIX + "events", headers={"Last-Event-ID": str(cursor - 1)}, buffered=False)
    stream = response.iter_encoded()
    next(stream)
    data = next(stream).decode().split("data: ")[1]
    assert len(json.loads(data)["runs"]) < 2
    response.close()


def test_a_new_snapshot_is_seen_by_the_follower_without_being_asked(tmp_path: Path) -> None:
    writer = write_run(tmp_path / "a", range(3))
    with served(tmp_path) as (_, plugin):
        plugin.is_active()
        writer.snapshots(3)
        deadline = time.monotonic() + 20
        while len(plugin._index.runs["a"].snapshot_steps()[0]) < 4:
            assert time.monotonic() < deadline
            time.sleep(0.02)
