"""A run as long as asked for, written as fast as the disk takes it: two snapshots over and over, steps and times their
own."""

from __future__ import annotations

import struct
from pathlib import Path

import google_crc32c
import numpy as np
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary

from tensorboard_plugin_paramviz.record import STATS, EmbeddingInfo, LayerInfo, ModelRecord, encode_model
from tensorboard_plugin_paramviz.record.basis_codec import Coordinates, StoredBasis
from tensorboard_plugin_paramviz.record.embedding_codec import QuantizedRows, quantize
from tensorboard_plugin_paramviz.record.snapshot import EmbeddingRows, SelfCost, Snapshot
from tensorboard_plugin_paramviz.record.summary import encode_snapshot

#: One table whole, one in a basis: [R, D], and how many directions are kept of it.
WHOLE, WIDE, DIRECTIONS = "wpe", "wte", 66
WIDTH_BYTES, LAYERS, WIDE_DIMS, BASIS_EVERY = 144, 50, 768, 100


def write_run(directory: Path, snapshots: int, snapshot_bytes: int) -> Path:
    """`snapshots` of about `snapshot_bytes` each, half of it whole rows of 144 and half rows of 768 in a basis, with a
    scalar after each."""
    whole_rows = max(2, snapshot_bytes // 2 // (WIDTH_BYTES + 12))
    wide_rows = max(2, snapshot_bytes // 2 // (DIRECTIONS + 16))
    random = np.random.default_rng(0)
    tables = {
        WHOLE: random.normal(size=(whole_rows, WIDTH_BYTES)).astype(np.float32),
        WIDE: random.normal(size=(wide_rows, WIDE_DIMS)).astype(np.float32),
    }
    turned, _ = np.linalg.qr(random.normal(size=(WIDE_DIMS, DIRECTIONS)))
    basis = StoredBasis.of(turned.T.astype(np.float32))
    directions = basis.directions  # [d, D]
    coded = quantize(tables[WIDE] @ np.linalg.pinv(directions))  # [R, d]
    norms = np.linalg.norm(tables[WIDE], axis=1)
    rows = QuantizedRows(coded.values, coded.scale, directions, norms)
    embeddings = {
        path: EmbeddingRows(table, np.ones(len(table), np.float32), np.ones(len(table), np.float32))
        for path, table in tables.items()
    }
    stats = random.random((LAYERS, len(STATS)), np.float32)
    snapshot = Snapshot(0, 0.0, stats, embeddings, SelfCost(0.01, 0.02, snapshot_bytes, 10, 0), loss=1.0)
    events = [
        Event(summary=encode_snapshot(snapshot, {WIDE: Coordinates(rows, basis, is_new)})) for is_new in (False, True)
    ]
    directory.mkdir(parents=True)
    path = directory / "events.out.tfevents.1000.host.1.0"
    with path.open("wb") as file:
        file.write(_framed(Event(wall_time=1.0, file_version="brain.Event:2")))
        file.write(_framed(Event(wall_time=1.0, summary=encode_model(_model(tables)))))
        for step in range(snapshots):
            event = events[step % BASIS_EVERY == 0]
            event.step, event.wall_time = step, 1000.0 + step
            scalar = Summary(value=[Summary.Value(tag="train/loss", simple_value=1.0)])
            file.write(_framed(event) + _framed(Event(wall_time=1000.0 + step, step=step, summary=scalar)))
    return path


def _model(tables: dict[str, np.ndarray]) -> ModelRecord:
    layers = tuple(LayerInfo(f"h.{number}", "other", None, (1, 1), "float32", 1) for number in range(LAYERS))
    infos = tuple(
        EmbeddingInfo(path, "token_embedding", table.shape, encoding="int8" if path == WHOLE else "basis")
        for path, table in tables.items()
    )
    return ModelRecord("benchmark", 1000.0, "Benchmark", layers, infos)


def _framed(event: Event) -> bytes:
    data = event.SerializeToString()
    length = struct.pack("<Q", len(data))
    return length + _masked(length) + data + _masked(data)


def _masked(data: bytes) -> bytes:
    crc = google_crc32c.value(data)
    return struct.pack("<I", ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF)
