"""What is known of a run, and what is said about it.

Letters: N points of a curve, T snapshots, L layers, S statistics, B blocks, P probes, E snapshots whose rows were
measured, R rows.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from tensorboard_plugin_paramviz.record.model_record import LayerInfo

Int64 = npt.NDArray[np.int64]
Float32 = npt.NDArray[np.float32]
Float64 = npt.NDArray[np.float64]
Bool = npt.NDArray[np.bool_]


class Severity(StrEnum):
    """note: worth knowing, nothing is wrong. watch: may become a problem. problem: the run is being spoiled."""

    NOTE = "note"
    WATCH = "watch"
    PROBLEM = "problem"


@dataclass(frozen=True)
class Curve:
    """A scalar through the run: steps int64 [N], rising; values float64 [N], not all of them finite. memo: what was
    made of it before, by what was asked."""

    steps: Int64
    values: Float64
    memo: dict[object, tuple[Float64, Float64]] = field(default_factory=dict, compare=False, repr=False)

    def __len__(self) -> int:
        return len(self.steps)


@dataclass(frozen=True)
class Statistics:
    """steps: int64 [T]. values: float32 [T, L, S], NaN = not measured. names: S of them."""

    steps: Int64
    values: Float32
    layers: tuple[LayerInfo, ...]
    names: tuple[str, ...]

    def of(self, name: str) -> Float64:
        """[T, L], NaN where it isn't recorded."""
        if name not in self.names:
            return np.full(self.values.shape[:2], np.nan)
        return self.values[:, :, self.names.index(name)].astype(np.float64)


@dataclass(frozen=True)
class Optimizer:
    """As the model record tells it. Of several parameter groups: the values of the largest that decays. rates: how many
    different learning rates the groups have."""

    name: str = ""
    lr: float | None = None
    weight_decay: float | None = None
    betas: tuple[float, float] | None = None
    rates: int = 1

    @property
    def is_adamw(self) -> bool:
        return self.name.lower() == "adamw" and self.betas is not None


@dataclass(frozen=True)
class Probe:
    """steps: int64 [P]. values: float32 [P, B, A], columns `names`."""

    steps: Int64
    values: Float32
    names: tuple[str, ...]

    def of(self, name: str) -> Float64:
        """[P, B], NaN where it isn't recorded."""
        if name not in self.names:
            return np.full(self.values.shape[:2], np.nan)
        return self.values[:, :, self.names.index(name)].astype(np.float64)


@dataclass(frozen=True)
class Crowd:
    """Some rows of an embedding in the snapshots of its `Table`, to see which of them stand together. rows: float16 [n,
    K] each, in any unit, empty where they aren't all finite. names: of the rows. memo: what was found in a snapshot
    before, by its step and what was asked."""

    rows: tuple[npt.NDArray[np.float16], ...]
    names: tuple[str, ...]
    memo: dict[object, object] = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True)
class Table:
    """What was measured on an embedding's rows, see `rows.measure_rows`, in some snapshots. steps: int64 [E].
    mean_cosine, effective_rank: float64 [E]. directions: float64 [E, D], mean of the rows' directions. norms,
    gradients, updates: float32 [E, R], NaN = not measured. rank_limit: what the effective rank can reach at most.
    labels, counts: of the rows, None = unknown. crowd: None where groups aren't looked for."""

    path: str
    role: str
    steps: Int64
    mean_cosine: Float64
    effective_rank: Float64
    directions: Float64
    norms: Float32
    gradients: Float32
    updates: Float32
    rank_limit: int
    labels: tuple[str, ...] | None = None
    counts: Int64 | None = None
    crowd: Crowd | None = None


@dataclass(frozen=True)
class Known:
    """All that is known of a run; whatever wasn't recorded is None or empty. first, last: steps. restarts: first steps
    of the sessions after the first one. vocabulary: rows of the whole token embedding. memo: what was said of the run
    as it stood before, for whoever knows it again when it has grown."""

    first: int
    last: int
    train: Curve | None = None
    validation: Curve | None = None
    train_accuracy: Curve | None = None
    validation_accuracy: Curve | None = None
    learning_rate: Curve | None = None
    grad_norm: Curve | None = None
    statistics: Statistics | None = None
    optimizer: Optimizer = field(default_factory=Optimizer)
    probe: Probe | None = None
    tables: tuple[Table, ...] = ()
    restarts: tuple[int, ...] = ()
    vocabulary: int | None = None
    memo: dict[object, object] = field(default_factory=dict, compare=False, repr=False)

    @property
    def length(self) -> int:
        return max(1, self.last - self.first + 1)

    def share(self, steps: Int64) -> Float64:
        """Steps as shares of the run so far, 0 to just below 1."""
        return (np.asarray(steps, np.float64) - self.first) / self.length

    def step_at(self, share: float) -> int:
        return min(self.last, max(self.first, self.first + round(share * self.length)))


@dataclass(frozen=True)
class Series:
    name: str
    steps: Int64
    values: Float64


@dataclass(frozen=True)
class Evidence:
    """A chart: series, and the threshold that was crossed in them."""

    series: tuple[Series, ...]
    threshold: float | None = None
    threshold_name: str = ""
    log: bool = False


@dataclass(frozen=True)
class Phase:
    """What a stretch of a run is doing, first <= step <= last. provisional: what comes next may still change it.
    reason: one sentence."""

    name: str
    first: int
    last: int
    confidence: float
    provisional: bool
    reason: str


@dataclass(frozen=True)
class Boundary:
    """A step at which the schedule changes, as the learning rate was logged: no finding, it was meant to be so."""

    name: str
    step: int


@dataclass(frozen=True)
class Finding:
    """One thing said about a run. layers: paths, none where it concerns the whole run. tokens: labels. confidence: 0
    to 1. causes, remedies, source: see `words`."""

    insight: str
    severity: Severity
    first: int
    last: int
    sentence: str
    confidence: float
    layers: tuple[str, ...] = ()
    tokens: tuple[str, ...] = ()
    evidence: Evidence | None = None
    causes: tuple[str, ...] = ()
    remedies: tuple[str, ...] = ()
    source: str = ""


@dataclass(frozen=True)
class Diagnosis:
    """phases: one after the other without gaps. findings: the worst first, then by step."""

    phases: tuple[Phase, ...]
    boundaries: tuple[Boundary, ...]
    findings: tuple[Finding, ...]
