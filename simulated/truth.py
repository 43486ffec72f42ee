"""What is true of a simulated run, known because it was planted: its phases, and what a diagnosis should find.

Written as truth.json beside the run's event files; docs/simulator.md explains its keys. A phase or a finding is never
detected: it follows from the numbers the scenario was built from.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from simulated.model import Settings

TRUTH_FORMAT = 1
TRUTH_NAME = "truth.json"


class Phase(StrEnum):
    """What a stretch of a run is doing."""

    INITIALIZATION = "initialization"
    RAPID_LEARNING = "rapid_learning"
    REFINEMENT = "refinement"
    PLATEAU = "plateau"
    CONVERGENCE = "convergence"
    DIVERGENCE = "divergence"
    OSCILLATION = "oscillation"
    OVERFITTING = "overfitting"
    GENERALIZATION = "generalization"


class Insight(StrEnum):
    """What a diagnosis can say."""

    SPIKE = "spike"
    DIVERGENCE = "divergence"
    OSCILLATION = "oscillation"
    PLATEAU = "plateau"
    OVERFITTING = "overfitting"
    GROKKING = "grokking"
    LEARNING_RATE_TOO_HIGH = "learning_rate_too_high"
    VANISHING_GRADIENTS = "vanishing_gradients"
    EXPLODING_GRADIENTS = "exploding_gradients"
    DEAD_UNITS = "dead_units"
    ATTENTION_COLLAPSE = "attention_collapse"
    RANK_COLLAPSE = "rank_collapse"
    EMBEDDING_COLLAPSE = "embedding_collapse"
    UNDERTRAINED_TOKENS = "undertrained_tokens"
    CLUSTER_BORN = "cluster_born"
    CLUSTER_MERGED = "cluster_merged"
    CLUSTER_DISSOLVED = "cluster_dissolved"
    RESUME = "resume"


class Severity(StrEnum):
    """note: worth knowing, nothing is wrong. watch: may become a problem. problem: the run is being spoiled."""

    NOTE = "note"
    WATCH = "watch"
    PROBLEM = "problem"


@dataclass(frozen=True)
class Finding:
    """One thing planted. step: where it begins to show. layers: paths of the layers it sits in, none where it concerns
    the whole run. tokens: labels of the rows it concerns."""

    insight: Insight
    severity: Severity
    step: int
    layers: tuple[str, ...] = ()
    tokens: tuple[str, ...] = ()


@dataclass(frozen=True)
class Truth:
    """phases: (name, first step), the first at step 0; each lasts until the next. tolerated: insights that were not
    planted but are no false alarm either, because what was planted brings them along."""

    phases: tuple[tuple[Phase, int], ...]
    findings: tuple[Finding, ...] = ()
    tolerated: tuple[Insight, ...] = ()

    def write(self, directory: Path, scenario: str, settings: Settings) -> None:
        ends = [first for _, first in self.phases[1:]] + [settings.steps]
        told = {
            "format": TRUTH_FORMAT,
            "scenario": scenario,
            "seed": settings.seed,
            "steps": settings.steps,
            "healthy": all(finding.severity == Severity.NOTE for finding in self.findings),
            "nothing": not self.findings,
            "phases": [
                {"name": name, "from_step": first, "to_step": end}
                for (name, first), end in zip(self.phases, ends, strict=True)
            ],
            "findings": [
                {"insight": f.insight, "layers": f.layers, "tokens": f.tokens, "step": f.step, "severity": f.severity}
                for f in self.findings
            ],
            "tolerated": self.tolerated,
        }
        (directory / TRUTH_NAME).write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", "utf-8")
