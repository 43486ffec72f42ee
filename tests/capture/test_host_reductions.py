"""The pass over large arrays against the formulas in float64, whatever their size, dtype and number of threads."""

from __future__ import annotations

import math
import os

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tensorboard_plugin_paramviz.capture.host_reductions import reduce_arrays

SIZES = st.sampled_from([1, 2, 8191, 8192, 8193, 131_072, 131_073, 300_001, 2_097_153])


def naive(array: np.ndarray) -> tuple[float, float, float, float]:
    wide = array.astype(np.float64)
    with np.errstate(all="ignore"):
        return (
            float(np.sqrt(np.square(wide).sum())),
            float(np.abs(wide).max()),
            float(np.count_nonzero(~np.isfinite(wide))),
            float(wide.sum()),
        )


@settings(deadline=None, max_examples=40)
@given(
    sizes=st.lists(SIZES, min_size=1, max_size=4),
    dtype=st.sampled_from([np.float32, np.float64]),
    scale=st.sampled_from([1e-30, 1e-12, 1.0, 1e12, 1e30]),
    shift=st.sampled_from([0.0, 1.0]),
    threads=st.sampled_from([1, 2, 3]),
    seed=st.integers(0, 1000),
)
def test_figures_are_those_of_the_formulas(sizes, dtype, scale, shift, threads, seed) -> None:
    noise = np.random.default_rng(seed)
    arrays = [((noise.standard_normal(size) + shift) * scale).astype(dtype) for size in sizes]
    for found, array in zip(reduce_arrays(arrays, threads=threads, with_sum=True), arrays, strict=True):
        norm, max_abs, nonfinite, total = naive(array)
        assert found[0] == pytest.approx(norm, rel=1e-6)
        assert found[1:3] == (pytest.approx(max_abs), nonfinite)
        assert found[3] == pytest.approx(total, rel=1e-6, abs=1e-6 * float(np.abs(array.astype(np.float64)).sum()))


@pytest.mark.parametrize("size", [10, 200_000, 3_000_000])
@pytest.mark.parametrize("entry", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("place", [0, 5, -1])
def test_an_entry_that_is_not_finite_is_counted_and_shows(size: int, entry: float, place: int) -> None:
    array = np.ones(size, np.float32)
    array[place] = entry
    norm, max_abs, nonfinite, _ = reduce_arrays([array], threads=2, with_sum=True)[0]
    assert nonfinite == 1
    assert math.isnan(norm) if math.isnan(entry) else norm == math.inf
    assert math.isnan(max_abs) if math.isnan(entry) else max_abs == math.inf


def test_the_result_is_the_same_for_any_number_of_threads() -> None:
    arrays = [np.random.default_rng(0).standard_normal(size, np.float32) for size in (5_000_000, 7, 2_500_000)]
    alone = reduce_arrays(arrays, threads=1, with_sum=True)
    assert all(reduce_arrays(arrays, threads=threads, with_sum=True) == alone for threads in (2, 3, 8))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
@pytest.mark.filterwarnings("ignore:.*use of fork.*:DeprecationWarning")
def test_a_forked_process_measures_with_threads_of_its_own() -> None:
    array = np.ones(5_000_000, np.float32)
    reduce_arrays([array], threads=2, with_sum=False)
    child = os.fork()
    if child == 0:
        os._exit(0 if reduce_arrays([array], threads=2, with_sum=False)[0][1] == 1.0 else 1)
    assert os.waitpid(child, 0)[1] == 0
