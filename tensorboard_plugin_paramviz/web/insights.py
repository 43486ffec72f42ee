"""The reply of `insights`: the phases of a run and what is found in it, said once for each state of the run."""

from __future__ import annotations

import threading

import numpy as np
import numpy.typing as npt

from tensorboard_plugin_paramviz.analysis.insight import Diagnosis, Evidence, Finding, diagnose
from tensorboard_plugin_paramviz.web import wire_insights as wire
from tensorboard_plugin_paramviz.web.insight_sources import Sources, Taken

#: Points of a series in the reply, and runs kept.
MOST_POINTS, MOST_KEPT = 240, 16


class Insights:
    """Safe to call from many threads. `insight_sources.take` is for under the index's lock, `reply` for outside."""

    def __init__(self) -> None:
        self._sources = Sources()
        self._kept: dict[str, tuple[tuple[int, ...], wire.Insights]] = {}
        self._making: dict[str, threading.Lock] = {}
        self._lock = threading.Lock()

    def reply(self, taken: Taken) -> wire.Insights:
        """JSON values only. Raises MissingError where the run has no model record. Cost: the first time all statistics
        and up to 128 snapshots of each embedding are read; then what is new of the rows, and a diagnosis, tens of
        milliseconds."""
        with self._lock:
            making = self._making.setdefault(taken.run, threading.Lock())
        # Of many pages that hear of a new snapshot at once one has it made, the others wait for that.
        with making:
            with self._lock:
                kept = self._kept.get(taken.run)
            if kept is not None and kept[0] == taken.mark:
                return kept[1]
            found = told(taken, diagnose(self._sources.known(taken)))
            with self._lock:
                self._kept.pop(taken.run, None)
                while len(self._kept) >= MOST_KEPT:
                    gone = next(iter(self._kept))
                    self._kept.pop(gone)
                    self._making.pop(gone, None)
                self._kept[taken.run] = (taken.mark, found)
            return found


def told(taken: Taken, diagnosis: Diagnosis) -> wire.Insights:
    return {
        "run": taken.run,
        "generation": taken.generation,
        "snapshots": taken.count,
        "phases": [
            {
                "name": phase.name,
                "first_step": phase.first,
                "last_step": phase.last,
                "confidence": round(float(phase.confidence), 3),
                "provisional": bool(phase.provisional),
                "reason": phase.reason,
            }
            for phase in diagnosis.phases
        ],
        "boundaries": [{"name": one.name, "step": one.step} for one in diagnosis.boundaries],
        "findings": [_finding(one) for one in diagnosis.findings],
    }


def _finding(finding: Finding) -> wire.Finding:
    return {
        "insight": finding.insight,
        "severity": finding.severity.value,
        "first_step": int(finding.first),
        "last_step": int(finding.last),
        "layers": list(finding.layers),
        "tokens": list(finding.tokens),
        "sentence": finding.sentence,
        "confidence": round(float(finding.confidence), 3),
        "evidence": None if finding.evidence is None else _evidence(finding.evidence),
        "causes": list(finding.causes),
        "remedies": list(finding.remedies),
        "source": finding.source,
    }


def _evidence(evidence: Evidence) -> wire.Evidence:
    return {
        "series": [
            {"name": one.name, "steps": steps.tolist(), "values": _numbers(values)}
            for one in evidence.series
            for steps, values in (_thinned(one.steps, one.values),)
        ],
        "threshold": None if evidence.threshold is None else _numbers(np.array([evidence.threshold]))[0],
        "threshold_name": evidence.threshold_name,
        "log": evidence.log,
    }


def _thinned(
    steps: npt.NDArray[np.int64], values: npt.NDArray[np.float64]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """Few enough points for a small chart, the last among them."""
    if len(steps) <= MOST_POINTS:
        return steps, values
    chosen = np.unique(np.linspace(0, len(steps) - 1, MOST_POINTS).astype(np.int64))
    return steps[chosen], values[chosen]


def _numbers(values: npt.NDArray[np.float64]) -> list[float | None]:
    """To five digits; None where JSON has no number."""
    rounded = (float(f"{value:.5g}") for value in values.tolist())  # the largest ones round to infinity
    return [value if np.isfinite(value) else None for value in rounded]
