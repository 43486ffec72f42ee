"""What is known of a run, gathered from its event files for `analysis.insight`: small series whole, rows of some
snapshots."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from tensorboard_plugin_paramviz.analysis.insight import (
    Crowd,
    Curve,
    Known,
    Optimizer,
    Probe,
    Statistics,
    Table,
    crowd_of,
    crowd_rows,
    measure_rows,
    rank_limit,
)
from tensorboard_plugin_paramviz.reader import MissingError, RunIndex, SnapshotReader
from tensorboard_plugin_paramviz.reader.figures import Figures
from tensorboard_plugin_paramviz.reader.run_index import ScalarSeries
from tensorboard_plugin_paramviz.record import EmbeddingInfo, ModelRecord, dequantize
from tensorboard_plugin_paramviz.record.names import LEARNING_RATES_TAG, PROBE_STATS, PROBE_TAG
from tensorboard_plugin_paramviz.web.curves import likely_curves
from tensorboard_plugin_paramviz.web.sessions import Sessions

#: Snapshots of an embedding that are read, and embeddings: 128 x 300 KB once, then what is new.
MOST_SNAPSHOTS, MOST_TABLES = 128, 2
#: Runs of which what was measured is kept: some MB each.
MOST_RUNS = 16
#: Of statistics in memory.
MOST_STAT_BYTES = 64 << 20
_ACCURACY = re.compile(r"(^|[/_. -])(acc|accuracy)($|[/_. -])", re.IGNORECASE)
_HELD_OUT = re.compile(r"(^|[/_. -])(val|valid|validation|eval|test|dev|held_?out)($|[/_. -])", re.IGNORECASE)
_GRAD_NORM = re.compile(r"grad(ient)?s?[_. -]?norm", re.IGNORECASE)


@dataclass(frozen=True)
class Taken:
    """A run as it stands; made under the index's lock. Nothing of its snapshots has been read."""

    run: str
    generation: int
    count: int
    snapshots: SnapshotReader
    scalars: dict[str, ScalarSeries]
    probe: Figures
    rates: Figures
    starts: list[Any]
    suspects: set[str]

    @property
    def mark(self) -> tuple[int, ...]:
        """Changes when there is more, or something else, to be known."""
        return (self.generation, self.count, *(len(series.steps) for series in self.scalars.values()))


def take(run: RunIndex) -> Taken:
    wanted = _wanted(run.scalar_tags)
    return Taken(
        run.run,
        run.generation,
        len(run.snapshot_steps()[0]),
        SnapshotReader(run),
        {kind: run.scalars(tag) for kind, tag in wanted.items()},
        Figures(run, PROBE_TAG, 2),
        Figures(run, LEARNING_RATES_TAG, 1),
        run.session_starts(),
        run.suspects,
    )


def _wanted(tags: list[str]) -> dict[str, str]:
    curves = likely_curves(tags)
    accuracies = sorted((tag for tag in tags if _ACCURACY.search(tag)), key=len)
    wanted = {
        **curves,
        "validation_accuracy": next((tag for tag in accuracies if _HELD_OUT.search(tag)), None),
        "train_accuracy": next((tag for tag in accuracies if not _HELD_OUT.search(tag)), None),
        "grad_norm": min((tag for tag in tags if _GRAD_NORM.search(tag)), key=len, default=None),
    }
    return {kind: tag for kind, tag in wanted.items() if tag is not None}


@dataclass
class _Measured:
    """Of one embedding, by step: what `measure_rows` says, norms, gradients and updates of the rows [3, R], and what
    `crowd_of` keeps. memo: of `Crowd`."""

    same: tuple[int, ...]
    by_step: dict[int, tuple[float, float, npt.NDArray[np.float64], npt.NDArray[np.float32], npt.NDArray[np.float16]]]
    memo: dict[object, object] = field(default_factory=dict)


class Sources:
    """Safe to call from many threads. What was measured on rows is kept; of a run that grows only what is new is
    read."""

    def __init__(self) -> None:
        self._sessions = Sessions()
        self._measured: dict[tuple[str, str], _Measured] = {}
        self._looks: dict[str, tuple[int, dict[object, object]]] = {}
        self._lock = threading.Lock()

    def known(self, taken: Taken) -> Known:
        """Raises MissingError where the run has no model record that can be read."""
        snapshots = taken.snapshots
        model = snapshots.model()
        curves = {kind: Curve(one.steps, one.values.astype(np.float64)) for kind, one in taken.scalars.items()}
        curves = {kind: curve for kind, curve in curves.items() if len(curve)}
        if "learning_rate" not in curves and len(taken.rates.steps):
            rates = np.nan_to_num(taken.rates.read_all().astype(float), nan=-np.inf).max(axis=1, initial=-np.inf)
            curves["learning_rate"] = Curve(taken.rates.steps, np.where(np.isfinite(rates), rates, np.nan))
        ends = [curve.steps[[0, -1]] for curve in (curves.get("train"),) if curve is not None]
        ends += [snapshots.stats_steps[[0, -1]]] if len(snapshots.stats_steps) else []
        first, last = (int(min(e[0] for e in ends)), int(max(e[1] for e in ends))) if ends else (0, 0)
        tokens = [info for info in model.embeddings if info.role == "token_embedding"]
        return Known(
            first=first,
            last=last,
            statistics=_statistics(snapshots, model),
            optimizer=optimizer_of(model.optimizer),
            probe=Probe(taken.probe.steps, taken.probe.read_all(), PROBE_STATS) if len(taken.probe.steps) else None,
            tables=tuple(self._tables(snapshots, model)),
            restarts=self._restarts(taken, first),
            vocabulary=tokens[0].shape[0] if tokens else None,
            memo=self._memo(taken),
            **curves,
        )

    def _memo(self, taken: Taken) -> dict[object, object]:
        """What was said of the run before; nothing where its steps have been gone through anew since."""
        with self._lock:
            kept = self._looks.pop(taken.run, None)
            memo = kept[1] if kept is not None and kept[0] == taken.generation else {}
            self._looks[taken.run] = taken.generation, memo
            while len(self._looks) > MOST_RUNS:
                self._looks.pop(next(iter(self._looks)))
        return memo

    def _restarts(self, taken: Taken, first: int) -> tuple[int, ...]:
        """First steps of the sessions after the first; a model record that is written anew begins none."""
        found: list[int] = []
        before: str | None = None
        for session in self._sessions.reply(taken.run, taken.starts, taken.suspects)["sessions"]:
            step = session["first_step"]
            if before is not None and session["session_id"] != before and step is not None and step > first:
                found.append(step)
            before = session["session_id"]
        return tuple(found)

    def _tables(self, snapshots: SnapshotReader, model: ModelRecord) -> list[Table]:
        there = set(snapshots.embedding_paths())
        infos = [info for info in model.embeddings if info.path in there]
        found = []
        for info in sorted(infos, key=lambda info: info.role != "token_embedding")[:MOST_TABLES]:
            table = self._table(snapshots, info)
            found += [table] if table is not None else []
        return found

    def _table(self, snapshots: SnapshotReader, info: EmbeddingInfo) -> Table | None:
        path = info.path
        try:
            usable, series, shape = snapshots.usable(path), snapshots.embedding_series(path), snapshots.shape(path)
        except MissingError:
            return None
        same = (snapshots.generation, *shape)
        with self._lock:
            kept = self._measured.pop((snapshots.run, path), None)
            if kept is None or kept.same != same:
                kept = _Measured(same, {})
            self._measured[snapshots.run, path] = kept
            while len(self._measured) > MOST_RUNS * MOST_TABLES:
                self._measured.pop(next(iter(self._measured)))
            known = dict(kept.by_step)
        fits = shape[0] == info.row_count
        counts = np.array(info.counts, np.int64) if fits and info.counts is not None else None
        crowd = crowd_rows(shape[0], counts) if info.role == "token_embedding" else np.zeros(0, np.int64)
        chosen = chosen_ordinals(len(usable))
        steps = series.steps[usable[chosen]].tolist()
        missing = [at for at, step in zip(chosen.tolist(), steps, strict=True) if step not in known]
        for at in missing:
            try:
                snapshot = snapshots.embedding(path, int(usable[at]))
            except MissingError:
                continue
            rows = dequantize(snapshot.rows)
            norms = np.sqrt(np.einsum("rd,rd->r", rows, rows)) if snapshot.rows.norms is None else snapshot.rows.norms
            sizes = np.stack([norms, snapshot.grad_norms, snapshot.update_norms]).astype(np.float32)
            known[int(series.steps[usable[at]])] = (*measure_rows(rows), sizes, crowd_of(rows[crowd]))
        known = {step: known[step] for step in steps if step in known}
        with self._lock:
            kept.by_step = known
        if not known:
            return None
        sizes = np.stack([one[3] for one in known.values()])  # [E, 3, R]
        return Table(
            path,
            info.role,
            np.array(list(known), np.int64),
            np.array([one[0] for one in known.values()]),
            np.array([one[1] for one in known.values()]),
            np.stack([one[2] for one in known.values()]),
            sizes[:, 0],
            sizes[:, 1],
            sizes[:, 2],
            rank_limit(*shape),
            info.labels if fits else None,
            counts,
            Crowd(tuple(one[4] for one in known.values()), _names(info, crowd, fits), kept.memo)
            if len(crowd)
            else None,
        )


def _names(info: EmbeddingInfo, places: npt.NDArray[np.int64], fits: bool) -> tuple[str, ...]:
    """Labels of rows, or else their ids."""
    if fits and info.labels is not None:
        return tuple(info.labels[at] for at in places.tolist())
    return tuple(str(info.rows[at] if fits and info.rows is not None else at) for at in places.tolist())


def chosen_ordinals(count: int) -> npt.NDArray[np.int64]:
    """At most MOST_SNAPSHOTS of `count`, the last among them: each second, fourth, … so that of a run that grows those
    read before serve again."""
    stride = 1
    while count // stride >= MOST_SNAPSHOTS:
        stride *= 2
    return np.unique(np.append(np.arange(0, count, stride), count - 1)) if count else np.zeros(0, np.int64)


def optimizer_of(facts: dict[str, Any]) -> Optimizer:
    """From the model record, which may hold anything. Of several groups the one with most parameters that decays."""
    groups = facts.get("groups")
    groups = [group for group in groups if isinstance(group, dict)] if isinstance(groups, list) else []
    decaying = [group for group in groups if group.get("weight_decay")] or groups

    def size(group: dict[str, Any]) -> float:
        return _number(group.get("parameters")) or 0.0

    group = max(decaying, key=size) if decaying else {}
    betas = group.get("betas")
    pair = [_number(beta) for beta in betas] if isinstance(betas, list | tuple) else []
    known = pair[0] is not None and pair[1] is not None if len(pair) == 2 else False
    name = facts.get("name")
    return Optimizer(
        name if isinstance(name, str) else "",
        _number(group.get("lr")),
        _number(group.get("weight_decay")),
        (float(pair[0] or 0), float(pair[1] or 0)) if known else None,
        len({rate for group in groups if (rate := _number(group.get("lr"))) is not None}) or 1,
    )


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _statistics(snapshots: SnapshotReader, model: ModelRecord) -> Statistics | None:
    if snapshots.stats_shape != (len(model.layers), len(model.stats)) or not len(snapshots.stats_steps):
        return None
    steps, _, values = snapshots.stats(None, None, MOST_STAT_BYTES)
    return Statistics(steps, values, model.layers, model.stats)
