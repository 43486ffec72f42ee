"""What a fit is made of, each against the naive formula: products, wide tables, rows in a basis, shares of variance."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tensorboard_plugin_paramviz.analysis.one_thread import multiply
from tensorboard_plugin_paramviz.analysis.projection import (
    Projector,
    cluster_rows,
    fit,
    measured,
    project,
)
from tensorboard_plugin_paramviz.analysis.row_sample import FIT_ENTRIES, FIT_ROWS, RowSample
from tensorboard_plugin_paramviz.record import QuantizedRows, StoredBasis, dequantize, quantize

SIDES = st.sampled_from([1, 2, 3, 63, 64, 65, 200, 1500])


class Watched(np.ndarray):
    """Remembers how large the products were that it was asked for."""

    asked: list[int] = []  # noqa: RUF012

    def __matmul__(self, other: np.ndarray) -> np.ndarray:
        Watched.asked.append(self.shape[0] * self.shape[1] * other.shape[1])
        return np.asarray(self) @ np.asarray(other)


@given(SIDES, SIDES, SIDES)
def test_a_product_in_blocks_is_the_product_and_wakes_no_thread(rows: int, inner: int, columns: int) -> None:
    random = np.random.default_rng(rows * inner + columns)
    left, right = random.normal(size=(rows, inner)), random.normal(size=(inner, columns))
    Watched.asked.clear()
    found = multiply(left.astype(np.float32).view(Watched), right.astype(np.float32))
    np.testing.assert_allclose(found, left @ right, atol=1e-5 * inner)
    assert max(Watched.asked) <= 64**3


def spread_rows(seed: int, rows: int, dims: int) -> QuantizedRows:
    """Rows with a few strong directions of their own and noise in all."""
    random = np.random.default_rng(seed)
    axes = np.random.default_rng(99).normal(size=(6, dims))
    values = random.normal(size=(rows, 6)) * [9, 7, 5, 3, 2, 1] @ axes + random.normal(size=(rows, dims)) + 2
    return quantize(values.astype(np.float32))


@pytest.mark.parametrize("dims", [40, 256, 257, 700])
def test_of_any_width_the_directions_show_what_the_first_singular_vectors_show(dims: int) -> None:
    snapshots = [spread_rows(seed, 150, dims) for seed in range(3)]
    basis = fit(snapshots, range(3))
    joined = np.concatenate([dequantize(one) for one in snapshots]).astype(np.float64)
    centred = joined - joined.mean(axis=0)
    _, singular, right = np.linalg.svd(centred, full_matrices=False)
    np.testing.assert_allclose(basis.variance_ratios, (singular**2 / (singular**2).sum())[:3], rtol=1e-3)
    np.testing.assert_allclose(np.abs(np.sum(basis.directions.T * right[:3], axis=1)), 1, atol=1e-3)
    np.testing.assert_allclose(basis.directions.T @ basis.directions, np.eye(3), atol=1e-5)


def test_wide_rows_without_any_structure_lose_little_to_the_exact_ones() -> None:
    rows = quantize(np.random.default_rng(0).normal(size=(400, 600)).astype(np.float32))
    values = dequantize(rows).astype(np.float64)
    singular = np.linalg.svd(values - values.mean(axis=0), compute_uv=False)
    assert sum(fit([rows], [0]).variance_ratios) >= 0.97 * (singular[:3] ** 2).sum() / (singular**2).sum()


@pytest.mark.parametrize("rank", [0, 1, 2, 5])
def test_wide_rows_that_fill_few_dimensions_are_shown_whole(rank: int) -> None:
    random = np.random.default_rng(rank)
    values = random.normal(size=(50, rank)) @ random.normal(size=(rank, 300)) + 1
    basis = fit([QuantizedRows(values.astype(np.float32), np.ones(50, np.float32))], [0])
    np.testing.assert_allclose(basis.directions.T @ basis.directions, np.eye(3), atol=1e-5)
    shown = sum(basis.variance_ratios)
    assert shown == pytest.approx(1, abs=1e-4) if 0 < rank <= 3 else shown < 1


def in_basis(values: np.ndarray, stored: StoredBasis) -> QuantizedRows:
    """As it is written: coordinates of the rows' projections onto oblique directions, and the rows' lengths."""
    coordinates = np.linalg.lstsq(stored.directions.T.astype(np.float64), values.T.astype(np.float64), rcond=None)[0].T
    rows = quantize(coordinates.astype(np.float32))
    return replace(rows, directions=stored.directions, norms=np.linalg.norm(values, axis=1).astype(np.float32))


def written(count: int, bases: int, dims: int = 60) -> tuple[list[QuantizedRows], list[np.ndarray]]:
    """Snapshots in `bases` different stored bases of 12 directions, and the whole rows."""
    tables = [dequantize(spread_rows(seed, 120, dims)) for seed in range(count)]
    stored = [
        StoredBasis.of(np.linalg.svd(tables[seed], full_matrices=False)[2][:12].astype(np.float32))
        for seed in range(bases)
    ]
    return [in_basis(table, stored[at % bases]) for at, table in enumerate(tables)], tables


@pytest.mark.parametrize("bases", [1, 2])
def test_rows_in_a_basis_are_fitted_by_their_coordinates_as_they_would_be_by_their_dimensions(bases: int) -> None:
    snapshots, tables = written(4, bases)
    whole = [QuantizedRows(dequantize(one), np.ones(120, np.float32)) for one in snapshots]
    found, expected = fit(snapshots, range(4)), fit(whole, range(4))
    assert (RowSample(snapshots).span is None) == (bases > 1), "D numbers a row only where they share none"
    np.testing.assert_allclose(found.directions, expected.directions, atol=2e-3)
    np.testing.assert_allclose(found.center, expected.center, atol=1e-2)
    joined = np.concatenate(tables).astype(np.float64)
    energy = (
        np.square(joined).sum() / len(joined) - np.square(np.concatenate(list(map(dequantize, whole))).mean(0)).sum()
    )
    along = (np.concatenate([dequantize(one) for one in whole]) @ found.directions).var(axis=0)
    np.testing.assert_allclose(found.variance_ratios, along / energy, rtol=1e-3)
    assert found.kept_ratio < 1 == expected.kept_ratio
    for one, naive in zip(snapshots, whole, strict=True):
        np.testing.assert_allclose(project(one, found), project(naive, found), atol=1e-3)


@pytest.mark.parametrize("rows", [spread_rows(5, 3000, 20), written(1, 1)[0][0]], ids=["whole", "in a basis"])
@pytest.mark.parametrize("broken", [(), (3, 1999)], ids=["finite", "with NaN"])
def test_the_share_of_a_step_is_that_of_its_own_variance(rows: QuantizedRows, broken: tuple[int, ...]) -> None:
    rows = replace(rows, scale=rows.scale.copy())
    rows.scale[[at for at in broken if at < len(rows.scale)]] = np.nan
    basis = fit([spread_rows(1, 100, rows.width)], [0])
    positions, share = Projector(basis).positions_and_share(rows)
    finite = np.isfinite(rows.scale)
    values = dequantize(rows)[finite].astype(np.float64)
    energy = values.var(axis=0).sum()
    if rows.norms is not None:
        energy += np.maximum(rows.norms[finite] ** 2 - np.square(values).sum(axis=1), 0).mean()
    assert share == pytest.approx((values @ basis.directions).var(axis=0).sum() / energy, rel=1e-3)
    np.testing.assert_array_equal(positions, project(rows, basis))
    assert np.isnan(positions).all(axis=1).tolist() == (~finite).tolist()


@pytest.mark.parametrize("values", [np.full((6, 4), 3.0), np.full((6, 4), np.nan)], ids=["all alike", "none finite"])
def test_rows_that_do_not_differ_have_no_share(values: np.ndarray) -> None:
    basis = fit([spread_rows(0, 50, 4)], [0])
    assert np.isnan(Projector(basis).positions_and_share(quantize(values.astype(np.float32)))[1])


@pytest.mark.parametrize("size", [1e-30, 1.0, 1e36])
def test_shares_hold_for_rows_of_any_size(size: float) -> None:
    rows = spread_rows(0, 200, 10)
    sized = replace(rows, scale=(rows.scale.astype(np.float64) * size / 127).astype(np.float32))
    basis = fit([rows], [0])
    expected = sum(basis.variance_ratios)
    assert Projector(basis).positions_and_share(sized)[1] == pytest.approx(expected, rel=1e-3)
    assert sum(fit([sized], [0]).variance_ratios) == pytest.approx(expected, rel=1e-3)


def test_shares_over_the_run_are_of_the_run_whatever_was_fitted() -> None:
    run = [spread_rows(seed, 80, 12) for seed in range(4)]
    basis = fit(run[3:], [3], over=run)
    joined = np.concatenate([dequantize(one) for one in run]).astype(np.float64)
    expected = (joined @ basis.directions).var(axis=0) / joined.var(axis=0).sum()
    np.testing.assert_allclose(basis.variance_ratios, expected, rtol=1e-3)
    np.testing.assert_allclose(basis.directions, fit(run[3:], [3]).directions, atol=1e-6)
    lengths = np.linalg.norm(np.concatenate([project(one, basis) for one in run]), axis=1)
    assert basis.radius == pytest.approx(np.quantile(lengths, 0.99), rel=1e-3)


def test_cluster_means_show_what_lies_between_groups_though_more_lies_within() -> None:
    random = np.random.default_rng(0)
    group = np.arange(400) % 4
    values = random.normal(size=(400, 16)).astype(np.float32)
    values[:, 0] *= 6  # the largest variance of all, and the same in every group
    values[:, [5, 9]] += np.array([[9, 9], [9, -9], [-9, 9], [-9, -9]], np.float32)[group]
    rows = quantize(values)
    means = fit([cluster_rows(rows)], [0], over=[rows])
    separate = lambda basis: abs(basis.directions[[5, 9], :2]).max(axis=0).min()  # noqa: E731
    assert separate(means) > 0.6
    assert sum(means.variance_ratios) < sum(fit([rows], [0]).variance_ratios)


def test_cluster_means_of_rows_in_a_basis_are_those_of_the_rows() -> None:
    (rows,), _ = written(1, 1)
    whole = QuantizedRows(dequantize(rows), np.ones(120, np.float32))
    np.testing.assert_allclose(dequantize(cluster_rows(rows)), dequantize(cluster_rows(whole)), atol=1e-3)


def test_a_fit_looks_at_no_more_rows_and_entries_than_it_says() -> None:
    for rows, dims in ((9000, 2), (400, 3000)):
        one = QuantizedRows(np.ones((rows, dims), np.int8), np.ones(rows, np.float32))
        looked_at = sum(len(block) for block in RowSample([one] * 20).blocks())
        assert looked_at <= FIT_ROWS
        assert looked_at * dims <= FIT_ENTRIES


def test_the_version_is_the_basis_own_and_not_its_history() -> None:
    rows = [spread_rows(seed, 60, 8) for seed in range(3)]
    basis = fit(rows, range(3))
    assert fit(rows, range(3)).version == basis.version
    assert fit(rows[:2], range(2)).version != basis.version
    other = measured(basis, rows[:1])
    assert (other.version, other.variance_ratios == basis.variance_ratios) == (basis.version, False)
