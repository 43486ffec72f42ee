"""Runs that are out of the ordinary get an answer all the same: diverged, widened, foreign, changing while asked."""

from __future__ import annotations

import json
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from event_files import EMBEDDING, RunWriter, model_event, model_record, snapshot_at, snapshot_event, write_run
from server import PREFIX, served
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary

from tensorboard_plugin_paramviz.record import EmbeddingRows, encode_model, encode_snapshot
from tensorboard_plugin_paramviz.web import binary, live

POSITIONS = f"positions?run=a&embedding={EMBEDDING}"


def event(step: int, summary: Summary) -> bytes:
    return Event(step=step, wall_time=1.0, summary=summary).SerializeToString()


@pytest.mark.parametrize("size", [1e-30, 1e18, 1e25, 3e37])
def test_positions_of_a_run_that_diverges_are_those_of_the_same_run_in_another_unit(
    tmp_path: Path, size: float
) -> None:
    replies = []
    for run, unit in (("a", np.float32(size)), ("b", np.float32(1))):
        writer = RunWriter(tmp_path / run)
        writer.append(model_event(rows=30))
        for step in range(4):
            snapshot = snapshot_at(step, rows=30)
            rows = snapshot.embeddings[EMBEDDING]
            snapshot.embeddings[EMBEDDING] = EmbeddingRows(rows.values * unit, rows.grad_norms, rows.update_norms)
            writer.append(event(step, encode_snapshot(snapshot)))
        with served(tmp_path) as (client, _):
            drawn = client.get(PREFIX + f"positions?run={run}&embedding={EMBEDDING}")
            exact = client.get(PREFIX + f"rows?run={run}&embedding={EMBEDDING}&step=3&rows=7,8")
        assert (drawn.status_code, exact.status_code) == (200, 200)
        replies.append((*binary.decode(drawn.get_data()), binary.decode(exact.get_data())[1]))
    (header, arrays, rows_now), (plain_header, plain_arrays, plain_rows) = replies
    for name in ("neighbours", "first_neighbours", "norm_ranks"):
        np.testing.assert_array_equal(rows_now[name], plain_rows[name])
    np.testing.assert_allclose(header["basis"]["variance_ratios"], plain_header["basis"]["variance_ratios"], rtol=0.01)
    assert header["basis"]["radius"] == pytest.approx(plain_header["basis"]["radius"] * size, rel=0.01)
    np.testing.assert_allclose(arrays["positions"] / np.float32(size), plain_arrays["positions"], atol=0.05)


def test_a_model_made_wider_in_the_same_run_is_shown_from_there(tmp_path: Path) -> None:
    writer = write_run(tmp_path / "a", range(10))
    with served(tmp_path) as (client, plugin):
        plugin._follower.stop()
        assert client.get(PREFIX + POSITIONS).status_code == 200
        writer.append(model_event(dims=8, session="second"))
        writer.snapshots(10, 11, dims=8)
        plugin._index.poll()
        response = client.get(PREFIX + POSITIONS)
        assert response.status_code == 200, response.get_data(as_text=True)
        header, arrays = binary.decode(response.get_data())
        assert (arrays["steps"].tolist(), header["total"]) == ([10, 11], 2)


def test_statistics_of_another_model_are_not_shown_under_the_names_of_the_newest(tmp_path: Path) -> None:
    writer = write_run(tmp_path / "a", range(3))
    wider = model_record(session="second")
    wider = replace(wider, layers=(*wider.layers, replace(wider.layers[0], path="added")))
    writer.append(event(3, encode_model(wider)))
    with served(tmp_path) as (client, _):
        header, arrays = binary.decode(client.get(PREFIX + "stats?run=a").get_data())
    assert header["layers"][2] == "added"
    assert arrays["stats"].shape == (0, 3, len(header["stats"]))
    assert arrays["steps"].shape == arrays["wall_times"].shape == (0,)


def test_a_run_begun_anew_under_its_name_is_drawn_on_a_basis_of_its_own(tmp_path: Path) -> None:
    writer = write_run(tmp_path / "a", range(10))
    with served(tmp_path) as (client, plugin):
        plugin._follower.stop()
        before = binary.decode(client.get(PREFIX + POSITIONS).get_data())[0]
        writer.path.unlink()
        RunWriter(tmp_path / "a", "events.out.tfevents.3000.host.1.0").snapshots(*range(10), seed=1)
        plugin._index.scan()
        plugin._index.poll()
        after = binary.decode(client.get(PREFIX + POSITIONS).get_data())[0]
        assert after["generation"] != before["generation"]
        assert after["basis"]["version"] != before["basis"]["version"]


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"optimizer": {"lr": float("nan"), "momentum": -float("inf")}}, 200),
        ({"model_class": "\ud800"}, 200),
        ({"started": float("inf")}, 404),
        ({"started": 10**400}, 404),
        ({"layers": None}, 404),
        ({"embeddings": [{"path": "x", "role": "other", "shape": [], "labels": ["a"]}]}, 404),
    ],
)
def test_a_model_record_written_elsewhere_is_answered_or_refused_in_one_line(
    tmp_path: Path, change: dict[str, Any], status: int
) -> None:
    summary = encode_model(model_record())
    written = json.dumps(json.loads(model_record().to_json()) | change).replace("Infinity", "1e999")
    summary.value[0].tensor.string_val[0] = written.encode()
    RunWriter(tmp_path / "a").append(event(0, summary), snapshot_event(0))
    with served(tmp_path) as (client, _):
        response = client.get(PREFIX + "model?run=a")
        assert response.status_code == status, response.get_data(as_text=True)
        if status == 200:
            assert json.loads(response.get_data())["session_id"] == "first"
        assert client.get(PREFIX + POSITIONS).status_code == 200


def test_an_embedding_without_its_scales_is_a_404_that_says_so(tmp_path: Path) -> None:
    summary = encode_snapshot(snapshot_at(0))
    del summary.value[2]
    RunWriter(tmp_path / "a").append(model_event(), event(0, summary))
    with served(tmp_path) as (client, _):
        response = client.get(PREFIX + POSITIONS)
        assert response.status_code == 404
        assert "holds the scales" in response.get_data(as_text=True)


def test_a_directory_whose_name_is_not_utf_8_is_a_run_that_can_be_asked_for(tmp_path: Path) -> None:
    write_run(tmp_path / "caf\udce9", range(2))  # the byte 0xE9
    with served(tmp_path) as (client, _):
        (info,) = json.loads(client.get(PREFIX + "runs").get_data())["runs"]
        assert client.get(PREFIX + "model", query_string={"run": info["run"]}).status_code == 200


def test_the_tab_can_be_listed_while_files_appear(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "events.out.tfevents.x").touch()
    with served(tmp_path) as (_, plugin):
        plugin._follower.stop()
        run = plugin._index.runs["a"]
        asked = threading.Event()

        class Slow(dict[str, Any]):
            """Lets the other thread in between two files, as the interpreter may at any time."""

            def values(self) -> Any:
                for value in super().values():
                    asked.set()
                    time.sleep(0.05)
                    yield value

        run.files = Slow(run.files)
        (tmp_path / "a" / "events.out.tfevents.y").touch()

        def scan() -> None:
            asked.wait()
            plugin._index.scan()

        thread = threading.Thread(target=scan)
        thread.start()
        assert not plugin.is_active()
        thread.join()
        assert len(run.files) == 2


def test_a_page_that_only_listens_keeps_the_follower_awake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "HEARTBEAT_SECS", 0.01)
    with served(tmp_path) as (client, plugin):
        response = client.get(PREFIX + "events", buffered=False)
        stream = response.iter_encoded()
        asked = []
        for _ in range(5):
            next(stream)
            asked.append(plugin._follower._asked_at)
        response.close()
        assert asked[-1] > asked[1]
