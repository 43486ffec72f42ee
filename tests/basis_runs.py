"""Runs whose rows are written in a basis, as the background thread writes them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import numpy.typing as npt
from event_files import EMBEDDING, RunWriter, model_record
from tensorboard.compat.proto.event_pb2 import Event

from tensorboard_plugin_paramviz.capture.encoding import Encoder
from tensorboard_plugin_paramviz.record import EmbeddingRows, Snapshot, encode_model
from tensorboard_plugin_paramviz.record.names import BASIS_PREFIX

ROWS, DIMS = 300, 96
Float32 = npt.NDArray[np.float32]
#: Singular values of which the first 24 hold nearly all, and some that no basis holds.
FALLING, FLAT = 0.9 ** np.arange(DIMS), np.ones(DIMS)


def spectrum(seed: int, sizes: npt.NDArray[np.float64], rows: int = ROWS) -> Float32:
    """Rows whose singular values fall like `sizes`, along directions of their own; [rows, len(sizes)]"""
    random = np.random.default_rng(seed)
    turned, _ = np.linalg.qr(random.normal(size=(len(sizes), len(sizes))))
    return (random.normal(size=(rows, len(sizes))) * sizes @ turned).astype(np.float32)


class BasisRun:
    """One session. with_basis: did the snapshot made last carry one?"""

    def __init__(self, directory: Path, begun: int = 1000, directions: int = 24) -> None:
        self.file = RunWriter(directory, f"events.out.tfevents.{begun}.host.1.0")
        record = model_record(ROWS, DIMS, session=f"session {begun}")
        info = replace(record.embeddings[0], encoding="basis", directions=directions)
        summary = encode_model(replace(record, embeddings=(info,)))
        self.file.append(Event(wall_time=begun, step=0, summary=summary).SerializeToString())
        self.encoder = Encoder([SimpleNamespace(info=info)])
        self.with_basis = False

    def event(self, step: int, values: Float32) -> bytes:
        norms = np.linalg.norm(values, axis=1)
        rows = EmbeddingRows(values, 2 * norms, norms / 100)
        summary = self.encoder.encode(Snapshot(step, 5.0, None, {EMBEDDING: rows}))
        self.with_basis = any(value.tag.startswith(BASIS_PREFIX) for value in summary.value)
        return Event(wall_time=self.file.begun + step, step=step, summary=summary).SerializeToString()

    def snapshot(self, step: int, values: Float32, *, is_lost: bool = False) -> bytes:
        event = self.event(step, values)
        if not is_lost:
            self.file.append(event)
            self.encoder.written()
        return event
