"""How v1.tfevents was written: once, by version 0.1. Never write it anew: it is there to show that old files decode.

python tests/golden/make_v1.py NEW_FILE
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.summary.writer.record_writer import RecordWriter

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

MODEL = ModelRecord(
    session_id="0123456789ab",
    started=1_700_000_000.5,
    model_class="GPT",
    layers=(
        LayerInfo("wte", "token_embedding", None, (4, 3), "float32", 12),
        LayerInfo("h.0.attn.c_attn", "attn_qkv", 0, (9, 3), "bfloat16", 36),
        LayerInfo("lm_head", "lm_head", None, (4, 3), "float32", 0, tied_to="wte", trainable=False),
    ),
    embeddings=(
        EmbeddingInfo(
            "wte", "token_embedding", (9, 3), rows=(0, 2, 5, 8), labels=("a", "é", "\n", "字"), counts=(5, 0, 1, 2)
        ),
    ),
    optimizer={"name": "AdamW", "groups": [{"lr": 0.001, "betas": [0.9, 0.95]}]},
    schedule={"every": "auto"},
)


def events() -> list[Event]:
    found = [Event(wall_time=1_700_000_000.0, file_version="brain.Event:2")]
    found.append(Event(wall_time=1_700_000_000.5, step=0, summary=encode_model(MODEL)))
    for step in (0, 10):
        stats = np.arange(len(MODEL.layers) * len(STATS), dtype=np.float32).reshape(len(MODEL.layers), -1) + step
        stats[2] = np.nan
        values = np.array([[127, -127, 1], [0, 0, 0], [np.nan, 1, 2], [0.5, 0.25, -0.5]], np.float32)
        rows = EmbeddingRows(values, np.array([1, 0, np.nan, 2], np.float32), np.array([0.5, 0, 0, 0.25], np.float32))
        cost = SelfCost(0.25, 0.5, 1234, 10 if step else 0, 1)
        wall_time = 1_700_000_001.0 + step
        snapshot = Snapshot(step, wall_time, stats, {"wte": rows}, cost, loss=4.0 - step / 8)
        found.append(Event(wall_time=wall_time, step=step, summary=encode_snapshot(snapshot)))
    return found


if __name__ == "__main__":
    with Path(sys.argv[1]).open("xb") as file:
        writer = RecordWriter(file)
        for event in events():
            writer.write(event.SerializeToString())
