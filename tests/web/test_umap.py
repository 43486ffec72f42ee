"""`umap`: asked again and again until the positions are there."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from event_files import EMBEDDING, RunWriter, model_event, snapshot_at, write_run
from quick_layout import HANGS, quick_layouts
from server import PREFIX, served
from tensorboard.compat.proto.event_pb2 import Event
from werkzeug.test import Client

from tensorboard_plugin_paramviz.record import EmbeddingRows, encode_snapshot
from tensorboard_plugin_paramviz.web import binary, umap_replies

ROUTE = f"umap?run=a&embedding={EMBEDDING}"


@pytest.fixture(autouse=True)
def cache(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("PARAMVIZ_CACHE_DIR", str(folder))
    return folder


@pytest.fixture
def quick() -> Iterator[None]:
    with quick_layouts():
        yield


def poll(client: Client, route: str, secs: float = 600.0) -> tuple[list[float], Any]:
    """The progresses told, and what was told at last."""
    told, deadline = [], time.monotonic() + secs
    while True:
        response = client.get(PREFIX + route)
        assert response.status_code == 200, response.get_data(as_text=True)
        if response.mimetype == "application/octet-stream":
            return told, binary.decode(response.get_data())
        state = json.loads(response.get_data())
        if state["state"] != "running":
            return told, state
        told.append(state["progress"])
        assert time.monotonic() < deadline, told
        time.sleep(0.05)


def cosines(rows: np.ndarray) -> np.ndarray:
    unit = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return unit @ unit.T


def write_groups(directory: Path) -> np.ndarray:
    """Three groups of twenty rows by direction, whatever their lengths; one row isn't finite and one has none."""
    random = np.random.default_rng(0)
    truth = np.repeat(np.arange(3), 20)
    rows = np.eye(3, 8)[truth] * 3 + random.normal(size=(60, 8)) * 0.3
    rows = (rows * random.uniform(0.1, 10, size=(60, 1))).astype(np.float32)
    rows[7], rows[50] = np.nan, 0
    writer = RunWriter(directory)
    writer.append(model_event(60, 8))
    summary = encode_snapshot(snapshot_at(5, 60, 8))
    snapshot = snapshot_at(5, 60, 8)
    norms = np.linalg.norm(rows, axis=1)
    snapshot.embeddings[EMBEDDING] = EmbeddingRows(rows, norms, norms)
    summary = encode_snapshot(snapshot)
    writer.append(Event(step=5, wall_time=1005.0, summary=summary).SerializeToString())
    return truth


def test_umap_itself_puts_rows_together_that_point_the_same_way(tmp_path: Path) -> None:
    truth = write_groups(tmp_path / "logs" / "a")
    with served(tmp_path / "logs") as (client, _):
        told, (header, arrays) = poll(client, ROUTE + "&step=5&neighbours=10")
        again, same = poll(client, ROUTE + "&step=5&neighbours=10")
    assert told == sorted(told)
    assert told[-1] > 0, "it told how far it was"
    assert again == []
    positions = arrays["positions"]
    assert (header["run"], header["embedding"], header["step"], header["neighbours"]) == ("a", EMBEDDING, 5, 10)
    assert positions.shape == (60, 3)
    assert np.isnan(positions[[7, 50]]).all()
    there = np.delete(np.arange(60), [7, 50])
    lengths = np.linalg.norm(positions[there], axis=1)
    assert header["radius"] == pytest.approx(np.quantile(lengths, 0.99), rel=1e-5)
    np.testing.assert_array_equal(positions, same[1]["positions"])
    distances = np.linalg.norm(positions[there][:, None] - positions[there][None], axis=2)
    np.fill_diagonal(distances, np.inf)
    np.testing.assert_array_equal(truth[there][distances.argmin(axis=1)], truth[there])
    assert "umap" not in sys.modules, "nothing of it is loaded into TensorBoard"


def test_a_result_is_kept_for_the_next_life_of_the_server(tmp_path: Path, quick: None) -> None:
    write_run(tmp_path / "a", range(3), rows=20)
    with served(tmp_path) as (client, plugin):
        _, (_, first) = poll(client, ROUTE + "&step=1")
        assert poll(client, ROUTE + "&step=1")[0] == []
        deadline = time.monotonic() + 300
        while plugin._replies._umap.layouts._works and time.monotonic() < deadline:
            time.sleep(0.01)
    with served(tmp_path) as (client, plugin):
        told, (_, second) = poll(client, ROUTE + "&step=1")
        assert told == []
        np.testing.assert_array_equal(second["positions"], first["positions"])
        told, (_, other) = poll(client, ROUTE + "&step=2")
        assert told, "of another step it isn't"
        assert (other["positions"] != first["positions"]).any()


def test_without_the_library_nothing_is_begun_and_the_reply_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_run(tmp_path / "a", range(3))
    monkeypatch.setattr(umap_replies, "is_installed", lambda: False)
    with served(tmp_path) as (client, plugin):
        _, state = poll(client, ROUTE + "&step=1")
        assert state["state"] == "missing"
        assert "pip install 'tensorboard-plugin-paramviz[umap]'" in state["message"]
        assert not plugin._replies._umap.layouts._works


def test_the_library_is_looked_for_by_the_name_it_is_installed_by(monkeypatch: pytest.MonkeyPatch) -> None:
    assert umap_replies.is_installed()
    monkeypatch.setattr(sys, "path", [entry for entry in sys.path if "site-packages" not in entry])
    assert not umap_replies.is_installed()


def test_a_failure_is_told(tmp_path: Path, quick: None, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = write_run(tmp_path / "a", range(3))
    with served(tmp_path) as (client, plugin):
        plugin._follower.stop()
        client.get(PREFIX + "runs")
        writer.path.rename(writer.path.with_suffix(".gone"))
        _, state = poll(client, ROUTE + "&step=1")
    assert state["state"] == "failed"
    assert "could not begin" in state["message"]


@pytest.mark.parametrize(
    ("query", "status", "words"),
    [
        ("", 400, "'step' is missing"),
        ("&step=x", 400, "'step' must be an integer"),
        ("&step=1&neighbours=1", 400, "'neighbours' must lie between 2 and 200"),
        ("&step=99", 404, "nearest: 2"),
    ],
)
def test_a_wrong_question_is_told_what_is_wrong(tmp_path: Path, query: str, status: int, words: str) -> None:
    write_run(tmp_path / "a", range(3))
    with served(tmp_path) as (client, plugin):
        response = client.get(PREFIX + ROUTE + query)
        assert (response.status_code, words in response.get_data(as_text=True)) == (status, True)
        assert not plugin._replies._umap.layouts._works


def test_another_number_of_neighbours_is_another_picture(tmp_path: Path, quick: None) -> None:
    write_run(tmp_path / "a", range(3), rows=20)
    with served(tmp_path) as (client, plugin):
        poll(client, ROUTE + "&step=1")
        response = client.get(PREFIX + ROUTE + f"&step=1&neighbours={HANGS}")
        assert json.loads(response.get_data())["state"] == "running"
        plugin._replies._umap.layouts.close()
