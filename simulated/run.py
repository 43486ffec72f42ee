"""Writes a scenario as a run: model record, scalars at every step, snapshots every so often."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from tensorboard.compat.proto.event_pb2 import Event, SessionLog
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.event_file_writer import EventFileWriter
from tqdm import tqdm

import simulated.scenarios  # noqa: F401 - registers them
from simulated.course import SCENARIOS
from simulated.model import (
    BETA1,
    PEAK_LR,
    POSITIONS,
    WEIGHT_DECAY,
    WPE,
    WTE,
    Matrices,
    Settings,
    make_layers,
    position_table,
    token_table,
)
from simulated.vocabulary import make_vocabulary
from tensorboard_plugin_paramviz.capture import fast_crc
from tensorboard_plugin_paramviz.record import (
    EmbeddingInfo,
    EmbeddingRows,
    ModelRecord,
    SelfCost,
    Snapshot,
    encode_model,
    encode_snapshot,
)

BATCH_TOKENS = 2048
SECS_PER_STEP = 0.05


def simulate(settings: Settings, name: str) -> Iterator[tuple[int, Summary]]:
    """(step, Summary) in the order of steps: first the model record, then per step the scalars and, every so often, a
    snapshot. Cost: about 6 ms for a snapshot of 5,000 x 64."""
    rng = np.random.default_rng(settings.seed)
    vocabulary = make_vocabulary(settings.rows)
    tokens, positions = token_table(vocabulary, settings, rng), position_table(settings, rng)
    layers = make_layers(settings)
    matrices = Matrices(layers, rng)
    course = SCENARIOS[name](settings, rng)
    share = vocabulary.counts / vocabulary.counts.sum()  # [R]
    # A row is touched only in batches that hold its token; the other steps count as no update.
    seen = (1 - (1 - share) ** BATCH_TOKENS).astype(np.float32)  # [R]

    yield 0, encode_model(
        ModelRecord(
            session_id=f"simulated-{name}-{settings.seed}",
            started=time.time(),
            model_class="GPT",
            layers=layers,
            embeddings=(
                EmbeddingInfo(WTE, "token_embedding", (settings.rows, settings.dims), None, vocabulary.labels,
                              tuple(vocabulary.counts.tolist())),
                EmbeddingInfo(WPE, "position_embedding", (POSITIONS, settings.dims)),
            ),
            optimizer={"class": "AdamW", "lr": PEAK_LR, "betas": [BETA1, 0.95], "weight_decay": WEIGHT_DECAY},
            schedule={"every": max(1, settings.steps // settings.snapshots)},
        )
    )  # fmt: skip

    progress = np.cumsum(course.lr) / PEAK_LR  # [N]
    snapshots = set(np.linspace(0, settings.steps - 1, settings.snapshots).round().astype(int).tolist())
    validations = max(1, settings.steps // 50)
    before, snapshot_bytes = 0, 0
    for step in range(settings.steps):
        lr, gradient = course.lr[step], course.gradient[step]
        scalars = {"train/loss": course.loss[step], "train/lr": lr}
        scalars["train/grad_norm"] = gradient * np.exp(0.15 * rng.standard_normal())
        if step % validations == 0 or step == settings.steps - 1:
            scalars["val/loss"] = course.val_loss[step]
        yield step, Summary(value=[Summary.Value(tag=tag, simple_value=value) for tag, value in scalars.items()])
        if step not in snapshots:
            continue
        moved = float(progress[step] - progress[before]) if step else 0.0
        embeddings = {}
        for path, table, present in ((WTE, tokens, seen), (WPE, positions, np.ones(POSITIONS, np.float32))):
            distance = table.advance(moved, course.stir[step])  # [R]
            grad_norms = gradient * present * (0.2 + distance / (1e-9 + distance.max())) / np.sqrt(len(distance))
            update_norms = np.float32(lr * course.coherence[step] * np.sqrt(settings.dims)) * present  # [R]
            embeddings[path] = EmbeddingRows(table.values, grad_norms.astype(np.float32), update_norms)
        matrices.advance(step - before, lr)
        values = {WTE: tokens.values, WPE: positions.values}
        stats = matrices.stats(lr, course.coherence[step], gradient, values)
        cost = SelfCost(0.002, 0.001, snapshot_bytes, step - before, 0)
        summary = encode_snapshot(course.alter(Snapshot(step, 0.0, stats, embeddings, cost)))
        before, snapshot_bytes = step, summary.ByteSize()
        yield step, summary


def write(settings: Settings, name: str, logdir: Path, live_secs: float | None) -> None:
    """Write the run into `logdir`: at once, with the wall times of a run that ends now, or spread over `live_secs`."""
    fast_crc.install()
    begun = time.time()
    pace = live_secs / settings.steps if live_secs else SECS_PER_STEP
    first = begun if live_secs else begun - pace * settings.steps
    writer = EventFileWriter(str(logdir), max_queue_size=100, flush_secs=1)
    try:
        # A simulation written over another one hides what that one wrote, as a restarted training does.
        writer.add_event(Event(wall_time=first, step=0, session_log=SessionLog(status=SessionLog.START)))
        bar = tqdm(total=settings.steps, unit="step", delay=1, mininterval=0.2)
        with bar:
            for step, summary in simulate(settings, name):
                due = first + pace * step
                if live_secs and due > time.time():
                    time.sleep(due - time.time())
                writer.add_event(Event(wall_time=due, step=step, summary=summary))
                bar.update(step - bar.n)
            bar.update(settings.steps - bar.n)
    finally:
        writer.close()
