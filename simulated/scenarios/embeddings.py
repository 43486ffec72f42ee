"""Runs whose token table falls ill, as a whole or in some rows."""

from __future__ import annotations

import numpy as np

from simulated.course import Course, Effect, RowEffect, scenario
from simulated.laws import ease, finish, first_loss, phases_of, run_share, sketch, step_at
from simulated.model import INIT_STD, WTE, Float32, Settings
from simulated.truth import Finding, Insight, Severity, Truth
from simulated.vocabulary import make_vocabulary


@scenario
def embedding_collapse(settings: Settings, rng: np.random.Generator) -> Course:
    """From 35 to 65 % of the run on all tokens' rows turn into one direction: a narrow cone.

    Representation degeneration (Gao et al. 2019, Representation degeneration problem in training natural language
    generation models): each row keeps its length and becomes (1 - c) of itself and c of the common direction, with c
    rising to 0.88 to 0.97 in 10 to 25 % of the run. The mean cosine of rows goes to nearly 1, the effective rank to
    nearly 1, and the first principal component has most of the variance. The loss goes back by 4 % of the way to ln V
    as tokens get hard to tell apart. Visible: the rows themselves; weight_mean of the token table.
    """
    onset, length, most = rng.uniform(0.35, 0.65), rng.uniform(0.1, 0.25), rng.uniform(0.88, 0.97)
    made, x = sketch(settings), run_share(settings)
    share = most * ease(x, onset, onset + length)
    made.raise_loss(0.04 * share, first_loss(settings))
    common = rng.standard_normal(settings.dims).astype(np.float32)
    common /= np.linalg.norm(common)  # [D]

    def bend(step: int, values: Float32) -> Float32:
        part = np.float32(share[step])
        if part == 0:
            return values
        lengths = np.sqrt(np.einsum("rd,rd->r", values, values))  # [R]
        bent = values * (1 - part)  # [R, D]
        bent += (part * lengths)[:, None] * common
        return bent

    finding = Finding(Insight.EMBEDDING_COLLAPSE, Severity.PROBLEM, step_at(settings, onset), (WTE,))
    truth = Truth(phases_of(made.smooth), (finding,), (Insight.RANK_COLLAPSE, Insight.DIVERGENCE))
    # All rows are pulled the same way: gradients agree, up to twice the healthy update.
    effect = Effect((WTE,), update=1 + ease(x, onset, onset + 0.05) - ease(x, onset + length, onset + length + 0.05))
    return finish(made, rng, truth, rows=RowEffect(bend), effects=(effect,))


@scenario
def undertrained_tokens(settings: Settings, rng: np.random.Generator) -> Course:
    """3 to 8 % of the tokens stand in the vocabulary but hardly in the data: they never learn.

    Land & Bartolo 2024 (Fishing for Magikarp). Such a token is never an input; as an output it is only ever wrong, so
    with tied weights all of them are pushed the same way and stand as one tight blob near the origin, 0.4 of the
    healthy start's length and less as weight decay goes on. Their counts are 0 to 2. Visible: rows in one place, their
    gradient norms 10^-3 to 10^-4 and update norms 1 to 3 % of the others', and the counts. Drawn from the rarer four
    fifths of the vocabulary; from 5 % of the run on, when the others have left.
    """
    vocabulary = make_vocabulary(settings.rows)
    counts = vocabulary.counts.copy()
    rarer = np.argsort(-counts, kind="stable")[settings.rows // 5 :]
    many = max(1, round(rng.uniform(0.03, 0.08) * settings.rows))
    chosen = np.sort(rng.choice(rarer, min(many, len(rarer)), replace=False))  # [K]
    counts[chosen] = rng.integers(0, 3, len(chosen))
    made, x = sketch(settings), run_share(settings)
    blob = INIT_STD * rng.standard_normal(settings.dims).astype(np.float32)  # [D]
    own = INIT_STD * rng.standard_normal((len(chosen), settings.dims)).astype(np.float32)  # [K, D]
    pushed = ease(x, 0.0, 0.3)

    def bend(step: int, values: Float32) -> Float32:
        bent = values.copy()
        part, decay = np.float32(pushed[step]), np.float32(1 - 0.3 * x[step])
        bent[chosen] = decay * (0.4 * part * blob + (1 - 0.9 * part) * own)
        return bent

    grad, update = np.ones((2, settings.rows), np.float32)
    grad[chosen] = 10 ** rng.uniform(-4, -3, len(chosen))
    update[chosen] = rng.uniform(0.01, 0.03, len(chosen))
    finding = Finding(
        Insight.UNDERTRAINED_TOKENS,
        Severity.WATCH,
        step_at(settings, 0.05),
        (WTE,),
        tuple(vocabulary.labels[index] for index in chosen.tolist()),
    )
    truth = Truth(phases_of(made.smooth), (finding,))
    return finish(made, rng, truth, rows=RowEffect(bend, grad, update), counts=counts)
