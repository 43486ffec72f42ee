"""How far rows have come, in the whole space."""

from __future__ import annotations

import numpy as np
import pytest

from tensorboard_plugin_paramviz.analysis.displacement import displacements
from tensorboard_plugin_paramviz.record import QuantizedRows, dequantize, quantize


def values(seed: int, rows: int = 2100, dims: int = 7) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(rows, dims)).astype(np.float32)


def in_basis(seed: int, basis: np.ndarray) -> QuantizedRows:
    coordinates = quantize(values(seed, dims=len(basis)))
    norms = np.full(len(coordinates.scale), 100, np.float32)
    return QuantizedRows(coordinates.values, coordinates.scale, basis, norms)


SKEW, OTHER = values(8, 3, 7), values(9, 4, 7)  # no basis is quite orthonormal


@pytest.mark.parametrize(
    ("first", "now"),
    [
        (quantize(values(0)), quantize(values(1))),
        (in_basis(0, SKEW), in_basis(1, SKEW)),
        (in_basis(0, SKEW), in_basis(1, OTHER)),
        (quantize(values(0)), in_basis(1, OTHER)),
    ],
    ids=["whole rows", "one basis", "two bases", "a basis came later"],
)
def test_it_is_the_naive_distance_to_the_same_row(first: QuantizedRows, now: QuantizedRows) -> None:
    naive = np.linalg.norm(dequantize(now).astype(np.float64) - dequantize(first), axis=1)
    np.testing.assert_allclose(displacements(first, now), naive, rtol=1e-4)


def test_a_row_that_was_not_finite_at_either_has_none_and_one_that_stayed_has_zero() -> None:
    first, now = values(0, 5), values(0, 5)
    first[1, 2], now[3, 0] = np.nan, np.inf
    np.testing.assert_array_equal(displacements(quantize(first), quantize(now)), [0, np.nan, 0, np.nan, 0])


@pytest.mark.parametrize("size", [1e-30, 1e30])
def test_it_holds_for_rows_of_any_size(size: float) -> None:
    first, now = values(0, 50), values(1, 50)
    unit = displacements(quantize(first), quantize(now))
    scaled = displacements(quantize(first * np.float32(size)), quantize(now * np.float32(size)))
    np.testing.assert_allclose(scaled / np.float32(size), unit, rtol=1e-3)


def test_other_rows_are_refused() -> None:
    with pytest.raises(ValueError, match="5 x 7 rows then, 6 x 7 now"):
        displacements(quantize(values(0, 5)), quantize(values(0, 6)))
