"""`positions`: which directions are drawn, what is said of them, and that a second life of the server answers the same
without reading the run."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from basis_runs import FALLING, BasisRun, spectrum
from event_files import EMBEDDING, RunWriter, framed, model_event, snapshot_at, snapshot_event, write_run
from server import PREFIX, served
from tensorboard.errors import InvalidArgumentError, NotFoundError

from tensorboard_plugin_paramviz.analysis.projection import fit
from tensorboard_plugin_paramviz.reader import EmbeddingSnapshot, Index, MissingError, SnapshotReader, roots_of
from tensorboard_plugin_paramviz.record import quantize
from tensorboard_plugin_paramviz.web import binary, positions
from tensorboard_plugin_paramviz.web.arguments import Arguments
from tensorboard_plugin_paramviz.web.bases import Projection
from tensorboard_plugin_paramviz.web.replies import Replies

KNOWN = ("run", "embedding", "from", "to", "stride", "projection", "basis_of", "with", "layout")
Reply = tuple[dict[str, Any], dict[str, Any]]


class Server:
    """One life of the server over a logdir."""

    def __init__(self, logdir: Path) -> None:
        self.index = Index(roots_of(str(logdir), ""))
        self.replies = Replies(self.index)
        self.look()

    def look(self) -> None:
        self.index.scan()
        self.index.poll()

    def raw(self, run: str = "a", **query: Any) -> bytes:
        texts = {name.rstrip("_"): [str(value)] for name, value in query.items()}
        asked = Arguments({"run": [run], "embedding": [EMBEDDING], **texts}, KNOWN)
        return self.replies.positions(asked)

    def ask(self, run: str = "a", **query: Any) -> Reply:
        return binary.decode(self.raw(run, **query))


@pytest.fixture(autouse=True)
def cache(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty one of this test's own, in which small results are kept too."""
    folder = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("PARAMVIZ_CACHE_DIR", str(folder))
    monkeypatch.setattr(positions, "SMALLEST_CACHED_BYTES", 0)
    monkeypatch.setattr(positions, "_MOST_CACHED", 16)
    return folder


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Grows with each snapshot that is read from the run."""
    read: list[int] = []
    really = SnapshotReader.embeddings

    def embeddings(self: SnapshotReader, path: str, ordinals: Iterable[int]) -> Iterator[EmbeddingSnapshot]:
        asked = list(ordinals)
        read.extend(asked)
        return really(self, path, asked)

    monkeypatch.setattr(SnapshotReader, "embeddings", embeddings)
    return read


def rows_at(*steps: int) -> list[Any]:
    return [quantize(snapshot_at(step, rows=20).embeddings[EMBEDDING].values) for step in steps]


@pytest.mark.parametrize(("projection", "steps"), [("last", [990]), ("step:350", [350])])
def test_the_directions_are_of_the_step_asked_for(tmp_path: Path, projection: str, steps: list[int]) -> None:
    write_run(tmp_path / "a", range(0, 1000, 10), rows=20)
    header, arrays = Server(tmp_path).ask(projection=projection)
    assert (header["projection"], header["basis"]["fitted_steps"]) == (projection, steps)
    expected = fit(rows_at(*steps), steps)
    at = arrays["steps"].tolist().index(steps[0])
    assert arrays["variance_shown"][at] == pytest.approx(sum(expected.variance_ratios), rel=1e-4)
    assert sum(header["basis"]["variance_ratios"]) < sum(expected.variance_ratios), "of the run they show less"
    assert arrays["variance_shown"].shape == (100,)


def test_cluster_means_are_those_of_the_last_step_and_joint_is_what_is_not_asked_for(tmp_path: Path) -> None:
    write_run(tmp_path / "a", range(0, 1000, 10), rows=20)
    server = Server(tmp_path)
    replies = {name: server.ask(projection=name)[0] for name in ("joint", "last", "clusters")}
    assert server.ask()[0] == replies["joint"]
    assert replies["clusters"]["basis"]["fitted_steps"] == [990]
    assert len({reply["basis"]["version"] for reply in replies.values()}) == 3


@pytest.mark.parametrize(
    "text", ["pca", "step", "step:", "step:x", "step:1.5", "step:--1", "step:" + "9" * 30, "step:²"]
)
def test_a_projection_that_is_none_is_told_the_choices(text: str) -> None:
    with pytest.raises(
        InvalidArgumentError, match="must be joint, last, clusters, tour or step:<a step of the run>, not"
    ):
        Projection.of(text)


def test_the_route_takes_a_projection_and_a_basis_and_says_what_is_wrong_with_them(tmp_path: Path) -> None:
    for run in ("a", "b"):
        write_run(tmp_path / run, range(5))
    with served(tmp_path) as (client, _):
        ask = lambda query: client.get(f"{PREFIX}positions?run=a&embedding={EMBEDDING}&{query}")  # noqa: E731
        header, _ = binary.decode(ask("from=1&to=3&stride=2&projection=step:2&basis_of=b").get_data())
        assert (header["projection"], header["basis_of"], header["basis"]["fitted_steps"]) == ("step:2", "b", [2])
        wrong = {"projection=tsne": 400, "projection=step:7": 404, "basis_of=zz": 404}
        assert {query: ask(query).status_code for query in wrong} == wrong


def test_a_step_that_is_not_there_is_told_those_beside_it(tmp_path: Path) -> None:
    write_run(tmp_path / "a", range(0, 100, 10))
    with pytest.raises(NotFoundError, match="at step 35; nearest: 30, 40"):
        Server(tmp_path).ask(projection="step:35")


def test_a_reply_names_every_step_of_its_range_and_where_it_begins(tmp_path: Path) -> None:
    write_run(tmp_path / "a", range(0, 1000, 10))
    header, arrays = Server(tmp_path).ask(from_=205, to=400, stride=7)
    assert header["first"] == 21
    assert arrays["range_steps"].tolist() == list(range(210, 401, 10))
    assert arrays["steps"].tolist() == [210, 280, 350]
    beyond, nothing = Server(tmp_path).ask(from_=5000)
    assert (beyond["first"], beyond["total"], nothing["range_steps"].tolist(), nothing["steps"].tolist()) == (
        100,
        100,
        [],
        [],
    )


def test_a_long_range_is_cut_at_its_snapshots_and_not_at_its_steps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_run(tmp_path / "a", range(50))
    monkeypatch.setattr(positions, "POSITIONS_BYTES", 7 * 5 * 12)
    _, arrays = Server(tmp_path).ask()
    assert (len(arrays["steps"]), len(arrays["range_steps"])) == (7, 50)


def test_the_end_of_a_run_that_goes_on_is_the_end_there_was_and_of_one_that_ended_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = write_run(tmp_path / "a", range(100))  # wall times 1000 + step
    monkeypatch.setattr(time, "time", lambda: 1101.0)
    server = Server(tmp_path)
    fitted = lambda: server.ask(projection="last")[0]["basis"]["fitted_steps"]  # noqa: E731
    assert fitted() == [99]
    writer.snapshots(100)
    server.look()
    assert fitted() == [99]
    monkeypatch.setattr(time, "time", lambda: 1200.0)
    assert fitted() == [100]


QUESTIONS: list[dict[str, Any]] = [
    {"stride": 3},
    {},
    {"from_": 20, "to": 90},
    {"projection": "last"},
    {"projection": "step:50"},
    {"projection": "clusters", "stride": 2},
    {"projection": "tour"},
    {"projection": "last", "basis_of": "b"},
]


@pytest.mark.parametrize("query", QUESTIONS, ids=str)
def test_a_second_life_answers_the_same_without_reading_the_run(
    tmp_path: Path, cache: Path, reads: list[int], query: dict[str, Any]
) -> None:
    for run in ("a", "b"):
        write_run(tmp_path / run, range(100), rows=20)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    first = Server(tmp_path).raw(**query)
    assert reads
    if "basis_of" in query:
        Server(tmp_path).raw(projection="last")  # what it shows of this run is measured again
    reads.clear()
    assert Server(tmp_path).raw(**query) == first
    shared = 32 if "basis_of" in query else 0
    assert len(reads) == shared
    assert list(cache.iterdir())
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before, "the logdir"


def test_without_a_cache_the_answer_is_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cache: Path) -> None:
    write_run(tmp_path / "a", range(100), rows=20)
    kept = Server(tmp_path).raw()
    monkeypatch.setenv("PARAMVIZ_CACHE_DIR", "off")
    assert Server(tmp_path).raw() == kept == Server(tmp_path).raw()


def overwritten(writer: RunWriter, seed: int) -> None:
    """Other values in the same file, at the same places, steps and times."""
    before, content = writer.path.stat(), writer.path.read_bytes()
    model = framed(model_event(20))
    with writer.path.open("r+b") as file:
        file.seek(content.index(model) + len(model))
        file.write(b"".join(framed(snapshot_event(step, 20, seed=seed)) for step in range(100)))
    after = writer.path.stat()
    assert (after.st_ino, after.st_size) == (before.st_ino, before.st_size)


def renewed(writer: RunWriter, seed: int) -> None:
    writer.path.unlink()
    RunWriter(writer.path.parent).append(model_event(20), *(snapshot_event(step, 20, seed=seed) for step in range(100)))


@pytest.mark.parametrize("replace", [overwritten, renewed])
def test_a_file_that_was_replaced_is_not_taken_for_what_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, replace: Callable[[RunWriter, int], None]
) -> None:
    writer = write_run(tmp_path / "a", range(100), rows=20, loss=False)
    before = Server(tmp_path).raw()
    replace(writer, 1)
    found = Server(tmp_path).raw()
    monkeypatch.setenv("PARAMVIZ_CACHE_DIR", "off")
    assert before != found == Server(tmp_path).raw()


def test_a_copy_of_a_run_is_known_by_its_content(tmp_path: Path, reads: list[int]) -> None:
    write_run(tmp_path / "here" / "a", range(100), rows=20)
    first = Server(tmp_path / "here").raw()
    shutil.copytree(tmp_path / "here", tmp_path / "there")
    reads.clear()
    assert Server(tmp_path / "there").raw() == first
    assert reads == []


def test_a_damaged_cache_changes_nothing(tmp_path: Path, cache: Path) -> None:
    write_run(tmp_path / "a", range(100), rows=20)
    first = Server(tmp_path).raw()
    for number, file in enumerate(sorted(cache.iterdir())):
        content = bytearray(file.read_bytes())
        content[-1 - 7 * number] ^= 1
        file.write_bytes(content)
    assert Server(tmp_path).raw() == first == Server(tmp_path).raw()


def test_a_run_that_grows_is_kept_as_far_as_it_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reads: list[int]
) -> None:
    writer = write_run(tmp_path / "a", range(100), rows=20)
    monkeypatch.setattr(time, "time", lambda: 1101.0)
    server = Server(tmp_path)
    server.ask()
    reads.clear()
    server.ask()
    assert sorted(set(reads)) == list(range(96, 100)), "the last group of 16 is not whole"
    writer.snapshots(*range(100, 120), rows=20)
    server.look()
    reads.clear()
    header, arrays = server.ask()
    assert sorted(set(reads)) == list(range(96, 120))
    assert (header["total"], arrays["steps"].tolist()) == (120, list(range(120)))


def test_no_snapshot_is_read_for_the_sake_of_the_cache_alone_where_few_are_wanted(
    tmp_path: Path, reads: list[int]
) -> None:
    write_run(tmp_path / "a", range(100), rows=20)
    server = Server(tmp_path)
    server.ask(stride=99)
    reads.clear()
    server.ask(from_=40, to=41)
    assert reads == [40, 41]


def test_two_runs_of_the_same_rows_stand_on_one_basis(tmp_path: Path) -> None:
    write_run(tmp_path / "a", range(100), rows=20)
    writer = RunWriter(tmp_path / "b")
    writer.append(model_event(20))
    writer.snapshots(*range(60), rows=20, seed=7)
    server = Server(tmp_path)
    own, _ = server.ask("a")
    shared, arrays = server.ask("b", basis_of="a")
    assert (own["basis_of"], shared["basis_of"], shared["run"]) == (None, "a", "b")
    assert shared["basis"]["version"] == own["basis"]["version"] != server.ask("b")[0]["basis"]["version"]
    assert shared["basis"]["variance_ratios"] != own["basis"]["variance_ratios"], "what they show of this run"
    assert server.ask("a", basis_of="a")[0] == own
    basis = fit(rows_at(*own["basis"]["fitted_steps"]), own["basis"]["fitted_steps"])
    values = snapshot_at(30, rows=20, seed=7).embeddings[EMBEDDING].values
    np.testing.assert_allclose(arrays["positions"][30], (values - basis.center) @ basis.directions, atol=0.05)


@pytest.mark.parametrize(
    ("rows", "dims", "model_rows", "words"),
    [
        (20, 6, 20, "it has 4 dimensions, there it has 6"),
        (21, 4, 21, "20 rows were sampled, there 21"),
        (20, 4, 26, "its rows have other labels there"),
    ],
)
def test_runs_of_other_rows_share_none_and_are_told_why(
    tmp_path: Path, rows: int, dims: int, model_rows: int, words: str
) -> None:
    write_run(tmp_path / "a", range(5), rows=20)
    writer = RunWriter(tmp_path / "b")
    writer.append(model_event(model_rows, dims))
    writer.snapshots(*range(5), rows=rows, dims=dims)
    with pytest.raises(InvalidArgumentError, match=f"can't be drawn on the basis of run 'b': {words}"):
        Server(tmp_path).ask(basis_of="b")


def test_the_basis_of_a_run_or_embedding_that_is_not_there_is_told_what_there_is(tmp_path: Path) -> None:
    write_run(tmp_path / "a", range(5))
    RunWriter(tmp_path / "b").append(model_event())
    with pytest.raises(NotFoundError, match="no run 'zz'; there are 'a'"):
        Server(tmp_path).ask(basis_of="zz")
    with pytest.raises(MissingError, match="run 'b' has no embedding"):
        Server(tmp_path).ask(basis_of="b")


def test_rows_in_a_basis_are_kept_and_shared_like_others(tmp_path: Path, reads: list[int]) -> None:
    for name in ("a", "b"):
        run = BasisRun(tmp_path / name)
        for step in range(40):
            run.snapshot(step, spectrum(step // 20, FALLING))
    first = Server(tmp_path).raw()
    reads.clear()
    assert Server(tmp_path).raw() == first
    assert reads == []
    header, arrays = Server(tmp_path).ask(basis_of="b")
    assert header["basis"]["kept_ratio"] < 1
    own = binary.decode(first)[1]
    np.testing.assert_allclose(arrays["variance_shown"], own["variance_shown"], atol=1e-4)
    assert (own["variance_shown"] < header["basis"]["kept_ratio"]).all()
