"""The rows of an embedding: the same at every snapshot, representative, and within the size allowed."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn
from toy_models import Gpt, adam, read, train

from tensorboard_plugin_paramviz import watch
from tensorboard_plugin_paramviz.capture.budget import Allotment, fixed_bytes, share_bytes
from tensorboard_plugin_paramviz.capture.embeddings import choose_rows, choose_tables, largest_size, snapshot_size
from tensorboard_plugin_paramviz.capture.layers import find_layers


def test_small_tables_travel_whole_with_their_labels(tmp_path) -> None:
    model = Gpt()
    labels = [chr(60 + row) for row in range(65)]
    with watch(model, tmp_path, every=1, labels=labels, counts=np.arange(65), strict=True) as viz:
        train(model, adam(model), viz, 1)
    (record,), (snapshot,), _ = read(tmp_path)
    tokens, positions = record.embeddings
    assert (tokens.path, tokens.rows, tokens.labels, tokens.counts) == (
        "transformer.wte",
        None,
        tuple(labels),
        tuple(range(65)),
    )
    assert (positions.role, positions.shape, positions.labels) == ("position_embedding", (16, 16), None)
    weight = model.transformer["wte"].weight.detach().numpy()
    error = np.abs(snapshot.embeddings["transformer.wte"].values - weight).max(axis=1)
    assert (error <= np.abs(weight).max(axis=1) / 254 * 1.01).all()


@given(st.integers(2, 5000), st.data(), st.booleans())
def test_chosen_rows_are_distinct_ascending_and_always_the_same(
    vocabulary: int, data: st.DataObject, known: bool
) -> None:
    rows = data.draw(st.integers(1, vocabulary - 1))
    counts = np.random.default_rng(1).integers(0, 9, vocabulary) if known else None
    state = np.random.get_state()[1].copy()
    ids = choose_rows(vocabulary, rows, counts)
    assert len(ids) == rows
    assert (np.diff(ids) > 0).all()
    assert 0 <= ids[0] <= ids[-1] < vocabulary
    np.testing.assert_array_equal(ids, choose_rows(vocabulary, rows, counts))
    np.testing.assert_array_equal(np.random.get_state()[1], state)


def test_without_counts_every_span_of_ids_has_its_row() -> None:
    assert sorted(choose_rows(1000, 100, None) // 10) == list(range(100))


def test_with_counts_the_frequent_are_there_and_so_are_the_never_seen() -> None:
    counts = np.zeros(1000, np.int64)
    counts[500:520] = 100  # the most frequent stand in the middle of the ids
    counts[520:700] = 5
    ids = choose_rows(1000, 40, counts)
    assert set(range(500, 520)) <= set(ids)
    assert (counts[ids] == 0).sum() >= 10


def test_a_snapshot_stays_within_the_bytes_allowed(tmp_path, caplog) -> None:
    model = Gpt(vocabulary=3000, length=1000, dims=64)
    caplog.set_level("INFO")
    with watch(model, tmp_path, every=1, max_bytes=60_000, max_overhead=None, strict=True) as viz:
        train(model, adam(model), viz, 3)
    (record,), snapshots, _ = read(tmp_path)
    tokens, positions = (embedding.row_count for embedding in record.embeddings)
    assert tokens > 2 * positions > 100
    assert [(one.encoding, one.directions) for one in record.embeddings] == [("basis", 32)] * 2
    first, _, third = (snapshot.self_cost.snapshot_bytes for snapshot in snapshots)
    assert 55_000 < first <= 60_000
    assert first - third == pytest.approx(2 * 32 * 64, abs=600), "the bases"
    assert sum("max_bytes=60000" in message for message in caplog.messages) == 1


WIDTHS = st.sampled_from([3, 16, 64, 128, 384, 768, 1600, 4096, 12288])


@given(
    st.lists(st.tuples(st.integers(1, 150_000), WIDTHS), min_size=1, max_size=4),
    st.integers(1, 30_000),
    st.integers(20_000, 1_000_000),
    st.integers(1, 700),
)
def test_shares_are_the_rows_wanted_whole_where_they_fit_and_never_more_bytes_than_allowed(
    tables: list[tuple[int, int]], rows: int, max_bytes: int, layers: int
) -> None:
    shapes = {f"table {at}": shape for at, shape in enumerate(tables)}
    wanted = {path: min(rows, vocabulary) for path, (vocabulary, _) in shapes.items()}
    whole = fixed_bytes(layers, len(shapes)) + sum(wanted[path] * (dims + 12) for path, (_, dims) in shapes.items())
    try:
        shares = share_bytes(shapes, rows, max_bytes, layers)
    except ValueError as error:
        enough = int(str(error).split("at least max_bytes=")[1].split(",")[0])
        assert whole > max_bytes
        share_bytes(shapes, rows, enough, layers)
        return
    size = fixed_bytes(layers, len(shapes)) + sum(shares[path].all_bytes(dims) for path, (_, dims) in shapes.items())
    assert size <= max_bytes
    if whole <= max_bytes:
        assert shares == {path: Allotment(count) for path, count in wanted.items()}
    for path, (_, dims) in shapes.items():
        directions = shares[path].directions
        assert min(16, wanted[path]) <= shares[path].rows <= wanted[path]
        assert directions is None or 3 <= directions <= dims // 2


def test_gpt2s_two_thousand_tokens_and_all_its_positions_fit_into_the_default() -> None:
    shares = share_bytes({"wte": (50257, 768), "wpe": (1024, 768)}, 2000, 300_000, 76)
    assert [share.rows for share in shares.values()] == [2000, 1024]
    assert shares["wte"].directions >= 64
    assert shares["wpe"].directions >= 32


def test_every_snapshot_is_as_large_as_was_foreseen_at_most(tmp_path) -> None:
    model = Gpt(vocabulary=900, length=300, dims=256)
    layers = find_layers(model)
    tables = choose_tables(layers, rows=2000, max_bytes=100_000)
    assert {table.info.encoding for table in tables} == {"basis"}
    usual, largest = (size(len(layers.infos), tables) for size in (snapshot_size, largest_size))
    assert usual < largest <= 100_000
    with watch(model, tmp_path, every=1, max_bytes=100_000, level="full", max_overhead=None, strict=True) as viz:
        train(model, adam(model), viz, 3)
    sizes = [snapshot.self_cost.snapshot_bytes for snapshot in read(tmp_path)[1]]
    assert largest - 5000 < sizes[0] <= largest
    # The pictures of the matrices wait for the first snapshot with room for them, here the second.
    assert usual < sizes[1] <= 100_000
    assert usual - 5000 < sizes[2] <= usual


def test_sampled_rows_are_the_named_ones_and_a_sparse_gradient_is_theirs(tmp_path) -> None:
    model = Gpt(vocabulary=500, sparse=True)
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    with watch(model, tmp_path, optimizer=optimizer, every=1, rows=100, strict=True) as viz:
        model(torch.arange(32).reshape(2, 16)).backward()
        optimizer.step()
        viz.step(0)
    (record,), (snapshot,), _ = read(tmp_path)
    ids, rows = np.array(record.embeddings[0].rows), snapshot.embeddings["transformer.wte"]
    weight = model.transformer["wte"].weight
    assert len(ids) == 100
    np.testing.assert_allclose(rows.grad_norms, weight.grad.to_dense()[ids].norm(dim=1), rtol=1e-5)
    np.testing.assert_allclose(rows.values, weight.detach()[ids], atol=0.02)
    assert ((rows.update_norms > 0) == (ids < 32)).all()


def test_a_model_without_embeddings_is_recorded_without(tmp_path) -> None:
    model = nn.Sequential(nn.Linear(4, 4), nn.Linear(4, 1))
    with watch(model, tmp_path, every=1, max_overhead=None, strict=True) as viz:
        model(torch.ones(1, 4)).backward()
        viz.step(0)
    (record,), (snapshot,), _ = read(tmp_path)
    assert record.embeddings == ()
    assert snapshot.embeddings == {}
    assert np.isfinite(snapshot.stats[:, 0]).all()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"labels": ["a"] * 64}, r"64 labels for the 65 rows of 'transformer.wte'.*pad the list"),
        ({"labels": {"wte": ["a"] * 65}}, r"isn't one of the embeddings transformer.wte, transformer.wpe"),
        ({"labels": "abc"}, "pass a list of str"),
        ({"labels": lambda row: {}[row]}, "labels of 'transformer.wte' failed: KeyError"),
        ({"counts": [1] * 3}, "3 counts for the 65 rows"),
        ({"counts": [-1] * 65}, "0 or more"),
        ({"counts": ["x"] * 65}, "aren't numbers"),
    ],
)
def test_labels_and_counts_that_do_not_fit_are_refused(options: dict, message: str) -> None:
    with pytest.raises((ValueError, TypeError), match=message):
        choose_tables(find_layers(Gpt()), rows=2000, max_bytes=1_000_000, **options)


def test_the_smallest_max_bytes_that_is_named_is_enough() -> None:
    layers = find_layers(Gpt())
    with pytest.raises(ValueError, match="too small") as raised:
        choose_tables(layers, rows=2000, max_bytes=1500)
    enough = int(str(raised.value).split("at least max_bytes=")[1].split(",")[0])
    assert len(choose_tables(layers, rows=2000, max_bytes=enough)) == 2


def test_a_max_bytes_of_nothing_is_no_fault_of_a_model_without_tables() -> None:
    assert choose_tables(find_layers(nn.Linear(2, 2)), rows=2000, max_bytes=1) == []


def test_labels_that_are_half_a_character_are_recorded_as_such(tmp_path) -> None:
    labels = [bytes([0x80 + row]).decode(errors="surrogateescape") for row in range(64)] + ["\ud83d\ude00"]
    watch(Gpt(), tmp_path, labels=labels).close()
    ((record,), _, _) = read(tmp_path)
    assert record.embeddings[0].labels == ("\ufffd",) * 64 + ("\U0001f600",)
