"""Each route through TensorBoard's own WSGI application: what it answers, and what it says to a wrong question."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin

import numpy as np
import pytest
from event_files import EMBEDDING, model_record, snapshot_at, write_run
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from server import PREFIX, get_binary, get_json, served
from werkzeug.test import Client


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    logdir = tmp_path_factory.mktemp("logs")
    write_run(logdir / "a", range(0, 1000, 10), rows=20)
    write_run(logdir / "b", range(3), loss=False)
    (logdir / "plain").mkdir()
    from event_files import RunWriter, scalar_event

    RunWriter(logdir / "plain").append(scalar_event("loss", 1.0, 0))
    with served(logdir) as (client, _):
        yield client


def test_runs_lists_ours_and_names_the_others(client: Client) -> None:
    reply = get_json(client, "runs")
    assert [run["run"] for run in reply["runs"]] == ["a", "b"]
    assert reply["other_runs"] == ["plain"]
    a = reply["runs"][0]
    assert (a["snapshots"], a["first_step"], a["last_step"], a["sessions"]) == (100, 0, 990, 1)
    assert a["last_wall_time"] == 1990.0
    assert reply["loading"]["done"]
    assert reply["cursor"] > 0


def test_model_is_the_model_record(client: Client) -> None:
    reply = get_json(client, "model?run=a")
    assert [layer["path"] for layer in reply["layers"]] == [EMBEDDING, "lm_head"]
    assert reply["embeddings"][0]["path"] == EMBEDDING
    assert reply["stats"] == list(model_record().stats)
    assert set(reply["stat_units"]) >= set(reply["stats"])


def test_stats_come_with_their_steps_and_wall_times(client: Client) -> None:
    header, arrays = get_binary(client, "stats?run=a&from=100&to=199")
    assert header["layers"] == [EMBEDDING, "lm_head"]
    assert arrays["steps"].tolist() == list(range(100, 200, 10))
    assert arrays["stats"].shape == (10, 2, len(header["stats"]))
    np.testing.assert_array_equal(arrays["stats"][3], snapshot_at(130, rows=20).stats)
    assert np.isnan(arrays["stats"][:, 1]).all(), "NaN travels as NaN"


def test_scalars_without_a_tag_say_which_curves_there_are(client: Client) -> None:
    reply = get_json(client, "scalars?run=a")
    points = {tag["tag"]: tag["points"] for tag in reply["tags"]}
    assert points == {"train/loss": 100, "val/loss": 100, "paramviz/loss": 100}
    assert (reply["train"], reply["validation"], reply["learning_rate"]) == ("train/loss", "val/loss", None)


def test_the_loss_given_to_step_is_the_curve_of_a_script_that_logs_none(client: Client) -> None:
    assert get_json(client, "scalars?run=b")["train"] == "paramviz/loss"
    _, arrays = get_binary(client, "scalars?run=b&tag=paramviz/loss")
    np.testing.assert_allclose(arrays["values"], [5.0, 4.999, 4.998], rtol=1e-6)


def test_scalars_of_a_tag_are_exact_and_decimated_on_request(client: Client) -> None:
    header, arrays = get_binary(client, "scalars?run=a&tag=train/loss")
    assert header["total"] == 100
    np.testing.assert_allclose(arrays["values"], 4 - np.arange(0, 1000, 10) / 1000, rtol=1e-6)
    _, few = get_binary(client, "scalars?run=a&tag=train/loss&points=20")
    assert len(few["values"]) <= 20
    assert few["steps"][[0, -1]].tolist() == [0, 990]


def test_positions_of_the_whole_run_and_of_a_part(client: Client) -> None:
    header, arrays = get_binary(client, f"positions?run=a&embedding={EMBEDDING}")
    assert arrays["steps"].tolist() == list(range(0, 1000, 10))
    assert arrays["positions"].shape == (100, 20, 3)
    assert header["total"] == 100
    assert 0 < sum(header["basis"]["variance_ratios"]) <= 1
    _, part = get_binary(client, f"positions?run=a&embedding={EMBEDDING}&from=500&to=600&stride=4")
    assert part["steps"].tolist() == [520, 560, 600]
    np.testing.assert_array_equal(part["positions"], arrays["positions"][[52, 56, 60]])


def test_rows_at_a_step_are_exact_and_have_neighbours_then_and_at_first(client: Client) -> None:
    header, arrays = get_binary(client, f"rows?run=a&embedding={EMBEDDING}&step=350&rows=4,0")
    expected = snapshot_at(350, rows=20).embeddings[EMBEDDING]
    np.testing.assert_allclose(arrays["values"], expected.values[[4, 0]], atol=0.02)
    np.testing.assert_allclose(arrays["grad_norms"], expected.grad_norms[[4, 0]])
    assert (header["step"], header["first_step"], header["rows"]) == (350, 0, [4, 0])
    assert arrays["neighbours"].shape == arrays["first_cosines"].shape == (2, 10)
    assert 4 not in arrays["neighbours"][0]
    ranks = arrays["norm_ranks"]
    assert (arrays["norms"][0] > arrays["norms"][1]) == (ranks[0] < ranks[1])


def test_rows_without_a_step_are_their_history(client: Client) -> None:
    _, arrays = get_binary(client, f"rows?run=a&embedding={EMBEDDING}&rows=3")
    assert arrays["norms"].shape == (100, 1)
    expected = np.linalg.norm(snapshot_at(350, rows=20).embeddings[EMBEDDING].values[3])
    assert arrays["norms"][35, 0] == pytest.approx(expected, rel=0.02)
    assert (arrays["norm_low"] <= arrays["norm_high"]).all()
    _, at_step = get_binary(client, f"rows?run=a&embedding={EMBEDDING}&step=350")
    assert arrays["displacements"][0, 0] == 0
    assert arrays["displacements"][35, 0] == pytest.approx(at_step["displacements"][3], rel=1e-5)


def test_the_history_of_a_long_run_is_thinned_evenly_and_keeps_both_ends(tmp_path: Path) -> None:
    write_run(tmp_path / "long", range(4001), rows=2, loss=False)
    with served(tmp_path) as (client, _):
        _, arrays = get_binary(client, f"rows?run=long&embedding={EMBEDDING}&rows=1")
    steps = arrays["steps"]
    assert (len(steps), steps[0], steps[-1]) == (2000, 0, 4000)
    assert set(np.diff(steps)) == {2, 3}
    assert arrays["norms"].shape == (2000, 1)
    expected = np.linalg.norm(snapshot_at(int(steps[700]), rows=2).embeddings[EMBEDDING].values[1])
    assert arrays["norms"][700, 0] == pytest.approx(expected, rel=0.02)


def test_a_step_without_rows_is_the_norms_of_all(client: Client) -> None:
    header, arrays = get_binary(client, f"rows?run=a&embedding={EMBEDDING}&step=350")
    expected = snapshot_at(350, rows=20).embeddings[EMBEDDING]
    assert (header["step"], arrays["norms"].shape) == (350, (20,))
    np.testing.assert_allclose(arrays["norms"], np.linalg.norm(expected.values, axis=1), rtol=0.02)
    np.testing.assert_array_equal(arrays["update_norms"], expected.update_norms)


@pytest.mark.parametrize(
    ("route", "status", "words"),
    [
        ("model", 400, "argument 'run' is missing"),
        ("model?run=zz", 404, "no run 'zz'; there are 'a', 'b', 'plain'"),
        ("model?run=plain", 404, "has no model record"),
        ("runs?x=1", 400, "unknown argument 'x'; it takes none"),
        ("stats?run=a&from=x", 400, "'from' must be an integer, not 'x'"),
        ("stats?run=a&to=99999999999999999999", 400, "'to' must be an integer"),
        ("scalars?run=a&tag=zz", 404, "no scalar 'zz'; it has 'paramviz/loss', 'train/loss', 'val/loss'"),
        ("scalars?run=a&tag=train/loss&points=5", 400, "'points' must lie between 16 and 100000"),
        ("positions?run=a", 400, "argument 'embedding' is missing"),
        ("positions?run=a&embedding=zz", 404, f"no embedding 'zz'; it has '{EMBEDDING}'"),
        (f"positions?run=a&embedding={EMBEDDING}&stride=0", 400, "'stride' must lie between 1 and"),
        (f"rows?run=a&embedding={EMBEDDING}&step=355&rows=1", 404, "at step 355; nearest: 350, 360"),
        (f"rows?run=a&embedding={EMBEDDING}&step=350&rows=20", 400, "'rows' must lie between 0 and 19"),
        (f"rows?run=a&embedding={EMBEDDING}&rows=", 400, "argument 'rows' is missing"),
        (f"rows?run=a&embedding={EMBEDDING}&step=350&rows={','.join('1' * 65)}", 400, "at most 64"),
        ("updates?cursor=-1", 400, "'cursor' must lie between 0 and"),
        ("updates?wait=1e9", 400, "'wait' must be a number from 0 to 20"),
        ("static/nothing.js", 404, "no file 'nothing.js'"),
    ],
)
def test_a_wrong_question_gets_one_line_that_names_the_mend(
    client: Client, route: str, status: int, words: str
) -> None:
    response = client.get(PREFIX + route)
    text = response.get_data(as_text=True)
    assert (response.status_code, words in text, text.count("\n")) == (status, True, 0), text


def test_the_page_starts_whether_or_not_the_browser_heeds_the_base_of_an_inline_module(client: Client) -> None:
    """WebKit doesn't: it takes the address of the page itself."""
    page = "http://host/data/plugin_entry.html?name=paramviz"
    html = client.get(page).get_data(as_text=True)
    (base,) = re.findall(r'<base href="([^"]+)"', html)
    (module,) = re.findall(r'import\("([^"]+)"\)', html)
    entries = [client.get(urljoin(at, module)) for at in (page, urljoin(page, base))]
    assert [entry.status_code for entry in entries] == [200, 200]
    assert b"render" in entries[0].get_data()
    assert entries[0].get_data() == entries[1].get_data()


@pytest.mark.parametrize(
    "name",
    [
        "../plugin.py",
        "..%2Fplugin.py",
        "%2e%2e/plugin.py",
        "/etc/passwd",
        "%2Fetc%2Fpasswd",
        "..\\plugin.py",
        "a/../../x",
        "",
    ],
)
def test_static_serves_nothing_outside_its_folder(client: Client, name: str) -> None:
    response = client.get(PREFIX + "static/" + name)
    assert response.status_code == 404
    assert b"import" not in response.get_data()


def test_a_run_whose_snapshots_were_all_voided_by_a_restart_has_none_left(tmp_path: Path) -> None:
    from event_files import RunWriter, start_event

    write_run(tmp_path / "a", range(10))
    RunWriter(tmp_path / "a", "events.out.tfevents.2000.host.1.0").append(start_event(0))
    with served(tmp_path) as (client, _):
        assert get_json(client, "runs")["runs"][0]["snapshots"] == 0
        assert client.get(PREFIX + f"positions?run=a&embedding={EMBEDDING}").status_code == 404
        assert client.get(PREFIX + f"rows?run=a&embedding={EMBEDDING}&rows=1").status_code == 404
        assert get_binary(client, "stats?run=a")[1]["steps"].tolist() == []
        assert get_json(client, "scalars?run=a")["tags"] == []
        assert get_binary(client, "scalars?run=a&tag=train/loss")[1]["values"].tolist() == []


def test_only_get_is_answered(client: Client) -> None:
    assert client.post(PREFIX + "runs").status_code == 405


WORDS = st.one_of(
    st.text(max_size=12), st.integers(-(10**25), 10**25).map(str), st.sampled_from(["a", "b", EMBEDDING, "0"])
)
ROUTES = {
    "runs": (),
    "model": ("run",),
    "sessions": ("run",),
    "steps": ("run", "from"),
    "stats": ("run", "from", "to"),
    "scalars": ("run", "tag", "points"),
    "positions": ("run", "embedding", "from", "to", "stride"),
    "rows": ("run", "embedding", "rows", "step"),
    "clusters": ("run", "embedding", "step"),
    "heat": ("run", "stat", "columns", "from", "to"),
    "layer": ("run", "path", "columns", "from", "to"),
    "thumbs": ("run", "step"),
    "probe": ("run",),
    "costs": ("run",),
    "insights": ("run",),
    "report": ("run",),
    "updates": ("cursor",),
}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300)
@given(st.data())
def test_no_question_is_a_fault_of_the_server(client: Client, data: st.DataObject) -> None:
    route = data.draw(st.sampled_from(sorted(ROUTES)))
    query = {name: data.draw(WORDS) for name in ROUTES[route] if data.draw(st.integers(0, 3))}
    response = client.get(PREFIX + route, query_string=query)
    assert response.status_code in (200, 400, 404), response.get_data(as_text=True)


def test_the_tab_is_active_with_records_and_on_an_empty_logdir_but_not_among_other_runs(tmp_path: Path) -> None:
    from event_files import RunWriter, scalar_event

    with served(tmp_path) as (_, plugin):
        assert plugin.is_active(), "nothing here yet: the page says what to do"
    RunWriter(tmp_path / "plain").append(scalar_event("loss", 1.0, 0))
    with served(tmp_path) as (_, plugin):
        assert not plugin.is_active()
    write_run(tmp_path / "ours", range(2))
    with served(tmp_path) as (_, plugin):
        assert plugin.is_active()


def test_a_fault_of_ours_is_one_sentence_and_the_traceback_goes_to_the_log(
    client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("planted")

    monkeypatch.setattr("tensorboard_plugin_paramviz.web.replies.likely_curves", broken)
    response = client.get(PREFIX + "scalars?run=a")
    assert response.status_code == 503
    assert "TensorBoard's log" in response.get_data(as_text=True)
    assert "planted" in caplog.text


def test_a_run_whose_file_vanished_between_look_and_read_is_a_404(tmp_path: Path) -> None:
    writer = write_run(tmp_path / "a", range(5))
    with served(tmp_path) as (client, plugin):
        plugin._follower.stop()
        writer.path.unlink()
        response = client.get(PREFIX + f"positions?run=a&embedding={EMBEDDING}")
        assert response.status_code == 404
        assert "can't be opened" in response.get_data(as_text=True)
