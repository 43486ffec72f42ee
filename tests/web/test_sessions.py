"""`sessions`: each start of a writer, and the first of its steps that still counts."""

from __future__ import annotations

from pathlib import Path

import pytest
from event_files import RunWriter, model_event, snapshot_event, write_run
from server import PREFIX, get_json, served


def sessions_of(client: object, run: str = "a") -> list[tuple[str, int | None]]:
    reply = get_json(client, f"sessions?run={run}")  # type: ignore[arg-type]
    return [(one["session_id"], one["first_step"]) for one in reply["sessions"]]


def test_a_run_without_restarts_has_one_session_from_its_first_step(tmp_path: Path) -> None:
    write_run(tmp_path / "a", range(10, 50, 10))
    with served(tmp_path) as (client, _):
        reply = get_json(client, "sessions?run=a")
    one = {"session_id": "first", "started": 1000.0, "first_step": 10}
    assert reply == {"run": "a", "sessions": [one], "left_out": 0}


def test_a_restart_in_a_file_of_its_own_begins_where_it_wrote_first(tmp_path: Path) -> None:
    write_run(tmp_path / "a", range(0, 50, 10))
    later = RunWriter(tmp_path / "a", "events.out.tfevents.2000.host.1.0")
    later.append(model_event(session="second"))
    with served(tmp_path) as (client, plugin):
        assert sessions_of(client) == [("first", 0), ("second", None)], "it has written nothing yet"
        later.snapshots(30, 40, 50)
        plugin._index.poll()
        assert sessions_of(client) == [("first", 0), ("second", 30)]


def test_a_restart_within_a_file_is_told_apart_as_well(tmp_path: Path) -> None:
    writer = write_run(tmp_path / "a", range(0, 50, 10))
    writer.append(model_event(session="second"), snapshot_event(20), snapshot_event(25))
    writer.append(model_event(session="third"), snapshot_event(40))
    with served(tmp_path) as (client, _):
        assert sessions_of(client) == [("first", 0), ("second", 20), ("third", 40)]


def test_a_session_whose_steps_were_all_repeated_has_none_left(tmp_path: Path) -> None:
    write_run(tmp_path / "a", range(20, 50, 10))
    later = RunWriter(tmp_path / "a", "events.out.tfevents.2000.host.1.0")
    later.append(model_event(session="second"))
    later.snapshots(0, 10, 20)
    with served(tmp_path) as (client, _):
        assert sessions_of(client) == [("first", None), ("second", 0)]


def test_a_record_that_cannot_be_read_is_counted_and_left_out(tmp_path: Path) -> None:
    writer = write_run(tmp_path / "a", range(0, 30, 10))
    writer.append(model_event(session="x").replace(b'"started"', b'"stopped"'), snapshot_event(30))
    with served(tmp_path) as (client, _):
        reply = get_json(client, "sessions?run=a")
    assert ([one["session_id"] for one in reply["sessions"]], reply["left_out"]) == (["first"], 1)


def test_a_run_without_a_model_record_has_no_sessions(tmp_path: Path) -> None:
    RunWriter(tmp_path / "a").snapshots(0, 10)
    with served(tmp_path) as (client, _):
        assert get_json(client, "sessions?run=a") == {"run": "a", "sessions": [], "left_out": 0}


@pytest.mark.parametrize(
    ("question", "status", "words"),
    [("sessions", 400, "argument 'run' is missing"), ("sessions?run=b", 404, "no run 'b'; there are 'a'")],
)
def test_a_wrong_question_is_told_what_there_is(tmp_path: Path, question: str, status: int, words: str) -> None:
    write_run(tmp_path / "a", range(2))
    with served(tmp_path) as (client, _):
        response = client.get(PREFIX + question)
    assert (response.status_code, words in response.get_data(as_text=True)) == (status, True), response.text
