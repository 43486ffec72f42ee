"""Event files for the tests, byte by byte: framing by TensorBoard's own (slow) CRC, so that ours has an oracle."""

from __future__ import annotations

import struct
from dataclasses import replace
from pathlib import Path

import numpy as np
from tensorboard.compat.proto.event_pb2 import Event, SessionLog
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.compat.tensorflow_stub.pywrap_tensorflow import masked_crc32c

from tensorboard_plugin_paramviz.record import (
    STATS,
    EmbeddingInfo,
    EmbeddingRows,
    LayerInfo,
    ModelRecord,
    SelfCost,
    Snapshot,
    encode_model,
    encode_snapshot,
)

EMBEDDING = "transformer.wte"


def framed(data: bytes) -> bytes:
    """One record of an event file."""
    length = struct.pack("<Q", len(data))
    header_crc = struct.pack("<I", masked_crc32c(length))
    return length + header_crc + data + struct.pack("<I", masked_crc32c(data))


def scalar_event(tag: str, value: float, step: int, wall_time: float = 1000.0) -> bytes:
    summary = Summary(value=[Summary.Value(tag=tag, simple_value=value)])
    return Event(wall_time=wall_time, step=step, summary=summary).SerializeToString()


def start_event(step: int) -> bytes:
    return Event(wall_time=1.0, step=step, session_log=SessionLog(status=SessionLog.START)).SerializeToString()


def model_record(rows: int = 5, dims: int = 4, session: str = "first") -> ModelRecord:
    return ModelRecord(
        session_id=session,
        started=1000.0,
        model_class="GPT",
        layers=(
            LayerInfo(EMBEDDING, "token_embedding", None, (rows, dims), "float32", rows * dims),
            LayerInfo("lm_head", "lm_head", None, (rows, dims), "float32", 0, tied_to=EMBEDDING),
        ),
        embeddings=(
            EmbeddingInfo(
                EMBEDDING,
                "token_embedding",
                (rows, dims),
                labels=tuple(chr(97 + row % 26) for row in range(rows)),
                counts=tuple(range(rows)),
            ),
        ),
        optimizer={"name": "AdamW"},
    )


def model_event(rows: int = 5, dims: int = 4, session: str = "first") -> bytes:
    summary = encode_model(model_record(rows, dims, session))
    return Event(wall_time=1000.0, step=0, summary=summary).SerializeToString()


def snapshot_at(step: int, rows: int = 5, dims: int = 4, seed: int = 0) -> Snapshot:
    rng = np.random.default_rng((seed, step))
    values = rng.normal(size=(rows, dims)).astype(np.float32)
    stats = rng.random((2, len(STATS)), np.float32)
    stats[1] = np.nan  # tied
    norms = np.linalg.norm(values, axis=1)
    embeddings = {EMBEDDING: EmbeddingRows(values, norms * 2, norms / 100)}
    return Snapshot(step, 1000.0 + step, stats, embeddings, SelfCost(0.01, 0.02, 300, 10, 0), loss=5.0 - step / 1000)


def snapshot_event(step: int, rows: int = 5, dims: int = 4, seed: int = 0, begun: float = 1000.0) -> bytes:
    summary = encode_snapshot(snapshot_at(step, rows, dims, seed))
    return Event(wall_time=begun + step, step=step, summary=summary).SerializeToString()


class RunWriter:
    """Appends framed events to one event file, which was begun at the second its name says."""

    def __init__(self, directory: Path, name: str = "events.out.tfevents.1000.host.1.0") -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self.path = directory / name
        digits = name.split(".")[3]
        self.begun = float(digits) if digits.isdigit() else 1000.0
        self.append(Event(wall_time=1.0, file_version="brain.Event:2").SerializeToString())

    def append(self, *events: bytes) -> None:
        with self.path.open("ab") as file:
            for event in events:
                file.write(framed(event))

    def snapshot(self, step: int, stats: np.ndarray | None = None) -> None:
        """One, with other statistics than usual where they are given."""
        snapshot = snapshot_at(step)
        snapshot = snapshot if stats is None else replace(snapshot, stats=stats)
        summary = encode_snapshot(snapshot)
        self.append(Event(wall_time=self.begun + step, step=step, summary=summary).SerializeToString())

    def snapshots(self, *steps: int, rows: int = 5, dims: int = 4, seed: int = 0) -> None:
        self.append(*(snapshot_event(step, rows, dims, seed, self.begun) for step in steps))


def write_run(directory: Path, steps: range, rows: int = 5, dims: int = 4, loss: bool = True) -> RunWriter:
    """A run of ours: model record, snapshots, and a train/loss and val/loss curve."""
    writer = RunWriter(directory)
    writer.append(model_event(rows, dims))
    for step in steps:
        writer.append(snapshot_event(step, rows, dims))
        if loss:
            writer.append(scalar_event("train/loss", 4.0 - step / 1000, step, 1000.0 + step))
            writer.append(scalar_event("val/loss", 4.1 - step / 1000, step, 1000.0 + step))
    return writer
