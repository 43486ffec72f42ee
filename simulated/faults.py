"""What goes wrong with a run's files in life, done to a finished run. One function each; its docstring's first line is
what --list shows. docs/faults.md says what becomes of each."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary

from simulated.fault_records import Recorded, framed, has_model, is_snapshot, read_run
from tensorboard_plugin_paramviz.reader.records import HEADER_BYTES
from tensorboard_plugin_paramviz.record import STATS, EmbeddingRows, ModelRecord, Snapshot, encode_snapshot
from tensorboard_plugin_paramviz.record.names import PLUGIN_CONTENT
from tensorboard_plugin_paramviz.record.summary import decode_snapshot

Fault = Callable[[Recorded], None]
FAULTS: dict[str, Fault] = {}
FOREIGN_BYTES = 200_000_000
HOUR_SECS = 3600.0


def fault(function: Fault) -> Fault:
    """Register a fault under its function's name."""
    FAULTS[function.__name__] = function
    return function


def named(text: str) -> tuple[str, int | None]:
    """argparse type: NAME or NAME:STEP."""
    name, _, step = text.partition(":")
    if name not in FAULTS:
        raise argparse.ArgumentTypeError(f"{text!r}: give one of {', '.join(FAULTS)}")
    if step and not (step.isascii() and step.isdigit()):
        raise argparse.ArgumentTypeError(f"{text!r}: give the step as a whole number, e.g. {name}:860")
    return name, int(step) if step else None


def strike(directory: Path, name: str, step: int | None = None) -> int:
    """Do a fault to the run in `directory`; returns the step of the snapshot it struck. Raises ValueError where the run
    has none."""
    recorded = read_run(directory, step)
    FAULTS[name](recorded)
    return recorded.step


@fault
def half_written(run: Recorded) -> None:
    """The writer was killed in the middle of a record: the file ends in half of STEP's snapshot."""
    half = framed(run.records[run.at])
    whole = b"".join(map(framed, run.records[: run.at]))
    run.path.write_bytes(whole + half[: len(half) // 2])


@fault
def corrupt_payload(run: Recorded) -> None:
    """One byte of STEP's snapshot is another: its checksum does not hold."""
    _flip(run, run.place + HEADER_BYTES + len(run.records[run.at]) // 2)


@fault
def corrupt_header(run: Recorded) -> None:
    """One byte of the length in front of STEP's snapshot is another: where the next record begins is lost."""
    _flip(run, run.place)


@fault
def zero_tail(run: Recorded) -> None:
    """The machine went down before the disk had the data: zeros from STEP's snapshot on, the size as it should be."""
    size = run.path.stat().st_size
    with run.path.open("r+b") as file:
        file.truncate(run.place)
        file.truncate(size)


@fault
def nonfinite(run: Recorded) -> None:
    """The model diverges at STEP: NaN and infinities in rows, statistics and scalars from there on."""
    events = [Event.FromString(record) for record in run.records]
    for event in events:
        if event.step < run.step:
            continue
        if is_snapshot(event):
            snapshot = decode_snapshot(event.summary, event.step, event.wall_time)
            event.summary.CopyFrom(encode_snapshot(_diverged(snapshot)))
        for at, value in enumerate(event.summary.value):
            if value.HasField("simple_value"):
                value.simple_value = (float("nan"), float("inf"), float("-inf"))[at % 3]
    run.write([event.SerializeToString() for event in events])


@fault
def no_model(run: Recorded) -> None:
    """The model record is missing: written by other code, or cut off with the beginning of the file."""
    run.write([record for record, event in zip(run.records, run.events, strict=True) if not has_model(event)])


@fault
def future_format(run: Recorded) -> None:
    """The training was upgraded at STEP and TensorBoard was not: snapshots of format 2 from there on."""
    newer = PLUGIN_CONTENT.replace(b"1", b"2")
    run.write(
        [
            record.replace(PLUGIN_CONTENT, newer) if is_snapshot(event) and event.step >= run.step else record
            for record, event in zip(run.records, run.events, strict=True)
        ]
    )


@fault
def second_writer(run: Recorded) -> None:
    """Another training writes into the same directory at the same time, from the time of STEP to the end."""
    events = run.events
    first = next(event.wall_time for event in events if event.summary.value)
    begun, ended = events[run.at].wall_time, events[-1].wall_time
    rng = np.random.default_rng(0)
    theirs = []
    odd = 0
    for record in run.records:
        event = Event.FromString(record)
        event.wall_time = max(begun, event.wall_time + begun - first)
        if event.wall_time > ended:
            break
        for value in event.summary.value:
            if value.HasField("simple_value"):
                value.simple_value *= 1.1
        if has_model(event):
            tensor = event.summary.value[0].tensor
            record_of = ModelRecord.from_json(tensor.string_val[0])
            tensor.string_val[0] = replace(record_of, session_id=f"{record_of.session_id}-2").to_json().encode()
        elif is_snapshot(event):
            snapshot = decode_snapshot(event.summary, event.step, event.wall_time)
            rows = snapshot.embeddings
            for path, each in rows.items():
                moved = each.values + rng.normal(scale=1e-2, size=each.values.shape).astype(np.float32)
                rows[path] = EmbeddingRows(moved, each.grad_norms, each.update_norms)
            event.summary.CopyFrom(encode_snapshot(snapshot))
            event.step += odd % 2  # some of its steps are the first one's too, some stand between
            odd += 1
        theirs.append(event.SerializeToString())
    # Names of event files carry the second at which they were begun; these were begun when their wall times say so.
    tail = ".".join(run.path.name.split(".")[4:])
    head = "events.out.tfevents"
    run.path.rename(run.path.with_name(f"{head}.{int(first):010}.{tail}"))
    other = run.path.with_name(f"{head}.{int(begun):010}.{tail}.2")
    other.write_bytes(b"".join(map(framed, theirs)))


@fault
def shorter_file(run: Recorded) -> None:
    """The file is replaced by an older copy of itself, which ends with STEP's snapshot."""
    copy = run.path.with_name("copy")
    copy.write_bytes(b"".join(map(framed, run.records[: run.at + 1])))
    copy.replace(run.path)


@fault
def deleted_file(run: Recorded) -> None:
    """The file is deleted, under a TensorBoard that reads it or a training that writes it."""
    run.path.unlink()


@fault
def clock_back(run: Recorded) -> None:
    """The clock is put back by an hour at STEP: wall times fall there."""
    for event in run.events:
        if event.step >= run.step:
            event.wall_time -= HOUR_SECS
    run.write([event.SerializeToString() for event in run.events])


@fault
def duplicate_steps(run: Recorded) -> None:
    """STEP is logged twice: its scalars and its snapshot, one after the other."""
    same = [record for record, event in zip(run.records, run.events, strict=True) if _logged_at(event, run.step)]
    run.write([*run.records[: run.at + 1], *same, *run.records[run.at + 1 :]])


@fault
def foreign_record(run: Recorded) -> None:
    """A record of 200 MB that is another plugin's, an image, stands before STEP's snapshot."""
    add_foreign_record(run, FOREIGN_BYTES)


def add_foreign_record(run: Recorded, size: int) -> None:
    """What `foreign_record` does, with an image of `size` bytes."""
    # Noise, with what could be taken for ours among it.
    noise = np.random.default_rng(0).bytes(1 << 20)
    picture = (noise * (size // len(noise) + 1))[: size - 64] + PLUGIN_CONTENT + b"paramviz"
    value = Summary.Value(tag="picture", image=Summary.Image(height=1, width=1, encoded_image_string=picture))
    struck = run.events[run.at]
    event = Event(step=struck.step, wall_time=struck.wall_time, summary=Summary(value=[value]))
    run.write([*run.records[: run.at], event.SerializeToString(), *run.records[run.at :]])


@fault
def permission_denied(run: Recorded) -> None:
    """The file may not be read by who runs TensorBoard (chmod 000; root may read it all the same)."""
    os.chmod(run.path, 0)  # noqa: PTH101 - the name people know


def _flip(run: Recorded, offset: int) -> None:
    with run.path.open("r+b") as file:
        file.seek(offset)
        (byte,) = file.read(1)
        file.seek(offset)
        file.write(bytes([byte ^ 0xFF]))


def _diverged(snapshot: Snapshot) -> Snapshot:
    """Every second row NaN, the first one infinite; the first layer's statistics NaN and infinite."""
    embeddings = {}
    for path, rows in snapshot.embeddings.items():
        values, grad_norms = rows.values.copy(), rows.grad_norms.copy()
        values[1::2] = np.nan
        values[0] = np.inf
        grad_norms[1::2] = np.nan
        grad_norms[0] = np.inf
        embeddings[path] = EmbeddingRows(values, grad_norms, rows.update_norms)
    stats = None if snapshot.stats is None else snapshot.stats.copy()  # [L, S]
    if stats is not None:
        stats[0] = np.nan
        stats[0, STATS.index("grad_norm")] = np.inf
        stats[0, STATS.index("weight_nonfinite_count")] = 1000
    loss = None if snapshot.loss is None else float("nan")
    return replace(snapshot, embeddings=embeddings, stats=stats, loss=loss)


def _logged_at(event: Event, step: int) -> bool:
    return event.step == step and len(event.summary.value) > 0 and not has_model(event)
