"""One embedding in a file: where its rows stand at each kept snapshot, how long they are, who is near whom."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from tensorboard_plugin_paramviz.analysis.displacement import displacements
from tensorboard_plugin_paramviz.analysis.neighbours import nearest
from tensorboard_plugin_paramviz.analysis.projection import Basis, Projector
from tensorboard_plugin_paramviz.analysis.row_clusters import clusters_of
from tensorboard_plugin_paramviz.analysis.row_history import norms_of
from tensorboard_plugin_paramviz.reader import EmbeddingSnapshot, SnapshotReader
from tensorboard_plugin_paramviz.record import QuantizedRows
from tensorboard_plugin_paramviz.web.row_replies import NEIGHBOURS
from tensorboard_plugin_paramviz.web.share.packing import coordinates, short_floats

Int64 = npt.NDArray[np.int64]
Arrays = dict[str, npt.NDArray[Any]]

#: Rows whose neighbours are kept, over all snapshots that keep any; the first and the last always do.
MOST_NEAR = 20_000
#: More rows than that would have no neighbours in reasonable time.
_MOST_COMPARED = 8_000
_BLOCK = 1_024


@dataclass(frozen=True)
class CloudPlan:
    """What of an embedding is kept. steps: [T], rising. rows: places in its sample [R], rising. of: rows there are."""

    path: str
    steps: Int64
    rows: Int64
    of: int


def cloud(
    snapshots: SnapshotReader, basis: Basis, plan: CloudPlan, told: Callable[[], None]
) -> tuple[dict[str, Any], Arrays]:
    """Header and arrays of a part of the file. told: called after each snapshot. Raises MissingError. Cost: reads each
    kept snapshot, projects it, and R x R x D multiplications for each that keeps neighbours. Memory: 50 bytes a kept
    point."""
    series, usable = snapshots.embedding_series(plan.path), snapshots.usable(plan.path)
    ordinals = usable[np.searchsorted(series.steps[usable], plan.steps)]
    count, rows = len(ordinals), len(plan.rows)
    projector = Projector(basis)
    positions = np.empty((count, rows, basis.directions.shape[1]), np.float32)
    shown = np.empty(count, np.float32)
    lengths = np.empty((4, count, rows), np.float32)
    band = np.full((2, count), np.nan, np.float32)
    near_at = _near_at(count, rows)
    near: list[tuple[npt.NDArray[np.int32], npt.NDArray[np.float32]]] = []
    start = snapshots.embedding(plan.path, int(usable[0])).rows[plan.rows]
    groups = np.zeros(0, np.int32)
    for at, snapshot in enumerate(snapshots.embeddings(plan.path, ordinals.tolist())):
        where, shown[at] = projector.positions_and_share(snapshot.rows)
        positions[at] = where[plan.rows]
        kept = snapshot.rows[plan.rows]
        lengths[:, at], band[:, at] = _lengths(snapshot, kept, start, plan.rows)
        if at in near_at:
            near.append(_near(kept))
        if at == count - 1:
            groups = clusters_of(snapshot.rows)[0][plan.rows]
        told()
    levels, low, size = coordinates(positions)
    clusters, sizes = _renumbered(groups)
    header = {
        "embedding": plan.path,
        "dims": positions.shape[2],
        "rows": rows,
        "of": plan.of,
        "basis": {
            "version": basis.version,
            "variance_ratios": list(basis.variance_ratios),
            "fitted_steps": list(basis.fitted_steps),
            "radius": basis.radius,
            "aligned": basis.aligned,
            "kept_ratio": basis.kept_ratio,
        },
    }
    arrays: Arrays = {
        "steps": series.steps[ordinals],
        "wall_times": series.wall_times[ordinals],
        "variance_shown": shown,
        "norm_low": band[0],
        "norm_high": band[1],
        "levels": levels,
        "level_low": low,
        "level_size": size,
        "lengths": short_floats(lengths),
        "near_steps": series.steps[ordinals][sorted(near_at)],
        "near": np.array([rows for rows, _ in near], np.int32).reshape(len(near), rows, NEIGHBOURS),
        "cosines": short_floats(np.array([cosines for _, cosines in near], np.float32).reshape(-1)),
        "clusters": clusters,
        "sizes": sizes,
    }
    return header, arrays


def _lengths(
    snapshot: EmbeddingSnapshot, kept: QuantizedRows, start: QuantizedRows, rows: Int64
) -> tuple[npt.NDArray[np.float32], tuple[float, float]]:
    """Norms, gradient and update norms, displacements [4, R] of the kept rows; 10th and 90th percentile of all rows'
    norms, as `row_courses` has them."""
    norms = norms_of(snapshot.rows)
    finite = norms[np.isfinite(norms)]
    band = np.quantile(finite, (0.1, 0.9)) if len(finite) else (np.nan, np.nan)
    found = [norms[rows], snapshot.grad_norms[rows], snapshot.update_norms[rows], displacements(start, kept)]
    return np.stack(found), (float(band[0]), float(band[1]))


def _near_at(count: int, rows: int) -> set[int]:
    """Ordinals of the snapshots that keep neighbours, evenly spread, first and last among them."""
    if rows > _MOST_COMPARED:
        return set()
    many = max(2, MOST_NEAR // max(1, rows))
    return set(np.linspace(0, count - 1, min(count, many)).round().astype(int).tolist()) if count else set()


def _near(rows: QuantizedRows) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float32]]:
    """Of each kept row the nearest kept ones."""
    count = len(rows.scale)
    blocks = [nearest(rows, list(range(at, min(at + _BLOCK, count))), NEIGHBOURS) for at in range(0, count, _BLOCK)]
    return np.concatenate([near for near, _ in blocks]), np.concatenate([cosines for _, cosines in blocks])


def _renumbered(groups: npt.NDArray[np.int32]) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    """The groups of the kept rows, the largest first again, and their sizes; -1 = not finite."""
    known, places = np.unique(groups[groups >= 0], return_inverse=True)
    sizes = np.bincount(places, minlength=len(known)).astype(np.int32)
    order = np.argsort(-sizes, kind="stable")
    rank = np.empty(len(known), np.int32)
    rank[order] = np.arange(len(known))
    found = np.full(len(groups), -1, np.int32)
    found[groups >= 0] = rank[places]
    return found, sizes[order]
