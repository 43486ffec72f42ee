"""The file of a run: it holds what it says it holds, as the server would have answered, and nothing in it can run."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from basis_runs import FALLING, BasisRun, spectrum
from event_files import EMBEDDING, RunWriter, model_event, model_record, scalar_event, snapshot_event, write_run
from export_runs import write_awkward
from hypothesis import given
from hypothesis import strategies as st
from saved_files import SavedFile, floats, positions, taken_apart, write_sparse_run
from server import PREFIX, get_binary, get_json, served
from tensorboard.compat.proto.event_pb2 import Event

from simulated.model import Settings
from simulated.run import write
from tensorboard_plugin_paramviz.plugin import ParamVizPlugin
from tensorboard_plugin_paramviz.reader import MissingError
from tensorboard_plugin_paramviz.record import encode_model
from tensorboard_plugin_paramviz.web.share.choosing import chosen_rows, chosen_steps, shares
from tensorboard_plugin_paramviz.web.share.packing import coordinates, part, short_floats
from tensorboard_plugin_paramviz.web.share.share import share
from tensorboard_plugin_paramviz.web.share.view import Question

HOSTILE = "</script><img src=x onerror=alert(1)>"


@pytest.fixture(autouse=True)
def _page(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A page of a few bytes, built or not."""
    (tmp_path / "static").mkdir()
    (tmp_path / "static" / "saved_page.js").write_text("void '</script>';\n")
    (tmp_path / "static" / "licenses.md").write_text("Some library (MIT) */ void 0; /* by somebody\n")
    monkeypatch.setattr("tensorboard_plugin_paramviz.web.share.document.FOLDER", tmp_path / "static")


def saved(plugin: ParamVizPlugin, **asked: Any) -> SavedFile:
    return taken_apart(share(plugin._index, plugin._replies, Question(**{"run": "a", **asked})).chunks)


@given(
    st.integers(1, 3000),
    st.integers(2, 400),
    st.lists(st.integers(-10, 40_000), max_size=20),
)
def test_of_many_snapshots_so_many_are_kept_with_the_ends_and_those_that_were_spoken_of(
    count: int, most: int, wanted: list[int]
) -> None:
    steps = np.cumsum(np.arange(1, count + 1) % 7 + 1)
    kept = chosen_steps(steps, most, wanted)
    assert len(kept) == min(count, most)
    assert (np.diff(kept) > 0).all()
    assert np.isin(kept, steps).all()
    assert (kept[0], kept[-1]) == (steps[0], steps[-1])
    nearest = [int(steps[np.abs(steps - step).argmin()]) for step in wanted]
    first = list(dict.fromkeys(step for step in nearest if step not in (steps[0], steps[-1])))
    assert set(first[: max(0, max(2, most // 2) - 2)]) <= set(kept.tolist())


def test_early_snapshots_are_kept_more_densely_and_no_stretch_is_left_out() -> None:
    kept = chosen_steps(np.arange(1000), 200)
    assert (kept < 100).sum() > 45
    assert np.diff(kept).max() <= 12


def test_rows_that_are_named_come_first_then_the_frequent_ones() -> None:
    counts = np.arange(100)
    assert chosen_rows(100, 5, counts.tolist(), [3, 7]).tolist() == [3, 7, 97, 98, 99]
    assert chosen_rows(100, 3, None, [50]).tolist() == [0, 50, 99] or len(chosen_rows(100, 3, None, [50])) == 3
    assert chosen_rows(4, 9, None).tolist() == [0, 1, 2, 3]
    assert shares([5000, 64], 1000) == [936, 64]
    assert shares([600, 700], 1000) == [500, 500]


@given(st.integers(0, 2**32 - 1), st.floats(-30, 30), st.booleans())
def test_positions_are_off_by_no_more_than_a_65534th_of_the_snapshots_extent(
    seed: int, power: float, bursts: bool
) -> None:
    random = np.random.default_rng(seed)
    where = (random.normal(size=(7, 12, 3)) * 10**power).astype(np.float32)
    if bursts:
        where[-1] *= np.float32(1e6)
    where[2, 5] = np.nan
    where[3] = 0
    levels, low, size = coordinates(where)
    back = positions({"levels": levels, "level_low": low, "level_size": size})
    assert np.array_equal(np.isnan(back), np.isnan(where))
    extent = np.nanmax(where.astype(float), axis=1) - np.nanmin(where.astype(float), axis=1)
    off = np.nanmax(np.abs(back.astype(float) - where), axis=1)
    rounding = np.nanmax(np.abs(where), axis=1) * 2.0**-23
    assert (off <= extent / 65_534 + rounding).all()


@given(st.lists(st.floats(width=32), min_size=1, max_size=50))
def test_numbers_are_off_by_no_more_than_2_to_the_minus_16_and_none_becomes_infinite(values: list[float]) -> None:
    given_ = np.array(values, np.float32)
    back = floats(short_floats(given_))
    assert np.array_equal(np.isfinite(back), np.isfinite(given_))
    assert np.array_equal(np.isnan(back), np.isnan(given_))
    finite = np.isfinite(given_)
    normal = finite & (np.abs(given_) > 1e-37)
    assert (np.abs(back[normal] / given_[normal].astype(float) - 1) <= 2.0**-15).all()


def test_a_part_is_base64_whatever_its_length() -> None:
    for length in (0, 1, 2, 3, 1000, (3 << 18) + 1):
        content = np.random.default_rng(length).bytes(length)
        whole = b"".join([*part("words", b'{"a": 1}'), *part("x", content)])
        assert taken_apart([whole]).parts["x"] == content


def test_the_file_holds_what_the_server_would_have_answered(tmp_path: Path) -> None:
    write(Settings(300, 40, layers=2, rows=30, dims=8, seed=1), "loss_spikes", tmp_path / "logs" / "a", None)
    with served(tmp_path / "logs") as (client, plugin):
        found = saved(plugin)
        model, insights = get_json(client, "model?run=a"), get_json(client, "insights?run=a")
        assert found.words["model"] == model
        assert {**found.words["insights"], "generation": 0} == {**insights, "generation": 0}
        assert insights["findings"]
        assert found.words["scalar_tags"] == get_json(client, "scalars?run=a")
        assert found.words["report"]["text"].startswith("#")
        for number, embedding in enumerate(model["embeddings"]):
            header, arrays = found.part(f"cloud-{number}")
            told, asked = get_binary(client, f"positions?run=a&embedding={embedding['path']}")
            assert header["basis"] == told["basis"]
            assert arrays["steps"].tolist() == asked["steps"].tolist() == found.words["steps"]
            extent = np.ptp(asked["positions"], axis=1)
            assert (np.abs(positions(arrays) - asked["positions"]).max(axis=1) <= 1.01 * extent / 65_534).all()
            step = int(arrays["steps"][17])
            _, lengths = get_binary(client, f"rows?run=a&embedding={embedding['path']}&step={step}")
            kept = floats(arrays["lengths"])[:, 17]
            for name, own in zip(("norms", "grad_norms", "update_norms", "displacements"), kept, strict=True):
                np.testing.assert_allclose(own, lengths[name], rtol=2**-15)
            _, near = get_binary(client, f"rows?run=a&embedding={embedding['path']}&step={step}&rows=3")
            assert (
                arrays["near"][arrays["near_steps"].tolist().index(step)][3].tolist() == near["neighbours"][0].tolist()
            )
            _, groups = get_binary(client, f"clusters?run=a&embedding={embedding['path']}")
            assert arrays["clusters"].tolist() == groups["clusters"].tolist()
        header, arrays = found.part("statistics")
        told, asked = get_binary(client, "stats?run=a")
        assert header["layers"] == told["layers"]
        kept = floats(arrays["stats"]).transpose(2, 1, 0)
        dense = np.isfinite(asked["stats"]).mean(axis=0) > 0.6
        np.testing.assert_allclose(kept[:, dense], asked["stats"][:, dense], rtol=2**-15)
        assert (np.isfinite(kept) >= np.isfinite(asked["stats"])).all()


def test_a_long_run_with_many_rows_is_thinned_says_so_and_fits_in_ten_megabytes(tmp_path: Path) -> None:
    write(Settings(800, 260, layers=12, rows=1100, dims=32, seed=3), "loss_spikes", tmp_path / "logs" / "a", None)
    with served(tmp_path / "logs") as (client, plugin):
        chunks = list(share(plugin._index, plugin._replies, Question("a")).chunks)
        insights = get_json(client, "insights?run=a")
        _, steps = get_binary(client, "steps?run=a")
    # With the page itself, which is small in this test.
    assert sum(map(len, chunks)) <= 10_000_000 - 2_000_000
    assert max(map(len, chunks)) < 3 << 20
    found = taken_apart(chunks)
    assert found.words["snapshots"] == {"kept": 200, "of": 260}
    assert sum(one["kept"] for one in found.words["rows"]) == 1000
    assert "200 of 260 snapshots" in found.text
    assert "of 1,100 rows of transformer.wte" in found.text
    worst = [one["first_step"] for one in insights["findings"] if one["severity"] != "note"]
    assert worst
    all_steps = steps["steps"]
    for step in worst:
        assert int(all_steps[np.abs(all_steps - step).argmin()]) in found.words["steps"]
    trimmed = found.words["model"]["embeddings"][0]
    kept = found.words["rows"][0]["kept"]
    assert len(trimmed["rows"]) == len(trimmed["labels"]) == kept
    named = {token for one in insights["findings"] for token in one["tokens"]}
    assert named <= set(trimmed["labels"]) or len(named) > kept
    header, arrays = found.part("cloud-0")
    assert (header["rows"], arrays["near"].max() < kept) == (kept, True)


class _Page(HTMLParser):
    """Every element and its attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))


def test_hostile_names_are_text_and_only_two_scripts_may_run(tmp_path: Path) -> None:
    run = RunWriter(tmp_path / "logs" / "a")
    record = model_record()
    labelled = replace(record.embeddings[0], labels=(HOSTILE, "</SCRIPT\t>", "<!--", "]]>", '"'))
    summary = encode_model(replace(record, embeddings=(labelled,)))
    run.append(Event(wall_time=1000.0, step=0, summary=summary).SerializeToString())
    for step in range(8):
        run.append(snapshot_event(step))
    with served(tmp_path / "logs") as (_, plugin):
        name = f"a{HOSTILE}"
        found = taken_apart(share(plugin._index, plugin._replies, Question("a"), called=name).chunks)
    page = _Page(found.text)
    assert not [tag for tag, _ in page.elements if tag in ("img", "link", "iframe", "object", "base", "form")]
    assert not [name for _, attributes in page.elements for name in attributes if name.startswith("on")]
    (script,) = re.findall(r"<script>(.*?)</script>", found.text, re.DOTALL)
    (policy,) = [a["content"] for tag, a in page.elements if tag == "meta" and a.get("http-equiv")]
    assert policy is not None
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    for allowed in (script.encode(), found.parts["page"]):
        assert base64.b64encode(hashlib.sha256(allowed).digest()).decode() in policy
    assert not re.search(r"connect-src|https?:|\*|unsafe-eval|script-src[^;]*unsafe-inline", policy)
    assert "http" not in re.sub(r"http-equiv", "", found.text)
    assert found.words["model"]["embeddings"][0]["labels"][0] == HOSTILE
    assert found.words["info"]["run"] == name


def test_what_is_not_there_is_not_missed(tmp_path: Path) -> None:
    write_awkward(tmp_path / "logs" / "awkward")
    write_run(tmp_path / "logs" / "one", range(1))
    bare = RunWriter(tmp_path / "logs" / "bare")
    for step in range(5):
        bare.append(snapshot_event(step))
    begun = RunWriter(tmp_path / "logs" / "begun")
    begun.append(model_event())
    begun.append(scalar_event("loss", 1.0, 0))
    with served(tmp_path / "logs") as (_, plugin):
        for run, snapshots in (("awkward", 20), ("one", 1), ("bare", 5), ("begun", 0)):
            found = saved(plugin, run=run)
            assert found.words["snapshots"]["kept"] == snapshots, run
            assert found.words["info"]["run"] == run
            assert {"statistics", "curves", "thumbs", "probe", "costs"} <= set(found.parts)
            assert found.words["live"], "they were written a moment ago"
            assert "the run may have been going on still" in found.text
        assert found.words["rows"] == []
        assert saved(plugin, run="bare").words["model"]["embeddings"][0]["labels"] is None
        awkward = saved(plugin, run="awkward")
        number = [one["embedding"] for one in awkward.words["rows"]].index(EMBEDDING)
        assert np.isnan(positions(awkward.part(f"cloud-{number}")[1])[:, 3]).all()


def test_the_route_sends_a_download_and_says_what_is_wrong_with_a_question(tmp_path: Path) -> None:
    write_run(tmp_path / "logs" / "a b" / "c", range(5))
    with served(tmp_path / "logs") as (client, _):
        route = PREFIX + "share?run=a%20b/c"
        answer = client.get(route)
        assert answer.status_code == 200
        assert answer.mimetype == "application/octet-stream"
        assert answer.headers["Content-Disposition"] == 'attachment; filename="a_b_c-paramviz.html"'
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert taken_apart([answer.get_data()]).words["snapshots"]["of"] == 5
        assert client.head(route).status_code == 200
        for query, status, said in (
            ("&embedding=x", 404, EMBEDDING),
            ("&snapshots=1", 400, "snapshots"),
            ("&rows=0", 400, "rows"),
            ("&rows=20000&snapshots=2000", 400, "2,000,000"),
            ("&stride=2", 400, "it takes run, embedding, snapshots, rows"),
        ):
            wrong = client.get(route + query)
            assert (wrong.status_code, said in wrong.get_data(as_text=True)) == (status, True), query
        assert client.get(PREFIX + "share?run=nope").status_code == 404
        assert saved_rows(client.get(route + "&rows=2&snapshots=3").get_data()) == (3, 2)


def saved_rows(whole: bytes) -> tuple[int, int]:
    words = taken_apart([whole]).words
    return words["snapshots"]["kept"], sum(one["kept"] for one in words["rows"])


def test_a_file_that_vanishes_on_the_way_ends_the_stream_before_its_end(tmp_path: Path) -> None:
    path = write_run(tmp_path / "logs" / "a", range(40)).path
    with served(tmp_path / "logs") as (_, plugin):
        chunks = share(plugin._index, plugin._replies, Question("a")).chunks
        sent = [next(chunks)]
        path.unlink()
        plugin._index.scan()
        plugin._index.poll()
        with pytest.raises(MissingError):
            sent.extend(chunks)
    assert b"</html>" not in b"".join(sent)
    assert b"it is not whole" in b"".join(sent)


def test_without_the_built_page_it_says_what_to_do(tmp_path: Path) -> None:
    write_run(tmp_path / "logs" / "a", range(2))
    (tmp_path / "static" / "saved_page.js").unlink()
    with served(tmp_path / "logs") as (client, _):
        answer = client.get(PREFIX + "share?run=a")
        assert (answer.status_code, "make build" in answer.get_data(as_text=True)) == (404, True)


def test_what_is_handed_on_of_others_goes_with_their_licences_which_are_no_script(tmp_path: Path) -> None:
    write_run(tmp_path / "logs" / "a", range(2))
    with served(tmp_path / "logs") as (_, plugin):
        page = saved(plugin).parts["page"].decode()
    comment, end, script = page.partition("*/")
    assert "Some library (MIT)" in comment
    assert end
    assert script.strip() == "void '</script>';"


def test_rows_written_in_a_basis_are_kept_as_the_server_shows_them(tmp_path: Path) -> None:
    run = BasisRun(tmp_path / "logs" / "a")
    for step in range(6):
        run.snapshot(step, spectrum(1, FALLING) * (1 + step))
    with served(tmp_path / "logs") as (client, plugin):
        found = saved(plugin, rows=50)
        header, arrays = found.part("cloud-0")
        told, asked = get_binary(client, f"positions?run=a&embedding={EMBEDDING}")
        _, lengths = get_binary(client, f"rows?run=a&embedding={EMBEDDING}&step=4")
        _, course = get_binary(client, f"rows?run=a&embedding={EMBEDDING}&rows=1")
    ids = found.words["model"]["embeddings"][0]["rows"]
    assert len(ids) == header["rows"] == 50
    assert header["basis"]["kept_ratio"] == told["basis"]["kept_ratio"] < 1
    where = positions(arrays)
    assert (np.abs(where - asked["positions"][:, ids]) <= np.ptp(where, axis=1)[:, None] / 60_000).all()
    for name, own in zip(("norms", "displacements"), floats(arrays["lengths"])[[0, 3], 4], strict=True):
        np.testing.assert_allclose(own, lengths[name][ids], rtol=2**-15)
    assert np.array_equal(arrays["norm_low"], course["norm_low"]), "of all rows, not of those that are kept"
    assert np.array_equal(arrays["variance_shown"], asked["variance_shown"])


def test_what_is_measured_now_and_then_stands_at_the_next_snapshot_that_is_kept(tmp_path: Path) -> None:
    write_sparse_run(tmp_path / "logs" / "a", 200)
    with served(tmp_path / "logs") as (client, plugin):
        _, arrays = saved(plugin, snapshots=30).part("statistics")
        told, asked = get_binary(client, "stats?run=a")
    stat = told["stats"].index("stable_rank")
    measured = np.isfinite(asked["stats"][:, :, stat])
    assert 0 < measured.mean() < 0.3
    kept = floats(arrays["stats"])[stat].T  # [T, L]
    before = -1
    for at, step in enumerate(arrays["steps"].tolist()):
        between = (asked["steps"] > before) & (asked["steps"] <= step)
        for layer in range(kept.shape[1]):
            known = asked["stats"][between, layer, stat]
            known = known[np.isfinite(known)]
            assert np.isnan(kept[at, layer]) == (len(known) == 0)
            if len(known):
                np.testing.assert_allclose(kept[at, layer], known[-1], rtol=2**-15)
        before = step
