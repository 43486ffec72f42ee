"""Runs whose loss gets out of hand, for good or for moments."""

from __future__ import annotations

import numpy as np

from simulated.course import Course, Effect, scenario
from simulated.laws import (
    WARMUP_SHARE,
    approach,
    block_layers,
    constant_schedule,
    cosine_schedule,
    ease,
    finish,
    first_loss,
    grown,
    phases_of,
    run_share,
    sketch,
    step_at,
    then,
)
from simulated.model import PEAK_LR, Settings, make_layers
from simulated.truth import Finding, Insight, Phase, Severity, Truth


@scenario
def divergence(settings: Settings, rng: np.random.Generator) -> Course:
    """A learning rate 3 to 6 times too high: at 40 to 75 % of the run the loss leaves for good.

    One block gives way first: its QKV, attention output and MLP output weights grow (the layers whose outputs grow
    first in the study of high-learning-rate divergence, arXiv 2410.16682), 2 to 4 times within 19 % of the run from
    4 % before the onset. The gradient norm follows from 2 % before it, 20 to 60 times; then the loss climbs past ln V,
    and the rows are shaken off their places.
    """
    factor, onset = rng.uniform(3, 6), rng.uniform(0.4, 0.75)
    block = int(rng.integers(settings.layers))
    made, x = sketch(settings, cosine_schedule(settings) * factor), run_share(settings)
    phases = phases_of(made.smooth)
    climb = approach(x, onset, rng.uniform(0.04, 0.08))
    made.raise_loss(climb, 1.25 * first_loss(settings))
    made.gradient = made.gradient * grown(x, rng.uniform(20, 60), onset - 0.02, onset + 0.1)
    made.stir = made.stir * (1 + 30 * climb)
    layers = block_layers(block, "attn.c_attn", "attn.c_proj", "mlp.c_proj")
    weight = grown(x, rng.uniform(2, 4), onset - 0.04, onset + 0.15)
    at = step_at(settings, onset)
    truth = Truth(
        then(phases, (Phase.DIVERGENCE, at)),
        (
            Finding(Insight.DIVERGENCE, Severity.PROBLEM, at, layers),
            Finding(Insight.LEARNING_RATE_TOO_HIGH, Severity.WATCH, step_at(settings, WARMUP_SHARE)),
        ),
        (Insight.EXPLODING_GRADIENTS, Insight.SPIKE, Insight.OVERFITTING, Insight.ATTENTION_COLLAPSE),
    )
    effects = (Effect(layers, weight=weight),)
    return finish(made, rng, truth, 1 + 6 * climb, peak_lr=PEAK_LR * factor, effects=effects)


@scenario
def oscillation(settings: Settings, rng: np.random.Generator) -> Course:
    """A learning rate 2 to 4 times too high that never falls: from 30 to 60 % of the run on the loss swings.

    At the edge of stability the loss rises along the sharpest direction, flattens, and falls again (Cohen et al. 2021,
    Gradient descent on neural networks typically occurs at the edge of stability). A swing of 8 to 20 % of the loss
    with a period of 1.5 to 3 % of the run, whose length wanders by a tenth; the gradient norm leads it by a quarter of
    a period.
    """
    factor, onset = rng.uniform(2, 4), rng.uniform(0.3, 0.6)
    size, period = rng.uniform(0.08, 0.2), max(8.0, rng.uniform(0.015, 0.03) * settings.steps)
    made, x = sketch(settings, constant_schedule(settings) * factor), run_share(settings)
    phases = phases_of(made.smooth)
    wander = 1 + 0.1 * np.sin(2 * np.pi * x * rng.uniform(4, 9))
    turned = 2 * np.pi * np.cumsum(wander / period) + rng.uniform(0, 2 * np.pi)
    swing = ease(x, onset - 1e-9, onset + 0.05)
    made.smooth = made.smooth * (1 + size * swing * np.sin(turned))
    made.smooth_val = made.smooth_val * (1 + size * swing * np.sin(turned))
    made.gradient = made.gradient * np.exp(0.7 * swing * np.cos(turned))
    at = step_at(settings, onset)
    truth = Truth(
        then(phases, (Phase.OSCILLATION, at)),
        (
            Finding(Insight.OSCILLATION, Severity.WATCH, at),
            Finding(Insight.LEARNING_RATE_TOO_HIGH, Severity.WATCH, step_at(settings, WARMUP_SHARE)),
        ),
    )
    return finish(made, rng, truth, peak_lr=PEAK_LR * factor)


@scenario
def loss_spikes(settings: Settings, rng: np.random.Generator) -> Course:
    """2 to 5 spikes of the loss between 20 and 93 % of the run; it recovers from each.

    The gradient norm jumps first, 7 to 15 times, 0.2 % of the run before the loss (that order, and the rule for
    spikes, as in OLMo 2, arXiv 2501.00656; spikes of this kind in PaLM, Chowdhery et al. 2022). The loss stands 30 to
    100 % higher at once and recovers exponentially, in 0.4 to 1.2 % of the run. In one matrix, another for each spike,
    the gradient stands 5 to 8 times higher already 1.2 % of the run before: that is where it began.
    """
    count = int(rng.integers(2, 6))
    made, steps = sketch(settings), settings.steps
    phases = phases_of(made.smooth)
    t = np.arange(steps, dtype=float)
    lead = max(1.0, 0.002 * steps)
    starts = []
    for ordinal in range(count):
        at = step_at(settings, 0.2 + 0.73 * (ordinal + rng.uniform(0.2, 0.8)) / count)
        recovery = max(2.0, rng.uniform(0.004, 0.012) * steps)
        height, jump = rng.uniform(0.3, 1.0), rng.uniform(6, 14)
        # Not exp of the whole: far behind the spike it must be 0, not small.
        tail = np.where(t >= at, np.exp(-(t - at).clip(0, 50 * recovery) / recovery), 0.0)
        made.smooth = made.smooth * (1 + height * tail)
        made.smooth_val = made.smooth_val * (1 + height * tail)
        since = t - (at - lead)
        made.gradient = made.gradient * (1 + jump * np.where(since >= 0, np.exp(-since.clip(0) / (lead + recovery)), 0))
        starts.append(at)
    matrices = [layer.path for layer in make_layers(settings) if layer.role.startswith(("attn_", "mlp_"))]
    first = rng.choice(matrices, count, replace=False).tolist()
    ahead, effects = max(2.0, 0.012 * steps), []
    for at, path in zip(starts, first, strict=True):
        before = (t >= at - ahead) & (t < at + lead)
        effects.append(Effect((path,), grad=np.where(before, rng.uniform(5, 8), 1.0)))
    findings = tuple(
        Finding(Insight.SPIKE, Severity.WATCH, at, (path,)) for at, path in zip(starts, first, strict=True)
    )
    return finish(made, rng, Truth(phases, findings), effects=tuple(effects))
