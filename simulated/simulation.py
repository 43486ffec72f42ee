"""A scenario as a run: model record, scalars at every step, snapshots every so often."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from tensorboard.compat.proto.summary_pb2 import Summary

import simulated.scenarios  # noqa: F401 - registers them
from simulated.course import SCENARIOS, Course
from simulated.effects import Effects
from simulated.model import (
    ADAM_EPSILON,
    BETA1,
    PEAK_LR,
    POSITIONS,
    WPE,
    WTE,
    Factors,
    Float32,
    Matrices,
    Settings,
    Table,
    make_layers,
    position_table,
    token_table,
)
from simulated.pictures import EVERY, Pictures
from simulated.probe import Probe
from simulated.vocabulary import make_vocabulary
from tensorboard_plugin_paramviz.capture.statistics.geometry import Geometry
from tensorboard_plugin_paramviz.record import (
    STATS,
    EmbeddingInfo,
    EmbeddingRows,
    ModelRecord,
    SelfCost,
    Snapshot,
    encode_model,
    encode_snapshot,
    encode_thumbnails,
)

BATCH_TOKENS = 2048


@dataclass
class State:
    """What a saved state of the training would hold. tables: values by path."""

    step: int
    tables: dict[str, Float32]
    rms: np.ndarray


class Simulation:
    """One run. `events` may be asked for once; `course` is known before."""

    def __init__(self, settings: Settings, name: str) -> None:
        self.settings, self.name = settings, name
        self.rng = np.random.default_rng(settings.seed)
        self.vocabulary = make_vocabulary(settings.rows)
        self.tables: dict[str, Table] = {
            WTE: token_table(self.vocabulary, settings, self.rng),
            WPE: position_table(settings, self.rng),
        }
        self.layers = make_layers(settings)
        self.matrices = Matrices(self.layers, self.rng)
        self.course: Course = SCENARIOS[name](settings, self.rng)
        share = self.vocabulary.counts / self.vocabulary.counts.sum()  # [R]
        # A row is touched only in batches that hold its token; the other steps count as no update.
        seen = (1 - (1 - share) ** BATCH_TOKENS).astype(np.float32)  # [R]
        self.present = {WTE: seen, WPE: np.ones(POSITIONS, np.float32)}
        self.grid = np.linspace(0, settings.steps - 1, settings.snapshots).round().astype(int)  # steps of snapshots
        self.moved_to, self.snapshot_bytes = 0, 0
        self.pictures, self.taken = Pictures(self.layers, settings.seed), 0
        self.probe = Probe(self.layers, settings.steps, settings.seed)
        self.counts = self.vocabulary.counts if self.course.counts is None else self.course.counts
        self.geometry = {WTE: Geometry(self.counts), WPE: Geometry()}

    def events(self) -> Iterator[tuple[int, Summary]]:
        """(step, Summary) as they are logged: a model record where a session begins, then per step the scalars and,
        every so often, a snapshot. Cost: about 2 ms for a snapshot of 5,000 x 64."""
        restart, steps = self.course.restart, self.settings.steps
        if restart is None:
            yield from self._session(self.course, 0, steps, "")
            return
        saved_at = int(self.grid[self.grid <= restart.saved].max(initial=0))
        saved = None
        for step, summary in self._session(self.course, 0, restart.stopped, ""):
            yield step, summary
            if saved is None and self.moved_to == saved_at and step >= saved_at:
                saved = self._save()
        if saved is not None:
            self._restore(saved)
        yield from self._session(restart.course, restart.saved, steps, "-resumed")

    def _session(self, course: Course, first: int, end: int, suffix: str) -> Iterator[tuple[int, Summary]]:
        yield first, encode_model(self._record(suffix))
        settings, effects = self.settings, Effects(course.effects, self.layers)
        pace = course.lr if course.pace is None else course.lr * course.pace
        progress = {
            layer.path: np.cumsum(pace * effects.along("update", ordinal)) / PEAK_LR  # [N]
            for ordinal, layer in enumerate(self.layers)
            if layer.path in self.tables
        }
        logged_gradient = course.gradient * effects.on_gradient(self.matrices.share)  # [N]
        snapshots = set(self.grid.tolist())
        validations = max(1, settings.steps // 50)
        for step in range(first, end):
            scalars = {"train/loss": course.loss[step], "train/lr": course.lr[step]}
            scalars["train/grad_norm"] = logged_gradient[step] * np.exp(0.15 * self.rng.standard_normal())
            validates = step % validations == 0 or step == settings.steps - 1
            if validates:
                scalars["val/loss"] = course.val_loss[step]
            for tag, values in course.scalars.items():
                if validates or not tag.startswith("val/"):
                    scalars[tag] = values[step]
            yield step, Summary(value=[Summary.Value(tag=tag, simple_value=value) for tag, value in scalars.items()])
            if step in snapshots:
                yield step, self._snapshot(step, course, effects.at(step), progress)

    def _snapshot(self, step: int, course: Course, factors: Factors, progress: dict[str, np.ndarray]) -> Summary:
        lr, gradient, interval = course.lr[step], course.gradient[step], step - self.moved_to
        embeddings, values = {}, {}
        for path, table in self.tables.items():
            ordinal = next(ordinal for ordinal, layer in enumerate(self.layers) if layer.path == path)
            moved = float(progress[path][step] - progress[path][self.moved_to]) if step else 0.0
            distance = table.advance(moved, course.stir[step])  # [R]
            present = self.present[path]  # [R]
            grad_norms = gradient * present * (0.2 + distance / (1e-9 + distance.max())) / np.sqrt(len(distance))
            update_norms = np.float32(lr * course.coherence[step] * np.sqrt(self.settings.dims)) * present  # [R]
            if "grad" in factors:
                grad_norms = grad_norms * factors["grad"][ordinal]
            if "update" in factors:
                update_norms = update_norms * np.float32(factors["update"][ordinal])
            values[path] = table.values
            if path == WTE and course.rows is not None:
                values[path] = course.rows.bend(step, table.values)
                grad_norms = grad_norms if course.rows.grad is None else grad_norms * course.rows.grad
                update_norms = update_norms if course.rows.update is None else update_norms * course.rows.update
            embeddings[path] = EmbeddingRows(values[path], grad_norms.astype(np.float32), update_norms)
        self.matrices.advance(interval, lr, factors, course.weight_decay)
        stats = self.matrices.stats(lr, course.coherence[step], gradient, values, factors)
        cost = SelfCost(0.002, 0.001, self.snapshot_bytes, interval, 0)
        snapshot = Snapshot(step, 0.0, stats, embeddings, cost, learning_rates=np.full(2, lr, np.float32))
        if self.taken % EVERY == 0:
            learned = float(course.lr[: step + 1].sum()) / PEAK_LR
            geometry = {path: self.geometry[path].measure(rows) for path, rows in values.items()}
            snapshot = replace(snapshot, probe=self.probe.at(learned, factors), geometry=geometry)
        summary = encode_snapshot(snapshot)
        if self.taken % EVERY == 0:
            cells = self.pictures.at(stats[:, STATS.index("weight_rms")], step / max(1, self.settings.steps))
            summary.MergeFrom(encode_thumbnails(cells, self.pictures.counts))
        self.taken += 1
        self.moved_to, self.snapshot_bytes = step, summary.ByteSize()
        return summary

    def _record(self, suffix: str) -> ModelRecord:
        settings = self.settings
        return ModelRecord(
            session_id=f"simulated-{self.name}-{settings.seed}{suffix}",
            started=time.time(),
            model_class="GPT",
            layers=self.layers,
            embeddings=(
                EmbeddingInfo(WTE, "token_embedding", (settings.rows, settings.dims), None, self.vocabulary.labels,
                              tuple(self.counts.tolist())),
                EmbeddingInfo(WPE, "position_embedding", (POSITIONS, settings.dims)),
            ),
            optimizer=self._optimizer(),
            schedule={"every": max(1, settings.steps // settings.snapshots)},
            thumbs=tuple(self.pictures.infos),
        )  # fmt: skip

    def _optimizer(self) -> dict[str, object]:
        """As `watch()` tells it: matrices decay, norms don't."""
        norms = sum(layer.parameters for layer in self.layers if layer.role == "norm")
        sizes = {self.course.weight_decay: sum(layer.parameters for layer in self.layers) - norms, 0.0: norms}
        common = {"lr": self.course.peak_lr, "betas": [BETA1, 0.95], "eps": ADAM_EPSILON}
        groups = [common | {"weight_decay": rate, "parameters": count} for rate, count in sizes.items()]
        return {"name": "AdamW", "groups": groups}

    def _save(self) -> State:
        tables = {path: table.values.copy() for path, table in self.tables.items()}
        return State(self.moved_to, tables, self.matrices.rms.copy())

    def _restore(self, saved: State) -> None:
        for path, values in saved.tables.items():
            self.tables[path].values[:] = values
        self.matrices.rms, self.moved_to = saved.rms, saved.step


def simulate(settings: Settings, name: str) -> Iterator[tuple[int, Summary]]:
    """The events of a run, see Simulation.events."""
    return Simulation(settings, name).events()
