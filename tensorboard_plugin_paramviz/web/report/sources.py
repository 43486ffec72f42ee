"""What a report says of a run, gathered from its event files."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from tensorboard_plugin_paramviz.reader import MissingError, RunIndex
from tensorboard_plugin_paramviz.reader.figures import Figures
from tensorboard_plugin_paramviz.reader.logdir import Root
from tensorboard_plugin_paramviz.reader.run_index import Float64, Int64
from tensorboard_plugin_paramviz.record import ModelRecord
from tensorboard_plugin_paramviz.record.names import SELF_TAG
from tensorboard_plugin_paramviz.web.costs import costs_of
from tensorboard_plugin_paramviz.web.insight_sources import MOST_STAT_BYTES, Taken, take
from tensorboard_plugin_paramviz.web.insights import Insights
from tensorboard_plugin_paramviz.web.report.text import CurveOf, Facts, report_text
from tensorboard_plugin_paramviz.web.sessions import Sessions
from tensorboard_plugin_paramviz.web.story import title

#: Letters of the run in the file's name.
MOST_NAME = 120


@dataclass(frozen=True)
class Source:
    """A run as it stands; made under the index's lock, read outside. name: for people. tags: of the scalars taken,
    by kind."""

    taken: Taken
    steps: Int64
    wall_times: Float64
    costs: Figures
    name: str
    damaged: tuple[str, ...]
    tags: dict[str, str]


@dataclass(frozen=True)
class Report:
    """content: UTF-8. file_name: safe on any system."""

    file_name: str
    content: bytes


def report_source(run: RunIndex, roots: list[Root]) -> Source:
    """Call it under the index's lock. roots: of the index."""
    steps, wall_times = run.snapshot_steps()
    taken = take(run)
    tags = {
        kind: next((tag for tag in run.scalar_tags if run.scalars(tag) is one), kind)
        for kind, one in taken.scalars.items()
    }
    return Source(taken, steps, wall_times, Figures(run, SELF_TAG, 1), title(run.run, roots), tuple(run.damaged), tags)


class Reports:
    """Reports of runs, from the same diagnosis as the reply of `insights`. Safe to call from many threads."""

    def __init__(self, insights: Insights) -> None:
        self._insights = insights
        self._sessions = Sessions()

    def report(self, source: Source) -> Report:
        """Raises MissingError where the run has no model record. Cost: that of `Insights.reply`, and a read of all
        statistics, tens of milliseconds."""
        safe = re.sub(r"[^A-Za-z0-9._-]+", "_", source.name).strip("._-")[:MOST_NAME].rstrip("._-")
        # Half of a surrogate pair, which a label may be, has no UTF-8.
        content = report_text(self.facts(source)).encode(errors="replace")
        return Report(f"report-{safe}.md" if safe else "report.md", content)

    def facts(self, source: Source) -> Facts:
        """What the report is made from."""
        taken = source.taken
        insights = self._insights.reply(taken)
        model = taken.snapshots.model()
        sessions = self._sessions.reply(taken.run, taken.starts, taken.suspects)
        known = source.wall_times[np.isfinite(source.wall_times)]
        costs = costs_of(source.costs)
        return Facts(
            run=source.name,
            model=model,
            insights=insights,
            steps=source.steps,
            secs=float(known[-1] - known[0]) if len(known) > 1 else None,
            sessions=len(sessions["sessions"]) + sessions["left_out"],
            curves=tuple(
                CurveOf(kind, source.tags[kind], one.steps, one.values.astype(np.float64))
                for kind, one in taken.scalars.items()
                if len(one.steps)
            ),
            embeddings=tuple(path for path in taken.snapshots.embedding_paths() if _is_drawn(taken, path)),
            missing_stats=_missing(taken, model),
            probes=len(taken.probe.steps),
            rates=len(taken.rates.steps),
            capture_secs=_sum(costs["capture_secs"]),
            dropped=_dropped(costs["dropped_count"]),
            damaged=source.damaged,
        )


def _is_drawn(taken: Taken, path: str) -> bool:
    try:
        return len(taken.snapshots.usable(path)) > 0
    except MissingError:
        return False


def _missing(taken: Taken, model: ModelRecord) -> tuple[str, ...]:
    """Statistics of which there is no number in the whole run."""
    _, _, stats = taken.snapshots.stats(None, None, MOST_STAT_BYTES)
    if stats.shape[1:] != (len(model.layers), len(model.stats)):
        return tuple(model.stats)
    return tuple(name for at, name in enumerate(model.stats) if not np.isfinite(stats[:, :, at]).any())


def _sum(values: Float64) -> float | None:
    return float(np.nansum(values)) if np.isfinite(values).any() else None


def _dropped(counts: Float64) -> int:
    """Of all sessions: each begins to count anew."""
    known = counts[np.isfinite(counts)]
    more = np.diff(known, prepend=0.0)
    return int(np.where(more < 0, known, more).sum())
