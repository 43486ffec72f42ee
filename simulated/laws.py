"""The laws scenarios are put together from. Arrays are float64 [N], a value for every step."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from simulated.course import Array, Course
from simulated.model import NOISE_COHERENCE, PEAK_LR, Settings
from simulated.truth import Phase, Truth

#: A slope is the change of ln(loss) over a tenth of the run.
RAPID_SLOPE, FLAT_SLOPE = -0.15, -0.012
#: The share of the whole fall after which learning has begun, and the shortest phase as a share of the run.
BEGUN, SHORTEST_PHASE = 0.05, 0.02
ADAM_EPSILON = 1e-8
WARMUP_SHARE = 0.03
#: RMS of a healthy block's gradient, roughly, where Adam's epsilon must be compared with one.
TYPICAL_GRADIENT = 1e-3


def run_share(settings: Settings) -> Array:
    """Each step as a share of the run, 0 to just below 1."""
    return np.arange(settings.steps, dtype=float) / settings.steps


def step_at(settings: Settings, share: float) -> int:
    return min(settings.steps - 1, int(np.ceil(share * settings.steps)))


def ease(x: Array, begin: float, end: float) -> Array:
    """0 up to `begin`, 1 from `end` on, smooth between (3 u^2 - 2 u^3)."""
    u = ((x - begin) / (end - begin)).clip(0, 1)
    return u * u * (3 - 2 * u)


def grown(x: Array, factor: float, begin: float, end: float) -> Array:
    """1 up to `begin`, `factor` from `end` on, exponential in between but for soft ends."""
    return np.exp(np.log(factor) * ease(x, begin, end))


def approach(x: Array, begin: float, scale: float) -> Array:
    """0 up to `begin`, then towards 1 with the time constant `scale`."""
    return 1 - np.exp(-(x - begin).clip(0) / scale)


def first_loss(settings: Settings) -> float:
    """ln V: the loss of a model that knows nothing."""
    return float(np.log(max(2, settings.rows)))


def warm_up(settings: Settings) -> float:
    return max(1.0, WARMUP_SHARE * settings.steps)


def cosine_schedule(settings: Settings) -> Array:
    """Linear warm-up over 3 % of the steps, then a cosine to a tenth."""
    t, warmup = np.arange(settings.steps, dtype=float), warm_up(settings)
    cosine = 0.55 + 0.45 * np.cos(np.pi * np.clip((t - warmup) / max(1.0, settings.steps - warmup), 0, 1))
    return PEAK_LR * np.where(t < warmup, (t + 1) / (warmup + 1), cosine)


def constant_schedule(settings: Settings) -> Array:
    """Linear warm-up over 3 % of the steps, then constant."""
    t, warmup = np.arange(settings.steps, dtype=float), warm_up(settings)
    return PEAK_LR * np.minimum(1, (t + 1) / (warmup + 1))


@dataclass
class Sketch:
    """A course before its noise, for a scenario to change. Made by `sketch`, finished by `finish`."""

    settings: Settings
    lr: Array
    learned: Array
    smooth: Array
    smooth_val: Array
    coherence: Array
    gradient: Array
    stir: Array

    def raise_loss(self, share: Array, level: float) -> None:
        """Move the loss by `share` (0 to 1) of its distance to `level`."""
        self.smooth = self.smooth + share * (level - self.smooth)
        self.smooth_val = self.smooth_val + share * (level - self.smooth_val)


def sketch(settings: Settings, lr: Array | None = None, learned: Array | None = None, floor: float = 0.35) -> Sketch:
    """The healthy course: a power law from ln V to floor x ln V in `learned`, by default the progress sum of lr / peak.
    The laws are told in simulated/__init__.py."""
    lr = cosine_schedule(settings) if lr is None else lr
    # Learning begins with the warm-up's own progress, so that the first steps are flat as they are in a real run.
    learned = np.cumsum(lr) / PEAK_LR if learned is None else learned
    tau = max(1.0, settings.steps / 200)
    start = first_loss(settings)
    end = floor * start
    smooth = end + (start - end) * (1 + learned / tau) ** -0.6
    return Sketch(
        settings,
        lr,
        learned,
        smooth,
        smooth * (1 + 0.04 * learned / learned[-1]),
        NOISE_COHERENCE + (1 - NOISE_COHERENCE) * np.exp(-learned / (4 * tau)),
        0.25 + 2.0 * (1 + learned / tau) ** -0.5,
        np.sqrt(lr / PEAK_LR),
    )


def finish(made: Sketch, rng: np.random.Generator, truth: Truth, noise: Array | float = 1.0, **others: Any) -> Course:
    """The course with its noise on; noise: a factor on its size. others: what a Course has beside these."""
    count = made.settings.steps
    loss = made.smooth * (1 + 0.015 * noise * rng.standard_normal(count))
    val_loss = made.smooth_val + 0.003 * first_loss(made.settings) * noise * rng.standard_normal(count)
    return Course(made.lr, loss, val_loss, made.coherence, made.gradient, made.stir, truth, **others)


def phases_of(smooth: Array) -> tuple[tuple[Phase, int], ...]:
    """Phases of a course without sickness, from the slope of its loss before noise: initialization until a twentieth
    of the fall is done, rapid_learning, refinement, and convergence where ln(loss) falls by less than 0.012 in a tenth
    of the run."""
    count = len(smooth)
    if count < 2:
        return ((Phase.INITIALIZATION, 0),)
    slope = np.gradient(np.log(smooth)) * 0.1 * count
    order = (Phase.INITIALIZATION, Phase.RAPID_LEARNING, Phase.REFINEMENT, Phase.CONVERGENCE)
    codes = np.where(slope < RAPID_SLOPE, 1, np.where(slope > FLAT_SLOPE, 3, 2))
    codes[: int(np.argmax(smooth < smooth[0] - BEGUN * np.ptp(smooth)))] = 0
    phases: list[tuple[Phase, int]] = []
    changes = [0, *(np.flatnonzero(np.diff(codes)) + 1).tolist(), count]
    for first, end in pairwise(changes):
        short = end - first < SHORTEST_PHASE * count and first > 0 and codes[first - 1] > 0
        if not short and (not phases or phases[-1][0] != order[codes[first]]):
            phases.append((order[codes[first]], first))
    return tuple(phases)


def then(phases: tuple[tuple[Phase, int], ...], *later: tuple[Phase, int]) -> tuple[tuple[Phase, int], ...]:
    """`phases` up to where `later` takes over."""
    for name, first in later:
        phases = (*(one for one in phases if one[1] < first), (name, first))
    return phases


def adam_epsilon(gradient: Array) -> Array:
    """What is left of an update when the gradient shrinks by `gradient`: Adam divides by |g| + epsilon, so it keeps the
    update's size until the gradient comes near epsilon (Wortsman et al. 2023, small-scale proxies)."""
    size = TYPICAL_GRADIENT * gradient
    return (size / (size + ADAM_EPSILON)) / (TYPICAL_GRADIENT / (TYPICAL_GRADIENT + ADAM_EPSILON))


def block_layers(block: int, *names: str) -> tuple[str, ...]:
    """Paths of a block's layers, of all of them by default."""
    return tuple(f"transformer.h.{block}.{name}" for name in names or BLOCK_LAYERS)


BLOCK_LAYERS = ("ln_1", "attn.c_attn", "attn.c_proj", "ln_2", "mlp.c_fc", "mlp.c_proj")
