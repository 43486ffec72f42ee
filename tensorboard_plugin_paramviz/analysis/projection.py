"""PCA: one linear map for the whole run, so that only what moved in the model moves on the screen.

Why linear and joint: a projection fitted anew at each step turns a still model into motion (Li et al., "Visualizing
Neural Networks with the Grand Tour", Distill 2020, on data-visual correspondence).
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from tensorboard_plugin_paramviz.analysis.clusters import cluster, group_means
from tensorboard_plugin_paramviz.analysis.one_thread import multiply
from tensorboard_plugin_paramviz.analysis.principal import DRAWN, mean_of, principal_directions
from tensorboard_plugin_paramviz.analysis.row_sample import RowSample, Span, blocks_of, lost_energy, unit_of
from tensorboard_plugin_paramviz.analysis.spread import Spread
from tensorboard_plugin_paramviz.record import QuantizedRows

Float32 = npt.NDArray[np.float32]
Float64 = npt.NDArray[np.float64]
Int64 = npt.NDArray[np.int64]

#: Snapshots looked at for a fit.
FIT_SNAPSHOTS = 32
#: Directions of a grand tour: the first eight hold most of what a linear picture can show, and a tour of them is short.
TOUR_DIMS = 8


@dataclass(frozen=True)
class Basis:
    """directions: float32 [D, n], orthonormal columns, three or those of a tour. center: float32 [D]. variance_ratios:
    share of the variance over the run along each. kept_ratio: share of it that the rows still have, where they are
    written in a basis. aligned: the directions were rotated towards those of the fit before, so they span the first n
    principal components without being them. radius: 99 % of the run's points lie within it, seen along the first
    three. version: two bases of one version are the same to the last bit."""

    directions: Float32
    center: Float32
    variance_ratios: tuple[float, ...]
    fitted_steps: tuple[int, ...]
    radius: float
    aligned: bool
    version: int
    kept_ratio: float = 1.0


def log_spaced(count: int, most: int = FIT_SNAPSHOTS) -> Int64:
    """At most `most` ordinals of 0 … count - 1, first and last among them, denser early: embeddings move most
    there."""
    if count <= most:
        return np.arange(count)
    # Rounding merges neighbours at the beginning, so ask for more until enough are left.
    for asked in range(most, 8 * most):
        ordinals = np.unique(np.geomspace(1, count, asked).round().astype(np.int64)) - 1
        if len(ordinals) >= most:
            return ordinals[np.unique(np.linspace(0, len(ordinals) - 1, most).round().astype(np.int64))]
    return ordinals


def fit(
    snapshots: Sequence[QuantizedRows],
    steps: Sequence[int],
    *,
    over: Sequence[QuantizedRows] | None = None,
    before: Basis | None = None,
    count: int = DRAWN,
) -> Basis:
    """Principal components of all rows of all given snapshots together, centred on their joint mean.

    count: directions, at most 8; of fewer dimensions so many as there are, and never less than three.
    over: snapshots of the whole run, which `variance_ratios` and `radius` speak of; None = those fitted. Rows that
    aren't finite are left out. Where `before` has the same D, the directions are turned within the plane they span
    towards the old ones (orthogonal Procrustes, Schönemann 1966). Cost: three passes over at most 40,000 rows, and
    `principal_directions`.
    """
    sample = RowSample(snapshots)
    mean = mean_of(sample)  # [dims], in units
    count = max(DRAWN, min(count, sample.dims))
    directions = sample.widened(principal_directions(sample, mean, count))  # [D, n]
    directions = _signed(directions)
    center = sample.widened(mean[:, None])[:, 0] * sample.unit
    aligned = before is not None and before.directions.shape == directions.shape
    if aligned and before is not None:
        left, _, right = np.linalg.svd(directions.T @ before.directions)
        directions = directions @ (left @ right)
    return measured(
        Basis(
            directions=directions.astype(np.float32),
            center=center.astype(np.float32),
            variance_ratios=(),
            fitted_steps=tuple(int(step) for step in steps),
            radius=1.0,
            aligned=aligned,
            version=0,
        ),
        snapshots if over is None else over,
    )


def measured(basis: Basis, over: Sequence[QuantizedRows]) -> Basis:
    """The same directions, with the shares of variance and the radius of these snapshots together."""
    sample = RowSample(over)
    directions = sample.narrowed(basis.directions.astype(np.float64)).astype(np.float32)  # [dims, n]
    begin = -basis.center.astype(np.float64) @ basis.directions / sample.unit
    spread, drawn = Spread(), []
    for block in sample.blocks():
        along = multiply(block, directions)  # [r, n]
        spread.add(block, along)
        drawn.append(np.linalg.norm((along + begin)[:, :DRAWN], axis=1))
    ratios, kept = spread.shares(sample.lost())
    ratios = ratios or (0.0,) * directions.shape[1]
    lengths = np.concatenate(drawn) if drawn else np.zeros(0)
    radius = float(np.quantile(lengths, 0.99)) * sample.unit if len(lengths) else 1.0
    exact = replace(basis, variance_ratios=ratios, radius=radius, kept_ratio=kept)
    return replace(exact, version=_version(exact))


def cluster_rows(rows: QuantizedRows) -> QuantizedRows:
    """Each finite row replaced by the mean of its cluster, so that a fit of them is the PCA of the cluster means, each
    with the weight of its rows: of what lies between clusters and not within (Fisher's between-class scatter)."""
    sample = RowSample([rows], whole=True)
    blocks = list(sample.blocks())
    if not blocks:
        return rows
    values = np.concatenate(blocks)  # [R, dims]
    labels, _ = cluster(values)
    of_cluster = group_means(values, labels)[labels]
    return QuantizedRows(
        of_cluster,
        np.full(len(of_cluster), sample.unit, np.float32),
        None if sample.span is None else sample.span.axes,
    )


class Projector:
    """Draws snapshots on one basis. Rows written in a basis of their own are drawn by their coordinates: d x D x 3
    multiplications once for each of their bases, and R x d x 3 for each snapshot."""

    def __init__(self, basis: Basis) -> None:
        self._basis = basis
        center = basis.center.astype(np.float64)[:, None] * basis.directions
        self._begin: Float32 = center.sum(axis=0).astype(np.float32)  # [n]
        self._span: Span | None = None
        self._directions = basis.directions

    def positions(self, rows: QuantizedRows) -> Float32:
        """float32 [R, n]; NaN for a row that was not finite. Cost: R x D x n multiplications."""
        return self._draw(rows, None)

    def positions_and_share(self, rows: QuantizedRows) -> tuple[Float32, float]:
        """Positions, and the share of this snapshot's own variance that they show; NaN where no two finite rows differ.
        Cost: three times `positions`, of rows in a basis R x d² multiplications more."""
        spread = Spread()
        positions = self._draw(rows, spread)
        lost = 0.0
        if rows.directions is not None:
            energies = lost_energy(rows, self._span) / (unit_of(rows) or 1.0) ** 2
            finite = np.isfinite(energies)
            lost = float(energies[finite].mean()) if finite.any() else 0.0
        ratios, _ = spread.shares(lost)
        return positions, min(1.0, sum(ratios)) if spread.varies else float("nan")

    def _draw(self, rows: QuantizedRows, spread: Spread | None) -> Float32:
        if rows.width != len(self._basis.center):
            raise ValueError(f"rows of {rows.width} dimensions, the basis has {len(self._basis.center)}")
        directions = self._along(rows)
        positions = np.empty((len(rows.scale), directions.shape[1]), np.float32)
        unit = np.float32(unit_of(rows) or 1.0) if spread else np.float32(1)
        at = 0
        for block in blocks_of(rows):
            values = block.values.astype(np.float32)
            # (q * s) @ W = (q @ W) * s: the scale is applied to n numbers a row, not to D.
            products = multiply(values, directions)
            positions[at : at + len(values)] = products * block.scale[:, None] - self._begin
            at += len(values)
            if spread:
                finite = np.isfinite(products[:, 0]) & np.isfinite(block.scale)
                if self._span is not None:
                    values = multiply(values, self._span.turn)
                scale = (block.scale / unit)[:, None]
                if not finite.all():
                    values, products, scale = values[finite], products[finite], scale[finite]
                if len(scale):
                    spread.add(values * scale, products * scale)
        return positions

    def _along(self, rows: QuantizedRows) -> Float32:
        if rows.directions is None:
            self._span = None
            return self._basis.directions
        if self._span is None or self._span.of is not rows.directions:
            self._span = Span(rows.directions)
            self._directions = multiply(rows.directions, self._basis.directions)  # [d, n]
        return self._directions


def project(rows: QuantizedRows, basis: Basis) -> Float32:
    """Positions of one snapshot: see `Projector`."""
    return Projector(basis).positions(rows)


def _signed(vectors: Float64) -> Float64:
    """Each column with its largest entry positive: the same data gives the same picture everywhere."""
    largest = np.abs(vectors).argmax(axis=0)
    signs = np.sign(vectors[largest, np.arange(vectors.shape[1])])
    return vectors * np.where(signs == 0, 1, signs)


def _version(basis: Basis) -> int:
    """By content: the server's next life, or another one, tells the same basis by the same number."""
    numbers = basis.directions.tobytes() + basis.center.tobytes() + bytes([basis.aligned])
    return zlib.crc32(numbers + ",".join(map(str, basis.fitted_steps)).encode())
