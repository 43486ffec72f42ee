"""The index sees every step, follows growth, and says what is damaged."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest
from event_files import (
    EMBEDDING,
    RunWriter,
    framed,
    model_event,
    scalar_event,
    snapshot_at,
    snapshot_event,
    start_event,
    write_run,
)
from looking import index_of, look, steps_of
from tensorboard.backend.event_processing.plugin_event_multiplexer import EventMultiplexer

from tensorboard_plugin_paramviz.reader import Index, SnapshotReader, roots_of
from tensorboard_plugin_paramviz.record import dequantize


def test_every_one_of_a_thousand_snapshots_is_there_step_zero_among_them(tmp_path: Path) -> None:
    write_run(tmp_path / "a", range(1000), loss=False)
    assert steps_of(index_of(tmp_path), "a") == list(range(1000))


def test_a_snapshot_reads_back_as_it_was_written(tmp_path: Path) -> None:
    write_run(tmp_path / "a", range(0, 50, 5))
    reader = SnapshotReader(index_of(tmp_path).runs["a"])
    written = snapshot_at(35)
    read = reader.embedding(EMBEDDING, 7)
    expected = written.embeddings[EMBEDDING]
    half_scale = np.abs(expected.values).max(axis=1, keepdims=True) / 127 / 2
    assert (np.abs(dequantize(read.rows) - expected.values) <= half_scale * 1.001).all()
    np.testing.assert_array_equal(read.grad_norms, expected.grad_norms)
    np.testing.assert_array_equal(read.update_norms, expected.update_norms)
    steps, wall_times, stats = reader.stats(35, 35)
    assert (steps.tolist(), wall_times.tolist()) == ([35], [1035.0])
    np.testing.assert_array_equal(stats[0], written.stats)


def test_the_model_record_reads_back(tmp_path: Path) -> None:
    write_run(tmp_path / "a", range(2))
    model = SnapshotReader(index_of(tmp_path).runs["a"]).model()
    assert model.layers[1].tied_to == EMBEDDING
    assert model.embeddings[0].labels == ("a", "b", "c", "d", "e")


def test_scalars_of_the_users_writer_are_read_from_the_same_file(tmp_path: Path) -> None:
    write_run(tmp_path / "a", range(10))
    run = index_of(tmp_path).runs["a"]
    assert run.scalar_tags == ["paramviz/loss", "train/loss", "val/loss"]
    np.testing.assert_allclose(run.scalars("train/loss").values, 4.0 - np.arange(10) / 1000, rtol=1e-6)


def test_growth_is_followed_at_every_possible_cut_of_a_half_written_record(tmp_path: Path) -> None:
    writer = RunWriter(tmp_path / "a")
    writer.append(model_event())
    index = index_of(tmp_path)
    record = framed(snapshot_event(7))
    with writer.path.open("ab", buffering=0) as file:
        for at in range(len(record)):
            file.write(record[at : at + 1])
            index.poll()
            complete = at == len(record) - 1
            assert steps_of(index, "a") == ([7] if complete else [])
    assert index.runs["a"].damaged == []


def test_the_cursor_rises_only_when_something_changed(tmp_path: Path) -> None:
    writer = write_run(tmp_path / "a", range(3))
    index = index_of(tmp_path)
    before = index.cursor
    look(index)
    assert index.cursor == before
    writer.snapshots(3)
    index.poll()
    assert index.cursor > before
    assert index.runs["a"].changed == index.cursor


def test_a_run_that_appears_later_is_found_and_one_that_vanishes_is_told(tmp_path: Path) -> None:
    index = index_of(tmp_path)
    assert index.runs == {}
    writer = write_run(tmp_path / "deep" / "er", range(3))
    look(index)
    assert steps_of(index, "deep/er") == [0, 1, 2]
    writer.path.unlink()
    look(index)
    assert index.runs == {}
    assert index.removed["deep/er"] == index.cursor


def test_a_restart_in_the_same_file_voids_the_steps_it_repeats(tmp_path: Path) -> None:
    writer = write_run(tmp_path / "a", range(0, 100, 10))
    index = index_of(tmp_path)
    generation = index.runs["a"].generation
    writer.snapshots(50, 60, seed=1)
    index.poll()
    assert steps_of(index, "a") == [0, 10, 20, 30, 40, 50, 60]
    assert index.runs["a"].generation > generation
    values = SnapshotReader(index.runs["a"]).embedding(EMBEDDING, 5).rows
    np.testing.assert_allclose(dequantize(values), snapshot_at(50, seed=1).embeddings[EMBEDDING].values, atol=0.02)


def test_a_resumed_run_writes_a_second_file_that_voids_what_it_repeats(tmp_path: Path) -> None:
    write_run(tmp_path / "a", range(0, 100, 10))
    index = index_of(tmp_path)
    second = RunWriter(tmp_path / "a", "events.out.tfevents.2000.host.1.0")
    second.append(model_event(session="second"))
    second.snapshots(50, 60, 70)
    look(index)
    assert steps_of(index, "a") == [0, 10, 20, 30, 40, 50, 60, 70]
    assert len(index.runs["a"].sessions) == 2
    assert index.runs["a"].generation == 1
    second.snapshots(80)
    look(index)
    assert index.runs["a"].generation == 1, "going on voids nothing more"


def test_a_purge_by_the_summary_writer_voids_at_once(tmp_path: Path) -> None:
    write_run(tmp_path / "a", range(0, 100, 10))
    second = RunWriter(tmp_path / "a", "events.out.tfevents.2000.host.1.0")
    second.append(start_event(40))
    index = index_of(tmp_path)
    assert steps_of(index, "a") == [0, 10, 20, 30]
    assert index.runs["a"].scalars("train/loss").steps.tolist() == [0, 10, 20, 30]


def test_a_run_begun_anew_in_its_directory_voids_all_of_the_old_one(tmp_path: Path) -> None:
    write_run(tmp_path / "a", range(0, 100, 10))
    second = RunWriter(tmp_path / "a", "events.out.tfevents.2000.host.1.0")
    second.append(start_event(0), model_event(session="second"))
    second.snapshots(5)
    assert steps_of(index_of(tmp_path), "a") == [5]


def test_a_file_replaced_by_a_shorter_one_is_read_again(tmp_path: Path) -> None:
    writer = write_run(tmp_path / "a", range(20))
    index = index_of(tmp_path)
    other = write_run(tmp_path / "elsewhere", range(100, 103))
    other.path.replace(writer.path)
    look(index)
    look(index)
    assert steps_of(index, "a") == [100, 101, 102]
    assert index.runs["a"].generation > 0


def test_a_file_cut_in_place_is_read_again(tmp_path: Path) -> None:
    writer = write_run(tmp_path / "a", range(20), loss=False)
    index = index_of(tmp_path)
    whole = writer.path.read_bytes()
    with writer.path.open("r+b") as file:
        file.truncate(len(whole) // 2)
    look(index)
    look(index)
    assert 5 < len(steps_of(index, "a")) < 15


def test_a_corrupted_payload_is_named_and_the_rest_is_shown(tmp_path: Path) -> None:
    writer = write_run(tmp_path / "a", range(10), loss=False)
    data = bytearray(writer.path.read_bytes())
    one = len(framed(snapshot_event(9)))
    data[-one - one // 2] ^= 0xFF  # the middle of step 8
    writer.path.write_bytes(data)
    run = index_of(tmp_path).runs["a"]
    assert run.snapshot_steps()[0].tolist() == [0, 1, 2, 3, 4, 5, 6, 7, 9]
    assert len(run.damaged) == 1
    assert "checksum" in run.damaged[0]


def test_a_corrupted_header_ends_the_file_and_keeps_what_came_before(tmp_path: Path) -> None:
    writer = write_run(tmp_path / "a", range(10), loss=False)
    data = bytearray(writer.path.read_bytes())
    data[-len(framed(snapshot_event(9)))] ^= 0xFF
    writer.path.write_bytes(data)
    run = index_of(tmp_path).runs["a"]
    assert run.snapshot_steps()[0].tolist() == list(range(9))
    assert "broken record header" in run.damaged[0]


def test_a_tail_of_zeros_is_named(tmp_path: Path) -> None:
    writer = write_run(tmp_path / "a", range(10), loss=False)
    with writer.path.open("ab") as file:
        file.write(bytes(4096))
    run = index_of(tmp_path).runs["a"]
    assert len(run.snapshot_steps()[0]) == 10
    assert "zeros" in run.damaged[0]


def test_a_future_format_is_skipped_and_said_once(tmp_path: Path) -> None:
    writer = write_run(tmp_path / "a", range(3), loss=False)
    for step in (3, 4):
        writer.append(snapshot_event(step).replace(b'{"format": 1}', b'{"format": 2}'))
    run = index_of(tmp_path).runs["a"]
    assert run.snapshot_steps()[0].tolist() == [0, 1, 2]
    assert [sentence for sentence in run.damaged if "format 2" in sentence and "upgrade" in sentence] == run.damaged
    assert len(run.damaged) == 1


def test_a_large_foreign_record_between_ours_is_passed_over(tmp_path: Path) -> None:
    from google_crc32c import value as crc
    from tensorboard.compat.proto.event_pb2 import Event
    from tensorboard.compat.proto.summary_pb2 import Summary

    assert crc(b"123456789") == 0xE3069283
    writer = write_run(tmp_path / "a", range(3), loss=False)
    picture = Summary.Image(encoded_image_string=bytes(100_000))
    event = Event(step=3, summary=Summary(value=[Summary.Value(tag="picture", image=picture)]))
    writer.append(event.SerializeToString())
    writer.snapshots(4)
    assert steps_of(index_of(tmp_path), "a") == [0, 1, 2, 4]


def test_a_record_that_is_no_event_is_named(tmp_path: Path) -> None:
    writer = write_run(tmp_path / "a", range(2), loss=False)
    writer.append(b"\xff\xff\xff\xff paramviz")
    writer.snapshots(2)
    run = index_of(tmp_path).runs["a"]
    assert run.snapshot_steps()[0].tolist() == [0, 1, 2]
    assert "could not be read" in run.damaged[0]


def test_runs_are_named_as_tensorboard_names_them(tmp_path: Path) -> None:
    logdir = tmp_path / "logs"
    for directory in (logdir, logdir / "b", logdir / "b" / "c", logdir / "d e"):
        write_run(directory, range(1))
    outside = tmp_path / "outside"
    write_run(outside, range(1))
    (logdir / "linked").symlink_to(outside)
    (logdir / "b" / "loop").symlink_to(logdir)
    ours = set(index_of(logdir).runs)
    assert ours == {".", "b", "b/c", "d e", "linked"}
    (logdir / "b" / "loop").unlink()  # TensorBoard's walk has no end in a loop
    assert ours == set(EventMultiplexer().AddRunsFromDirectory(str(logdir)).Runs())


@pytest.mark.parametrize("named", ["x", "y.z"])
def test_logdir_spec_prefixes_run_names_as_tensorboard_does(tmp_path: Path, named: str) -> None:
    write_run(tmp_path / "one", range(1))
    write_run(tmp_path / "one" / "sub", range(1))
    write_run(tmp_path / "two", range(1))
    index = Index(roots_of("", f"{named}:{tmp_path}/one,{tmp_path}/two"))
    look(index)
    theirs = EventMultiplexer().AddRunsFromDirectory(str(tmp_path / "one"), named)
    theirs.AddRunsFromDirectory(str(tmp_path / "two"))
    assert set(index.runs) == set(theirs.Runs()) == {f"{named}/.", f"{named}/sub", "."}


def test_scalars_between_other_plugins_values_of_one_event_are_found(tmp_path: Path) -> None:
    from tensorboard.compat.proto.event_pb2 import Event
    from tensorboard.compat.proto.summary_pb2 import Summary

    writer = RunWriter(tmp_path / "a")
    values = [
        Summary.Value(tag="picture", image=Summary.Image(encoded_image_string=bytes(5000))),
        Summary.Value(tag="train/loss", simple_value=2.5),
    ]
    writer.append(Event(step=3, wall_time=9.0, summary=Summary(value=values)).SerializeToString())
    run = index_of(tmp_path).runs["a"]
    assert run.scalars("train/loss").values.tolist() == [2.5]
    assert not run.has_records


def test_a_directory_that_is_missing_is_no_run_and_no_error(tmp_path: Path) -> None:
    assert index_of(tmp_path / "nowhere").runs == {}


def test_a_step_written_twice_counts_once_the_newest(tmp_path: Path) -> None:
    writer = RunWriter(tmp_path / "a")
    writer.append(model_event(), scalar_event("loss", 1.0, 0), scalar_event("loss", 2.0, 0))
    assert index_of(tmp_path).runs["a"].scalars("loss").values.tolist() == [2.0]


def test_two_threads_that_read_at_once_read_each_record_once(tmp_path: Path) -> None:
    writer = write_run(tmp_path / "a", range(0, 50, 10))
    index = index_of(tmp_path)
    for first in range(50, 4050, 40):
        writer.snapshots(*range(first, first + 40, 10))
        threads = [threading.Thread(target=index.poll) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        run = index.runs["a"]
        assert run.generation == 0, "nothing was replaced or damaged"
        assert steps_of(index, "a") == list(range(0, first + 40, 10))
