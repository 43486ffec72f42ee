"""Runs whose training loss and validation loss part."""

from __future__ import annotations

import numpy as np

from simulated.course import Course, Effect, scenario
from simulated.laws import (
    block_layers,
    constant_schedule,
    ease,
    finish,
    first_loss,
    phases_of,
    run_share,
    sketch,
    step_at,
    then,
)
from simulated.model import Settings
from simulated.truth import Finding, Insight, Phase, Severity, Truth


@scenario
def overfitting(settings: Settings, rng: np.random.Generator) -> Course:
    """The validation loss turns at 30 to 50 % of the run and rises, while the training loss goes on falling.

    The textbook's U (Goodfellow, Bengio & Courville 2016, Deep Learning, 7.8): behind the turn the validation loss
    rises by 25 to 50 % of its least value until the end, a little faster than linearly; the training loss ends 40 to
    60 % below the healthy one, because the data is learned by heart.
    """
    onset, rise, fall = rng.uniform(0.3, 0.5), rng.uniform(0.25, 0.5), rng.uniform(0.4, 0.6)
    made, x = sketch(settings), run_share(settings)
    phases = phases_of(made.smooth)
    at = step_at(settings, onset)
    since = ((x - onset) / (1 - onset)).clip(0)
    made.smooth_val = np.where(x < onset, made.smooth_val, made.smooth_val[at] * (1 + rise * since**1.3))
    made.smooth = made.smooth * (1 - fall * ((x - onset + 0.1) / (1.1 - onset)).clip(0) ** 1.2)
    finding = Finding(Insight.OVERFITTING, Severity.PROBLEM, at)
    return finish(made, rng, Truth(then(phases, (Phase.OVERFITTING, at)), (finding,)))


@scenario
def grokking(settings: Settings, rng: np.random.Generator) -> Course:
    """Learned by heart within 10 % of the run; at 55 to 80 % it suddenly generalizes.

    A small algorithmic task with a weight decay of 1 (Power et al. 2022, Grokking). Training accuracy is 1 after 5 to
    10 % of the run while validation accuracy stays at chance and the validation loss rises above ln V; from 55 to 80 %
    on it goes to 1 within 3 to 8 %. The weights' norms rise while the data is learned by heart and are decayed away
    after, down to where the general solution lies (Liu et al. 2022, Omnigrok; Nanda et al. 2023, Progress measures for
    grokking). The rows of the embedding hardly take their places before the change. train/accuracy and val/accuracy
    are logged.
    """
    heart, onset, width = rng.uniform(0.05, 0.1), rng.uniform(0.55, 0.8), rng.uniform(0.03, 0.08)
    made, x = sketch(settings, constant_schedule(settings)), run_share(settings)
    start, chance = first_loss(settings), 1 / max(2, settings.rows)
    known, general = ease(x, 0.1 * heart, heart), ease(x, onset, onset + width)
    made.smooth = start * ((1 - known) * 0.98 + 0.02 * np.exp(-2 * x))
    made.smooth_val = start * ((1 + 0.6 * ease(x, 0.5 * heart, 3 * heart)) * (1 - general) + 0.02 * general)
    made.gradient = made.gradient * (0.15 + 0.85 * (1 - known)) * (1 + 3 * general * (1 - general))
    spread = 0.01 * rng.standard_normal((2, settings.steps))  # [2, N]
    train_accuracy = (chance + (1 - chance) * known + spread[0] * 4 * known * (1 - known)).clip(0, 1)
    val_accuracy = (chance + (1 - chance) * general + spread[1] * (0.3 + 4 * general * (1 - general))).clip(0, 1)
    weight = (1 + 0.9 * ease(x, 0, heart)) * (1 - 0.25 * ease(x, heart, onset)) * (1 - 0.3 * general)
    layers = tuple(
        path
        for block in range(settings.layers)
        for path in block_layers(block, "attn.c_attn", "attn.c_proj", "mlp.c_fc", "mlp.c_proj")
    )
    at, by_heart = step_at(settings, onset), step_at(settings, heart)
    truth = Truth(
        then(
            ((Phase.INITIALIZATION, 0),),
            (Phase.RAPID_LEARNING, min(1 + step_at(settings, 0.3 * heart), by_heart)),
            (Phase.OVERFITTING, by_heart),
            (Phase.GENERALIZATION, at),
            (Phase.CONVERGENCE, step_at(settings, onset + width)),
        ),
        (
            Finding(Insight.OVERFITTING, Severity.WATCH, by_heart),
            Finding(Insight.GROKKING, Severity.NOTE, at),
        ),
        (Insight.PLATEAU,),
    )
    return finish(
        made,
        rng,
        truth,
        weight_decay=1.0,
        pace=0.1 + 3 * ease(x, onset - 0.05, onset + width),
        scalars={"train/accuracy": train_accuracy, "val/accuracy": val_accuracy},
        effects=(Effect(layers, weight=weight),),
    )
