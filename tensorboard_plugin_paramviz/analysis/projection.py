"""Joint PCA: one linear map for the whole run, so that only what moved in the model moves on the screen.

Why linear and joint: a projection fitted anew at each step turns a still model into motion (Li et al., "Visualizing
Neural Networks with the Grand Tour", Distill 2020, on data-visual correspondence).
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tensorboard_plugin_paramviz.record import QuantizedRows, dequantize, lengthen

Float32 = npt.NDArray[np.float32]
Float64 = npt.NDArray[np.float64]
Int64 = npt.NDArray[np.int64]

#: Snapshots looked at for a fit.
FIT_SNAPSHOTS = 32
#: Rows looked at for a fit, over all its snapshots: bounds the cost (rows x D² multiplications).
FIT_ROWS = 40_000


@dataclass(frozen=True)
class Basis:
    """directions: float32 [D, 3], orthonormal columns. center: float32 [D]. variance_ratios: share of the joint
    variance along each. kept_ratio: share of it that the rows still have, where they are written in a basis. aligned:
    the directions were rotated towards those of the fit before, so they span the first three principal components
    without being them. radius: 99 % of the fitted points lie within it."""

    directions: Float32
    center: Float32
    variance_ratios: tuple[float, float, float]
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
    before: Basis | None = None,
    generation: int = 0,
) -> Basis:
    """Principal components of all rows of all given snapshots together, centred on their joint mean.

    Rows that aren't finite are left out. Where `before` has the same D, the directions are turned within the plane
    they
    span towards the old ones (orthogonal Procrustes, Schönemann 1966). Cost: at most 40,000 x D² multiplications and
    one
    D x D eigendecomposition.
    """
    stride = max(1, -(-sum(len(snapshot.scale) for snapshot in snapshots) // FIT_ROWS))
    sampled = [snapshot[at % stride :: stride] for at, snapshot in enumerate(snapshots)]
    rows = np.concatenate([dequantize(snapshot) for snapshot in sampled])  # [N, D]
    lost = np.concatenate([_lost_energy(snapshot) for snapshot in sampled])  # [N]
    finite = np.isfinite(rows).all(axis=1)
    rows, lost = rows[finite], lost[finite]
    dims = rows.shape[1]
    center = rows.mean(axis=0, dtype=np.float64) if len(rows) else np.zeros(dims)  # [D]
    # In units of the largest entry: the squares of a run that diverges, or has all but vanished, would leave float32.
    unit = float(np.abs(rows).max(initial=0)) or 1.0
    centred = rows / np.float32(unit) - (center / unit).astype(np.float32)  # [N, D]
    covariance = (centred.T @ centred).astype(np.float64) / max(1, len(rows))  # [D, D]
    _values, vectors = np.linalg.eigh(covariance)  # ascending
    directions = np.zeros((dims, 3))
    drawn = min(3, dims)
    directions[:, :drawn] = _signed(vectors[:, ::-1][:, :drawn])
    aligned = before is not None and before.directions.shape == directions.shape
    if aligned and before is not None:
        left, _, right = np.linalg.svd(directions.T @ before.directions)
        directions = directions @ (left @ right)
    kept = float(np.trace(covariance))
    total = kept + (float(lost.mean()) / unit**2 if len(lost) else 0.0)
    along = np.einsum("dk,de,ek->k", directions, covariance, directions)  # [3]
    ratios = along / total if total > 0 else np.zeros(3)
    lengths = np.linalg.norm(centred @ directions.astype(np.float32), axis=1)  # [N]
    return Basis(
        directions=directions.astype(np.float32),
        center=center.astype(np.float32),
        variance_ratios=(float(ratios[0]), float(ratios[1]), float(ratios[2])),
        fitted_steps=tuple(int(step) for step in steps),
        radius=float(np.quantile(lengths, 0.99)) * unit if len(lengths) else 1.0,
        aligned=aligned,
        kept_ratio=kept / total if total > 0 else 1.0,
        version=_version(steps, generation, before.version if aligned and before else 0),
    )


def project(rows: QuantizedRows, basis: Basis) -> Float32:
    """Positions float32 [R, 3]; NaN for a row that was not finite. Cost: R x D x 3 multiplications, of rows in a basis
    d x D x 3 and R x d x 3."""
    if rows.width != len(basis.center):
        raise ValueError(f"rows of {rows.width} dimensions, the basis has {len(basis.center)}")
    directions = basis.directions
    if rows.directions is not None:
        directions = np.matmul(rows.directions, basis.directions)  # [d, 3]
    # (q * s) @ W = (q @ W) * s: the scale is applied to three numbers a row, not to D.
    positions: Float32 = (rows.values.astype(np.float32) @ directions) * rows.scale[:, None]
    positions -= basis.center @ basis.directions
    return positions


def _lost_energy(rows: QuantizedRows) -> Float64:
    """Squared length that each row lost by its projection onto the basis it is written in, float64 [R]."""
    if rows.directions is None or rows.norms is None:
        return np.zeros(len(rows.scale))
    values = lengthen(rows.values.astype(np.float32), rows.directions)
    projected = np.einsum("rd,rd->r", values, values, dtype=np.float64) * rows.scale.astype(np.float64) ** 2
    lost: Float64 = np.maximum(rows.norms.astype(np.float64) ** 2 - projected, 0)
    return lost


def _signed(vectors: Float64) -> Float64:
    """Each column with its largest entry positive: the same data gives the same picture everywhere."""
    largest = np.abs(vectors).argmax(axis=0)
    signs = np.sign(vectors[largest, np.arange(vectors.shape[1])])
    return vectors * np.where(signs == 0, 1, signs)


def _version(steps: Sequence[int], generation: int, before: int) -> int:
    text = f"{generation}/{before}/{','.join(map(str, steps))}"
    return zlib.crc32(text.encode())
