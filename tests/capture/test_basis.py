"""A table that is too wide is written in fewer directions: the best ones, told apart, never with a false decoding."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from basis_runs import FALLING, FLAT, BasisRun, spectrum
from event_files import EMBEDDING
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from looking import index_of
from tensorboard.compat.proto.event_pb2 import Event

from tensorboard_plugin_paramviz.capture.basis import LOOK_EVERY, BasisFollower, multiply
from tensorboard_plugin_paramviz.capture.encoding import REPEAT_EVERY
from tensorboard_plugin_paramviz.reader import SnapshotReader
from tensorboard_plugin_paramviz.record import StoredBasis, dequantize
from tensorboard_plugin_paramviz.record.summary import decode_snapshot


def kept(values: np.ndarray, follower: BasisFollower) -> float:
    """Share of the energy that stands in the coordinates, by the naive way back."""
    rows, basis = follower.write(values)
    back = dequantize(replace(rows, directions=basis.directions)).astype(float)
    return 1 - np.square(back - values).sum() / np.square(values.astype(float)).sum()


def best(values: np.ndarray, count: int) -> float:
    sizes = np.linalg.svd(values.astype(float), compute_uv=False) ** 2
    return sizes[:count].sum() / sizes.sum()


@given(st.integers(1, 150), st.integers(1, 150), st.integers(1, 150), st.integers(0, 9))
def test_products_in_blocks_are_the_products(m: int, k: int, n: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    left, right = random.normal(size=(m, k)).astype(np.float32), random.normal(size=(k, n)).astype(np.float32)
    np.testing.assert_allclose(multiply(left, right), left.astype(float) @ right, atol=1e-4 * k)


def test_the_first_basis_holds_nearly_what_the_best_one_could() -> None:
    values = spectrum(1, FALLING)
    assert kept(values, BasisFollower(24, 96)) > best(values, 24) - 0.005


def test_coordinates_are_the_best_ones_in_the_basis_as_it_is_stored() -> None:
    values = spectrum(2, FALLING)
    rows, basis = BasisFollower(24, 96).write(values)
    naive = np.linalg.lstsq(basis.directions.T.astype(float), values.T.astype(float), rcond=None)[0].T
    np.testing.assert_allclose(rows.values * rows.scale[:, None], naive, atol=np.abs(naive).max() / 127)
    np.testing.assert_allclose(rows.norms, np.linalg.norm(values, axis=1), rtol=1e-5)


def test_the_basis_follows_the_table_to_where_it_went_and_stays_where_that_gains_nothing() -> None:
    follower, early, late = BasisFollower(24, 96), spectrum(3, FLAT), spectrum(4, FALLING)
    first = follower.write(early)[1]
    assert all(follower.write(early)[1] is first for _ in range(3 * LOOK_EVERY)), "a flat spectrum: none is better"
    held = [kept(late, follower) for _ in range(2 * LOOK_EVERY)]
    assert held[0] < 0.4
    assert held[-1] > best(late, 24) - 0.01
    assert len({follower.write(late)[1].identity for _ in range(2 * LOOK_EVERY)}) == 1


@pytest.mark.parametrize("scale", [1e-30, 1e-12, 1e15, 1e36])
def test_tables_of_any_size_keep_their_directions(scale: float) -> None:
    values = spectrum(5, FALLING)
    small = (values / np.abs(values).max() * scale).astype(np.float32)
    assert kept(small, BasisFollower(24, 96)) > best(values, 24) - 0.005


FLOATS = st.floats(width=32, allow_nan=True, allow_infinity=True, allow_subnormal=True)
TABLES = hnp.arrays(np.float32, st.tuples(st.integers(1, 12), st.integers(6, 20)), elements=FLOATS)


@given(TABLES, st.integers(1, 3))
def test_whatever_a_table_holds_it_is_written_and_no_row_comes_back_longer_than_it_was(
    table: np.ndarray, count: int
) -> None:
    follower = BasisFollower(count, table.shape[1])
    for _ in range(LOOK_EVERY + 2):
        rows, basis = follower.write(table)
    back = dequantize(replace(rows, directions=basis.directions)).astype(float)
    assert back.shape == table.shape
    lost = np.isnan(rows.scale)
    assert (lost >= ~np.isfinite(table).all(axis=1)).all()
    lengths = np.linalg.norm(table.astype(float), axis=1)
    lost |= lengths > 3e38  # rounded up, such a row may leave the range of float32
    assert (lost | (np.linalg.norm(back, axis=1) <= 1.02 * lengths + 1e-36)).all()


def test_a_row_that_is_not_finite_is_lost_alone() -> None:
    values, holed = spectrum(6, FALLING), spectrum(6, FALLING)
    holed[7, 3], holed[8] = np.nan, np.inf
    rows, basis = BasisFollower(24, 96).write(holed)
    back = dequantize(replace(rows, directions=basis.directions))
    assert np.isnan(back[7:9]).all()
    others = np.delete(np.arange(len(values)), [7, 8])
    assert np.square(back[others] - values[others]).sum() < 0.01 * np.square(values[others]).sum()


def test_tables_without_a_direction_are_written_all_the_same() -> None:
    for values in (np.zeros((40, 96)), np.full((40, 96), np.nan), np.ones((5, 96))):
        rows, basis = BasisFollower(24, 96).write(values.astype(np.float32))
        back = dequantize(replace(rows, directions=basis.directions))
        np.testing.assert_allclose(back, values, atol=0.05)


def test_a_basis_goes_with_the_first_snapshot_and_again_when_a_write_was_lost_or_the_steps_go_back(tmp_path) -> None:
    run, values = BasisRun(tmp_path), spectrum(7, FALLING)
    sent = []
    for step, is_lost in ((0, True), (0, False), (1, False), (2, True), (3, False), (1, False), (2, False)):
        run.snapshot(step, values, is_lost=is_lost)
        sent.append(run.with_basis)
    assert sent == [True, True, False, False, False, True, False]
    for step in range(10, 10 + REPEAT_EVERY):
        run.snapshot(step, values)
        assert run.with_basis == (step == 10 + REPEAT_EVERY - 1)


def test_a_changed_basis_that_was_lost_goes_with_the_next(tmp_path) -> None:
    run, early, late = BasisRun(tmp_path), spectrum(3, FLAT), spectrum(4, FALLING)
    run.snapshot(0, early)
    step = 0
    while step < 3 * LOOK_EVERY:
        step += 1
        run.snapshot(step, late, is_lost=True)
        if run.with_basis:
            break
    assert run.with_basis
    run.snapshot(step + 1, late)
    assert run.with_basis
    run.snapshot(step + 2, late)
    assert not run.with_basis


def test_the_reader_decodes_what_the_naive_way_does_across_changes_of_the_basis(tmp_path) -> None:
    run, early, late = BasisRun(tmp_path / "a"), spectrum(3, FLAT), spectrum(4, FALLING)
    events = [run.snapshot(step, early if step < 5 else late) for step in range(20)]
    reader = SnapshotReader(index_of(tmp_path).runs["a"])
    assert reader.shape(EMBEDDING) == (300, 96)
    bases: dict[int, StoredBasis] = {}
    for step, event in enumerate(events):
        expected = decode_snapshot(Event.FromString(event).summary, step, 5.0, bases)
        rows = reader.embedding(EMBEDDING, step).rows
        np.testing.assert_array_equal(dequantize(rows), expected.embeddings[EMBEDDING].values)
    assert len(bases) >= 2
    error = np.square(dequantize(rows) - late).sum() / np.square(late).sum()
    assert error < 1 - best(late, 24) + 0.01
