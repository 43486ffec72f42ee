"""Runs to export: one with everything that is awkward in it, and large ones made in a moment."""

from __future__ import annotations

import struct
from dataclasses import replace
from pathlib import Path

import google_crc32c
import numpy as np
from event_files import EMBEDDING, RunWriter, model_record, snapshot_at
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary

from tensorboard_plugin_paramviz.record import EmbeddingInfo, EmbeddingRows, LayerInfo, Snapshot, encode_model
from tensorboard_plugin_paramviz.record.summary import decode_snapshot, encode_snapshot

OTHER = "transformer.wpe"
#: What a CSV reader may trip over, or take for a missing value.
LABELS = (
    ",",
    '"',
    '""',
    "\n",
    "\r\n",
    "\r",
    " ",
    "",
    "nan",
    "NA",
    "null",
    "1",
    "=1+1",
    "é😀",
    "-",
    "#",
    ";",
    "\t",
    "'",
    "a",
)
ROWS, DIMS, STEPS = len(LABELS), 4, range(0, 200, 10)
IDS = tuple(range(100, 100 + 7 * ROWS, 7))


def awkward_snapshot(step: int) -> Snapshot:
    """Rows that are not finite or vanish, statistics that are infinite or were not measured."""
    plain = snapshot_at(step, ROWS, DIMS)
    rows = plain.embeddings[EMBEDDING]
    values = rows.values.copy()
    values[3], values[5] = np.nan, 0
    values[7] *= np.float32(1e-30)
    values[8] *= np.float32(1e30)
    grad_norms = rows.grad_norms.copy()
    grad_norms[2] = np.inf
    stats = plain.stats.copy()
    stats[0, :3] = np.inf, -np.inf, np.nan
    stats = np.vstack([stats, stats[:1]])  # a third layer
    embeddings = {
        EMBEDDING: EmbeddingRows(values, grad_norms, rows.update_norms),
        OTHER: EmbeddingRows(values[:3] + 1, grad_norms[:3], rows.update_norms[:3]),
    }
    seldom = step % 20 == 0
    return replace(
        plain,
        stats=stats,
        embeddings=embeddings,
        learning_rates=np.array([step / 3, 1e-4], np.float32),
        probe=np.array([[1, np.nan, step, 0.5], [2, 0.25, -step, 0]], np.float32) if seldom else None,
        geometry={EMBEDDING: np.array([0.1, step, np.nan, 0.5, 1], np.float32)} if seldom else {},
    )


def write_awkward(directory: Path) -> dict[int, Snapshot]:
    """The run, and what stands in it by step, decoded the naive way."""
    record = model_record(ROWS, DIMS)
    info = EmbeddingInfo(EMBEDDING, "token_embedding", (1000, DIMS), IDS, LABELS, tuple(range(ROWS)))
    block = LayerInfo("transformer.h.0.mlp", "mlp_up", 0, (4, 4), "float32", 16)
    record = replace(
        record, layers=(*record.layers, block), embeddings=(info, EmbeddingInfo(OTHER, "position_embedding", (3, DIMS)))
    )
    writer = RunWriter(directory)
    writer.append(Event(wall_time=1000.0, step=0, summary=encode_model(record)).SerializeToString())
    truth = {}
    for step in STEPS:
        summary = encode_snapshot(awkward_snapshot(step))
        writer.append(Event(wall_time=1000.5 + step, step=step, summary=summary).SerializeToString())
        truth[step] = decode_snapshot(summary, step, 1000.5 + step)
    return truth


def write_large(directory: Path, count: int, rows: int, dims: int) -> Path:
    """`count` snapshots of `rows` x `dims` bytes each, at steps 0, 1, …: framed by the fast checksum, all the same."""
    writer = RunWriter(directory)
    writer.append(Event(wall_time=1000.0, step=0, summary=encode_model(model_record(rows, dims))).SerializeToString())
    summary: Summary = encode_snapshot(snapshot_at(0, rows, dims))
    with writer.path.open("ab") as file:
        for step in range(count):
            data = Event(wall_time=1000.0 + step, step=step, summary=summary).SerializeToString()
            length = struct.pack("<Q", len(data))
            file.writelines([length, _masked(length), data, _masked(data)])
    return writer.path


def _masked(data: bytes) -> bytes:
    crc = google_crc32c.value(data)
    return struct.pack("<I", (((crc >> 15) | (crc << 17)) + 0xA282EAD8) & 0xFFFFFFFF)
