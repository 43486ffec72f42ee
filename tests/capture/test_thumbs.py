"""Pictures of the matrices: in each matrix's proportions, true to its blocks, and within the bytes allowed."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from tensorboard_plugin_paramviz.capture.layers import find_layers
from tensorboard_plugin_paramviz.capture.thumbs import ALL_CELLS, MOST_CELLS, Thumbs, _grid, _places

ROOM = 300_000


class Stack(nn.Module):
    def __init__(self, shapes: list[tuple[int, int]]) -> None:
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(columns, rows, bias=True) for rows, columns in shapes)


def thumbs_of(model: nn.Module, room: int = ROOM) -> tuple[Thumbs, list[torch.Tensor]]:
    layers = find_layers(model)
    parameters = [slot.parameter() for slot in layers.slots]
    return Thumbs(layers, parameters, room), parameters


def picture(thumbs: Thumbs, parameters: list[torch.Tensor]) -> list[np.ndarray]:
    entries = [thumbs.entries(k, parameters[place].detach()).numpy() for k, place in enumerate(thumbs.parameters)]
    cells = np.split(thumbs.cells(entries), np.cumsum(thumbs.counts)[:-1])
    return [cell.reshape(info.rows, info.columns) for cell, info in zip(cells, thumbs.infos, strict=True)]


def test_a_small_matrix_is_shown_entry_by_entry() -> None:
    model = Stack([(6, 8)])
    thumbs, parameters = thumbs_of(model)
    (shown,) = picture(thumbs, parameters)
    np.testing.assert_allclose(shown, model.layers[0].weight.detach().abs().numpy(), rtol=1e-6)


def test_what_stands_out_in_a_matrix_stands_out_at_the_same_place_of_its_picture() -> None:
    model = Stack([(768, 192)])
    with torch.no_grad():
        weight = model.layers[0].weight.fill_(0.01)
        weight[:, 96:] = 0.1  # the right half
        weight[384:400] = 1.0  # a band of lines just below the middle
    thumbs, parameters = thumbs_of(model)
    (shown,) = picture(thumbs, parameters)
    rows, columns = shown.shape
    assert abs(rows / columns - 4) < 0.2
    band = shown[rows // 2, :]
    assert (band > 0.4).all()
    np.testing.assert_allclose(shown[: rows // 2 - 1, : columns // 2 - 1], 0.01, rtol=1e-5)
    np.testing.assert_allclose(shown[: rows // 2 - 1, columns // 2 + 1 :], 0.1, rtol=1e-5)


def test_a_transposed_matrix_looks_like_itself_and_not_like_its_memory() -> None:
    model = Stack([(120, 300)])
    values = torch.outer(torch.linspace(1, 2, 120), torch.linspace(1, 9, 300))
    model.layers[0].weight = nn.Parameter(values)
    thumbs, parameters = thumbs_of(model)
    (straight,) = picture(thumbs, parameters)
    model.layers[0].weight = nn.Parameter(values.t().contiguous().t())
    thumbs, parameters = thumbs_of(model)
    (turned,) = picture(thumbs, parameters)
    np.testing.assert_allclose(straight, turned, rtol=0.2)


@settings(deadline=None, max_examples=60)
@given(st.integers(2, 400), st.integers(2, 400), st.integers(16, MOST_CELLS), st.booleans())
def test_every_cell_is_made_of_entries_of_its_own_block(rows: int, columns: int, most: int, turned: bool) -> None:
    down, across = _grid(rows, columns, most)
    assert down * across <= max(most, 1)
    places = _places(rows, columns, down, across, turned).reshape(down, across, -1)
    row, column = (places % rows, places // rows) if turned else (places // columns, places % columns)
    for i in range(down):
        for j in range(across):
            assert (i * rows // down <= row[i, j]).all()
            assert (row[i, j] < (i + 1) * rows // down).all()
            assert (j * columns // across <= column[i, j]).all()
            assert (column[i, j] < (j + 1) * columns // across).all()


@pytest.mark.parametrize("count", [1, 40, 700])
def test_many_matrices_share_the_bytes_there_are(count: int) -> None:
    thumbs, _ = thumbs_of(Stack([(64, 96)] * count))
    assert len(thumbs.infos) == count
    assert sum(thumbs.counts) <= min(ALL_CELLS, count * MOST_CELLS)


def test_without_room_there_are_no_pictures_rather_than_meaningless_ones() -> None:
    thumbs, _ = thumbs_of(Stack([(64, 96)] * 40), room=900)
    assert thumbs.infos == ()
    assert thumbs.bytes == 0


def test_a_broken_entry_shows_as_not_finite_and_not_as_a_colour() -> None:
    model = Stack([(6, 8)])
    with torch.no_grad():
        model.layers[0].weight[2, 3] = float("nan")
    thumbs, parameters = thumbs_of(model)
    (shown,) = picture(thumbs, parameters)
    assert np.isnan(shown[2, 3])
    assert np.isfinite(shown).sum() == 47
