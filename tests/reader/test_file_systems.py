"""What file systems and people do to a logdir: loops, odd names, files that can't be read, runs begun anew."""

from __future__ import annotations

import errno
import os
import shutil
import time
from pathlib import Path
from typing import Any

import pytest
from event_files import EMBEDDING, RunWriter, model_event, scalar_event, snapshot_event, write_run
from looking import index_of, look, steps_of
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.tensor_shape_pb2 import TensorShapeProto

from tensorboard_plugin_paramviz.reader import Follower, Index, SnapshotReader, follow, roots_of, storage_local


def test_a_link_to_itself_hides_nothing_that_stands_beside_it(tmp_path: Path) -> None:
    for name in ("0", "loop", "z"):
        (tmp_path / name).symlink_to(name)
    write_run(tmp_path, range(2))
    write_run(tmp_path / "a", range(2))
    assert set(index_of(tmp_path).runs) == {".", "a"}


def test_directories_whose_names_are_not_utf_8_are_runs_with_names_that_can_be_said(tmp_path: Path) -> None:
    for byte in (b"\xe8", b"\xe9"):
        write_run(Path(os.fsdecode(bytes(tmp_path) + b"/caf" + byte)), range(2))
    names = sorted(index_of(tmp_path).runs)
    assert [name.encode() for name in names] == [b"caf\\udce8", b"caf\\udce9"]


def test_a_file_that_cannot_be_read_is_told_once_and_no_more_when_it_can(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: str, *_: Any, **__: Any) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", path)

    writer = write_run(tmp_path / "a", range(2))
    with monkeypatch.context() as patch:
        patch.setattr(storage_local.os, "open", refuse)
        index = index_of(tmp_path)
        cursor = index.cursor
        index.poll()
        index.poll()
        assert index.cursor == cursor, "nothing has changed for a viewer"
        assert index.runs["a"].damaged == [f"{writer.path.name} can't be read: Permission denied"]
    index.poll()
    assert index.runs["a"].damaged == []
    assert steps_of(index, "a") == [0, 1]


def test_a_run_deleted_and_begun_anew_is_another_generation(tmp_path: Path) -> None:
    write_run(tmp_path / "a", range(5))
    index = index_of(tmp_path)
    generations = [index.runs["a"].generation]
    shutil.rmtree(tmp_path / "a")
    look(index)
    write_run(tmp_path / "a", range(5))
    look(index)
    generations.append(index.runs["a"].generation)
    (tmp_path / "a").rename(tmp_path / "b")  # and at once another in its place
    RunWriter(tmp_path / "a", "events.out.tfevents.3000.host.1.0").snapshots(1, 2)
    look(index)
    generations.append(index.runs["a"].generation)
    assert generations == sorted(set(generations))


def test_a_scalar_logged_twice_at_a_step_voids_no_snapshot(tmp_path: Path) -> None:
    writer = write_run(tmp_path / "a", range(5))
    index = index_of(tmp_path)
    generation = index.runs["a"].generation
    writer.append(scalar_event("train/loss", 3.0, 4), scalar_event("train/loss", 2.0, 2))
    index.poll()
    assert index.runs["a"].scalars("train/loss").steps.tolist() == [0, 1, 2]
    assert index.runs["a"].generation == generation


def test_a_longer_copy_that_takes_a_files_place_goes_on_where_it_was(tmp_path: Path) -> None:
    writer = write_run(tmp_path / "a", range(5))
    index = index_of(tmp_path)
    generation = index.runs["a"].generation
    copy = tmp_path / "copy"
    copy.write_bytes(writer.path.read_bytes())
    copy.rename(writer.path)
    writer.snapshots(5, 6)
    index.poll()
    assert steps_of(index, "a") == list(range(7))
    assert index.runs["a"].generation == generation


def test_a_file_overwritten_in_place_by_a_longer_one_is_read_again(tmp_path: Path) -> None:
    writer = write_run(tmp_path / "a", range(5))
    index = index_of(tmp_path)
    generation = index.runs["a"].generation
    other = write_run(tmp_path / "elsewhere", range(100, 120)).path.read_bytes()
    writer.path.write_bytes(other)
    look(index)
    look(index)
    assert steps_of(index, "a") == list(range(100, 120))
    assert index.runs["a"].generation > generation


def test_bytes_that_arrive_after_the_size_are_read_when_the_file_grows(tmp_path: Path) -> None:
    writer = write_run(tmp_path / "a", range(2), loss=False)
    start = writer.path.stat().st_size
    writer.snapshots(2)
    late = writer.path.read_bytes()[start:]
    with writer.path.open("r+b") as file:
        file.seek(start)
        file.write(bytes(len(late)))
        file.flush()
        index = index_of(tmp_path)
        assert steps_of(index, "a") == [0, 1]
        assert "zeros" in index.runs["a"].damaged[0]
        file.seek(start)
        file.write(late)
    writer.snapshots(3)
    index.poll()
    assert steps_of(index, "a") == [0, 1, 2, 3]
    assert index.runs["a"].damaged == []


@pytest.mark.parametrize("size", [0, 5])
def test_a_file_with_less_than_a_header_is_waited_for(tmp_path: Path, size: int) -> None:
    record = (write_run(tmp_path / "whole", range(2)).path).read_bytes()
    path = tmp_path / "a" / "events.out.tfevents.1.x"
    path.parent.mkdir()
    path.write_bytes(record[:size])
    index = index_of(tmp_path)
    assert not index.runs["a"].has_records
    path.write_bytes(record)
    look(index)
    assert steps_of(index, "a") == [0, 1]
    assert index.runs["a"].damaged == []


def test_a_record_that_claims_an_impossible_length_is_not_read(tmp_path: Path) -> None:
    import struct

    from tensorboard_plugin_paramviz.reader.records import masked_crc

    writer = write_run(tmp_path / "a", range(2))
    length = struct.pack("<Q", 1 << 60)
    with writer.path.open("ab") as file:
        file.write(length + struct.pack("<I", masked_crc(length)) + bytes(100))
    assert steps_of(index_of(tmp_path), "a") == [0, 1]


def test_numbers_of_more_than_64_bits_cost_their_record_and_nothing_else(tmp_path: Path) -> None:
    too_large = b"\xff" * 9 + b"\x7f"
    misnumbered = Event.FromString(snapshot_event(4))
    misnumbered.summary.value[0].tensor.dtype = 200  # type: ignore[assignment]
    writer = RunWriter(tmp_path / "a")
    writer.append(b"\x10" + too_large + scalar_event("loss", 1.0, 0)[9:], snapshot_event(1))
    writer.append(misnumbered.SerializeToString(), snapshot_event(5))
    index = index_of(tmp_path)
    assert steps_of(index, "a") == [1, 5]
    assert SnapshotReader(index.runs["a"]).stats(None, None)[0].tolist() == [1, 5]
    assert any("unknown type 200" in sentence for sentence in index.runs["a"].damaged)


@pytest.mark.parametrize("shape", [(), (4,), (0, 4), (-1, 4), (1 << 40, 1 << 40), (2, 3)])
def test_a_tensor_that_is_not_of_its_tags_form_is_told_and_left_out(tmp_path: Path, shape: tuple[int, ...]) -> None:
    misshapen = Event.FromString(snapshot_event(1))
    for value in misshapen.summary.value[:3]:
        value.tensor.tensor_shape.CopyFrom(TensorShapeProto(dim=[TensorShapeProto.Dim(size=size) for size in shape]))
    writer = RunWriter(tmp_path / "a")
    writer.append(model_event(), snapshot_event(0), misshapen.SerializeToString(), snapshot_event(2))
    reader = SnapshotReader(index_of(tmp_path).runs["a"])
    assert reader.stats(None, None)[0].tolist() == [0, 2]
    assert reader.embedding_series(EMBEDDING).steps.tolist() == [0, 2]
    assert len(index_of(tmp_path).runs["a"].damaged) == 3


def test_reading_a_large_logdir_for_long_does_not_put_off_the_search_for_new_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow, "SCAN_SECS", 0.0)
    monkeypatch.setattr(follow, "SCAN_SHARE", 1e-9)

    class SlowToRead(Index):
        scans = 0

        def scan(self, roots: Any = None) -> None:
            self.scans += 1
            super().scan(roots)

        def poll(self, files: Any = None) -> bool:
            time.sleep(0.1)
            return super().poll(files)

    index = SlowToRead(roots_of(str(tmp_path), ""))
    follower = Follower(index)
    follower.ensure_started()
    deadline = time.monotonic() + 20
    while index.scans < 3:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    follower.stop()


def test_a_file_replaced_while_it_is_followed_closely_is_followed_on(tmp_path: Path) -> None:
    writer = write_run(tmp_path / "a", range(20))
    index = Index(roots_of(str(tmp_path), ""))
    follower = Follower(index)
    follower.ensure_started()
    deadline = time.monotonic() + 20

    def wait_for(steps: list[int]) -> None:
        while "a" not in index.runs or steps_of(index, "a") != steps:
            assert index.wait(index.cursor, deadline - time.monotonic()), f"{steps} did not come"

    try:
        wait_for(list(range(20)))
        write_run(tmp_path / "elsewhere", range(100, 103)).path.replace(writer.path)
        wait_for([100, 101, 102])
        writer.snapshots(103)
        wait_for([100, 101, 102, 103])
    finally:
        follower.stop()


@pytest.mark.parametrize("order", [(1000, 2000), (2000, 1000)])
def test_files_that_come_in_any_order_and_grow_by_turns_are_joined_as_if_found_at_once(
    tmp_path: Path, order: tuple[int, ...]
) -> None:
    """Series are kept from one look to the next: what was kept must not outlive what it was made of."""
    index = Index(roots_of(str(tmp_path), ""))
    writers = {}
    for begun in order:
        writers[begun] = RunWriter(tmp_path / "a", f"events.out.tfevents.{begun}.host.1.0")
        writers[begun].append(model_event(), *(snapshot_event(step, begun=begun) for step in (0, 1, 2)))
        look(index)
        assert SnapshotReader(index.runs["a"]).embedding_series(EMBEDDING).steps.tolist() == [0, 1, 2]
    for step, begun in ((3, 2000), (7, 2000), (5, 2000)):
        writers[begun].snapshots(step)
        look(index)
        held, fresh = index.runs["a"], index_of(tmp_path).runs["a"]
        mine, theirs = (SnapshotReader(run).embedding_series(EMBEDDING) for run in (held, fresh))
        for name in ("steps", "wall_times", "offsets", "crcs", "lengths", "shapes", "paths"):
            assert list(getattr(mine, name)) == list(getattr(theirs, name)), name
        assert steps_of(index, "a") == fresh.snapshot_steps()[0].tolist()
        assert held.scalars("paramviz/loss").steps.tolist() == fresh.scalars("paramviz/loss").steps.tolist()
