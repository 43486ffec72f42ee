"""Rows in a basis are drawn in that one, whatever became of the files; where it is missing they are missing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from asking import ask, info_of
from basis_runs import DIMS, FALLING, FLAT, ROWS, BasisRun, Float32, spectrum
from event_files import EMBEDDING, RunWriter, framed, model_event, start_event
from looking import index_of, look
from server import served
from tensorboard.compat.proto.event_pb2 import Event

from tensorboard_plugin_paramviz.reader import MissingError, SnapshotReader
from tensorboard_plugin_paramviz.record import EmbeddingRows, Snapshot, dequantize, encode_snapshot

EARLY, LATE = spectrum(3, FALLING), spectrum(4, FALLING)


def decoded(reader: SnapshotReader, ordinal: int) -> Float32:
    return dequantize(reader.embedding(EMBEDDING, ordinal).rows)


def is_near(rows: Float32, values: Float32) -> bool:
    """Both tables lose 1 % in their own basis, and half of it in the other's."""
    return bool(np.square(rows - values).sum() < 0.05 * np.square(values).sum())


def test_a_session_that_was_started_again_has_a_basis_of_its_own_and_other_directions(tmp_path: Path) -> None:
    whole = RunWriter(tmp_path / "a")
    whole.append(model_event(ROWS, DIMS))
    for step in range(4):
        norms = np.linalg.norm(EARLY, axis=1)
        summary = encode_snapshot(Snapshot(step, 5.0, None, {EMBEDDING: EmbeddingRows(EARLY, norms, norms)}))
        whole.append(Event(wall_time=1000.0 + step, step=step, summary=summary).SerializeToString())
    first, second = BasisRun(tmp_path / "a", 2000), BasisRun(tmp_path / "a", 3000, directions=40)
    for step in range(2, 6):
        first.snapshot(step, EARLY)
    for step in range(4, 8):
        second.snapshot(step, LATE)
    run = index_of(tmp_path).runs["a"]
    reader = SnapshotReader(run)
    assert reader.usable(EMBEDDING).tolist() == list(range(8))
    assert [is_near(decoded(reader, step), EARLY if step < 4 else LATE) for step in range(8)] == [True] * 8
    with served(tmp_path) as (client, _):
        header, arrays = ask(client, "positions")[1]
        positions = arrays["positions"]
    assert arrays["steps"].tolist() == list(range(8))
    whole_radius = np.linalg.norm(EARLY, axis=1).max()
    for step in (1, 2, 3, 5, 6, 7):  # the same values stand still, whole or in a basis
        assert np.abs(positions[step] - positions[step - 1]).max() < 0.05 * whole_radius
    assert 0.97 < header["basis"]["kept_ratio"] < 1


def test_a_run_that_goes_back_decodes_with_the_basis_written_after_it_did(tmp_path: Path) -> None:
    run = BasisRun(tmp_path / "a")
    for step in range(6):
        run.snapshot(step, EARLY)
    index = index_of(tmp_path)
    for step in range(2, 20):
        run.snapshot(step, LATE)
    look(index)
    reader = SnapshotReader(index.runs["a"])
    assert is_near(decoded(reader, 1), EARLY)
    assert is_near(decoded(reader, 19), LATE)
    run.file.append(start_event(0))
    run.snapshot(0, EARLY)
    look(index)
    assert is_near(decoded(SnapshotReader(index.runs["a"]), 0), EARLY)


def test_two_writers_at_the_same_time_decode_each_with_its_own(tmp_path: Path) -> None:
    runs = [BasisRun(tmp_path / "a", 1000), BasisRun(tmp_path / "a", 1010)]
    for step in range(0, 60, 20):
        for run, values in zip(runs, (EARLY, LATE), strict=True):
            run.snapshot(step, values)
    runs[0].snapshot(70, EARLY)
    reader = SnapshotReader(index_of(tmp_path).runs["a"])
    assert [is_near(decoded(reader, at), LATE) for at in range(3)] == [True] * 3
    assert is_near(decoded(reader, 3), EARLY), "its basis stands at a step where the other writer's snapshot counts"


def broken(run: BasisRun, step: int, values: Float32) -> None:
    """A snapshot whose bytes were damaged on the disk."""
    record = bytearray(framed(run.event(step, values)))
    record[200] ^= 255
    with run.file.path.open("ab") as file:
        file.write(record)
    run.encoder.written()


def test_snapshots_whose_basis_was_damaged_are_missing_and_the_others_are_right(tmp_path: Path) -> None:
    run = BasisRun(tmp_path / "a")
    for step in range(3):
        run.snapshot(step, spectrum(3, FLAT))
    for step in range(3, 30):
        before = run.encoder._stored[EMBEDDING]
        event = run.event(step, LATE)
        if run.with_basis and before == run.encoder._stored[EMBEDDING]:
            broken(run, step, LATE)
            changed = step
            break
        run.file.append(event)
        run.encoder.written()
    for step in range(changed + 1, changed + 4):
        run.snapshot(step, LATE)
    index = index_of(tmp_path)
    reader = SnapshotReader(index.runs["a"])
    steps = reader.embedding_series(EMBEDDING).steps[reader.usable(EMBEDDING)]
    assert steps.tolist() == list(range(changed))
    with pytest.raises(MissingError, match="basis of its rows could not be read"):
        reader.embedding(EMBEDDING, changed)
    with served(tmp_path) as (client, _):
        info = info_of(ask(client, "runs")[1])
        assert (
            info["damaged"][-1]
            == f"3 snapshots of {EMBEDDING} can't be drawn: the basis of their rows could not be read"
        )
        assert ask(client, "positions")[1][1]["steps"].tolist() == list(range(changed))
        assert ask(client, "rows at a step", step=changed + 1)[0] == 404
    run.encoder._stored.clear()  # what happens after so many snapshots
    run.snapshot(changed + 4, LATE)
    look(index)
    reader = SnapshotReader(index.runs["a"])
    assert len(reader.usable(EMBEDDING)) == changed + 4, "the same basis written again decodes those before, too"
    assert is_near(decoded(reader, changed), LATE)


def test_a_run_of_which_nothing_can_be_drawn_says_so_on_every_route(tmp_path: Path) -> None:
    run = BasisRun(tmp_path / "a")
    broken(run, 0, EARLY)
    run.snapshot(1, EARLY)
    with served(tmp_path) as (client, _):
        for route in ("positions", "rows at a step", "rows through the run", "norms at a step"):
            status, answer = ask(client, route, step=1)
            assert (status, "basis of its rows could not be read" in answer) == (404, True), route
        assert ask(client, "model")[0] == 200


def test_a_basis_that_is_another_by_the_time_it_is_read_is_refused(tmp_path: Path) -> None:
    run = BasisRun(tmp_path / "a")
    run.snapshot(0, EARLY)
    index = index_of(tmp_path).runs["a"]
    (there,) = index.bases(EMBEDDING).values()
    with run.file.path.open("r+b") as file:
        file.seek(there.place.offset)
        file.write(b"\1\2\3\4")
    with pytest.raises(MissingError, match="not what it was at byte"):
        SnapshotReader(index).embedding(EMBEDDING, 0)


def test_norms_are_those_of_the_whole_rows_and_neighbours_those_of_the_table(tmp_path: Path) -> None:
    run = BasisRun(tmp_path / "a")
    run.snapshot(0, EARLY)
    norms = np.linalg.norm(EARLY, axis=1)
    unit = EARLY / norms[:, None]
    with served(tmp_path) as (client, _):
        np.testing.assert_allclose(ask(client, "norms at a step")[1][1]["norms"], norms, rtol=1e-5)
        np.testing.assert_allclose(ask(client, "rows through the run")[1][1]["norms"][0], norms[[2, 0]], rtol=1e-5)
        arrays = ask(client, "rows at a step")[1][1]
        model = ask(client, "model")[1]
    assert arrays["values"].shape == (2, DIMS)
    np.testing.assert_allclose(arrays["values"], EARLY[[2, 0]], atol=0.2)
    for found, cosines, row in zip(arrays["neighbours"], arrays["cosines"], (2, 0), strict=True):
        true = np.argsort(-unit @ unit[row], kind="stable")[1:11]
        assert len(set(true) & set(found.tolist())) >= 8
        np.testing.assert_allclose(cosines, unit[found] @ unit[row], atol=0.03)
    assert (model["embeddings"][0]["encoding"], model["embeddings"][0]["directions"]) == ("basis", 24)
