"""`positions` of two embeddings in one picture, and the eight directions of a tour."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from event_files import EMBEDDING, RunWriter, model_record, snapshot_at, write_run
from server import PREFIX, get_binary, served
from tensorboard.compat.proto.event_pb2 import Event

from tensorboard_plugin_paramviz.analysis.projection import fit, log_spaced
from tensorboard_plugin_paramviz.record import (
    EmbeddingInfo,
    EmbeddingRows,
    dequantize,
    encode_model,
    encode_snapshot,
    quantize,
)
from tensorboard_plugin_paramviz.web import positions

OTHER = "transformer.wpe"
ROWS, BESIDE = 20, 7
OF = f"run=a&embedding={EMBEDDING}&with={OTHER}"


@pytest.fixture(autouse=True)
def cache(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("PARAMVIZ_CACHE_DIR", str(folder))
    monkeypatch.setattr(positions, "SMALLEST_CACHED_BYTES", 0)
    return folder


def tokens(step: int, dims: int = 6) -> np.ndarray:
    return snapshot_at(step, ROWS, dims).embeddings[EMBEDDING].values


def places(step: int, dims: int = 6) -> np.ndarray:
    """A small cloud, far from the other."""
    random = np.random.default_rng((5, step))
    return (random.normal(size=(BESIDE, dims)) * 0.3 + 4).astype(np.float32)


def write(directory: Path, steps: range, beside: range, dims: int = 6, beside_dims: int = 6) -> None:
    record = model_record(ROWS, dims)
    info = EmbeddingInfo(OTHER, "position_embedding", (BESIDE, beside_dims))
    writer = RunWriter(directory)
    summary = encode_model(replace(record, embeddings=(*record.embeddings, info)))
    writer.append(Event(step=0, wall_time=1000.0, summary=summary).SerializeToString())
    for step in sorted({*steps, *beside}):
        snapshot = snapshot_at(step, ROWS, dims)
        embeddings: dict[str, EmbeddingRows] = {}
        if step in steps:
            embeddings[EMBEDDING] = snapshot.embeddings[EMBEDDING]
        if step in beside:
            values = places(step, beside_dims)
            norms = np.linalg.norm(values, axis=1)
            embeddings[OTHER] = EmbeddingRows(values, norms, norms)
        summary = encode_snapshot(replace(snapshot, embeddings=embeddings))
        writer.append(Event(step=step, wall_time=1000.0 + step, summary=summary).SerializeToString())


def stored(values: np.ndarray) -> np.ndarray:
    return dequantize(quantize(values))


def test_together_they_are_drawn_on_one_basis_of_all_their_rows(tmp_path: Path) -> None:
    write(tmp_path / "a", range(50), range(0, 80, 2))
    with served(tmp_path) as (client, _):
        header, arrays = get_binary(client, f"positions?{OF}&layout=together")
        assert get_binary(client, f"positions?{OF}")[0] == header
    steps = list(range(0, 50, 2))
    assert (arrays["steps"].tolist(), header["total"]) == (steps, 25)
    assert [(part["embedding"], part["rows"]) for part in header["parts"]] == [(EMBEDDING, ROWS), (OTHER, BESIDE)]
    both = [quantize(np.concatenate([stored(tokens(step)), stored(places(step))])) for step in steps]
    looked = [both[at] for at in log_spaced(len(both))]
    expected = fit(looked, header["basis"]["fitted_steps"])
    np.testing.assert_allclose(header["basis"]["variance_ratios"], expected.variance_ratios, atol=0.01)
    for at in (0, 12, 24):
        rows = np.concatenate([stored(tokens(steps[at])), stored(places(steps[at]))])
        np.testing.assert_allclose(arrays["positions"][at], (rows - expected.center) @ expected.directions, atol=0.08)
    tokens_alone = fit([quantize(tokens(step)) for step in steps], steps)
    first, second = (np.array(part["variance_ratios"]) for part in header["parts"])
    assert sum(first) < sum(tokens_alone.variance_ratios), "on their own basis they would show more"
    assert (first != second).any()


@pytest.mark.parametrize("dims", [(6, 6), (6, 2), (4, 6)])
def test_apart_each_is_on_its_own_basis_and_they_stand_side_by_side(tmp_path: Path, dims: tuple[int, int]) -> None:
    write(tmp_path / "a", range(40), range(40), *dims)
    with served(tmp_path) as (client, _):
        header, arrays = get_binary(client, f"positions?{OF}&layout=apart")
        own = {path: get_binary(client, f"positions?run=a&embedding={path}") for path in (EMBEDDING, OTHER)}
    left, right = arrays["positions"][:, :ROWS], arrays["positions"][:, ROWS:]
    assert left[..., 0].max() < right[..., 0].min(), "they don't touch, at any step"
    gap = right[..., 0].min() - left[..., 0].max()
    assert gap < np.ptp(left[..., 0]), "and are in one picture"
    for path, drawn in ((EMBEDDING, left), (OTHER, right)):
        moved = drawn - own[path][1]["positions"]
        np.testing.assert_allclose(moved[..., 0], moved[0, 0, 0], atol=1e-5)
        np.testing.assert_allclose(moved[..., 1:], 0, atol=1e-6)
    ratios = [own[path][0]["basis"]["variance_ratios"] for path in (EMBEDDING, OTHER)]
    assert [part["variance_ratios"] for part in header["parts"]] == ratios
    mean = np.average(ratios, axis=0, weights=[ROWS, BESIDE])
    np.testing.assert_allclose(header["basis"]["variance_ratios"], mean)
    shown = np.average([own[path][1]["variance_shown"] for path in own], axis=0, weights=[ROWS, BESIDE])
    np.testing.assert_allclose(arrays["variance_shown"], shown, rtol=1e-5)
    lengths = np.linalg.norm(arrays["positions"].reshape(-1, 3), axis=1)
    assert np.mean(lengths <= header["basis"]["radius"]) >= 0.99
    ends = arrays["positions"][..., 0].min(), arrays["positions"][..., 0].max()
    assert ends[0] == pytest.approx(-ends[1], rel=1e-4), "the origin is the middle of both"


def test_one_row_that_has_left_the_rest_does_not_push_the_other_cloud_away(tmp_path: Path) -> None:
    write(tmp_path / "a", range(40), range(40))
    with served(tmp_path) as (client, _):
        near = get_binary(client, f"positions?{OF}&layout=apart")[0]["basis"]["radius"]
    writer = RunWriter(tmp_path / "b")
    record = model_record(500, 6)
    info = EmbeddingInfo(OTHER, "position_embedding", (BESIDE, 6))
    summary = encode_model(replace(record, embeddings=(*record.embeddings, info)))
    writer.append(Event(step=0, wall_time=1000.0, summary=summary).SerializeToString())
    for step in range(3):
        snapshot = snapshot_at(step, 500, 6)
        values = snapshot.embeddings[EMBEDDING].values
        values[3] *= 1000
        norms = np.linalg.norm(values, axis=1)
        beside = EmbeddingRows(places(step), *[np.ones(BESIDE, np.float32)] * 2)
        embeddings = {EMBEDDING: EmbeddingRows(values, norms, norms), OTHER: beside}
        summary = encode_snapshot(replace(snapshot, embeddings=embeddings))
        writer.append(Event(step=step, wall_time=1000.0 + step, summary=summary).SerializeToString())
    with served(tmp_path) as (client, _):
        header, _ = get_binary(client, f"positions?{OF.replace('run=a', 'run=b')}&layout=apart")
    assert header["basis"]["radius"] < 10 * near


@pytest.mark.parametrize("layout", ["together", "apart"])
@pytest.mark.parametrize("projection", ["joint", "last", "clusters", "step:6", "tour"])
def test_every_projection_goes_with_two_and_a_second_life_answers_the_same(
    tmp_path: Path, layout: str, projection: str
) -> None:
    write(tmp_path / "a", range(40), range(0, 40, 3), 9, 9)
    route = f"positions?{OF}&layout={layout}&projection={projection}"
    replies = []
    for _ in range(2):
        with served(tmp_path) as (client, _):
            header, arrays = get_binary(client, route)
            header.pop("generation")
            replies.append((header, arrays["positions"].tobytes(), arrays["variance_shown"].tobytes()))
            whole = get_binary(client, route)
            part = get_binary(client, route + "&from=9&to=21&stride=2")
    assert replies[0] == replies[1]
    assert whole[0]["dims"] == (8 if projection == "tour" else 3)
    assert part[1]["steps"].tolist() == [12, 18]
    np.testing.assert_allclose(part[1]["positions"], whole[1]["positions"][[4, 6]], atol=1e-6)
    assert part[0]["basis"] == whole[0]["basis"]


@pytest.mark.parametrize(
    ("query", "status", "words"),
    [
        (
            f"&with={OTHER}&layout=together",
            400,
            "dimensions differ: 'transformer.wte' has 6 and 'transformer.wpe' has 2",
        ),
        (f"&with={OTHER}&layout=beside", 400, "'layout' must be together or apart, not 'beside'"),
        ("&layout=apart", 400, "it needs 'with'"),
        (f"&with={EMBEDDING}", 400, "'with' must be another embedding"),
        (f"&with={OTHER}&basis_of=b", 400, "'with' and 'basis_of' can't both be given"),
        ("&with=nothing", 404, "has no embedding 'nothing'"),
        (f"&with={OTHER}&layout=apart&projection=step:1", 404, "at step 1; nearest: 0, 2"),
    ],
)
def test_what_does_not_go_together_is_told_why(tmp_path: Path, query: str, status: int, words: str) -> None:
    write(tmp_path / "a", range(5), range(0, 5, 2), 6, 2)
    write_run(tmp_path / "b", range(5))
    with served(tmp_path) as (client, _):
        response = client.get(f"{PREFIX}positions?run=a&embedding={EMBEDDING}{query}")
        assert (response.status_code, words in response.get_data(as_text=True)) == (status, True), response.get_data()


def test_two_that_were_never_recorded_at_the_same_step_are_told_so(tmp_path: Path) -> None:
    write(tmp_path / "a", range(0, 10, 2), range(1, 10, 2))
    with served(tmp_path) as (client, _):
        response = client.get(f"{PREFIX}positions?{OF}")
    assert (response.status_code, "at the same step" in response.get_data(as_text=True)) == (404, True)


def test_a_long_reply_of_two_is_cut_by_the_rows_of_both(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "a", range(40), range(40))
    monkeypatch.setattr(positions, "POSITIONS_BYTES", 7 * (ROWS + BESIDE) * 12)
    with served(tmp_path) as (client, _):
        _, arrays = get_binary(client, f"positions?{OF}")
    assert (len(arrays["steps"]), len(arrays["range_steps"])) == (7, 40)


def test_one_embedding_is_one_part(tmp_path: Path) -> None:
    write_run(tmp_path / "a", range(5))
    with served(tmp_path) as (client, _):
        header, _ = get_binary(client, f"positions?run=a&embedding={EMBEDDING}")
    ratios = header["basis"]["variance_ratios"]
    assert header["parts"] == [{"embedding": EMBEDDING, "rows": 5, "variance_ratios": ratios}]
    assert header["dims"] == 3


def tour(tmp_path: Path, dims: int, rows: int = 300) -> tuple[dict[str, Any], dict[str, Any], list[np.ndarray]]:
    write_run(tmp_path / "a", range(6), rows, dims)
    with served(tmp_path) as (client, _):
        header, arrays = get_binary(client, f"positions?run=a&embedding={EMBEDDING}&projection=tour")
    return header, arrays, [stored(snapshot_at(step, rows, dims).embeddings[EMBEDDING].values) for step in range(6)]


@pytest.mark.parametrize("dims", [12, 300])
def test_a_tour_has_the_first_eight_principal_components(tmp_path: Path, dims: int) -> None:
    header, arrays, values = tour(tmp_path, dims)
    joined = np.concatenate(values).astype(np.float64)
    centred = joined - joined.mean(axis=0)
    _, singular, right = np.linalg.svd(centred, full_matrices=False)
    expected = singular**2 / (singular**2).sum()
    assert arrays["positions"].shape == (6, 300, 8)
    assert (header["dims"], len(header["basis"]["variance_ratios"])) == (8, 8)
    np.testing.assert_allclose(header["basis"]["variance_ratios"], expected[:8], rtol=0.03)
    if dims == 12:  # of 300 nearly alike the subspace is as good, and any of its vectors
        along = np.abs((centred @ right[:8].T).reshape(6, 300, 8))
        np.testing.assert_allclose(np.abs(arrays["positions"]), along, atol=0.05)


@pytest.mark.parametrize(("dims", "columns"), [(5, 5), (2, 3), (1, 3)])
def test_a_tour_of_fewer_dimensions_has_as_many_and_at_least_three(tmp_path: Path, dims: int, columns: int) -> None:
    header, arrays, values = tour(tmp_path, dims)
    assert (header["dims"], arrays["positions"].shape[2]) == (columns, columns)
    assert arrays["positions"][..., dims:] == pytest.approx(0)
    apart = lambda rows: np.linalg.norm(rows[:40, None] - rows[None, :40], axis=2)  # noqa: E731
    np.testing.assert_allclose(apart(arrays["positions"][2]), apart(values[2]), atol=1e-3)
    np.testing.assert_allclose(arrays["variance_shown"], 1, atol=1e-5)
