"""The directions along which rows differ most."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tensorboard_plugin_paramviz.analysis.one_thread import multiply
from tensorboard_plugin_paramviz.analysis.row_sample import RowSample

Float32 = npt.NDArray[np.float32]
Float64 = npt.NDArray[np.float64]

#: Up to here the whole covariance matrix is cheap: D² a row, and an eigendecomposition of D³.
WHOLE_DIMS = 256
#: Above it, this many vectors are followed, until the variances asked for stand to this share of the largest.
_VECTORS, _STANDS_RATIO, _MOST_PASSES = 16, 1e-5, 30
#: Directions of a picture.
DRAWN = 3


def mean_of(sample: RowSample) -> Float64:
    """float64 [dims], in the sample's units; zeros without rows."""
    total, count = np.zeros(sample.dims), 0
    for block in sample.blocks():
        total += block.sum(axis=0, dtype=np.float64)
        count += len(block)
    return total / max(1, count)


def principal_directions(sample: RowSample, mean: Float64, count: int = DRAWN) -> Float64:
    """Orthonormal columns [dims, count] along the largest variance first; fewer dimensions leave columns of zeros.
    count: at most 8.

    Up to 256 dimensions from the covariance matrix. Above, by subspace iteration from a fixed random start with a
    Rayleigh-Ritz step (Halko, Martinsson & Tropp, "Finding structure with randomness", SIAM Review 2011): rows x D x 32
    multiplications a pass instead of rows x D² and D³ (of 1,300 x 768 a fit takes 0.1 s, of 240 x 4,096 0.3).
    """
    center = mean.astype(np.float32)
    small = sample.dims <= WHOLE_DIMS
    vectors = _of_covariance(sample, center) if small else _by_power_steps(sample, center, count)
    directions = np.zeros((sample.dims, count))
    drawn = min(count, sample.dims)
    directions[:, :drawn] = vectors[:, :drawn]
    return directions


def _of_covariance(sample: RowSample, center: Float32) -> Float64:
    covariance = np.zeros((sample.dims, sample.dims))
    for block in sample.blocks():
        centred = block - center  # [r, dims]
        covariance += multiply(centred.T, centred)
    vectors: Float64 = np.linalg.eigh(covariance)[1][:, ::-1]
    return vectors


def _by_power_steps(sample: RowSample, center: Float32, count: int) -> Float64:
    found = _orthonormal(np.random.default_rng(0).standard_normal((sample.dims, _VECTORS)))  # [dims, n]
    before = np.zeros(count)
    for _ in range(_MOST_PASSES):
        image = np.zeros_like(found)  # covariance @ found
        narrow = found.astype(np.float32)
        for block in sample.blocks():
            centred = block - center
            image += multiply(centred.T, multiply(centred, narrow))
        small = np.einsum("dm,dn->mn", found, image)
        variances, turn = np.linalg.eigh((small + small.T) / 2)
        ritz: Float64 = np.einsum("dm,mn->dn", found, turn[:, ::-1])
        largest = variances[::-1][:count]
        if np.abs(largest - before).max() <= _STANDS_RATIO * max(largest[0], 0.0):
            break
        before = largest
        found = _orthonormal(image)
    return ritz


def _orthonormal(vectors: Float64) -> Float64:
    """Orthonormal columns [dims, n] that span what the given ones do, and more where those span less. Gram-Schmidt,
    each one twice ("twice is enough": Giraud et al., 2005), without LAPACK, which would wake threads for so little."""
    found = np.zeros_like(vectors)
    random = np.random.default_rng(1)
    for at in range(vectors.shape[1]):
        before, candidate = found[:, :at], vectors[:, at]
        while True:
            length = np.sqrt(np.einsum("d,d->", candidate, candidate))
            left = candidate / length if length > 0 else candidate
            for _ in range(2):
                left = left - np.einsum("dk,k->d", before, np.einsum("dk,d->k", before, left))
            length = np.sqrt(np.einsum("d,d->", left, left))
            if length > 1e-8:
                break
            candidate = random.standard_normal(len(vectors))
        found[:, at] = left / length
    return found
