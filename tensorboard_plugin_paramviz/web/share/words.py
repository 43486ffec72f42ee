"""The JSON of a file: what is in it, and the replies of the server that are kept as they were."""

from __future__ import annotations

import time
from dataclasses import asdict
from typing import Any

import numpy as np
import numpy.typing as npt

from tensorboard_plugin_paramviz.reader import MissingError
from tensorboard_plugin_paramviz.record import STAT_UNITS, ModelRecord
from tensorboard_plugin_paramviz.web.arguments import Arguments
from tensorboard_plugin_paramviz.web.replies import Replies
from tensorboard_plugin_paramviz.web.share.clouds import CloudPlan
from tensorboard_plugin_paramviz.web.share.view import Question, RunView
from tensorboard_plugin_paramviz.web.wire_insights import Insights

Int64 = npt.NDArray[np.int64]

#: Of the archive in the file; the page reads those it knows.
FORMAT = 1


def insights_of(replies: Replies, run: str, snapshots: int) -> Insights:
    """Of a run without a model record nothing can be said."""
    try:
        return replies.insights(Arguments({"run": [run]}, ("run",)))
    except MissingError:
        return {"run": run, "generation": 0, "snapshots": snapshots, "phases": [], "boundaries": [], "findings": []}


def _report(replies: Replies, run: str) -> dict[str, str] | None:
    """The Markdown report of the whole run."""
    try:
        report = replies.report(Arguments({"run": [run]}, ("run",)))
    except MissingError:
        return None
    return {"name": report.file_name, "text": report.content.decode()}


def words_of(
    replies: Replies,
    view: RunView,
    model: ModelRecord,
    insights: Insights,
    plans: list[CloudPlan],
    kept: Int64,
    name: str,
    question: Question,
) -> dict[str, Any]:
    """The JSON of the file: what is in it, and the replies that are."""
    now = time.time()
    places = np.searchsorted(view.steps, kept)
    last_wall = float(view.wall_times[-1]) if len(view.steps) and np.isfinite(view.wall_times[-1]) else None
    record = asdict(model)
    record["embeddings"] = [_trimmed(record["embeddings"], plan) for plan in plans]
    sessions = replies.sessions(Arguments({"run": [question.run]}, ("run",)))
    return {
        "format": FORMAT,
        "saved_at": now,
        "live": view.live,
        "snapshots": {"kept": len(kept), "of": len(view.steps)},
        "rows": [{"embedding": plan.path, "kept": len(plan.rows), "of": plan.of} for plan in plans],
        "curves_left_out": view.curves[1][0]["left_out"],
        "facts": _facts(view, plans, kept, now),
        "steps": kept.tolist(),
        "wall_times": [wall if np.isfinite(wall) else None for wall in view.wall_times[places].tolist()],
        "info": {
            "run": name,
            "snapshots": len(kept),
            "first_step": int(kept[0]) if len(kept) else None,
            "last_step": int(kept[-1]) if len(kept) else None,
            "last_wall_time": last_wall,
            "live": False,
            "sessions": max(1, len(sessions["sessions"])),
            "generation": 0,
            "damaged": view.damaged,
        },
        "model": {**record, "run": name, "stat_units": STAT_UNITS},
        "sessions": {**sessions, "run": name},
        "scalar_tags": {**view.curves[0], "run": name},
        "report": _report(replies, question.run),
        "insights": {**insights, "run": name, "generation": 0, "snapshots": len(kept)},
    }


def _trimmed(embeddings: list[dict[str, Any]], plan: CloudPlan) -> dict[str, Any]:
    """The record of an embedding of which some rows are kept."""
    info = next(one for one in embeddings if one["path"] == plan.path)
    if len(plan.rows) == plan.of:
        return info
    ids = info["rows"] if info["rows"] is not None else range(plan.of)
    kept: dict[str, Any] = {"rows": [int(ids[row]) for row in plan.rows.tolist()]}
    for key in ("labels", "counts"):
        known = info[key] is not None and len(info[key]) == plan.of
        kept[key] = [info[key][row] for row in plan.rows.tolist()] if known else None
    return {**info, **kept}


def _facts(view: RunView, plans: list[CloudPlan], kept: Int64, now: float) -> list[str]:
    """Sentences on what the file holds."""
    date = time.strftime("%-d %B %Y" if hasattr(time, "tzset") else "%d %B %Y", time.localtime(now))
    of = "" if len(kept) == len(view.steps) else f" of {len(view.steps):,}"
    held = [f"{len(kept):,}{of} snapshots"]
    thinned = [plan for plan in plans if len(plan.rows) < plan.of]
    held += [f"{len(plan.rows):,} of {plan.of:,} rows of {plan.path}" for plan in thinned]
    held += ["all rows"] if plans and not thinned else []
    said = [f"Saved from TensorBoard on {date}: {', '.join(held)}."]
    if view.live:
        said.append("It had been written to moments before, so the run may have been going on still.")
    return said
