"""One run as one file needs it, taken under the index's lock and read from without it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from tensorboard.errors import NotFoundError

from tensorboard_plugin_paramviz.reader import Index, MissingError, RunIndex, SnapshotReader
from tensorboard_plugin_paramviz.reader.figures import Figures
from tensorboard_plugin_paramviz.record import ModelRecord
from tensorboard_plugin_paramviz.record.names import PROBE_TAG, SELF_TAG, THUMB_RANGES_TAG, THUMBS_TAG
from tensorboard_plugin_paramviz.web.replies import LIVE_SECS
from tensorboard_plugin_paramviz.web.share import figures

Int64 = npt.NDArray[np.int64]

USUAL_SNAPSHOTS, MOST_SNAPSHOTS = 200, 2_000
USUAL_ROWS, MOST_ROWS = 1_000, 20_000


@dataclass(frozen=True)
class Question:
    """Which run, which of its embeddings (None = all), and how many snapshots and rows at most."""

    run: str
    embedding: str | None = None
    snapshots: int = USUAL_SNAPSHOTS
    rows: int = USUAL_ROWS


@dataclass(frozen=True)
class RunView:
    """A run as it stood; made under the index's lock."""

    run: RunIndex
    snapshots: SnapshotReader
    steps: Int64
    wall_times: npt.NDArray[np.float64]
    probe: Figures
    costs: Figures
    thumbs: tuple[Figures, Figures]
    curves: tuple[dict[str, Any], figures.Part]
    damaged: list[str]
    live: bool
    files: dict[str, Any]


def run_view(index: Index, name: str) -> RunView:
    with index.lock:
        run = index.runs.get(name)
        if run is None:
            names = sorted(other for other, one in index.runs.items() if one.has_records)
            raise NotFoundError(f"no run {name!r}; there are {', '.join(map(repr, names[:20])) or 'none'}")
        if not run.has_records:
            raise NotFoundError(f"run {name!r} has no records of Param Viz")
        steps, wall_times = run.snapshot_steps()
        return RunView(
            run,
            SnapshotReader(run),
            steps,
            wall_times,
            Figures(run, PROBE_TAG, 2),
            Figures(run, SELF_TAG, 1),
            (Figures(run, THUMBS_TAG, 1), Figures(run, THUMB_RANGES_TAG, 2)),
            figures.curves(run),
            run.damaged,
            time.time() - run.written_at < LIVE_SECS,
            {path: file for path, file in run.files.items() if file.values},
        )


def kept_paths(view: RunView, model: ModelRecord, question: Question) -> list[str]:
    """The embeddings that have snapshots, in the record's order."""
    recorded = set(view.snapshots.embedding_paths())
    paths = [info.path for info in model.embeddings if info.path in recorded and len(usable_steps(view, info.path))]
    if question.embedding is None:
        return paths
    if question.embedding not in paths:
        has = f"it has {', '.join(map(repr, paths[:20]))}" if paths else "it has none"
        raise NotFoundError(f"run {question.run!r} has no embedding {question.embedding!r}; {has}")
    return [question.embedding]


def usable_steps(view: RunView, path: str) -> Int64:
    """Steps at which it was recorded as the newest one is; none where there is none that can be read."""
    try:
        return view.snapshots.embedding_series(path).steps[view.snapshots.usable(path)]
    except MissingError:
        return np.zeros(0, np.int64)
