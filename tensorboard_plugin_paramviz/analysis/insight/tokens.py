"""Tokens that stand in the vocabulary but hardly in the data."""

from __future__ import annotations

import numpy as np

from tensorboard_plugin_paramviz.analysis.insight.layer_view import nan_median
from tensorboard_plugin_paramviz.analysis.insight.nouns import (
    Evidence,
    Finding,
    Float32,
    Float64,
    Known,
    Series,
    Severity,
)
from tensorboard_plugin_paramviz.analysis.insight.schedule import warm_up_end

#: Of the median row: gradients below the first, or changes below the second, are those of a token nobody reads.
GRADIENT, UPDATE = 0.03, 0.1
#: Of occurrences in the data: so few teach nothing.
RARE = 2
#: Of the run: before this nobody has learned anything.
JUDGED = 0.05
#: Of the tokens: from here on it is more than a curiosity.
MANY, AT_LEAST = 0.025, 2
#: Named in the sentence.
NAMED = 6


def undertrained_tokens(known: Known) -> list[Finding]:
    """Rows whose gradients and changes stay far below the others' and whose tokens, where that is known, hardly occur
    (Land & Bartolo 2024)."""
    found = []
    for table in known.tables:
        if table.role != "token_embedding" or not len(table.steps) or table.norms.shape[1] < 8:
            continue
        warm = warm_up_end(known)
        begin = max(JUDGED, float(known.share(np.array(warm))) if warm is not None else 0.0)
        later = known.share(table.steps) >= begin - 1e-9
        if later.sum() < 2:
            continue
        quiet, course = _quiet(table.gradients[later], GRADIENT)
        still, updates = _quiet(table.updates[later], UPDATE)
        asleep = (quiet & still) if (quiet.any() and still.any()) else (quiet | still)
        never = np.zeros(len(asleep), bool) if table.counts is None else table.counts == 0
        if table.counts is not None:
            # What never occurs learns nothing, even where a tied head pushes its row about.
            asleep = asleep & (table.counts <= RARE) | never
        if not asleep.any() or asleep.mean() > 0.5:
            continue
        labels = table.labels or tuple(str(at) for at in range(len(asleep)))
        tokens = tuple(labels[at] for at in np.flatnonzero(asleep).tolist())
        severity = Severity.WATCH if len(tokens) >= AT_LEAST and asleep.mean() >= MANY else Severity.NOTE
        step = int(table.steps[later][0])
        shown = ", ".join(repr(token) for token in tokens[:NAMED])
        more = f" and {len(tokens) - NAMED} more" if len(tokens) > NAMED else ""
        limit: float | None = None
        name = ""
        if asleep[~(quiet | still)].any() and never[asleep].all():
            learn = f"{'occurs' if len(tokens) == 1 else 'occur'} nowhere in the training data"
            rest = f"{'Its row is' if len(tokens) == 1 else 'Their rows are'} moved by other tokens' predictions only."
        else:
            by_gradient, by_change = bool((asleep & quiet).any()), bool((asleep & still).any())
            learn, rest = _measured(len(tokens) == 1, by_gradient=by_gradient, by_change=by_change)
            limit, name = (UPDATE if still.any() else GRADIENT), "hardly learns"
        text = (
            f"From step {step:,} on {len(tokens)} of {len(asleep):,} tokens of {table.path} {learn}: "
            f"{shown}{more}. {rest}"
        )
        shares = updates if still.any() else course
        steps = table.steps[later]
        values = nan_median(shares[:, asleep], axis=1)
        what = "change" if still.any() else "gradient"
        evidence = Evidence((Series(f"{what} beside the median row", steps, values),), limit, name, log=True)
        found.append(
            Finding(
                "undertrained_tokens",
                severity,
                step,
                known.last,
                text,
                0.9 if table.counts is not None else 0.6,
                (table.path,),
                tokens,
                evidence,
            )
        )
    return found


def _measured(alone: bool, *, by_gradient: bool, by_change: bool) -> tuple[str, str]:
    """What they do, and what it was measured by."""
    gets, changes = ("gets", "changes") if alone else ("get", "change")
    parts = ([f"{gets} next to no gradient"] if by_gradient else []) + ([f"hardly {changes}"] if by_change else [])
    whose = "Its row" if alone else "Their rows"
    return ("hardly learns" if alone else "hardly learn"), f"{whose} {' and '.join(parts)}."


def _quiet(values: Float32, limit: float) -> tuple[np.ndarray, Float64]:
    """Rows that lie below `limit` of the median row in nine of ten snapshots, [R], and what they have of it, [E, R]."""
    wide = values.astype(np.float64)
    middle = nan_median(wide, axis=1)[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = np.where(middle > 0, wide / middle, np.nan)
        low = np.where(np.isfinite(shares), shares < limit, False).sum(0)
    seen = np.isfinite(shares).sum(0)
    return (seen >= 2) & (low >= 0.9 * seen), shares
