"""What travels to the browser of the phases of a run and what is found in it; see `wire` for how it gets there."""

from __future__ import annotations

from typing import Literal, TypedDict


class Phase(TypedDict):
    """What a stretch of a run is doing, first_step <= step <= last_step; the next begins after it. name: as
    `analysis.insight.labels` has it, e.g. "rapid_learning". confidence: 0 to 1. provisional: what comes next may still
    change it. reason: one sentence."""

    name: str
    first_step: int
    last_step: int
    confidence: float
    provisional: bool
    reason: str


class Boundary(TypedDict):
    """A step at which the schedule of the learning rate changes, as it was logged."""

    name: str
    step: int


class EvidenceSeries(TypedDict):
    """steps rise; values are null where they aren't finite."""

    name: str
    steps: list[int]
    values: list[float | None]


class Evidence(TypedDict):
    """A chart, at most 240 points a series, and the threshold that was crossed in it."""

    series: list[EvidenceSeries]
    threshold: float | None
    threshold_name: str
    log: bool


class Finding(TypedDict):
    """One thing said about a run. insight: its kind, as `diagnosis` names it. layers: paths, none where it concerns
    the whole run. tokens: labels. confidence: 0 to 1. source: where the rule is from."""

    insight: str
    severity: Literal["note", "watch", "problem"]
    first_step: int
    last_step: int
    layers: list[str]
    tokens: list[str]
    sentence: str
    confidence: float
    evidence: Evidence | None
    causes: list[str]
    remedies: list[str]
    source: str


class Insights(TypedDict):
    """`insights`. phases: one after the other without gaps. findings: the worst first, then by step."""

    run: str
    generation: int
    snapshots: int
    phases: list[Phase]
    boundaries: list[Boundary]
    findings: list[Finding]
