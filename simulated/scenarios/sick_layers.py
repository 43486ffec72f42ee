"""Runs in which layers fall ill. Each scenario says what of its illness shows in the statistics of each snapshot, and
what in the probe of each tenth."""

from __future__ import annotations

import numpy as np

from simulated.course import Array, Course, Effect, scenario
from simulated.laws import (
    adam_epsilon,
    approach,
    block_layers,
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
from simulated.model import PEAK_LR, WPE, WTE, Settings
from simulated.truth import Finding, Insight, Phase, Severity, Truth

#: What float32 backward passes still give where nothing comes through any more.
LEAST_GRADIENT = 1e-9


@scenario
def vanishing_gradients(settings: Settings, rng: np.random.Generator) -> Course:
    """From 15 to 45 % of the run on, no gradient comes through one block: all below it stop learning.

    The gradient is a product over the blocks it passes (Glorot & Bengio 2010; Pascanu et al. 2013): the sick block
    multiplies it by 10^-4, each one below by a further 10^-1 to 10^-2, within 10 % of the run. Adam keeps the size of
    updates until the gradient comes near its epsilon, so they fail deeper down and later (Wortsman et al. 2023); then
    only weight decay moves the weights. The position embedding lies below all blocks; the token embedding is the head
    too, and keeps the head's gradient. The loss goes on falling at a tenth of its rate.
    Visible: grad_*, update_* of the blocks; the rows' norms of the position table; in the deepest ones |g| < 1e-7.
    """
    onset, below = rng.uniform(0.15, 0.45), rng.uniform(1, 2)
    block = int(rng.integers(settings.layers // 2, settings.layers))
    x = run_share(settings)
    sick = ease(x, onset, onset + 0.1)
    lr = cosine_schedule(settings)
    made = sketch(settings, lr, np.cumsum(lr * (1 - 0.9 * sick)) / PEAK_LR)
    phases = [
        (Phase.PLATEAU if name == Phase.CONVERGENCE and first > onset * settings.steps else name, first)
        for name, first in phases_of(made.smooth)
    ]

    def effect(layers: tuple[str, ...], distance: int) -> Effect:
        grad = np.exp(np.log(max(LEAST_GRADIENT, 10 ** -(4 + below * distance))) * sick)
        return Effect(layers, grad=grad, update=adam_epsilon(grad))

    effects = [effect(block_layers(b), block - b) for b in range(block + 1)]
    effects.append(effect((WPE,), block + 1))
    layers = tuple(path for one in effects for path in one.layers)
    at = step_at(settings, onset)
    truth = Truth(
        tuple(phases),
        (Finding(Insight.VANISHING_GRADIENTS, Severity.PROBLEM, at, layers),),
        (Insight.PLATEAU,),
    )
    return finish(made, rng, truth, effects=tuple(effects))


@scenario
def exploding_gradients(settings: Settings, rng: np.random.Generator) -> Course:
    """From 40 to 70 % of the run on the gradients grow exponentially from one block downwards, the lowest most.

    The product of the blocks' Jacobians grows instead of shrinking (Pascanu et al. 2013). At the end of the run the
    embeddings' gradient is 10^2 to 10^4 times the healthy one; of that exponent the sick block has a half and a bit,
    each one below more. Nothing is clipped. Adam, whose second moment lags, lets the updates grow 2.5 times. The loss
    rises from 5 % of the run later on, towards 1.1 ln V. Visible: grad_* and train/grad_norm first, update_*, then the
    loss.
    """
    onset, exponent = rng.uniform(0.4, 0.7), rng.uniform(2, 4)
    block = int(rng.integers(settings.layers))
    made, x = sketch(settings), run_share(settings)
    phases = phases_of(made.smooth)
    since = ((x - onset) / (1 - onset)).clip(0)
    made.raise_loss(approach(x, onset + 0.05, 0.15), 1.1 * first_loss(settings))
    update = 1 + 1.5 * ease(x, onset, onset + 0.1)

    def effect(layers: tuple[str, ...], share: float) -> Effect:
        return Effect(layers, grad=10 ** (exponent * share * since), update=update)

    effects = [effect(block_layers(b), 0.5 + 0.5 * (block - b + 1) / (block + 2)) for b in range(block + 1)]
    effects.append(effect((WTE, WPE), 1.0))
    layers = tuple(path for one in effects for path in one.layers)
    at, later = step_at(settings, onset), step_at(settings, onset + 0.05)
    truth = Truth(
        then(phases, (Phase.DIVERGENCE, later)),
        (Finding(Insight.EXPLODING_GRADIENTS, Severity.PROBLEM, at, layers),),
        (Insight.DIVERGENCE, Insight.SPIKE),
    )
    return finish(made, rng, truth, effects=tuple(effects))


@scenario
def dead_units(settings: Settings, rng: np.random.Generator) -> Course:
    """From 20 to 50 % of the run on the units of one block's MLP die, at last 93 to 99 % of them.

    A unit that never fires has neither gradient nor update (Sokar et al. 2023, dormant neurons; Voita et al. 2023,
    arXiv 2309.04827, dead neurons in transformers): with a share u dead, the RMS of gradient and update of mlp_up and
    mlp_down falls by sqrt(1 - u). Adam can't make up for it, as it does for a gradient that is small everywhere. The
    largest entry belongs to a living unit and keeps its size, so it stands out by 1 / sqrt(1 - u). The weights stay
    where they are, but for the decay. Visible: grad_rms, update_ratio, grad_max_abs / grad_rms of the two layers, and
    the probe's mlp_dead_ratio of the block. The loss ends 3 % higher.
    """
    onset, most = rng.uniform(0.2, 0.5), rng.uniform(0.93, 0.99)
    block = int(rng.integers(settings.layers))
    made, x = sketch(settings), run_share(settings)
    dead = most * ease(x, onset, onset + 0.15)
    made.smooth, made.smooth_val = made.smooth * (1 + 0.03 * dead), made.smooth_val * (1 + 0.03 * dead)
    left = np.sqrt(1 - dead)
    layers = block_layers(block, "mlp.c_fc", "mlp.c_proj")
    finding = Finding(Insight.DEAD_UNITS, Severity.PROBLEM, step_at(settings, onset), layers)
    truth = Truth(phases_of(made.smooth), (finding,), (Insight.VANISHING_GRADIENTS, Insight.PLATEAU))
    effects = (Effect(layers, grad=left, update=left, grad_tail=1 / left, alive=1 - dead),)
    return finish(made, rng, truth, effects=effects)


@scenario
def attention_collapse(settings: Settings, rng: np.random.Generator) -> Course:
    """From 35 to 65 % of the run on one block's QKV weights run away; its heads look at one token, then the loss rises.

    Attention entropy falls as the spectral norm of the query and key weights grows, and training becomes unstable
    (Zhai et al. 2023, arXiv 2303.06296). The weights' norm grows 4 to 8 times in 20 % of the run, the largest entry 2.5
    times as much again, as a few directions take over; the gradient norm 6 to 15 times in 12 %; 6 to 10 % of the run
    after the onset the loss goes back by 20 to 40 % of the way to ln V. Visible: weight_*, grad_*, update_* of
    attn_qkv in that block, before the loss; the probe's entropy, and its largest logit, which grows with the square of
    the weights.
    """
    onset, delay, loss = rng.uniform(0.35, 0.65), rng.uniform(0.06, 0.1), rng.uniform(0.2, 0.4)
    block = int(rng.integers(settings.layers))
    made, x = sketch(settings), run_share(settings)
    phases = phases_of(made.smooth)
    climb = approach(x, onset + delay, 0.08)
    made.raise_loss(loss * climb, first_loss(settings))
    layers = block_layers(block, "attn.c_attn")
    effect = Effect(
        layers,
        weight=grown(x, rng.uniform(4, 8), onset, onset + 0.2),
        tail=1 + 1.5 * ease(x, onset, onset + 0.2),
        grad=grown(x, rng.uniform(6, 15), onset, onset + 0.12),
        update=1 + 0.5 * ease(x, onset, onset + 0.12),
    )
    finding = Finding(Insight.ATTENTION_COLLAPSE, Severity.PROBLEM, step_at(settings, onset), layers)
    truth = Truth(
        then(phases, (Phase.DIVERGENCE, step_at(settings, onset + delay))),
        (finding,),
        (Insight.DIVERGENCE, Insight.EXPLODING_GRADIENTS, Insight.SPIKE),
    )
    return finish(made, rng, truth, 1 + 3 * climb, effects=(effect,))


@scenario
def rank_collapse(settings: Settings, rng: np.random.Generator) -> Course:
    """From 30 to 60 % of the run on one block's attention matrices become nearly a product of two vectors.

    Of the squared norm, 97 to 99.5 % goes to one singular direction within 20 % of the run, at the same norm (stable
    rank as in Martin & Mahoney's WeightWatcher; what it does to the signal: Dong et al. 2021, Attention is not all you
    need). Entries become products of two normal numbers, which are more often tiny and more often large: by that law
    weight_near_zero_ratio grows 2.5 to 4 times and weight_max_abs / weight_rms up to twice. So does the gradient's
    largest entry. The loss hardly tells: 4 % higher at the end. Visible: these ratios and stable_rank, in attn_qkv and
    attn_out of the block.
    """
    onset, most = rng.uniform(0.3, 0.6), rng.uniform(0.97, 0.995)
    block = int(rng.integers(settings.layers))
    made, x = sketch(settings), run_share(settings)
    one = most * ease(x, onset, onset + 0.2)  # the share of the first direction
    made.smooth, made.smooth_val = made.smooth * (1 + 0.04 * one), made.smooth_val * (1 + 0.04 * one)
    near_zero = near_zero_of_rank_one(one)
    effects = []
    for path, rows in zip(block_layers(block, "attn.c_attn", "attn.c_proj"), (3, 1), strict=True):
        tail = tail_of_rank_one(one, rows * settings.dims, settings.dims)
        effects.append(Effect((path,), tail=tail, grad_tail=tail, near_zero=near_zero, spread=1 - one))
    layers = tuple(path for effect in effects for path in effect.layers)
    finding = Finding(Insight.RANK_COLLAPSE, Severity.PROBLEM, step_at(settings, onset), layers)
    truth = Truth(phases_of(made.smooth), (finding,), (Insight.PLATEAU,))
    return finish(made, rng, truth, effects=tuple(effects))


def near_zero_of_rank_one(one: Array) -> Array:
    """Density at 0 of sqrt(1 - c) g + sqrt(c) u v with normal g, u, v, over that of g: given v it is normal with the
    variance 1 - c + c v^2, and the mean of its density is taken over v. one: c, [N]"""
    v = np.linspace(-6, 6, 4001)  # [V]
    weights = np.exp(-v * v / 2)
    share = 1 - np.geomspace(1, 1e-3, 200)  # [C], rising
    density = weights / np.sqrt(1 - share[:, None] + share[:, None] * v * v)  # [C, V]
    return np.interp(one, share, density.sum(1) / weights.sum())


def tail_of_rank_one(one: Array, rows: int, columns: int) -> Array:
    """The largest entry of such a matrix over that of a normal one: sqrt(2 ln n) for n normal numbers, and a product
    of two such for the outer product."""
    normal = np.log(rows * columns + 1)
    product = 2 * np.log(rows + 1) * np.log(columns + 1)
    return np.sqrt(1 - one + one * product / normal)
