"""What is captured at one (run, step)."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

Float32 = npt.NDArray[np.float32]


@dataclass(frozen=True)
class EmbeddingRows:
    """The sampled rows of one embedding table.

    values: float32 [R, D]. grad_norms, update_norms: float32 [R], L2 norm of each row's gradient and of its last
    change by the optimizer; NaN = not measured.
    """

    values: Float32
    grad_norms: Float32
    update_norms: Float32


@dataclass(frozen=True)
class SelfCost:
    """What the capture itself cost up to now. capture_secs: in the training thread, this snapshot. write_secs: in the
    background thread, the snapshot before. interval_steps: steps since the snapshot before. dropped_count: snapshots
    lost to errors or a full queue since the start."""

    capture_secs: float
    write_secs: float
    snapshot_bytes: int
    interval_steps: int
    dropped_count: int


@dataclass(frozen=True)
class Snapshot:
    """Everything captured at one step. stats: float32 [L, S] in the model record's order of layers and stats, NaN =
    not measured; None = this snapshot carries none. loss: the training loss given to `step()`, None = not given.
    learning_rates: float32 [G], of each parameter group of the optimizer(s) in the model record's order. probe: float32
    [B, A], columns `PROBE_STATS`. geometry: float32 [K] by embedding path, columns `GEOMETRY_STATS`. thumbs: float32
    [C], root mean square in each cell of the model record's thumbnails, one after the other."""

    step: int
    wall_time: float
    stats: Float32 | None = None
    embeddings: dict[str, EmbeddingRows] = field(default_factory=dict)
    self_cost: SelfCost | None = None
    loss: float | None = None
    learning_rates: Float32 | None = None
    probe: Float32 | None = None
    geometry: dict[str, Float32] = field(default_factory=dict)
    thumbs: Float32 | None = None
