"""`heat`, `layer` and `thumbs`: every layer over the whole run, checked against the snapshots themselves."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from event_files import EMBEDDING, RunWriter, model_event, snapshot_at, write_run
from server import PREFIX, get_binary, served

from simulated.event_file import EventFile
from simulated.model import Settings
from simulated.simulation import simulate
from tensorboard_plugin_paramviz.record import STATS, decode_thumbs
from tensorboard_plugin_paramviz.record.summary import decode_array

GRAD = STATS.index("grad_norm")


def grads(steps: range) -> np.ndarray:
    return np.array([snapshot_at(step).stats[0, GRAD] for step in steps])


def test_few_snapshots_have_a_column_each_with_the_exact_value(tmp_path: Path) -> None:
    steps = range(0, 50, 10)
    write_run(tmp_path / "a", steps)
    with served(tmp_path) as (client, _):
        header, arrays = get_binary(client, "heat?run=a&stat=grad_norm")
    assert (header["total"], header["first_step"], header["last_step"], header["log"]) == (5, 0, 40, True)
    assert header["layers"] == [EMBEDDING, "lm_head"]
    assert arrays["edges"].tolist() == [0, 10, 20, 30, 40, 41]
    np.testing.assert_allclose(arrays["shown"][0], grads(steps), rtol=1e-6)
    assert np.isnan(arrays["shown"][1]).all(), "a tied layer was not measured, which is not zero"


def test_many_snapshots_are_told_in_the_columns_asked_for(tmp_path: Path) -> None:
    steps = range(200)
    write_run(tmp_path / "a", steps)
    with served(tmp_path) as (client, _):
        _, arrays = get_binary(client, "heat?run=a&stat=grad_norm&columns=20")
        _, part = get_binary(client, "heat?run=a&stat=grad_norm&columns=20&from=100&to=119")
    of_each = grads(steps).reshape(20, 10)
    np.testing.assert_allclose(arrays["low"][0], of_each.min(axis=1), rtol=1e-6)
    np.testing.assert_allclose(arrays["high"][0], of_each.max(axis=1), rtol=1e-6)
    np.testing.assert_allclose(part["shown"][0], grads(range(100, 120)), rtol=1e-6)


def test_a_layer_tells_all_its_statistics_as_the_heat_map_does(tmp_path: Path) -> None:
    write_run(tmp_path / "a", range(0, 60, 2))
    with served(tmp_path) as (client, _):
        header, arrays = get_binary(client, f"layer?run=a&path={EMBEDDING}&columns=7")
        assert header["stats"] == list(STATS)
        for stat in ("grad_norm", "weight_mean", "update_ratio"):
            _, heat = get_binary(client, f"heat?run=a&stat={stat}&columns=7")
            for name in ("shown", "low", "high"):
                np.testing.assert_array_equal(arrays[name][STATS.index(stat)], heat[name][0])


def test_what_is_written_later_is_there_and_what_a_restart_voided_is_not(tmp_path: Path) -> None:
    writer = write_run(tmp_path / "a", range(0, 30, 10))
    with served(tmp_path) as (client, plugin):
        assert get_binary(client, "heat?run=a&stat=grad_norm")[0]["total"] == 3
        writer.snapshot(30)
        plugin._index.poll()
        _, arrays = get_binary(client, "heat?run=a&stat=grad_norm")
        np.testing.assert_allclose(arrays["shown"][0], grads(range(0, 40, 10)), rtol=1e-6)
        writer.snapshot(15)
        plugin._index.poll()
        header, arrays = get_binary(client, "heat?run=a&stat=grad_norm")
        assert (header["total"], header["last_step"]) == (3, 15)
        assert arrays["edges"].tolist() == [0, 10, 15, 16]


def test_entries_that_are_not_finite_are_told_apart_from_what_was_not_measured(tmp_path: Path) -> None:
    writer = write_run(tmp_path / "a", range(2))
    stats = snapshot_at(2).stats.copy()
    stats[0, GRAD], stats[0, STATS.index("grad_nonfinite_count")] = np.nan, 7
    writer.snapshot(2, stats=stats)
    with served(tmp_path) as (client, _):
        _, arrays = get_binary(client, "heat?run=a&stat=grad_norm")
        assert arrays["broken"].tolist()[0] == [1 if count > 0 else 0 for count in _counts(tmp_path, client)]
        assert arrays["broken"][0, 2] == 1
        assert np.isnan(arrays["shown"][0, 2])


def _counts(tmp_path: Path, client: object) -> list[float]:
    _, arrays = get_binary(client, "heat?run=a&stat=grad_nonfinite_count")  # type: ignore[arg-type]
    return arrays["high"][0].tolist()


@pytest.mark.parametrize(
    ("route", "status", "words"),
    [
        ("heat?run=a&stat=grad", 404, "no statistic 'grad'; it has weight_norm"),
        ("heat?run=a", 400, "argument 'stat' is missing"),
        ("heat?run=a&stat=grad_norm&columns=0", 400, "between 1 and 4096"),
        ("layer?run=a&path=x", 404, "no layer 'x'; it has transformer.wte"),
        ("layer?run=b&path=x", 404, "no run 'b'"),
        ("thumbs?run=a&step=x", 400, "must be an integer"),
    ],
)
def test_a_wrong_question_is_told_what_there_is(tmp_path: Path, route: str, status: int, words: str) -> None:
    write_run(tmp_path / "a", range(2))
    with served(tmp_path) as (client, _):
        response = client.get(PREFIX + route)
        assert (response.status_code, words in response.get_data(as_text=True)) == (status, True), response.text


def test_a_run_without_pictures_says_so(tmp_path: Path) -> None:
    write_run(tmp_path / "a", range(2))
    with served(tmp_path) as (client, _):
        header, arrays = get_binary(client, "thumbs?run=a")
    assert (header["step"], header["thumbs"], len(arrays["cells"])) == (None, [], 0)


def test_pictures_are_those_at_or_before_the_step(tmp_path: Path) -> None:
    settings = Settings(steps=60, snapshots=30, layers=1, rows=20, dims=16, seed=1)
    (tmp_path / "a").mkdir()
    file, written, record = EventFile(tmp_path / "a", 0, 1.0), {}, None
    for step, summary in simulate(settings, "convergence"):
        file.add(1.0 + step, step, summary)
        values = {value.tag: value.tensor for value in summary.value}
        if "paramviz/thumbs" in values:
            written[step] = [
                decode_array(one.tensor_content, one.dtype, tuple(dim.size for dim in one.tensor_shape.dim))
                for one in (values["paramviz/thumbs"], values["paramviz/thumb_ranges"])
            ]
    file.close()
    with served(tmp_path) as (client, _):
        record = client.get(PREFIX + "model?run=a").get_json()
        counts = [one["rows"] * one["columns"] for one in record["thumbs"]]
        for asked, found in ((None, max(written)), (max(written) - 1, sorted(written)[-2]), (-5, min(written))):
            header, arrays = get_binary(client, "thumbs?run=a" + ("" if asked is None else f"&step={asked}"))
            assert header["step"] == found
            np.testing.assert_array_equal(arrays["cells"], decode_thumbs(*written[found], counts))
            assert arrays["steps"].tolist() == sorted(written)
        assert header["thumbs"] == record["thumbs"]


def test_statistics_of_an_earlier_model_are_not_shown_under_the_new_names(tmp_path: Path) -> None:
    writer = RunWriter(tmp_path / "a")
    writer.append(model_event())
    writer.snapshot(0, stats=np.ones((5, len(STATS)), np.float32))
    with served(tmp_path) as (client, _):
        header, arrays = get_binary(client, "heat?run=a&stat=grad_norm")
    assert header["total"] == 0
    assert arrays["shown"].shape == (2, 1)
