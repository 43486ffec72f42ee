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


@scenario
def clusters_change(settings: Settings, rng: np.random.Generator) -> Course:
    """Groups of tokens are born, two of them merge, one dissolves; the loss doesn't show it.

    Three groups of tokens drawn at random, not most of one class, each 8 to 11 % of the vocabulary, leave their places
    for one of their own, at 12 to 18, 22 to 28 and 32 to 38 % of the run; there they keep 0.3 of what tells them apart.
    At 50 to 60 % the second goes to where the first is, at 72 to 84 % the third goes back. Each way takes 3 % of the
    run and the truth has its middle. The transitions are those of MONIC (Spiliopoulou et al. 2006). Visible: the rows.
    """
    made, x = sketch(settings), run_share(settings)
    born = [rng.uniform(low, low + 0.06) for low in (0.12, 0.22, 0.32)]
    merged, dissolved = rng.uniform(0.5, 0.6), rng.uniform(0.72, 0.84)
    many = max(1, min(max(5, round(rng.uniform(0.08, 0.11) * settings.rows)), settings.rows // 4))
    vocabulary = make_vocabulary(settings.rows)
    for _ in range(200):
        groups = np.sort(np.resize(rng.permutation(settings.rows), (3, many)), axis=1)  # [3, K]
        if all(np.bincount(vocabulary.classes[group]).max() <= many / 2 for group in groups):
            break
    # Directions at right angles: no two groups stand near each other by chance.
    ways = np.linalg.qr(rng.standard_normal((max(3, settings.dims), 3)))[0].T[:, : settings.dims].astype(np.float32)

    def about(share: float) -> np.ndarray:
        return ease(x, share - 0.015, share + 0.015)

    gathered = [about(share) for share in born]
    gathered[2] = gathered[2] - about(dissolved)
    together = about(merged)

    def bend(step: int, values: Float32) -> Float32:
        bent, middle = values.copy(), values.mean(axis=0)
        length = np.float32(1.2 * np.sqrt(np.square(values - middle).sum(axis=1).mean()))
        part = np.float32(together[step])
        places = [ways[0], (1 - part) * ways[1] + part * ways[0], ways[2]]
        for rows, place, gather in zip(groups, places, gathered, strict=True):
            share = np.float32(gather[step])
            there = middle + length * place + np.float32(0.3) * (values[rows] - middle)
            bent[rows] = (1 - share) * values[rows] + share * there
        return bent

    def planted(insight: Insight, share: float, *which: int) -> Finding:
        tokens = tuple(vocabulary.labels[at] for at in sorted(np.concatenate([groups[one] for one in which]).tolist()))
        return Finding(insight, Severity.NOTE, step_at(settings, share), (WTE,), tokens)

    findings = [planted(Insight.CLUSTER_BORN, share, at) for at, share in enumerate(born)]
    findings.append(planted(Insight.CLUSTER_MERGED, merged, 0, 1))
    findings.append(planted(Insight.CLUSTER_DISSOLVED, dissolved, 2))
    return finish(made, rng, Truth(phases_of(made.smooth), tuple(findings)), rows=RowEffect(bend))
