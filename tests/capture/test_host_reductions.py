"""The pass over large arrays against the formulas in float64, whatever their size and dtype."""

from __future__ import annotations

import math
import os

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from tensorboard_plugin_paramviz.capture.host_reductions import reduce_arrays
from tensorboard_plugin_paramviz.capture.reductions import reduce_tensors

SIZES = st.sampled_from([1, 2, 8191, 8192, 8193, 131_072, 131_073, 300_001, 2_097_153])


@settings(deadline=None, max_examples=40)
@given(
    sizes=st.lists(SIZES, min_size=1, max_size=4),
    dtype=st.sampled_from([np.float32, np.float64]),
    scale=st.sampled_from([1e-30, 1e-12, 1.0, 1e12, 1e30]),
    shift=st.sampled_from([0.0, 1.0]),
    seed=st.integers(0, 1000),
)
def test_figures_are_those_of_the_formulas(sizes, dtype, scale, shift, seed) -> None:
    noise = np.random.default_rng(seed)
    arrays = [((noise.standard_normal(size) + shift) * scale).astype(dtype) for size in sizes]
    for found, array in zip(reduce_arrays(arrays, [True] * len(arrays)), arrays, strict=True):
        wide = array.astype(np.float64)
        assert found[0] == pytest.approx(np.sqrt(np.square(wide).sum()), rel=1e-6)
        assert found[1:] == (pytest.approx(np.abs(wide).max()), 0)


def test_the_largest_is_looked_for_only_where_it_is_asked_for() -> None:
    one, other = reduce_arrays([np.ones(100_000, np.float32)] * 2, [True, False])
    assert one[1] == 1
    assert math.isnan(other[1])
    assert one[::2] == other[::2]


def test_the_result_is_the_same_for_any_number_of_threads() -> None:
    arrays = [np.random.default_rng(0).standard_normal(size, np.float32) for size in (25_000_000, 7, 2_500_000)]
    alone = reduce_arrays(arrays, [True] * 3, 1)
    assert all(reduce_arrays(arrays, [True] * 3, threads) == alone for threads in (2, 3, 8))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
@pytest.mark.filterwarnings("ignore:.*use of fork.*:DeprecationWarning")
def test_a_forked_process_measures_with_threads_of_its_own() -> None:
    array = np.ones(25_000_000, np.float32)
    reduce_arrays([array], [True], 2)
    child = os.fork()
    if child == 0:
        os._exit(0 if reduce_arrays([array], [True], 2)[0][1] == 1.0 else 1)
    assert os.waitpid(child, 0)[1] == 0


@pytest.mark.parametrize("size", [10, 200_000, 3_000_000])
@pytest.mark.parametrize("entry", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("place", [0, 5, -1])
@pytest.mark.parametrize("extremes", [True, False])
def test_an_entry_that_is_not_finite_is_counted_and_shows(size: int, entry: float, place: int, extremes: bool) -> None:
    array = np.ones(size, np.float32)
    array[place] = entry
    norm, max_abs, nonfinite = reduce_arrays([array], [extremes])[0]
    assert nonfinite == 1
    assert math.isnan(norm) if math.isnan(entry) else norm == math.inf
    assert math.isnan(max_abs) if math.isnan(entry) or not extremes else max_abs == math.inf


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16, torch.float32, torch.float64])
def test_tensors_of_any_width_are_measured_and_their_memory_stays_the_users(dtype: torch.dtype) -> None:
    tensor = torch.randn(300, 500).to(dtype)
    (figures,) = reduce_tensors([tensor], [True])
    wide = tensor.double()
    assert figures.tolist() == pytest.approx([wide.norm().item(), wide.abs().max().item(), 0], rel=1e-6)
    tensor.untyped_storage().resize_(0)  # as sharding libraries free what they have lent
