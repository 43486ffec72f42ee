"""Everything that is said about a run, from everything that is known of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from tensorboard_plugin_paramviz.analysis.insight.attention import attention_collapse
from tensorboard_plugin_paramviz.analysis.insight.breaks import clip_rate, non_finite, resumes
from tensorboard_plugin_paramviz.analysis.insight.cluster_changes import cluster_changes
from tensorboard_plugin_paramviz.analysis.insight.drops import find_drop
from tensorboard_plugin_paramviz.analysis.insight.first_layers import placed
from tensorboard_plugin_paramviz.analysis.insight.gradient_flow import exploding, vanishing
from tensorboard_plugin_paramviz.analysis.insight.layer_view import LayerView
from tensorboard_plugin_paramviz.analysis.insight.looks import steadied
from tensorboard_plugin_paramviz.analysis.insight.loss_shape import divergence, initial_loss, oscillation
from tensorboard_plugin_paramviz.analysis.insight.nouns import Diagnosis, Finding, Known, Phase, Severity
from tensorboard_plugin_paramviz.analysis.insight.phases import phases
from tensorboard_plugin_paramviz.analysis.insight.ranks import rank_collapse
from tensorboard_plugin_paramviz.analysis.insight.rates import learning_rate
from tensorboard_plugin_paramviz.analysis.insight.schedule import boundaries
from tensorboard_plugin_paramviz.analysis.insight.spikes import spikes
from tensorboard_plugin_paramviz.analysis.insight.standing import standing
from tensorboard_plugin_paramviz.analysis.insight.tables import embedding_collapse, norm_drift
from tensorboard_plugin_paramviz.analysis.insight.tokens import undertrained_tokens
from tensorboard_plugin_paramviz.analysis.insight.units import dead_units
from tensorboard_plugin_paramviz.analysis.insight.updates import update_ratio
from tensorboard_plugin_paramviz.analysis.insight.validation import validation_findings
from tensorboard_plugin_paramviz.analysis.insight.words import explained

#: Of the run: a jump so soon after a session begins is the session's.
AFTER_RESUME = 0.03
_WORST_FIRST = {Severity.PROBLEM: 0, Severity.WATCH: 1, Severity.NOTE: 2}


def diagnose(known: Known) -> Diagnosis:
    """Cost: tens of milliseconds for 1,000 snapshots of 75 layers."""
    with np.errstate(all="ignore"):
        found = non_finite(known) + resumes(known) + clip_rate(known) + initial_loss(known)
        view = (
            LayerView(known, known.statistics) if known.statistics is not None and len(known.statistics.steps) else None
        )
        gone = [placed(known, view, one) for one in divergence(known)]
        # Out of what has left for good nothing swings that would be worth a word.
        found += gone or oscillation(known)
        if view is not None:
            found += vanishing(known, view) + exploding(known, view) + rank_collapse(known, view)
            found += update_ratio(known, view)
        found += attention_collapse(known, view) + dead_units(known, view)
        found += embedding_collapse(known) + norm_drift(known, view) + undertrained_tokens(known)
        found += cluster_changes(known)
        if not gone:
            found += validation_findings(known, swings=any(one.insight == "oscillation" for one in found))
        found += spikes(known, _masked(known, found))
        found += learning_rate(known, found)
        drop = find_drop(known) if not gone else None
        quiet = [one.first for one in found if one.insight == "vanishing_gradients"]
        told = steadied(known, phases(known, found, drop, quiet), quiet, _phases_then)
        found += standing(known, told, drop)
    found = [_within(known, one) for one in found]
    found.sort(key=lambda one: (_WORST_FIRST[one.severity], one.first, one.insight))
    return Diagnosis(told, boundaries(known), tuple(map(explained, found)))


def _within(known: Known, one: Finding) -> Finding:
    """A validation may lie behind the last step trained."""
    first = min(max(one.first, known.first), known.last)
    return replace(one, first=first, last=min(max(one.last, first), known.last))


def _phases_then(known: Known, quiet: list[int]) -> tuple[Phase, ...]:
    """The phases of a run as it stood, by its curves."""
    gone = divergence(known)
    found = gone or oscillation(known)
    if not gone:
        found = found + validation_findings(known, swings=bool(found))
    found = found + spikes(known, _masked(known, found))
    return phases(known, found, find_drop(known) if not gone else None, quiet)


def _masked(known: Known, found: list[Finding]) -> list[tuple[int, int]]:
    """Where a jump of the loss is explained by something else."""
    near = round(AFTER_RESUME * known.length)  # its first snapshot may lie behind its first step
    masked = [(step - near, step + near) for step in known.restarts]
    return masked + [(one.first, one.last) for one in found if one.insight in ("divergence", "oscillation")]
