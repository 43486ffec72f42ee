"""The statistics of layers as detectors look at them: in some hundred moments, as logarithms, beside their peers.

Letters: C moments, L layers.
"""

from __future__ import annotations

import warnings
from functools import cached_property

import numpy as np

from tensorboard_plugin_paramviz.analysis.insight.bins import rolling_median
from tensorboard_plugin_paramviz.analysis.insight.nouns import Bool, Float64, Int64, Known, Series, Statistics

MOMENTS = 160
#: Of the run: the first steps, in which everything moves, tell no baseline.
SETTLED = 0.04


class LayerView:
    """steps int64 [C], shares float64 [C]: of the moments. paths, roles, blocks: of the layers."""

    def __init__(self, known: Known, statistics: Statistics) -> None:
        self._statistics = statistics
        count = len(statistics.steps)
        edges = np.linspace(0, count, min(count, MOMENTS) + 1).astype(np.int64)
        self._edges = edges
        middle = (edges[:-1] + edges[1:] - 1) // 2
        self.steps: Int64 = statistics.steps[middle]
        self.shares: Float64 = known.share(self.steps)
        self.paths = [layer.path for layer in statistics.layers]
        self.roles = np.array([layer.role for layer in statistics.layers])
        self.blocks = [layer.block for layer in statistics.layers]
        self.sizes = np.array([max(1, layer.parameters) for layer in statistics.layers], np.float64)
        self._logs: dict[str, Float64] = {}

    def __len__(self) -> int:
        return len(self.steps)

    @cached_property
    def own(self) -> Bool:
        """Layers with parameters of their own that are trained, [L]"""
        return np.array([layer.parameters > 0 and layer.trainable for layer in self._statistics.layers], bool)

    @cached_property
    def matrices(self) -> Bool:
        """Matrices inside the blocks, [L]"""
        inside: Bool = np.array([role.startswith(("attn_", "mlp_")) for role in self.roles.tolist()], bool) & self.own
        return inside

    @cached_property
    def fresh_ranks(self) -> Float64:
        """Stable rank of a matrix of independent numbers of each layer's shape, m n / (sqrt(m) + sqrt(n))^2, [L]"""
        sides = [one.shape if len(one.shape) == 2 else (1, 0) for one in self._statistics.layers]
        return np.array([max(1.0, m * n / (np.sqrt(m) + np.sqrt(n)) ** 2) for m, n in sides])

    def log(self, name: str) -> Float64:
        """log10 of the median in each moment, [C, L]; NaN where there is nothing above 0."""
        if name not in self._logs:
            values = self._statistics.of(name)
            with np.errstate(divide="ignore", invalid="ignore"):
                logs = np.where(values > 0, np.log10(values), np.nan)
            logs[~np.isfinite(logs)] = np.nan
            self._logs[name] = self._in_moments(logs)
        return self._logs[name]

    @cached_property
    def with_peers(self) -> Bool:
        """Layers that two or more others do the same as, [L]"""
        many = [np.sum((self.roles == role) & self.own) >= 3 for role in self.roles.tolist()]
        return np.array(many, bool) & self.own

    def beside_peers(self, logs: Float64) -> Float64:
        """Less the median of the layers of the same role, [C, L]; as it is where there are fewer than three."""
        left = logs.copy()
        for role in set(self.roles[self.own].tolist()):
            same = np.flatnonzero((self.roles == role) & self.own)
            if len(same) >= 3:
                left[:, same] -= nan_median(logs[:, same], axis=1)[:, None]
        return left

    def sustained(self, logs: Float64, width: float = 0.05) -> Float64:
        """A running median over a share of the run, [C, L]"""
        step = self._spacing()
        return rolling_median(logs, max(3, 2 * round(width / step / 2) + 1))

    def _spacing(self) -> float:
        return float(np.median(np.diff(self.shares))) if len(self.shares) > 1 else 1.0

    def since(self, share: float) -> slice:
        return slice(int(np.searchsorted(self.shares, share)), None)

    def series(self, logs: Float64, layers: Int64 | list[int], most: int = 8) -> tuple[Series, ...]:
        """Of some layers, as they were and not as logarithms."""
        return tuple(Series(self.paths[at], self.steps, 10 ** logs[:, at]) for at in list(layers)[:most])

    def _in_moments(self, values: Float64) -> Float64:
        edges = self._edges
        if len(edges) - 1 == len(values):
            return values
        found = np.empty((len(edges) - 1, values.shape[1]))
        counts = np.diff(edges)  # at most two different ones
        for count in np.unique(counts).tolist():
            chosen = np.flatnonzero(counts == count)
            parts = values[edges[chosen][:, None] + np.arange(count)]  # [c, count, L]
            found[chosen] = _middle(parts)
        return found


def _middle(parts: Float64) -> Float64:
    """Medians without NaN over the second axis of [c, N, L]; NaN where nothing is left."""
    ordered = np.sort(parts, axis=1)  # NaN last
    counts = np.isfinite(parts).sum(axis=1, keepdims=True)  # [c, 1, L]
    low, high = np.maximum(counts - 1, 0) // 2, np.minimum(counts // 2, parts.shape[1] - 1)
    both = np.take_along_axis(ordered, low, 1) + np.take_along_axis(ordered, high, 1)
    return np.where(counts[:, 0] > 0, both[:, 0] / 2, np.nan)


def nan_median(values: Float64, axis: int) -> Float64:
    """Without a word about what is NaN throughout. Where nothing is NaN it is several times as fast, so that of a table
    [C, L] columns without are taken by themselves."""
    gaps = np.isnan(values)
    if not gaps.any():
        plain: Float64 = np.median(values, axis=axis)
        return plain
    if axis == 0 and values.ndim == 2:
        whole, empty = ~gaps.any(0), gaps.all(0)
        found = np.full(values.shape[1], np.nan)
        found[whole] = np.median(values[:, whole], axis=0) if whole.any() else 0.0
        part = ~whole & ~empty
        found[part] = np.nanmedian(values[:, part], axis=0) if part.any() else 0.0
        return found
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        medians: Float64 = np.nanmedian(values, axis=axis)
    return medians


def named(paths: list[str], most: int = 3) -> str:
    """ "a, b and 4 more" """
    if len(paths) <= most:
        return " and ".join([", ".join(paths[:-1]), paths[-1]] if len(paths) > 1 else paths)
    return f"{', '.join(paths[:most])} and {len(paths) - most} more"
