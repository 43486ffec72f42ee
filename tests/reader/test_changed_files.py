"""What was indexed may be something else by the time it is read: that is seen, and the file is read anew."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from event_files import EMBEDDING, RunWriter, model_event, snapshot_at, snapshot_event, write_run
from looking import index_of, look, steps_of

from tensorboard_plugin_paramviz.reader import Index, MissingError, SnapshotReader, index, roots_of
from tensorboard_plugin_paramviz.reader.figures import Figures
from tensorboard_plugin_paramviz.record import dequantize
from tensorboard_plugin_paramviz.record.names import STATS_TAG


def strike(path: Path, offset: int) -> None:
    """Turn a byte without a sign: neither size nor times change."""
    status = path.stat()
    with path.open("r+b") as file:
        file.seek(offset)
        byte = file.read(1)[0]
        file.seek(offset)
        file.write(bytes([byte ^ 255]))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


@pytest.mark.parametrize("what", ["embedding", "stats", "figures", "model"])
def test_a_byte_that_rots_is_found_when_it_is_read_and_then_told(tmp_path: Path, what: str) -> None:
    writer = write_run(tmp_path / "a", range(10), loss=False)
    found = index_of(tmp_path)
    run = found.runs["a"]
    generation = run.generation
    series = run.values(STATS_TAG if what in ("stats", "figures") else f"paramviz/embedding/{EMBEDDING}")
    strike(writer.path, run.sessions[0].offset if what == "model" else series.place(4).offset + 1)
    look(found)
    assert steps_of(found, "a") == list(range(10)), "nobody has read it yet"
    reader = SnapshotReader(run)
    if what == "model":
        with pytest.raises(MissingError, match="not what it was"):
            reader.model()
    else:
        ask = {
            "embedding": lambda: reader.embedding(EMBEDDING, 4),
            "stats": lambda: reader.stats(None, None),
            "figures": lambda: Figures(run, STATS_TAG, 2).read(4),
        }[what]
        with pytest.raises(MissingError, match="not what it was at byte"):
            ask()
    look(found)
    look(found)
    kept = list(range(10)) if what == "model" else [step for step in range(10) if step != 4]
    assert steps_of(found, "a") == kept
    assert any("checksum" in sentence for sentence in run.damaged)
    assert run.generation > generation


def test_of_many_snapshots_asked_for_together_those_before_a_damaged_one_are_given(tmp_path: Path) -> None:
    writer = write_run(tmp_path / "a", range(10), loss=False)
    reader = SnapshotReader(index_of(tmp_path).runs["a"])
    strike(writer.path, reader.embedding_series(EMBEDDING).place(6).offset)
    given = reader.embeddings(EMBEDDING, range(10))
    assert len([next(given) for _ in range(6)]) == 6
    with pytest.raises(MissingError):
        next(given)


def test_a_file_written_anew_with_the_same_length_is_read_again(tmp_path: Path) -> None:
    writer = write_run(tmp_path / "a", range(11, 16))
    found = index_of(tmp_path)
    status = writer.path.stat()
    content = write_run(tmp_path / "b", range(21, 26)).path.read_bytes()
    assert len(content) == status.st_size
    with writer.path.open("r+b") as file:  # the same inode, length and name
        file.write(content)
    os.utime(writer.path, ns=(status.st_atime_ns, status.st_mtime_ns + 1_000_000))
    look(found)
    look(found)
    assert steps_of(found, "a") == list(range(21, 26))


def test_a_file_that_was_only_touched_is_not_read_again(tmp_path: Path) -> None:
    writer = write_run(tmp_path / "a", range(5))
    found = index_of(tmp_path)
    cursor = found.cursor
    os.utime(writer.path)
    look(found)
    assert (found.cursor, found.runs["a"].generation) == (cursor, 0)


def test_a_disk_that_gives_other_bytes_each_time_does_not_keep_the_server_reading(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_run(tmp_path / "a", range(5))
    found = index_of(tmp_path)
    path = next(iter(found.runs["a"].files))
    generations = []
    for _ in range(3):
        found.runs["a"].suspects.add(path)
        look(found)
        look(found)
        generations.append(found.runs["a"].generation)
    assert generations == [1, 1, 1]
    assert steps_of(found, "a") == list(range(5))
    now = index.time.monotonic()
    monkeypatch.setattr(index.time, "monotonic", lambda: now + 2 * index.READ_ANEW_SECS)
    look(found)
    assert found.runs["a"].generation == 2


def test_series_that_were_handed_out_stay_as_they_were_when_a_step_goes_back(tmp_path: Path) -> None:
    """Requests read while the run goes on being written: in the arrays that were lent to them nothing moves."""
    writer = RunWriter(tmp_path / "a")
    writer.append(model_event())
    found = Index(roots_of(str(tmp_path), ""))
    lent = []
    for step in [*range(12), 4, 5, 6, *range(30, 60), 2, 3]:
        writer.snapshots(step, seed=len(lent))
        look(found)
        series = SnapshotReader(found.runs["a"]).embedding_series(EMBEDDING)
        columns = (series.steps, series.wall_times, series.offsets, series.crcs, series.forms)
        lent.append((columns, [column.copy() for column in columns]))
    for columns, copies in lent:
        for column, copy in zip(columns, copies, strict=True):
            np.testing.assert_array_equal(column, copy)
    assert steps_of(found, "a") == [0, 1, 2, 3]
    last = SnapshotReader(found.runs["a"]).embedding(EMBEDDING, 3)
    np.testing.assert_allclose(
        dequantize(last.rows), snapshot_at(3, seed=len(lent) - 1).embeddings[EMBEDDING].values, atol=0.02
    )


def test_the_places_of_a_run_of_one_file_are_lent_and_not_copied(tmp_path: Path) -> None:
    writer = write_run(tmp_path / "a", range(30))
    found = index_of(tmp_path)
    tag = f"paramviz/embedding/{EMBEDDING}"
    before = found.runs["a"].values(tag)
    writer.append(snapshot_event(30))
    look(found)
    after = found.runs["a"].values(tag)
    assert (len(before.steps), len(after.steps)) == (30, 31)
    (file,) = found.runs["a"].files.values()
    assert np.shares_memory(after.offsets, file.values[tag].offsets)
