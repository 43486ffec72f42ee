"""An export is a stream: hundreds of megabytes pass through a TensorBoard that stays as small as it was, others are
answered meanwhile, and a file that could not be finished never looks finished."""

from __future__ import annotations

import http.client
import io
import json
import logging
import threading
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path

import numpy as np
import pytest
from e2e.serving import tensorboard
from event_files import EMBEDDING, snapshot_at, write_run
from export_runs import write_large
from looking import index_of
from server import PREFIX, served
from tensorboard.program import _WSGIRequestHandler
from werkzeug.serving import make_server

from tensorboard_plugin_paramviz.plugin import ParamVizPlugin
from tensorboard_plugin_paramviz.reader import MissingError, SnapshotReader
from tensorboard_plugin_paramviz.web.bases import Bases
from tensorboard_plugin_paramviz.web.export.export import export
from tensorboard_plugin_paramviz.web.export.names import FORMATS
from tensorboard_plugin_paramviz.web.export.view import Question

QUESTION = Question("a", "embeddings")
MB = 1 << 20


def test_half_a_gigabyte_goes_through_a_tensorboard_that_grows_by_a_few_megabytes(tmp_path: Path) -> None:
    if not Path("/proc/self/status").exists():
        pytest.skip("memory and bytes read are asked of /proc")
    count, rows, dims = 160, 2000, 400
    path = write_large(tmp_path / "a", count, rows, dims)
    with tensorboard(tmp_path) as address:
        process = next(
            entry
            for entry in Path("/proc").iterdir()
            if entry.name.isdigit() and f"--logdir\0{tmp_path}\0".encode() in _content(entry / "cmdline")
        )
        connection = http.client.HTTPConnection(address.partition("//")[2], timeout=60)
        question = f"{PREFIX}export?run=a&what=embeddings&format="
        while True:  # until the index has got to the end
            connection.request("GET", f"{question}npz&steps={count - 1}")
            response = connection.getresponse()
            response.read()
            if response.status == 200:
                break
            time.sleep(0.05)
        before, read_before = _status(process, "VmRSS"), _bytes_read(process)
        connection.request("GET", question + "npz")
        response = connection.getresponse()
        assert response.read(4 * MB).startswith(b"PK")
        assert _bytes_read(process) - read_before < path.stat().st_size / 2, "the first bytes came before all was read"
        total = 4 * MB
        while piece := response.read(MB):
            total += len(piece)
        assert total > count * rows * dims * 4
        connection.request("GET", f"{question}csv&steps=0-20")
        response = connection.getresponse()
        while response.read(MB):
            pass
        assert _status(process, "VmHWM") - before < 40 * MB


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:  # it has ended
        return b""


def _status(process: Path, name: str) -> int:
    line = next(line for line in (process / "status").read_text().splitlines() if line.startswith(name + ":"))
    return int(line.split()[1]) * 1024


def _bytes_read(process: Path) -> int:
    return int((process / "io").read_text().split()[1])


@contextmanager
def listening(logdir: Path) -> Iterator[tuple[http.client.HTTPConnection, ParamVizPlugin]]:
    """A connection to TensorBoard's own kind of server, in this process."""
    with served(logdir) as (client, plugin):
        server = make_server("127.0.0.1", 0, client.application, threaded=True, request_handler=_WSGIRequestHandler)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
        try:
            yield connection, plugin
        finally:
            connection.close()
            server.shutdown()
            thread.join()
            server.server_close()


@pytest.mark.parametrize("form", list(FORMATS))
def test_a_file_that_vanishes_breaks_the_download_and_is_said_in_the_log(
    tmp_path: Path, form: str, caplog: pytest.LogCaptureFixture
) -> None:
    path = write_large(tmp_path / "a", 40, 2000, 200)
    with listening(tmp_path) as (connection, _):
        connection.request("GET", f"{PREFIX}export?run=a&what=embeddings&format={form}")
        response = connection.getresponse()
        assert response.status == 200
        begun = response.read(1000)
        path.unlink()
        with pytest.raises(http.client.IncompleteRead):
            response.read()
    assert "paramviz broke off the download of a-embeddings-transformer.wte" in caplog.text
    assert begun


def test_a_client_that_goes_away_ends_the_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_large(tmp_path / "a", 60, 2000, 200)
    reads: list[int] = []
    embeddings = SnapshotReader.embeddings
    monkeypatch.setattr(
        SnapshotReader, "embeddings", lambda self, path, at: (reads.extend(at), embeddings(self, path, at))[1]
    )
    with listening(tmp_path) as (connection, plugin):
        plugin.is_active()  # begins to follow
        before = set(threading.enumerate())
        connection.request("GET", f"{PREFIX}export?run=a&what=embeddings&format=npz")
        response = connection.getresponse()
        response.read(1000)
        response.close()
        connection.close()
        deadline = time.monotonic() + 20
        while set(threading.enumerate()) - before:
            assert time.monotonic() < deadline
            time.sleep(0.01)
    assert 0 < len(reads) < 60


def test_others_are_answered_while_a_file_is_sent(tmp_path: Path) -> None:
    write_run(tmp_path / "a", range(10))
    with served(tmp_path) as (client, plugin):
        stream = client.get(PREFIX + "export?run=a&what=embeddings&format=csv", buffered=False)
        chunks = iter(stream.response)
        next(chunks)
        answered = []
        other = threading.Thread(target=lambda: answered.append(client.get(PREFIX + "runs").status_code))
        other.start()
        other.join(20)
        assert answered == [200]
        stream.close()
        assert plugin


@pytest.mark.parametrize("change", ["cut", "replaced", "vanished"])
@pytest.mark.parametrize("form", list(FORMATS))
def test_what_was_read_of_another_file_is_never_sent_as_a_whole_one(tmp_path: Path, change: str, form: str) -> None:
    writer = write_run(tmp_path / "a", range(10), rows=2000)
    index = index_of(tmp_path)
    chunks = export(index, Bases().basis, QUESTION, form).chunks
    sent = bytearray(next(chunks))
    if change == "cut":
        with writer.path.open("r+b") as file:
            file.truncate(5000)
    elif change == "replaced":
        whole = writer.path.read_bytes()
        writer.path.unlink()
        writer.path.write_bytes(bytes(len(whole) - 100))
    else:
        writer.path.unlink()
    index.scan()
    index.poll()
    with pytest.raises(MissingError):
        sent.extend(chain.from_iterable(chunks))
    if form == "npz":
        with pytest.raises(zipfile.BadZipFile):
            zipfile.ZipFile(io.BytesIO(sent))
    elif form == "json":
        with pytest.raises(json.JSONDecodeError):
            json.loads(sent)


def test_a_run_that_grows_or_goes_on_elsewhere_is_exported_as_it_stood(tmp_path: Path) -> None:
    writer = write_run(tmp_path / "a", range(10))
    index = index_of(tmp_path)
    chunks = export(index, Bases().basis, QUESTION, "npz").chunks
    begun = next(chunks)
    writer.snapshots(10, 11)
    other = write_run(tmp_path / "a" / "deeper", range(3))
    later = writer.path.with_name("events.out.tfevents.2000.host.1.0")
    later.write_bytes(other.path.read_bytes())  # a restart, which voids all that was there
    index.scan()
    index.poll()
    arrays = np.load(io.BytesIO(begun + b"".join(chunks)))
    assert arrays["steps"].tolist() == list(range(10))
    expected = snapshot_at(7).embeddings[EMBEDDING].values
    np.testing.assert_allclose(arrays["values"][7], expected, atol=np.abs(expected).max() / 100)


def test_a_file_that_is_gone_already_is_said_at_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    writer = write_run(tmp_path / "a", range(5))
    with served(tmp_path) as (client, plugin):
        plugin._follower.stop()
        writer.path.unlink()
        for form in FORMATS:
            for what in ("embeddings", "stats", "positions"):
                response = client.get(PREFIX + f"export?run=a&what={what}&format={form}")
                assert response.status_code == 404
                assert "can't be opened" in response.get_data(as_text=True)
    assert not caplog.records


def test_no_piece_is_larger_than_a_megabyte_whatever_the_table(tmp_path: Path) -> None:
    write_large(tmp_path / "a", 2, 1000, 3000)
    index = index_of(tmp_path)
    for form in FORMATS:
        pieces = [len(chunk) for chunk in export(index, Bases().basis, QUESTION, form).chunks]
        assert max(pieces) < 1.1 * MB
        assert sum(pieces) > 2 * 1000 * 3000 * 4


def test_it_is_known_beforehand_how_many_snapshots_are_to_be_read(tmp_path: Path) -> None:
    write_run(tmp_path / "a", range(10))
    index = index_of(tmp_path)
    for form in FORMATS:
        for what in ("embeddings", "positions", "stats"):
            told: list[int] = []
            asked = export(index, Bases().basis, Question("a", what, "2-7"), form, told.append)
            assert sum(map(len, asked.chunks)) > 0
            assert told == list(range(1, asked.snapshots + 1))
