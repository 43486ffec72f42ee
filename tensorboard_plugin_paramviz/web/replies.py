"""Each reply of the HTTP API, from the index and the arguments. No HTTP here: dicts and bytes out, TensorBoard's
errors up."""

from __future__ import annotations

import time
from dataclasses import asdict
from typing import Any

import numpy as np
from tensorboard.errors import NotFoundError

from tensorboard_plugin_paramviz.analysis.decimation import keep_extremes
from tensorboard_plugin_paramviz.reader import Index, RunIndex, SnapshotReader
from tensorboard_plugin_paramviz.reader.figures import Figures
from tensorboard_plugin_paramviz.record import STAT_UNITS
from tensorboard_plugin_paramviz.record.names import PROBE_TAG, SELF_TAG, THUMB_RANGES_TAG, THUMBS_TAG
from tensorboard_plugin_paramviz.web import binary, heat, row_replies, wire, wire_insights
from tensorboard_plugin_paramviz.web.arguments import Arguments
from tensorboard_plugin_paramviz.web.bases import Bases
from tensorboard_plugin_paramviz.web.clusters import Clusters
from tensorboard_plugin_paramviz.web.costs import costs_of
from tensorboard_plugin_paramviz.web.curves import likely_curves
from tensorboard_plugin_paramviz.web.insight_sources import take
from tensorboard_plugin_paramviz.web.insights import Insights
from tensorboard_plugin_paramviz.web.positions import Positions
from tensorboard_plugin_paramviz.web.probe_replies import probe_of
from tensorboard_plugin_paramviz.web.projection_cache import ProjectionCache
from tensorboard_plugin_paramviz.web.report import Report, Reports, report_source
from tensorboard_plugin_paramviz.web.sessions import Sessions
from tensorboard_plugin_paramviz.web.stat_series import StatSeries
from tensorboard_plugin_paramviz.web.thumb_replies import thumbs_at
from tensorboard_plugin_paramviz.web.umap_replies import UmapReplies

#: Of one reply; a longer range is answered with its beginning.
MOST_BYTES = 64 << 20
#: A run counts as live while its files changed this recently.
LIVE_SECS = 60.0


class Replies:
    """Answers from one index. Safe to call from many threads."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._others_told: list[str] | None = None
        self._others_changed = 0  # the cursor at which these names were first told
        cache = ProjectionCache.of_user(root.path for root in index.roots)
        self._bases = Bases(cache)
        self._positions = Positions(self._bases, cache)
        self._clusters = Clusters()
        self._stat_series = StatSeries()
        self._umap = UmapReplies(cache)
        self._sessions = Sessions()
        self._insights = Insights()
        self._reports = Reports(self._insights)

    def runs(self) -> wire.Runs:
        with self._index.lock:
            infos = [_run_info(run) for run in self._sorted() if run.has_records]
            return {
                "runs": infos,
                "other_runs": self._other_runs(),
                "notices": self._index.notices,
                "loading": asdict(self._index.loading),  # type: ignore[typeddict-item]
                "cursor": self._index.cursor,
            }

    def updates(self, cursor: int) -> wire.Updates:
        """What changed after `cursor`. A cursor of another server's life (larger than ours) gets everything."""
        with self._index.lock:
            since = cursor if cursor <= self._index.cursor else 0
            others = self._other_runs()
            if others != self._others_told:
                self._others_told, self._others_changed = others, self._index.cursor
            changed: wire.Updates = {
                "runs": [_run_info(run) for run in self._sorted() if run.has_records and run.changed > since],
                "removed": sorted(name for name, at in self._index.removed.items() if at > since),
                "notices": self._index.notices,
                "loading": asdict(self._index.loading),  # type: ignore[typeddict-item]
                "cursor": self._index.cursor,
            }
            if since < self._others_changed or since == 0:
                changed["other_runs"] = others
            return changed

    def model(self, arguments: Arguments) -> dict[str, Any]:
        snapshots = self._snapshots(arguments.text("run"))
        return {
            "run": snapshots.run,
            **asdict(snapshots.model()),
            "stat_units": STAT_UNITS,
        }

    def sessions(self, arguments: Arguments) -> wire.Sessions:
        with self._index.lock:
            run = self._run(arguments.text("run"))
            starts = run.session_starts()
        return self._sessions.reply(run.run, starts, run.suspects)

    def steps(self, arguments: Arguments) -> bytes:
        from_step = arguments.step("from")
        with self._index.lock:
            run = self._run(arguments.text("run"))
            generation = run.generation
            steps, wall_times = run.snapshot_steps()
        first = 0 if from_step is None else int(np.searchsorted(steps, from_step))
        header = {"run": run.run, "generation": generation, "first": first}
        return binary.encode(header, {"steps": steps[first:], "wall_times": wall_times[first:]})

    def stats(self, arguments: Arguments) -> bytes:
        snapshots = self._snapshots(arguments.text("run"))
        steps, wall_times, stats = snapshots.stats(arguments.step("from"), arguments.step("to"), MOST_BYTES)
        model = snapshots.model()
        layers = len(model.layers)
        if stats.shape[1] != layers:  # of a session before, of another model: the newest one has written none yet
            steps, wall_times, stats = steps[:0], wall_times[:0], np.empty((0, layers, len(model.stats)), np.float32)
        header = {
            "run": snapshots.run,
            "generation": snapshots.generation,
            "layers": [layer.path for layer in model.layers],
            "stats": list(model.stats),
        }
        return binary.encode(header, {"steps": steps, "wall_times": wall_times, "stats": stats})

    def scalar_tags(self, arguments: Arguments) -> wire.ScalarTags:
        with self._index.lock:
            run = self._run(arguments.text("run"))
            series = {tag: run.scalars(tag) for tag in run.scalar_tags}
        series = {tag: one for tag, one in series.items() if len(one.steps)}
        return {
            "run": run.run,
            "tags": [
                {"tag": t, "points": len(one.steps), "last_step": int(one.steps[-1])} for t, one in series.items()
            ],
            **likely_curves(list(series)),  # type: ignore[typeddict-item]
        }

    def scalars(self, arguments: Arguments) -> bytes:
        tag = arguments.text("tag")
        points = arguments.integer("points", 2_000, 16, 100_000) or 2_000
        with self._index.lock:
            run = self._run(arguments.text("run"))
            if tag not in run.scalar_tags:
                raise NotFoundError(f"run {run.run!r} has no scalar {tag!r}; it has {_listed(run.scalar_tags)}")
            series = run.scalars(tag)
        kept = keep_extremes(series.values, points)
        header = {"run": run.run, "tag": tag, "total": len(series.steps)}
        arrays = {
            "steps": series.steps[kept],
            "wall_times": series.wall_times[kept],
            "values": series.values[kept].astype(np.float64),
        }
        return binary.encode(header, arrays)

    def positions(self, arguments: Arguments) -> bytes:
        other = arguments.optional_text("basis_of")
        return self._positions.reply(
            self._snapshots(arguments.text("run")), arguments, None if other is None else self._snapshots(other)
        )

    def rows(self, arguments: Arguments) -> bytes:
        """Rows at one step, their history without a step, or without rows the norms of all at a step."""
        snapshots = self._snapshots(arguments.text("run"))
        path = arguments.text("embedding")
        series = snapshots.embedding_series(path)
        step = arguments.step("step")
        header: dict[str, Any] = {"run": snapshots.run, "embedding": path}
        if step is not None and arguments.optional_text("rows") is None:
            norms = row_replies.norms_at(snapshots, path, row_replies.ordinal_of(snapshots, path, step))
            first_step = int(series.steps[snapshots.usable(path)[0]])
            return binary.encode({**header, "step": step, "first_step": first_step}, norms)
        rows = arguments.integers("rows", most=64, high=snapshots.shape(path)[0])
        header["rows"] = rows
        if step is None:
            return binary.encode(header, row_replies.history(snapshots, path, rows))
        ordinal = row_replies.ordinal_of(snapshots, path, step)
        first_step = int(series.steps[snapshots.usable(path)[0]])
        arrays = row_replies.rows_at(snapshots, path, ordinal, rows)
        return binary.encode({**header, "step": step, "first_step": first_step}, arrays)

    def clusters(self, arguments: Arguments) -> bytes:
        return self._clusters.reply(self._snapshots(arguments.text("run")), arguments)

    def umap(self, arguments: Arguments) -> bytes | wire.UmapState:
        return self._umap.reply(self._snapshots(arguments.text("run")), arguments)

    def heat(self, arguments: Arguments) -> bytes:
        return heat.heat(self._snapshots(arguments.text("run")), self._stat_series, arguments)

    def layer(self, arguments: Arguments) -> bytes:
        return heat.layer(self._snapshots(arguments.text("run")), self._stat_series, arguments)

    def thumbs(self, arguments: Arguments) -> bytes:
        with self._index.lock:
            run = self._run(arguments.text("run"))
            snapshots = SnapshotReader(run)
            levels, ranges = Figures(run, THUMBS_TAG, 1), Figures(run, THUMB_RANGES_TAG, 2)
        header, arrays = thumbs_at(
            snapshots.run, snapshots.generation, snapshots.model(), levels, ranges, arguments.step("step")
        )
        return binary.encode(header, arrays)

    def insights(self, arguments: Arguments) -> wire_insights.Insights:
        with self._index.lock:
            taken = take(self._run(arguments.text("run")))
        return self._insights.reply(taken)

    def report(self, arguments: Arguments) -> Report:
        with self._index.lock:
            source = report_source(self._run(arguments.text("run")), self._index.roots)
        return self._reports.report(source)

    def costs(self, arguments: Arguments) -> bytes:
        with self._index.lock:
            run = self._run(arguments.text("run"))
            figures, generation = Figures(run, SELF_TAG, 1), run.generation
        return binary.encode({"run": run.run, "generation": generation}, costs_of(figures))

    def probe(self, arguments: Arguments) -> bytes:
        with self._index.lock:
            run = self._run(arguments.text("run"))
            snapshots, figures = SnapshotReader(run), Figures(run, PROBE_TAG, 2)
        header, arrays = probe_of(figures, snapshots.model())
        return binary.encode({"run": snapshots.run, "generation": snapshots.generation, **header}, arrays)

    def _snapshots(self, name: str) -> SnapshotReader:
        with self._index.lock:
            return SnapshotReader(self._run(name))

    def _run(self, name: str) -> RunIndex:
        run = self._index.runs.get(name)
        if run is None:
            raise NotFoundError(f"no run {name!r}; there are {_listed(sorted(self._index.runs))}")
        return run

    def _sorted(self) -> list[RunIndex]:
        return [self._index.runs[name] for name in sorted(self._index.runs)]

    def _other_runs(self) -> list[str]:
        return [run.run for run in self._sorted() if not run.has_records]


def _run_info(run: RunIndex) -> wire.RunInfo:
    steps, wall_times = run.snapshot_steps()
    return {
        "run": run.run,
        "snapshots": len(steps),
        "first_step": int(steps[0]) if len(steps) else None,
        "last_step": int(steps[-1]) if len(steps) else None,
        "last_wall_time": float(wall_times[-1]) if len(steps) and np.isfinite(wall_times[-1]) else None,
        "live": time.time() - run.written_at < LIVE_SECS,
        "sessions": len(run.sessions),
        "generation": run.generation,
        "damaged": run.damaged,
    }


def _listed(names: list[str], most: int = 20) -> str:
    shown = ", ".join(map(repr, names[:most]))
    return f"{shown} and {len(names) - most} more" if len(names) > most else shown or "none"
