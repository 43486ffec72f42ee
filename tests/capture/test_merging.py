"""What several processes hold of a model, put together, is what one process would have had."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from tensorboard_plugin_paramviz.capture.merging import Arrays, Layout, Share, combine_figures, merge
from tensorboard_plugin_paramviz.capture.messages import pack, unpack
from tensorboard_plugin_paramviz.capture.reductions import reduce_tensors

WIDTH = 3
shapes = st.lists(st.integers(0, 9), min_size=1, max_size=4)  # rows of each parameter, [rows, WIDTH]


def measured(weights: list[torch.Tensor], starts: list[int], strides: list[int], ids: list[int]) -> Arrays:
    """What a process takes of the parts it holds; [rows held, WIDTH] each. The first parameter is a table."""
    arrays: Arrays = {}
    for index, (part, start, stride) in enumerate(zip(weights, starts, strides, strict=True)):
        entries = part.reshape(-1)[-start % stride :: stride].numpy()
        arrays |= {f"weight {index}": entries, f"before {index}": entries - 1, f"grad {index}": entries * 2}
        if part.numel():
            arrays[f"weight figures {index}"] = reduce_tensors([part], [True])[0].numpy()
    first = starts[0] // WIDTH
    rows = weights[0][[row - first for row in ids if first <= row < first + len(weights[0])]].numpy()
    arrays |= {"rows wte": rows, "row updates wte": rows.max(axis=1, initial=0), "row grads wte": rows.sum(axis=1)}
    return arrays


def share(weights: list[torch.Tensor], wholes: list[torch.Tensor], firsts: list[int], ids: list[int]) -> Share:
    strides = [1 + index for index in range(len(wholes))]
    starts = [first * WIDTH for first in firsts]
    layout = Layout(
        numels=[whole.numel() for whole in wholes],
        starts=starts,
        sizes=[part.numel() for part in weights],
        counts=[True] * len(wholes),
        in_order=[True] * len(wholes),
        tables={"wte": 0},
        plan=hash(tuple(ids)),
    )
    return layout, measured(weights, starts, strides, ids)


def cut(wholes: list[torch.Tensor], ranks: int, ids: list[int]) -> list[Share]:
    chunks = [math.ceil(len(whole) / ranks) for whole in wholes]
    shares = []
    for rank in range(ranks):
        firsts = [min(rank * chunk, len(whole)) for chunk, whole in zip(chunks, wholes, strict=True)]
        parts = [w[first : first + chunk] for w, first, chunk in zip(wholes, firsts, chunks, strict=True)]
        shares.append(share(parts, wholes, firsts, ids))
    return shares


@given(rows=shapes, ranks=st.integers(1, 5), seed=st.integers(0, 99))
def test_shards_of_any_size_even_empty_ones_make_the_whole(rows: list[int], ranks: int, seed: int) -> None:
    torch.manual_seed(seed)
    wholes = [torch.randn(count, WIDTH) for count in rows]
    ids = sorted(np.random.default_rng(seed).choice(rows[0], rows[0] // 2, replace=False).tolist())
    merged = merge([unpack(pack(*part)) for part in cut(wholes, ranks, ids)])
    ((_, expected),) = cut(wholes, 1, ids)
    assert set(merged) == set(expected)
    for name, array in expected.items():
        if "figures" in name:
            np.testing.assert_allclose(merged[name], array, rtol=1e-6, atol=1e-6)
        else:
            np.testing.assert_array_equal(merged[name], array)


@given(st.lists(st.floats(width=32), min_size=1, max_size=12), st.integers(1, 4))
def test_figures_of_parts_make_those_of_the_whole_nan_and_infinite_ones_too(values: list[float], parts: int) -> None:
    whole = torch.tensor(values)
    figures = [reduce_tensors([part], [True])[0].numpy() for part in whole.chunk(parts)]
    expected = reduce_tensors([whole], [True])[0].numpy()
    combined = combine_figures(figures)
    np.testing.assert_array_equal(combined[1:3], expected[1:3])
    wide = np.array(values, np.float64)
    if np.abs(wide).max() < 1e18:  # else float32 holds the square or the sum, or not, by the order of adding
        np.testing.assert_allclose(combined[0], np.sqrt(np.sum(wide**2)), rtol=1e-5, atol=1e-30)


def test_a_parameter_that_is_not_sharded_counts_once() -> None:
    whole = torch.randn(4, WIDTH)
    everywhere = [share([whole], [whole], [0], [1, 2]) for _ in range(3)]
    merged = merge(everywhere)
    np.testing.assert_array_equal(merged["weight 0"], everywhere[0][1]["weight 0"])
    np.testing.assert_array_equal(merged["rows wte"], whole[[1, 2]].numpy())


def test_replicas_do_not_count_twice() -> None:
    shares = cut([torch.randn(5, WIDTH)], 2, [0, 4])
    replicas = [(Layout(**{**vars(layout), "counts": [False]}), arrays) for layout, arrays in shares]
    merged, expected = merge([*shares, *replicas]), merge(shares)
    for name, array in expected.items():
        np.testing.assert_array_equal(merged[name], array)


def test_columns_give_what_has_no_order_and_no_rows() -> None:
    whole = torch.randn(4, WIDTH)
    shares = []
    for columns in (whole[:, :2], whole[:, 2:]):
        layout, arrays = share([columns.contiguous()], [whole], [0], [])
        shares.append((Layout(**{**vars(layout), "in_order": [False]}), arrays))
    merged = merge(shares)
    np.testing.assert_allclose(merged["weight figures 0"], reduce_tensors([whole], [True])[0].numpy(), rtol=1e-6)
    np.testing.assert_array_equal(np.sort(merged["weight 0"]), np.sort(whole.flatten().numpy()))
    assert "rows wte" not in merged


def test_what_is_missing_in_one_process_is_left_out_not_guessed() -> None:
    shares = cut([torch.randn(4, WIDTH), torch.randn(4, WIDTH)], 2, [0, 3])
    del shares[1][1]["grad 0"], shares[1][1]["row grads wte"]
    merged = merge(shares)
    assert "grad 0" not in merged
    assert "row grads wte" not in merged
    assert "grad 1" in merged
    assert len(merged["rows wte"]) == 2
    assert not [name for name in merge(shares[:1]) if name != "loss"]  # half of everything


def test_the_loss_is_the_writing_processs_own() -> None:
    shares = cut([torch.randn(4, WIDTH)], 2, [])
    for number, (_, arrays) in enumerate(shares):
        arrays["loss"] = np.array(number, np.float32)
    assert merge(shares)["loss"] == 0


def test_processes_that_sample_other_rows_are_told_how_to_agree() -> None:
    whole = [torch.randn(4, WIDTH)]
    shares = [cut(whole, 2, [0, 3])[0], cut(whole, 2, [1, 2])[1]]
    with pytest.raises(ValueError, match=r"process 1 of 2 samples other entries or rows; give watch\(\) the same"):
        merge(shares)


def test_a_message_cut_short_is_refused() -> None:
    data = pack(*cut([torch.randn(4, WIDTH)], 1, [0])[0])
    with pytest.raises(ValueError, match="were announced"):
        unpack(data[:-4])
