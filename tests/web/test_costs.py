"""`costs`: what the capture took, against the snapshots as they were written."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from event_files import RunWriter, model_event, scalar_event, snapshot_at, write_run
from server import PREFIX, get_binary, served
from tensorboard.compat.proto.event_pb2 import Event

from tensorboard_plugin_paramviz.record import SelfCost, encode_snapshot
from tensorboard_plugin_paramviz.record.names import SELF_COLUMNS, SELF_TAG


def cost_at(step: int) -> SelfCost:
    rng = np.random.default_rng(step)
    return SelfCost(float(rng.random()), float(rng.random()), int(rng.integers(1, 1 << 20)), 3, step // 100)


def write_costs(directory: Path, steps: range, columns: int | None = None) -> RunWriter:
    """Snapshots with a cost each; columns: only so many of them, as an earlier writer might have."""
    run = RunWriter(directory)
    run.append(model_event())
    for step in steps:
        summary = encode_snapshot(replace(snapshot_at(step), self_cost=cost_at(step)))
        for value in summary.value:
            if columns is not None and value.tag == SELF_TAG:
                value.tensor.tensor_content = value.tensor.tensor_content[: 4 * columns]
                value.tensor.tensor_shape.dim[0].size = columns
        run.append(Event(wall_time=1000.0 + step, step=step, summary=summary).SerializeToString())
    return run


def test_every_snapshot_of_a_long_run_has_the_costs_that_were_written(tmp_path: Path) -> None:
    steps = range(0, 3900, 3)
    write_costs(tmp_path / "a", steps)
    with served(tmp_path) as (client, _):
        header, arrays = get_binary(client, "costs?run=a")
    assert header["run"] == "a"
    assert arrays["steps"].tolist() == list(steps)
    assert arrays["wall_times"].tolist() == [1000.0 + step for step in steps]
    for name in SELF_COLUMNS:
        expected = np.array([getattr(cost_at(step), name) for step in steps], np.float32)
        np.testing.assert_array_equal(arrays[name], expected)


def test_a_snapshot_that_was_overwritten_is_not_known_and_the_others_are(tmp_path: Path) -> None:
    run = write_costs(tmp_path / "a", range(10))
    with served(tmp_path) as (client, plugin):
        plugin._follower.stop()
        content = run.path.read_bytes()
        row = np.array([getattr(cost_at(4), name) for name in SELF_COLUMNS], np.float32).tobytes()
        assert content.count(row) == 1
        run.path.write_bytes(content.replace(row, bytes(len(row))))
        _, arrays = get_binary(client, "costs?run=a")
    assert np.flatnonzero(np.isnan(arrays["capture_secs"])).tolist() == [4]
    np.testing.assert_array_equal(arrays["snapshot_bytes"][5], cost_at(5).snapshot_bytes)


def test_columns_that_an_earlier_writer_had_not_are_not_known(tmp_path: Path) -> None:
    write_costs(tmp_path / "a", range(4), columns=2)
    with served(tmp_path) as (client, _):
        _, arrays = get_binary(client, "costs?run=a")
    np.testing.assert_array_equal(arrays["write_secs"], np.array([cost_at(s).write_secs for s in range(4)], np.float32))
    assert np.isnan(arrays["dropped_count"]).all()


def test_a_run_that_recorded_no_costs_has_none_and_one_that_is_not_there_is_a_404(tmp_path: Path) -> None:
    run = RunWriter(tmp_path / "a")
    run.append(model_event(), scalar_event("train/loss", 1.0, 0))
    write_run(tmp_path / "b", range(2))
    with served(tmp_path) as (client, _):
        _, arrays = get_binary(client, "costs?run=a")
        assert {name: len(array) for name, array in arrays.items()} == dict.fromkeys(
            ("steps", "wall_times", *SELF_COLUMNS), 0
        )
        assert len(get_binary(client, "costs?run=b")[1]["steps"]) == 2
        response = client.get(PREFIX + "costs?run=c")
        assert response.status_code == 404
        assert "no run 'c'" in response.get_data(as_text=True)
