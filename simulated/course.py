"""What a scenario decides, and the register of scenarios. Letters: N steps, R rows, D dims."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from simulated.model import PEAK_LR, WEIGHT_DECAY, Float32, Settings
from simulated.truth import Truth

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Effect:
    """Factors on the healthy numbers of some layers, float64 [N]; None = as healthy.

    weight, grad, update: on the RMS of weights, gradient and last change. tail, grad_tail: on the largest entry over
    the RMS. near_zero: on the share of weights near zero. spread: the share of a matrix's squared norm that is
    not in the one direction it collapses to. alive: the share of an MLP's units that fire.
    """

    layers: tuple[str, ...]
    weight: Array | None = None
    grad: Array | None = None
    update: Array | None = None
    tail: Array | None = None
    grad_tail: Array | None = None
    near_zero: Array | None = None
    spread: Array | None = None
    alive: Array | None = None


@dataclass(frozen=True)
class RowEffect:
    """What becomes of the rows of the token table. bend: (step, values float32 [R, D]) to what the table then holds.
    grad, update: float32 [R], factors on the norms of each row; None = as healthy."""

    bend: Callable[[int, Float32], Float32]
    grad: Float32 | None = None
    update: Float32 | None = None


@dataclass(frozen=True)
class Restart:
    """The run ends before the step `stopped` and goes on from a state saved at `saved`, on a course of its own."""

    stopped: int
    saved: int
    course: Course


@dataclass
class Course:
    """What a scenario decides: a value for every step (float64 [N] each), and the truth about it.

    gradient: global gradient norm before noise. stir: size of the rows' noise. pace: the rows' progress per unit of
    learning rate, None = 1. scalars: further ones by tag, those that begin with val/ logged with val/loss. counts: how
    often each token occurs, int64 [R], where not as the vocabulary has it.
    """

    lr: Array
    loss: Array
    val_loss: Array
    coherence: Array
    gradient: Array
    stir: Array
    truth: Truth
    peak_lr: float = PEAK_LR
    weight_decay: float = WEIGHT_DECAY
    pace: Array | None = None
    scalars: dict[str, Array] = field(default_factory=dict)
    effects: tuple[Effect, ...] = ()
    rows: RowEffect | None = None
    counts: npt.NDArray[np.int64] | None = None
    restart: Restart | None = None


Scenario = Callable[[Settings, np.random.Generator], Course]
SCENARIOS: dict[str, Scenario] = {}


def scenario(function: Scenario) -> Scenario:
    """Register a scenario under its function's name; the docstring's first line is what --list shows."""
    SCENARIOS[function.__name__] = function
    return function
