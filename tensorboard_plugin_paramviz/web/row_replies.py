"""The arrays of the `rows` route: single rows at a step, through the run, and the norms of all."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from tensorboard.errors import NotFoundError

from tensorboard_plugin_paramviz.analysis.displacement import displacements
from tensorboard_plugin_paramviz.analysis.neighbours import nearest
from tensorboard_plugin_paramviz.analysis.row_history import norms_of, row_courses
from tensorboard_plugin_paramviz.reader import EmbeddingSnapshot, SnapshotReader
from tensorboard_plugin_paramviz.record import dequantize

Arrays = dict[str, npt.NDArray[Any]]
NEIGHBOURS = 10
#: Snapshots in one history: several to each pixel of the lines drawn of it. All of 100,000 took 4 s to read.
MOST_HISTORY = 2_000


def ordinal_of(snapshots: SnapshotReader, path: str, step: int) -> int:
    """Where `step` stands in the embedding's series. Raises NotFoundError that names the steps beside it."""
    usable = snapshots.usable(path)
    steps = snapshots.embedding_series(path).steps[usable]
    at = int(np.searchsorted(steps, step))
    if at == len(steps) or steps[at] != step:
        beside = ", ".join(str(int(near)) for near in steps[max(0, at - 1) : at + 1])
        raise NotFoundError(f"run {snapshots.run!r} has no {path!r} at step {step}; nearest: {beside}")
    return int(usable[at])


def norms_at(snapshots: SnapshotReader, path: str, ordinal: int) -> Arrays:
    """norms, grad_norms, update_norms, displacements float32 [R] of all sampled rows. Cost: reads two snapshots."""
    first, now = snapshots.embeddings(path, [int(snapshots.usable(path)[0]), ordinal])
    return {**_norms(now), "displacements": displacements(first.rows, now.rows)}


def rows_at(snapshots: SnapshotReader, path: str, ordinal: int, rows: list[int]) -> Arrays:
    """Values, norms, ranks and neighbours of the asked rows, as `RowsHeader` says. Cost: r x R x D multiplications."""
    now = snapshots.embedding(path, ordinal)
    first = snapshots.embedding(path, int(snapshots.usable(path)[0]))
    norms = _norms(now)
    ranks = np.empty(len(norms["norms"]), np.int32)
    ranks[np.argsort(-np.nan_to_num(norms["norms"], nan=-1.0), kind="stable")] = np.arange(1, len(ranks) + 1)
    neighbours, cosines = nearest(now.rows, rows, NEIGHBOURS)
    first_neighbours, first_cosines = nearest(first.rows, rows, NEIGHBOURS)
    return {
        "values": dequantize(now.rows[rows]),
        **{name: array[rows] for name, array in norms.items()},
        "norm_ranks": ranks[rows],
        "neighbours": neighbours,
        "cosines": cosines,
        "first_neighbours": first_neighbours,
        "first_cosines": first_cosines,
    }


def _norms(snapshot: EmbeddingSnapshot) -> Arrays:
    return {"norms": norms_of(snapshot.rows), "grad_norms": snapshot.grad_norms, "update_norms": snapshot.update_norms}


def history(snapshots: SnapshotReader, path: str, rows: list[int]) -> Arrays:
    """The asked rows through the run, as `RowHistoryHeader` says: at `MOST_HISTORY` snapshots, evenly spread with the
    first and the last among them, where the run has more. Cost: reads each of them once, about 45 us for 65 rows."""
    series, usable = snapshots.embedding_series(path), snapshots.usable(path)
    if len(usable) > MOST_HISTORY:
        usable = usable[np.linspace(0, len(usable) - 1, MOST_HISTORY).round().astype(np.int64)]
    courses = row_courses(snapshots.embeddings(path, usable.tolist()), len(usable), rows)
    return {"steps": series.steps[usable], "wall_times": series.wall_times[usable], **courses}
