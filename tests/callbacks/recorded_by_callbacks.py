"""What the callbacks' tests ask for, and how they read what was written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from toy_models import events, read

from tensorboard_plugin_paramviz.record import STATS, Snapshot

ALL: dict[str, Any] = {"every": 1, "max_overhead": None, "strict": True}


def scalars(logdir: Path, tag: str) -> list[int]:
    return [event.step for event in events(logdir) for value in event.summary.value if value.tag == tag]


def stat(snapshot: Snapshot, name: str) -> np.ndarray:
    return snapshot.stats[:, STATS.index(name)]


def grad_norm(snapshot: Snapshot) -> float:
    """Of the whole model; tied parameters stand in the table once."""
    return float(np.sqrt(np.nansum(stat(snapshot, "grad_norm").astype(float) ** 2)))


def steps_of(logdir: Path) -> list[int]:
    return [snapshot.step for snapshot in read(logdir)[1]]


def run_directories(folder: Path) -> list[Path]:
    return sorted({path.parent for path in folder.rglob("*tfevents*")})
