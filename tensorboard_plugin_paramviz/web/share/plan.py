"""What of a run is kept: its steps, and the rows of its embeddings."""

from __future__ import annotations

from functools import reduce

import numpy as np
import numpy.typing as npt

from tensorboard_plugin_paramviz.record import ModelRecord
from tensorboard_plugin_paramviz.web.share.choosing import chosen_rows, chosen_steps, shares
from tensorboard_plugin_paramviz.web.share.clouds import CloudPlan
from tensorboard_plugin_paramviz.web.share.view import Question, RunView, kept_paths, usable_steps
from tensorboard_plugin_paramviz.web.wire_insights import Insights

Int64 = npt.NDArray[np.int64]


def kept_steps(view: RunView, model: ModelRecord, insights: Insights, question: Question) -> Int64:
    """First of the steps at which everything was recorded, then of the others."""
    told = [step for one in insights["findings"] for step in (one["first_step"], one["last_step"])]
    told = [one["first_step"] for one in insights["phases"]] + [one["step"] for one in insights["boundaries"]] + told
    series = [steps for path in kept_paths(view, model, question) if len(steps := usable_steps(view, path))]
    series += [view.snapshots.stats_steps] if len(view.snapshots.stats_steps) else []
    common = reduce(np.intersect1d, series) if series else view.steps
    common = common if len(common) > 1 else view.steps
    kept = chosen_steps(common, question.snapshots, told)
    rest = np.setdiff1d(view.steps, common)
    left = question.snapshots - len(kept)
    return np.union1d(kept, chosen_steps(rest, left, told)) if left > 1 and len(rest) else kept


def cloud_plans(
    view: RunView, model: ModelRecord, insights: Insights, question: Question, kept: Int64
) -> list[CloudPlan]:
    paths = kept_paths(view, model, question)
    counts = [view.snapshots.shape(path)[0] for path in paths]
    named = {token for one in insights["findings"] for token in one["tokens"]}
    plans = []
    for path, count, most in zip(paths, counts, shares(counts, question.rows), strict=True):
        info = next(one for one in model.embeddings if one.path == path)
        fits = info.row_count == count
        labels = info.labels if fits else None
        rows = [row for row, label in enumerate(labels) if label in named] if labels and named else []
        chosen = chosen_rows(count, most, info.counts if fits else None, rows)
        plans.append(CloudPlan(path, np.intersect1d(kept, usable_steps(view, path)), chosen, count))
    return plans
