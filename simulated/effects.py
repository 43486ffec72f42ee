"""A course's effects on layers, found again by step. Letters: N steps, L layers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from simulated.course import Array, Effect
from tensorboard_plugin_paramviz.record import LayerInfo

COLUMNS = ("weight", "grad", "update", "tail", "grad_tail", "near_zero", "spread", "alive")


class Effects:
    """layers: of the model, in the record's order."""

    def __init__(self, effects: Sequence[Effect], layers: Sequence[LayerInfo]) -> None:
        ordinals = {layer.path: ordinal for ordinal, layer in enumerate(layers)}
        self.count = len(layers)
        self.placed: list[tuple[str, npt.NDArray[np.int64], Array]] = []  # (column, ordinals of layers, [N])
        for effect in effects:
            where = np.array([ordinals[path] for path in effect.layers], np.int64)
            series = ((column, getattr(effect, column)) for column in COLUMNS)
            self.placed += [(column, where, values) for column, values in series if values is not None]

    def at(self, step: int) -> dict[str, Array]:
        """Factors by column, float64 [L] each; no entry where all are 1."""
        factors: dict[str, Array] = {}
        for column, where, values in self.placed:
            factors.setdefault(column, np.ones(self.count))[where] *= values[step]
        return factors

    def along(self, column: str, ordinal: int) -> Array | float:
        """One layer's factor through the run, float64 [N] or 1."""
        found: Array | float = 1.0
        for name, where, values in self.placed:
            if name == column and ordinal in where:
                found = found * values
        return found

    def on_gradient(self, share: Array) -> Array | float:
        """The factor on the global gradient norm, float64 [N] or 1. share: each layer's part of the norm, [L]; a layer
        stands in one effect on gradients at most."""
        placed = [(where, values) for column, where, values in self.placed if column == "grad"]
        if not placed:
            return 1.0
        affected = np.concatenate([where for where, _ in placed])
        square = np.full(len(placed[0][1]), 1 - (share[affected] ** 2).sum())
        for where, values in placed:
            square += (share[where] ** 2).sum() * values**2
        return np.sqrt(square.clip(0))
