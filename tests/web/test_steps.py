"""`steps`: the time axis of a run, whatever was recorded in it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from event_files import EMBEDDING, write_run
from server import PREFIX, get_binary, served


def test_the_steps_are_those_of_the_snapshots_with_their_times(tmp_path: Path) -> None:
    write_run(tmp_path / "a", range(0, 60, 10))
    with served(tmp_path) as (client, _):
        header, arrays = get_binary(client, "steps?run=a")
        _, positions = get_binary(client, f"positions?run=a&embedding={EMBEDDING}")
    assert header["first"] == 0
    assert arrays["steps"].tolist() == [0, 10, 20, 30, 40, 50]
    np.testing.assert_array_equal(arrays["wall_times"], positions["wall_times"])


def test_later_ones_can_be_asked_for_alone(tmp_path: Path) -> None:
    writer = write_run(tmp_path / "a", range(0, 30, 10))
    with served(tmp_path) as (client, plugin):
        _, nothing = get_binary(client, "steps?run=a&from=21")
        assert nothing["steps"].tolist() == []
        writer.snapshots(30, 40)
        plugin._index.poll()
        header, arrays = get_binary(client, "steps?run=a&from=21")
    assert header["first"] == 3
    assert arrays["steps"].tolist() == [30, 40]


def test_an_unknown_run_is_said_to_be_unknown(tmp_path: Path) -> None:
    write_run(tmp_path / "a", range(3))
    with served(tmp_path) as (client, _):
        answer = client.get(f"{PREFIX}/steps?run=b")
    assert answer.status_code == 404
