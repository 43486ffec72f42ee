"""Embeddings as a whole: rows that all turn one way, and lengths that drift."""

from __future__ import annotations

import numpy as np

from tensorboard_plugin_paramviz.analysis.insight.layer_view import LayerView, nan_median
from tensorboard_plugin_paramviz.analysis.insight.nouns import (
    Evidence,
    Finding,
    Float64,
    Known,
    Series,
    Severity,
    Table,
)
from tensorboard_plugin_paramviz.analysis.insight.numbers import percent
from tensorboard_plugin_paramviz.analysis.insight.ramps import Departure, departure

#: Mean cosine of two rows: collapsed above the first, if it rose by the second; a cone above the third.
COLLAPSED, ROSE, CONE = 0.8, 0.3, 0.6
#: Effective rank: collapsed below this share of what it could be, if it fell to less than half.
FEW, FELL = 0.1, 0.5
#: Lengths: drifted when the median changes by this factor after so much of the run.
DRIFT, BEGUN = 3.0, 0.1


def embedding_collapse(known: Known) -> list[Finding]:
    """The mean cosine of rows rises to 0.8, or their effective rank falls below a tenth of what it could be."""
    found = []
    for table in known.tables:
        shares, cosine, rank = known.share(table.steps), table.mean_cosine, table.effective_rank
        good = np.isfinite(cosine) & np.isfinite(rank)
        if good.sum() < 4:
            continue
        shares, cosine, rank = shares[good], cosine[good], rank[good]
        one_way = cosine[-1] > COLLAPSED and cosine[-1] - cosine.min() > ROSE
        flat = rank[-1] < FEW * table.rank_limit and rank[-1] < FELL * rank.max()
        if not one_way and not flat:
            if cosine[-1] > CONE and table.role == "token_embedding":
                found.append(_cone(known, table, float(cosine[-1])))
            continue
        fits = _turning(shares, table.directions[good]) if one_way else departure(shares, -np.log(rank), trend=False)
        there = cosine > CONE if one_way else rank < FELL * rank.max()
        onset = fits.onset if fits is not None and fits.size > 0 else float(shares[int(np.argmax(there))])
        step = known.step_at(onset)
        # Positions that matter little, or that lie on a curve of few dimensions, are no fault of a run.
        severity = Severity.PROBLEM if table.role == "token_embedding" else Severity.NOTE
        if one_way:
            way, limit, name = "turn into one direction", COLLAPSED, "nearly one direction"
            measured = Series("mean cosine", table.steps[good], cosine)
        else:
            way, limit, name = "fall into few directions", FEW * table.rank_limit, "a tenth of the most it could be"
            measured = Series("effective rank", table.steps[good], rank)
        evidence = Evidence((measured,), limit, name)
        text = (
            f"From step {step:,} on the rows of {table.path} {way}: the mean cosine of two rows is "
            f"{cosine[-1]:.2f}, their effective rank {rank[-1]:.1f} of at most {table.rank_limit}."
        )
        sure = fits.confidence if fits else 0.6
        found.append(
            Finding("embedding_collapse", severity, step, known.last, text, sure, (table.path,), evidence=evidence)
        )
    return found


def _turning(shares: Float64, directions: Float64) -> Departure | None:
    """When the rows began to turn. Of a row that is to a part c the common direction and to 1 - c itself the cosine
    with that direction grows with c, while the mean cosine of two rows grows with its square, which begins unseen. The
    common direction is the mean one at last."""
    last = directions[-1] / max(float(np.linalg.norm(directions[-1])), 1e-12)
    along = (directions @ last).clip(-0.9, 0.9999)  # [E]
    ratio = along / np.sqrt(1 - along**2)  # c / (1 - c)
    return departure(shares, ratio / (1 + np.abs(ratio)), trend=False)


def _cone(known: Known, table: Table, cosine: float) -> Finding:
    series = Series("mean cosine", table.steps, table.mean_cosine)
    step = int(table.steps[int(np.argmax(table.mean_cosine > CONE))])
    text = (
        f"From step {step:,} on the rows of {table.path} share a direction: the mean cosine of two of them is "
        f"{cosine:.2f} at last."
    )
    evidence = Evidence((series,), CONE, "a narrow cone")
    return Finding("anisotropy", Severity.NOTE, step, known.last, text, 0.8, (table.path,), evidence=evidence)


def norm_drift(known: Known, view: LayerView | None) -> list[Finding]:
    """The median length of an embedding's rows, or the RMS of a matrix inside the blocks, changes threefold after the
    first tenth of the run."""
    found = []
    for table in known.tables:
        later = known.share(table.steps) >= BEGUN
        lengths = nan_median(table.norms[later].astype(np.float64), axis=1) if table.norms.size else np.zeros(0)
        steps, lengths = table.steps[later][np.isfinite(lengths)], lengths[np.isfinite(lengths)]
        if len(lengths) < 4 or lengths.min() <= 0:
            continue
        ratio = float(lengths[-1] / lengths[0])
        if 1 / DRIFT < ratio < DRIFT:
            continue
        limit, name = _limit(lengths[0], ratio)
        text = f"From step {steps[0]:,} to {steps[-1]:,} the rows of {table.path} {_way(ratio)} (their median length)."
        evidence = Evidence((Series("median length", steps, lengths),), limit, name, log=True)
        found.append(_drift(known, int(steps[0]), text, (table.path,), evidence))
    return found + (_matrices_drift(known, view) if view is not None else [])


def _matrices_drift(known: Known, view: LayerView) -> list[Finding]:
    later = view.since(BEGUN)
    logs = view.log("weight_rms")[later]
    if len(logs) < 8:
        return []
    few = max(2, len(logs) // 20)
    change = nan_median(logs[-few:], axis=0) - nan_median(logs[:few], axis=0)  # [L]
    sick = np.flatnonzero(view.matrices & (np.abs(np.nan_to_num(change)) > np.log10(DRIFT)))
    if not len(sick):
        return []
    order = sick[np.argsort(-np.abs(change[sick]), kind="stable")]
    worst, step = order[0], int(view.steps[later][0])
    ratio, names = float(10 ** change[worst]), [view.paths[at] for at in order]
    many = f"; {len(names)} matrices change threefold or more" if len(names) > 1 else ""
    text = f"From step {step:,} to {known.last:,} the weights of {names[0]} {_way(ratio)} (RMS){many}."
    limit, name = _limit(float(10 ** nan_median(logs[:few, worst], axis=0)), ratio)
    series = view.series(view.log("weight_rms"), order)
    return [_drift(known, step, text, tuple(names), Evidence(series, limit, f"{name} of {names[0]}", log=True))]


def _limit(begun: float, ratio: float) -> tuple[float, str]:
    return (begun * DRIFT, "three times the start") if ratio > 1 else (begun / DRIFT, "a third of the start")


def _way(ratio: float) -> str:
    return f"grow to {ratio:.1f} times what they were" if ratio > 1 else f"shrink to {percent(ratio)} of what they were"


def _drift(known: Known, step: int, text: str, names: tuple[str, ...], evidence: Evidence) -> Finding:
    return Finding("norm_drift", Severity.NOTE, step, known.last, text, 0.8, names, evidence=evidence)
