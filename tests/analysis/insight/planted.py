"""Scenarios of the simulator as they are known, without event files between: those are for tests/web."""

from __future__ import annotations

from functools import cache

import numpy as np
from tensorboard.compat.proto.summary_pb2 import Summary

import simulated.run  # noqa: F401 - registers the scenarios
from simulated.model import Settings
from simulated.simulation import Simulation
from simulated.truth import Truth
from tensorboard_plugin_paramviz.analysis.insight import (
    Crowd,
    Curve,
    Known,
    Optimizer,
    Probe,
    Statistics,
    Table,
    crowd_of,
    measure_rows,
    rank_limit,
)
from tensorboard_plugin_paramviz.record.names import PROBE_STATS
from tensorboard_plugin_paramviz.record.summary import decode_snapshot

STEPS, SNAPSHOTS = 1500, 100
KINDS = {
    "train/loss": "train", "val/loss": "validation", "train/lr": "learning_rate", "train/grad_norm": "grad_norm",
    "train/accuracy": "train_accuracy", "val/accuracy": "validation_accuracy",
}  # fmt: skip


@cache
def planted(name: str, seed: int) -> tuple[Known, Truth]:
    """What is known of a scenario's run, and the truth about it. A step that is gone through twice counts as it was the
    second time, as it does for a reader."""
    simulation = Simulation(Settings(STEPS, SNAPSHOTS, layers=4, rows=65, dims=16, seed=seed), name)
    scalars: dict[str, dict[int, float]] = {}
    snapshots, starts = {}, []
    for step, summary in simulation.events():
        tag = summary.value[0].tag
        if tag == "paramviz/model":
            starts.append(step)
        elif tag.startswith("paramviz/"):
            snapshots[step] = decode_snapshot(summary, step, 0.0)
        else:
            _keep(scalars, step, summary)
    steps = np.array(sorted(snapshots), np.int64)
    taken = [snapshots[step] for step in steps.tolist()]
    probes = [snapshot for snapshot in taken if snapshot.probe is not None]
    info = simulation._record("").embeddings[0]
    rows = [snapshot.embeddings[info.path] for snapshot in taken]
    measured = [measure_rows(one.values) for one in rows]
    table = Table(
        info.path, info.role, steps, np.array([one[0] for one in measured]), np.array([one[1] for one in measured]),
        np.stack([one[2] for one in measured]),
        np.stack([np.linalg.norm(one.values, axis=1) for one in rows]), np.stack([one.grad_norms for one in rows]),
        np.stack([one.update_norms for one in rows]), rank_limit(65, 16), info.labels, np.array(info.counts),
        Crowd(tuple(crowd_of(one.values) for one in rows), info.labels or ()),
    )  # fmt: skip
    of_layers = np.stack([snapshot.stats for snapshot in taken if snapshot.stats is not None])
    curves = {
        KINDS[tag]: Curve(np.array(sorted(one), np.int64), np.array([one[step] for step in sorted(one)]))
        for tag, one in scalars.items()
    }
    known = Known(
        0,
        STEPS - 1,
        statistics=Statistics(steps, of_layers, simulation.layers, simulation._record("").stats),
        optimizer=Optimizer("AdamW", simulation.course.peak_lr, 0.1, (0.9, 0.95)),
        probe=Probe(np.array([one.step for one in probes]), np.stack([one.probe for one in probes]), PROBE_STATS),  # type: ignore[arg-type,misc]
        tables=(table,),
        restarts=tuple(starts[1:]),
        vocabulary=65,
        **curves,
    )
    return known, simulation.course.truth


def _keep(scalars: dict[str, dict[int, float]], step: int, summary: Summary) -> None:
    for value in summary.value:
        scalars.setdefault(value.tag, {})[step] = value.simple_value
