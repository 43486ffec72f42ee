"""Which layers gave way when the loss left for good."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from tensorboard_plugin_paramviz.analysis.insight.layer_view import LayerView, named, nan_median
from tensorboard_plugin_paramviz.analysis.insight.nouns import Evidence, Finding, Known

#: Of the run: what is compared lies this much before the loss left, and up to this much after it.
BEFORE, AFTER = 0.1, 0.15
#: A layer gave way if its weights grew by the first factor beside those of other blocks, and by this share of what the
#: logarithm of the most grown one did (at a learning rate too high the outputs of QKV, attention output and
#: the MLP's second layer grow most: Rybakov et al. 2024, arXiv 2410.16682).
GREW, OF_MOST = 1.3, 0.5


def placed(known: Known, view: LayerView | None, gone: Finding) -> Finding:
    """The same finding with the layers whose weights grew most around its beginning, if any did."""
    if view is None or len(view) < 12:
        return gone
    onset = float(known.share(np.array(gone.first)))
    before = (view.shares >= onset - 2 * BEFORE) & (view.shares <= onset - BEFORE / 2)
    after = (view.shares >= onset) & (view.shares <= onset + AFTER)
    if before.sum() < 2 or after.sum() < 2:
        return gone
    logs = view.beside_peers(view.log("weight_norm"))
    growth = nan_median(logs[np.flatnonzero(after)[-3:]], axis=0) - nan_median(logs[before], axis=0)  # [L]
    growth = np.where(view.matrices & np.isfinite(growth), growth, -np.inf)
    most = float(growth.max(initial=-np.inf))
    if most < np.log10(GREW):
        return gone
    layers = np.flatnonzero(growth > max(np.log10(GREW), OF_MOST * most))
    names = [view.paths[at] for at in layers[np.argsort(-growth[layers], kind="stable")]]
    text = f"{gone.sentence} The weights of {named(names)} grew most around that step, up to {10**most:.1f} times."
    evidence = gone.evidence or Evidence(())
    return replace(gone, sentence=text, layers=tuple(names), evidence=evidence)
