"""What a scenario decides, and the register of scenarios."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from simulated.model import Settings
from tensorboard_plugin_paramviz.record import Snapshot

Array = npt.NDArray[np.float64]


@dataclass
class Course:
    """What a scenario decides: a value for every step (float64 [N] each), and what becomes of each finished snapshot.
    gradient: global gradient norm before noise. stir: size of the rows' noise."""

    lr: Array
    loss: Array
    val_loss: Array
    coherence: Array
    gradient: Array
    stir: Array
    alter: Callable[[Snapshot], Snapshot] = lambda snapshot: snapshot


Scenario = Callable[[Settings, np.random.Generator], Course]
SCENARIOS: dict[str, Scenario] = {}


def scenario(function: Scenario) -> Scenario:
    """Register a scenario under its function's name; the docstring's first line is what --list shows."""
    SCENARIOS[function.__name__] = function
    return function
