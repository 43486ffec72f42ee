"""Runs in a store are read as those on this machine, by ranges, whatever the store does."""

from __future__ import annotations

import logging
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import fsspec
import numpy as np
import pytest
from asking import ROUTES, ask
from event_files import EMBEDDING, RunWriter, framed, model_event, snapshot_event, write_run
from looking import index_of, look, steps_of
from server import served
from store import Requests, Store, s3_server
from tensorboard.backend.event_processing.plugin_event_multiplexer import EventMultiplexer

from tensorboard_plugin_paramviz.reader import Follower, Index, MissingError, SnapshotReader, follow, roots_of
from tensorboard_plugin_paramviz.record import dequantize

pytestmark = pytest.mark.xdist_group("remote")
ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="module")
def s3() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch, s3_server(patch):
        yield


@pytest.fixture(params=["memory", "s3"])
def store(request: pytest.FixtureRequest) -> Store:
    name = f"b{uuid.uuid4().hex[:12]}"
    if request.param == "s3":
        request.getfixturevalue("s3")
        fsspec.filesystem("s3").mkdir(name)
    return Store(f"{request.param}://{name}/some/runs")


def remote_index(store: Store) -> Index:
    index = Index(roots_of(store.url, ""))
    look(index)
    return index


def test_a_run_in_a_store_is_read_as_the_same_run_on_this_machine(tmp_path: Path, store: Store) -> None:
    write_run(tmp_path / "a", range(0, 100, 5))
    second = RunWriter(tmp_path / "a", "events.out.tfevents.2000.host.1.0")
    second.append(model_event(session="second"))
    second.snapshots(50, 60)
    store.put_all(tmp_path)
    here, there = index_of(tmp_path).runs["a"], remote_index(store).runs["a"]
    local, remote = SnapshotReader(here), SnapshotReader(there)
    assert remote.model() == local.model()
    for mine, theirs in zip(remote.stats(None, None), local.stats(None, None), strict=True):
        np.testing.assert_array_equal(mine, theirs)
    ordinals = remote.usable(EMBEDDING).tolist()
    assert ordinals == local.usable(EMBEDDING).tolist() != []
    for at, snapshot in zip(ordinals, remote.embeddings(EMBEDDING, ordinals), strict=True):
        np.testing.assert_array_equal(dequantize(snapshot.rows), dequantize(local.embedding(EMBEDDING, at).rows))
    assert there.scalars("train/loss").values.tolist() == here.scalars("train/loss").values.tolist()
    assert there.damaged == here.damaged == []
    assert 0 <= time.time() - there.written_at < 600


@pytest.mark.parametrize("named", [None, "x"])
def test_runs_in_a_store_are_named_as_tensorboard_names_them(tmp_path: Path, store: Store, named: str | None) -> None:
    for name in (".", "b", "b/c", "d e"):
        write_run(tmp_path / name, range(1))
    (tmp_path / "b" / "notes.txt").write_text("no event file")
    store.put_all(tmp_path)
    index = Index(roots_of("", f"{named}:{store.url},{tmp_path}/b") if named else roots_of(store.url + "/", ""))
    look(index)
    theirs = EventMultiplexer().AddRunsFromDirectory(store.url, named)
    if named:
        theirs.AddRunsFromDirectory(str(tmp_path / "b"))
    assert set(index.runs) == set(theirs.Runs())


def test_growth_is_followed_by_reading_what_is_new(
    tmp_path: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = write_run(tmp_path / "a", range(40), loss=False)
    store.put(writer.path, tmp_path)
    index = remote_index(store)
    requests = Requests(monkeypatch)
    look(index)
    assert (requests.listings, requests.batches) == (1, 0), "nothing new costs one listing"
    record = len(framed(snapshot_event(40)))
    writer.snapshots(40, 41)
    whole = writer.path.stat().st_size
    store.put(writer.path, tmp_path, whole - record // 2)
    look(index)
    assert steps_of(index, "a") == list(range(41))
    store.put(writer.path, tmp_path)
    look(index)
    assert steps_of(index, "a") == list(range(42))
    assert requests.bytes < 4 * record
    assert index.runs["a"].generation == 0


def test_an_object_that_is_another_is_read_again_and_a_run_that_is_removed_goes(tmp_path: Path, store: Store) -> None:
    writer = write_run(tmp_path / "a", range(20))
    write_run(tmp_path / "b", range(3))
    store.put_all(tmp_path)
    index = remote_index(store)
    reader = SnapshotReader(index.runs["a"])
    other = write_run(tmp_path / "elsewhere", range(100, 103))
    writer.path.write_bytes(other.path.read_bytes())
    store.put(writer.path, tmp_path)
    with pytest.raises(MissingError, match=r"it was (cut|damaged)|can't be read"):
        reader.embedding(EMBEDDING, 19)
    look(index)
    look(index)
    assert steps_of(index, "a") == [100, 101, 102]
    assert index.runs["a"].generation > 0
    reader = SnapshotReader(index.runs["b"])
    store.remove("b")
    with pytest.raises(MissingError, match="no longer there"):
        reader.embedding(EMBEDDING, 0)
    look(index)
    assert set(index.runs) == {"a"}


def test_a_thousand_snapshots_are_asked_for_together(
    tmp_path: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_run(tmp_path / "a", range(1000), loss=False)
    store.put_all(tmp_path)
    reader = SnapshotReader(remote_index(store).runs["a"])
    requests = Requests(monkeypatch)
    ordinals = range(0, 1000, 3)
    assert len(list(reader.embeddings(EMBEDDING, ordinals))) == len(ordinals)
    assert requests.batches == 2
    requests.batches = 0
    assert len(reader.stats(None, None)[0]) == 1000
    assert requests.batches == 2


def test_a_run_that_grows_in_a_store_is_followed_to_its_end(
    tmp_path: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow, "REMOTE_SCAN_SECS", 0.05)
    monkeypatch.setattr(follow, "REMOTE_SCAN_SHARE", 1.0)
    index = Index(roots_of(store.url, ""))
    follower = Follower(index)
    follower.ensure_started()
    writer, deadline = RunWriter(tmp_path / "a"), time.monotonic() + 30
    try:
        for step in range(8):
            writer.append(model_event() if step == 0 else snapshot_event(step))
            cursor = index.cursor
            store.put(writer.path, tmp_path)
            while "a" not in index.runs or (step > 0 and step not in steps_of(index, "a")):
                assert index.wait(cursor, deadline - time.monotonic()), f"step {step} did not come"
                cursor = index.cursor
    finally:
        follower.stop()
    assert steps_of(index, "a") == list(range(1, 8))
    assert index.runs["a"].generation == 0
    assert index.runs["a"].damaged == []


def test_a_store_that_stops_answering_is_told_once_and_its_runs_stay(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    write_run(tmp_path / "a", range(3))
    with pytest.MonkeyPatch.context() as patch, s3_server(patch) as server:
        index = Index(roots_of("s3://bucket/runs", ""))
        look(index)
        assert len(index.notices) == 1, "there is no such bucket"
        assert index.notices[0].startswith("s3://bucket/runs can't be read: ")
        fsspec.filesystem("s3").mkdir("bucket")
        store = Store("s3://bucket/runs")
        store.put_all(tmp_path)
        look(index)
        assert (index.notices, steps_of(index, "a")) == ([], [0, 1, 2])
        reader = SnapshotReader(index.runs["a"])
        server.stop()
        caplog.clear()
        cursor = index.cursor
        look(index)
        look(index)
        assert index.cursor == cursor + 1, "viewers learn of it, once"
        assert steps_of(index, "a") == [0, 1, 2]
        assert len(index.notices) == 1
        assert [record.levelno for record in caplog.records if "paramviz" in record.name] == [logging.WARNING]
        with pytest.raises(MissingError, match=r"s3://bucket/runs/a/.* can't be read"):
            reader.embedding(EMBEDDING, 0)


def test_every_route_answers_from_a_store_and_with_words_when_it_is_gone(tmp_path: Path) -> None:
    write_run(tmp_path / "a", range(0, 30, 10))
    write_run(tmp_path / "here" / "b", range(0, 30, 10))
    with pytest.MonkeyPatch.context() as patch, s3_server(patch) as server:
        fsspec.filesystem("s3").mkdir("routes")
        Store("s3://routes/runs").put(tmp_path / "a" / "events.out.tfevents.1000.host.1.0", tmp_path)
        with served("s3://routes/runs/") as (client, plugin), served(tmp_path / "here") as (local, _):
            plugin._follower.stop()
            assert {name: ask(client, name, step=10)[0] for name in ROUTES} == dict.fromkeys(ROUTES, 200)
            server.stop()
            look(plugin._index)
            statuses = {name: ask(client, name, step=10)[0] for name in ROUTES}
            assert set(statuses.values()) <= {200, 404}
            status, words = ask(client, "norms at a step", step=10)
            assert status == 404
            assert "s3://routes/runs/a/events.out.tfevents.1000.host.1.0 can't be read" in words
            assert {ask(local, name, "b", step=10)[0] for name in ROUTES} == {200}


@pytest.mark.parametrize(
    ("logdir", "absent", "words"),
    [
        ("s3://bucket/runs", "fsspec", "pip install 'tensorboard-plugin-paramviz[remote]'"),
        ("s3://bucket/runs", "s3fs", "pip install 'tensorboard-plugin-paramviz[remote]'"),
        ("nonsense://bucket/runs", "", "is no kind of logdir that fsspec knows"),
    ],
)
def test_what_is_not_installed_is_named_with_the_command_that_installs_it(logdir: str, absent: str, words: str) -> None:
    code = (
        f"import sys; sys.modules[{absent!r}] = None\n"
        "from tensorboard_plugin_paramviz.reader import Index, roots_of\n"
        f"index = Index(roots_of({logdir!r}, '')); index.scan(); index.poll(); print(*index.notices)"
    )
    command = [sys.executable, "-W", "ignore", "-c", code]
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == 1
    assert words in done.stdout


def test_a_logdir_of_this_machine_needs_no_fsspec(tmp_path: Path) -> None:
    write_run(tmp_path / "a", range(2))
    code = (
        "import sys; sys.modules['fsspec'] = None; import tensorboard_plugin_paramviz.plugin\n"
        "from tensorboard_plugin_paramviz.reader import Index, roots_of\n"
        f"index = Index(roots_of({str(tmp_path)!r}, '')); index.scan(); sys.exit(list(index.runs) != ['a'])"
    )
    assert subprocess.run([sys.executable, "-W", "ignore", "-c", code], cwd=ROOT, check=False).returncode == 0
