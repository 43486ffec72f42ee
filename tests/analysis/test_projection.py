"""One linear map for the whole run: what is still stays still, what is shown says how much it shows."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tensorboard_plugin_paramviz.analysis.projection import FIT_SNAPSHOTS, fit, log_spaced, project
from tensorboard_plugin_paramviz.record import QuantizedRows, dequantize, quantize


def cloud(seed: int, rows: int = 40, dims: int = 8, spread: float = 1.0) -> QuantizedRows:
    rng = np.random.default_rng(seed)
    scales = np.linspace(3, 0.5, dims) * spread
    return quantize((rng.normal(size=(rows, dims)) * scales + 1.5).astype(np.float32))


def test_the_directions_are_the_principal_components_of_all_snapshots_together() -> None:
    snapshots = [cloud(seed) for seed in range(5)]
    basis = fit(snapshots, range(5))
    joined = np.concatenate([dequantize(snapshot) for snapshot in snapshots]).astype(np.float64)
    centred = joined - joined.mean(axis=0)
    _, singular, right = np.linalg.svd(centred, full_matrices=False)
    expected = singular**2 / (singular**2).sum()
    np.testing.assert_allclose(basis.variance_ratios, expected[:3], rtol=1e-4)
    np.testing.assert_allclose(np.abs(np.sum(basis.directions.T * right[:3], axis=1)), 1, atol=1e-4)


def test_positions_are_the_naive_projection_of_the_rows() -> None:
    basis = fit([cloud(0), cloud(1)], [0, 1])
    rows = cloud(2)
    naive = (dequantize(rows) - basis.center) @ basis.directions
    np.testing.assert_allclose(project(rows, basis), naive, atol=1e-4)


def test_a_model_that_stands_still_stands_still_on_the_screen() -> None:
    still, moving = cloud(0), cloud(1)
    basis = fit([still, moving, still], [0, 1, 2])
    np.testing.assert_array_equal(project(still, basis), project(still, basis))


def test_a_refit_is_turned_towards_the_basis_before() -> None:
    first = fit([cloud(seed) for seed in range(3)], range(3))
    snapshots = [cloud(seed, spread=1 + seed / 5) for seed in range(6)]
    alone = fit(snapshots, range(6))
    turned = fit(snapshots, range(6), before=first)
    distance = lambda basis: np.linalg.norm(basis.directions - first.directions)  # noqa: E731
    assert distance(turned) <= distance(alone) + 1e-6
    assert turned.aligned
    assert turned.version != alone.version
    np.testing.assert_allclose(turned.directions.T @ turned.directions, np.eye(3), atol=1e-5)
    assert sum(turned.variance_ratios) == pytest.approx(sum(alone.variance_ratios), rel=1e-4), "the same span"


def test_rows_that_are_not_finite_neither_disturb_the_fit_nor_get_a_place() -> None:
    good = cloud(0)
    values = dequantize(good)
    values[3] = np.nan
    values[4, 2] = np.inf
    broken = quantize(values)
    basis = fit([broken], [0])
    assert np.isfinite(basis.directions).all()
    positions = project(broken, basis)
    assert np.isnan(positions[[3, 4]]).all()
    assert np.isfinite(np.delete(positions, [3, 4], axis=0)).all()


@pytest.mark.parametrize("dims", [1, 2, 3])
def test_few_dimensions_fill_the_rest_with_zeros(dims: int) -> None:
    rows = quantize(np.random.default_rng(0).normal(size=(10, dims)).astype(np.float32))
    basis = fit([rows], [0])
    assert project(rows, basis)[:, dims:] == pytest.approx(0)
    assert sum(basis.variance_ratios) == pytest.approx(1, abs=1e-5)


def test_a_table_of_zeros_shows_no_variance_and_fails_nothing() -> None:
    basis = fit([quantize(np.zeros((5, 4), np.float32))], [0])
    assert basis.variance_ratios == (0, 0, 0)


def test_rows_of_another_width_are_refused() -> None:
    with pytest.raises(ValueError, match="the basis has 8"):
        project(cloud(0, dims=4), fit([cloud(0)], [0]))


@given(st.integers(1, 20_000))
def test_log_spaced_keeps_the_ends_and_is_denser_early(count: int) -> None:
    ordinals = log_spaced(count)
    assert ordinals[0] == 0
    assert ordinals[-1] == count - 1
    assert len(ordinals) == min(count, FIT_SNAPSHOTS)
    assert (np.diff(ordinals) > 0).all()
    if count > 4 * FIT_SNAPSHOTS:
        assert ordinals[len(ordinals) // 2] < count / 4
