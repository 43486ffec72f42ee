"""Stable rank against the singular values."""

from __future__ import annotations

import math

import pytest
import torch

from tensorboard_plugin_paramviz.capture.statistics.spectra import Spectra


def exact(matrix: torch.Tensor) -> float:
    values = torch.linalg.svdvals(matrix.double())
    return float((values**2).sum() / values[0] ** 2)


@pytest.mark.parametrize("shape", [(20, 30), (200, 50), (64, 64), (1, 9)])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16])
def test_stable_rank_is_that_of_the_singular_values(shape: tuple[int, int], dtype: torch.dtype) -> None:
    matrix = torch.randn(shape).to(dtype)
    spectra = Spectra()
    for _ in range(20):
        rank = float(spectra.stable_ranks([(0, matrix)])[0])
    assert rank == pytest.approx(exact(matrix), rel=0.01)


def test_the_first_measurement_is_close_already_and_never_too_small() -> None:
    for seed in range(5):
        matrix = torch.randn(300, 200, generator=torch.Generator().manual_seed(seed))
        rank = float(Spectra().stable_ranks([(0, matrix)])[0])
        assert exact(matrix) * 0.9999 <= rank <= exact(matrix) * 1.15, "noise has the least gap of all"


def test_a_matrix_that_collapses_is_followed() -> None:
    matrix, spectra = torch.randn(100, 100), Spectra()
    for share in (0.0, 0.3, 0.9, 1.0):
        flat = (1 - share) * matrix + share * 10 * torch.outer(torch.ones(100), torch.linspace(-1, 1, 100))
        rank = float(spectra.stable_ranks([(0, flat)])[0])
        assert rank == pytest.approx(exact(flat), rel=0.05)
    assert rank == pytest.approx(1, rel=1e-5)


def test_zeros_and_nan_have_no_rank_and_are_recovered_from() -> None:
    spectra, matrix = Spectra(), torch.randn(30, 30)
    for broken in (torch.zeros(30, 30), torch.full((30, 30), math.nan)):
        assert math.isnan(float(spectra.stable_ranks([(0, broken)])[0]))
        assert float(spectra.stable_ranks([(0, matrix)])[0]) == pytest.approx(exact(matrix), rel=0.2)


def test_no_random_number_is_drawn() -> None:
    state = torch.get_rng_state()
    Spectra().stable_ranks([(0, torch.ones(4, 4))])
    assert torch.equal(torch.get_rng_state(), state)
