"""Everything that is said about a run, from everything that is known of it."""

from __future__ import annotations

import numpy as np

from tensorboard_plugin_paramviz.analysis.insight import labels
from tensorboard_plugin_paramviz.analysis.insight.attention import attention_collapse
from tensorboard_plugin_paramviz.analysis.insight.breaks import clip_rate, non_finite, resumes
from tensorboard_plugin_paramviz.analysis.insight.drops import Drop, find_drop
from tensorboard_plugin_paramviz.analysis.insight.gradient_flow import exploding, vanishing
from tensorboard_plugin_paramviz.analysis.insight.layer_view import LayerView
from tensorboard_plugin_paramviz.analysis.insight.loss_shape import chart, divergence, initial_loss, oscillation
from tensorboard_plugin_paramviz.analysis.insight.nouns import Diagnosis, Evidence, Finding, Known, Phase, Severity
from tensorboard_plugin_paramviz.analysis.insight.phases import phases
from tensorboard_plugin_paramviz.analysis.insight.ranks import rank_collapse
from tensorboard_plugin_paramviz.analysis.insight.rates import learning_rate
from tensorboard_plugin_paramviz.analysis.insight.schedule import boundaries
from tensorboard_plugin_paramviz.analysis.insight.spikes import spikes
from tensorboard_plugin_paramviz.analysis.insight.tables import embedding_collapse, norm_drift
from tensorboard_plugin_paramviz.analysis.insight.tokens import undertrained_tokens
from tensorboard_plugin_paramviz.analysis.insight.units import dead_units
from tensorboard_plugin_paramviz.analysis.insight.updates import update_ratio
from tensorboard_plugin_paramviz.analysis.insight.validation import validation_findings
from tensorboard_plugin_paramviz.analysis.insight.words import explained

#: Of the run: a jump so soon after a session begins is the session's.
AFTER_RESUME = 0.03
#: Of the run: a loss that stands for less has not converged.
CONVERGED = 0.1
_WORST_FIRST = {Severity.PROBLEM: 0, Severity.WATCH: 1, Severity.NOTE: 2}


def diagnose(known: Known) -> Diagnosis:
    """Cost: tens of milliseconds for 1,000 snapshots of 75 layers."""
    with np.errstate(over="ignore"):
        found = non_finite(known) + resumes(known) + clip_rate(known) + initial_loss(known)
        gone = divergence(known)
        # Out of what has left for good nothing swings that would be worth a word.
        found += gone or oscillation(known)
        view = (
            LayerView(known, known.statistics) if known.statistics is not None and len(known.statistics.steps) else None
        )
        if view is not None:
            found += vanishing(known, view) + exploding(known, view) + rank_collapse(known, view)
            found += update_ratio(known, view)
        found += attention_collapse(known, view) + dead_units(known, view)
        found += embedding_collapse(known) + norm_drift(known) + undertrained_tokens(known)
        if not gone:
            found += validation_findings(known, swings=any(one.insight == "oscillation" for one in found))
        found += spikes(known, _masked(known, found))
        found += learning_rate(known, found)
        drop = find_drop(known) if not gone else None
        told = phases(known, found, drop)
        found += _standing(known, told, drop)
    found.sort(key=lambda one: (_WORST_FIRST[one.severity], one.first, one.insight))
    return Diagnosis(told, boundaries(known), tuple(map(explained, found)))


def _masked(known: Known, found: list[Finding]) -> list[tuple[int, int]]:
    """Where a jump of the loss is explained by something else."""
    near = round(AFTER_RESUME * known.length)  # its first snapshot may lie behind its first step
    masked = [(step - near, step + near) for step in known.restarts]
    return masked + [(one.first, one.last) for one in found if one.insight in ("divergence", "oscillation")]


def _standing(known: Known, told: tuple[Phase, ...], drop: Drop | None) -> list[Finding]:
    """A standstill before a drop is a plateau; one at the end, with nothing against it, convergence."""
    if known.train is None:
        return []
    found = []
    for one in told[:-1]:
        if one.name == labels.PLATEAU:
            how = "at once: something new was learned" if drop and one.first <= known.step_at(drop.begin) else "on"
            text = f"From step {one.first:,} to {one.last:,} the loss stands still, then it falls {how}."
            evidence = Evidence((chart(known.train),))
            found.append(
                Finding("plateau", Severity.WATCH, one.first, one.last, text, one.confidence, evidence=evidence)
            )
    newest = told[-1] if told else None
    if newest is not None and newest.name == labels.PLATEAU:
        text = (
            f"From step {newest.first:,} on the loss stands still: no gradient comes through to what could learn more."
        )
        evidence = Evidence((chart(known.train),))
        found.append(
            Finding("plateau", Severity.WATCH, newest.first, newest.last, text, newest.confidence, evidence=evidence)
        )
    elif (
        newest is not None
        and newest.name == labels.CONVERGENCE
        and newest.last - newest.first > CONVERGED * known.length
    ):
        text = f"From step {newest.first:,} on the loss hardly falls any more. {newest.reason}"
        evidence = Evidence((chart(known.train),))
        found.append(
            Finding("convergence", Severity.NOTE, newest.first, newest.last, text, newest.confidence, evidence=evidence)
        )
    return found
