"""What is written can be read, by this version and by every later one."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from tensorboard.backend.event_processing.event_file_loader import RawEventFileLoader
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary

from tensorboard_plugin_paramviz.record import (
    ROLES,
    STAT_UNITS,
    STATS,
    Coordinates,
    EmbeddingInfo,
    EmbeddingRows,
    LayerInfo,
    ModelRecord,
    SelfCost,
    Snapshot,
    StoredBasis,
    UnknownFormatError,
    decode_thumbs,
    dequantize,
    encode_model,
    encode_snapshot,
    encode_thumbs,
    lengthen,
    quantize,
)
from tensorboard_plugin_paramviz.record.names import PLUGIN_CONTENT, basis_named_in, check_format, content_with_basis
from tensorboard_plugin_paramviz.record.summary import check_form, decode_array, decode_rows, decode_snapshot

GOLDEN = Path(__file__).parent / "golden" / "v1.tfevents"
FLOATS = st.floats(width=32, allow_nan=True, allow_infinity=True, allow_subnormal=True)
TABLES = hnp.arrays(np.float32, hnp.array_shapes(min_dims=2, max_dims=2, min_side=0, max_side=12), elements=FLOATS)


@given(TABLES)
def test_a_row_comes_back_within_half_a_scale_or_not_at_all(rows: np.ndarray) -> None:
    quantized = quantize(rows)
    back = dequantize(quantized)
    assert back.shape == rows.shape
    assert quantized.values.dtype == np.int8
    for row, scale, returned in zip(rows, quantized.scale, back, strict=True):
        if not np.isfinite(row).all():
            assert np.isnan(scale)
            assert np.isnan(returned).all()
        elif row.size:
            largest = np.abs(row.astype(np.float64)).max()
            # A row so small that its scale would be subnormal comes back as zeros.
            error = np.abs(returned.astype(np.float64) - row).max()
            assert error <= max(largest / 254 * 1.001, 127 * float(np.finfo(np.float32).tiny) if scale == 0 else 0)


@given(TABLES, st.integers(0, 2**40), st.data())
def test_a_snapshot_comes_back_through_its_bytes(values: np.ndarray, step: int, data: st.DataObject) -> None:
    norms = data.draw(hnp.arrays(np.float32, (2, len(values)), elements=FLOATS))
    stats = data.draw(hnp.arrays(np.float32, (3, len(STATS)), elements=FLOATS))
    cost = SelfCost(0.5, 0.25, 1000, 7, 2)
    snapshot = Snapshot(step, 5.0, stats, {"a.b": EmbeddingRows(values, *norms)}, cost)
    summary = Summary.FromString(encode_snapshot(snapshot).SerializeToString())
    back = decode_snapshot(summary, step, 5.0)
    np.testing.assert_array_equal(back.stats, stats)
    np.testing.assert_array_equal(back.embeddings["a.b"].values, dequantize(quantize(values)))
    np.testing.assert_array_equal(back.embeddings["a.b"].grad_norms, norms[0])
    np.testing.assert_array_equal(back.embeddings["a.b"].update_norms, norms[1])
    assert back.self_cost == cost


@given(st.integers(1, 6), st.integers(6, 12), st.integers(1, 9), st.integers(0, 99))
def test_rows_in_a_basis_come_back_through_their_bytes_with_it(kept: int, dims: int, count: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    basis = StoredBasis.of(np.linalg.qr(random.normal(size=(dims, kept)))[0].T.astype(np.float32))
    np.testing.assert_allclose(np.linalg.norm(basis.directions, axis=1), 1, rtol=1e-6)
    coordinates, norms = random.normal(size=(count, kept)).astype(np.float32), np.ones(count, np.float32)
    rows = dataclasses.replace(quantize(coordinates), norms=10 * norms)
    table = {"a.b": EmbeddingRows(np.zeros((count, dims), np.float32), norms, norms)}
    first, second = (
        encode_snapshot(Snapshot(step, 5.0, None, table), {"a.b": Coordinates(rows, basis, is_new)})
        for step, is_new in ((0, True), (1, False))
    )
    assert first.ByteSize() - second.ByteSize() >= kept * dims
    bases: dict[int, StoredBasis] = {}
    for summary in (first, second):
        back = decode_snapshot(Summary.FromString(summary.SerializeToString()), 0, 5.0, bases)
        naive = dequantize(quantize(coordinates)) @ basis.directions
        np.testing.assert_allclose(back.embeddings["a.b"].values, naive, atol=1e-5)
    with pytest.raises(LookupError):
        decode_snapshot(second, 1, 5.0, {})


@given(st.integers(1, 20), st.integers(20, 40), st.integers(0, 99))
def test_lengthened_coordinates_have_the_lengths_and_angles_of_their_rows(kept: int, dims: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    oblique = StoredBasis(random.integers(-127, 128, (kept, dims), dtype=np.int8)).directions
    values = random.integers(-127, 128, (8, kept)).astype(np.float32)
    turned, whole = lengthen(values, oblique), values @ oblique
    np.testing.assert_allclose(turned @ turned.T, whole @ whole.T, rtol=1e-3, atol=5)


def test_a_basis_is_bytes_of_two_dimensions_and_named_by_a_number() -> None:
    check_form("paramviz/basis/wte", 6, (2, 3), 6)
    for dtype, shape, length in ((1, (2, 3), 24), (6, (6,), 6), (6, (2, 3), 5), (6, (0, 3), 0)):
        with pytest.raises(ValueError, match="can't be read"):
            check_form("paramviz/basis/wte", dtype, shape, length)
    assert basis_named_in(PLUGIN_CONTENT) is None
    assert basis_named_in(content_with_basis(7)) == 7
    check_format(content_with_basis(7))
    for content in (b'{"format": 1, "basis": "a"}', b'{"format": 1, "basis": -1}', b'{"format": 1, "basis": true}'):
        with pytest.raises(ValueError, match="no identity of a basis"):
            basis_named_in(content)


def test_parts_that_are_not_there_stay_away() -> None:
    back = decode_snapshot(encode_snapshot(Snapshot(3, 4.0)), 3, 4.0)
    assert back == Snapshot(3, 4.0)


def golden_events() -> list[Event]:
    return [Event.FromString(raw) for raw in RawEventFileLoader(str(GOLDEN)).Load()]


def test_the_first_version_decodes_for_ever() -> None:
    version, model_event, *rest = golden_events()
    assert version.file_version == "brain.Event:2"
    model = ModelRecord.from_json(model_event.summary.value[0].tensor.string_val[0])
    assert (model.session_id, model.started, model.model_class) == ("0123456789ab", 1_700_000_000.5, "GPT")
    assert [(layer.path, layer.role, layer.block, layer.shape) for layer in model.layers] == [
        ("wte", "token_embedding", None, (4, 3)),
        ("h.0.attn.c_attn", "attn_qkv", 0, (9, 3)),
        ("lm_head", "lm_head", None, (4, 3)),
    ]
    assert [(layer.dtype, layer.parameters) for layer in model.layers] == [
        ("float32", 12),
        ("bfloat16", 36),
        ("float32", 0),
    ]
    assert (model.layers[2].tied_to, model.layers[2].trainable) == ("wte", False)
    (embedding,) = model.embeddings
    assert (embedding.path, embedding.shape, embedding.rows) == ("wte", (9, 3), (0, 2, 5, 8))
    assert (embedding.labels, embedding.counts) == (("a", "é", "\n", "字"), (5, 0, 1, 2))
    assert model.optimizer["groups"][0]["betas"] == [0.9, 0.95]
    assert model.stats[0] == "weight_norm"
    assert model.stats[12] == "update_ratio"
    assert [(event.step, event.wall_time) for event in rest] == [(0, 1_700_000_001.0), (10, 1_700_000_011.0)]
    for event in rest:
        snapshot = decode_snapshot(event.summary, event.step, event.wall_time)
        np.testing.assert_array_equal(snapshot.stats[0], np.arange(13) + event.step)
        np.testing.assert_array_equal(snapshot.stats[1], np.arange(13, 26) + event.step)
        assert np.isnan(snapshot.stats[2]).all()
        rows = snapshot.embeddings["wte"]
        nan = float("nan")
        expected = [[127, -127, 1], [0, 0, 0], [nan, nan, nan], [0.5, 64 / 254, -0.5]]
        np.testing.assert_allclose(rows.values, expected, rtol=1e-6)
        np.testing.assert_array_equal(rows.grad_norms, [1, 0, nan, 2])
        np.testing.assert_array_equal(rows.update_norms, [0.5, 0, 0, 0.25])
        assert snapshot.self_cost == SelfCost(0.25, 0.5, 1234, event.step, 1)
        assert snapshot.loss == 4.0 - event.step / 8


def test_every_value_says_whose_it_is_and_in_which_format() -> None:
    for event in golden_events():
        for value in event.summary.value:
            if value.tag.startswith("paramviz/"):
                assert value.metadata.plugin_data.plugin_name == "paramviz"
                assert json.loads(value.metadata.plugin_data.content) == {"format": 1}


def test_a_later_format_is_named_with_what_to_do() -> None:
    check_format(PLUGIN_CONTENT)
    with pytest.raises(UnknownFormatError, match=r"format 2 found.*upgrade tensorboard-plugin-paramviz"):
        check_format(b'{"format": 2}')
    for content in (b"", b"[]", b"{}", b"\xff"):
        with pytest.raises(UnknownFormatError):
            check_format(content)


LAYER = LayerInfo("wte", "token_embedding", None, (4, 3), "float32", 12)


@given(st.text(), st.lists(st.text(), min_size=4, max_size=4), st.lists(st.integers(0), min_size=4, max_size=4))
def test_a_model_record_comes_back_through_its_json(path: str, labels: list[str], counts: list[int]) -> None:
    layer = dataclasses.replace(LAYER, path=path)
    embedding = EmbeddingInfo(path, "token_embedding", (4, 3), None, tuple(labels), tuple(counts))
    record = ModelRecord("s", 1.5, "GPT", (layer,), (embedding,), optimizer={"lr": 0.1})
    value = Summary.FromString(encode_model(record).SerializeToString()).value[0]
    assert ModelRecord.from_json(value.tensor.string_val[0]) == record


def test_a_later_minor_version_is_read_as_far_as_it_is_known() -> None:
    data = json.loads(ModelRecord("s", 1.5, "GPT", (LAYER,), ()).to_json())
    data["layers"][0] |= {"role": "expert_router", "colour": "red"}
    data["new"] = 1
    assert ModelRecord.from_json(json.dumps(data)).layers[0].role == "other"


@pytest.mark.parametrize("text", ["", "[]", "{}", "null", '{"session_id": "a"}', '{"session_id": 1, "started": "x"}'])
def test_what_is_no_model_record_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - json's own message where it isn't JSON
        ModelRecord.from_json(text)


def test_records_that_contradict_themselves_are_refused() -> None:
    with pytest.raises(ValueError, match="role 'head' is not one of"):
        dataclasses.replace(LAYER, role="head")
    with pytest.raises(ValueError, match="3 labels for 2 rows"):
        EmbeddingInfo("wte", "token_embedding", (9, 3), rows=(1, 2), labels=("a", "b", "c"))


def test_bytes_and_shapes_that_disagree_are_refused() -> None:
    with pytest.raises(ValueError, match="reshape"):
        decode_array(b"\0" * 12, 1, (2, 2))
    with pytest.raises(ValueError, match="dtype 7"):
        decode_array(b"", 7, (0,))
    with pytest.raises(ValueError, match="needs its embedding_rows"):
        decode_rows(np.zeros((2, 3), np.int8), None)
    with pytest.raises(ValueError, match="expected"):
        decode_rows(np.zeros((2, 3), np.int8), np.zeros((3, 3), np.float32))


def test_unquantized_rows_need_no_scales() -> None:
    rows, grad_norms, _ = decode_rows(np.full((2, 3), 0.5, np.float16), None)
    np.testing.assert_array_equal(dequantize(rows), np.full((2, 3), 0.5))
    assert np.isnan(grad_norms).all()


def test_every_statistic_has_its_unit_and_every_role_its_name() -> None:
    assert tuple(STAT_UNITS) == STATS
    assert len(set(ROLES)) == len(ROLES)


@given(st.lists(st.floats(0, 1e6, width=32) | st.just(float("nan")), min_size=1, max_size=60), st.integers(1, 4))
def test_thumbnails_come_back_within_half_a_level(sizes: list[float], pictures: int) -> None:
    cells = np.array(sizes * pictures, np.float32)
    counts = [len(sizes)] * pictures
    back = decode_thumbs(*encode_thumbs(cells, counts), counts)
    np.testing.assert_array_equal(np.isnan(back), np.isnan(cells))
    np.testing.assert_array_equal(back == 0, cells == 0)
    usual = cells > 0
    if usual.any():
        half = (cells[usual].max().astype(np.float64) / cells[usual].min()) ** (0.5 / 253)
        ratio = back[usual].astype(np.float64) / cells[usual]
        assert ratio.max() <= half * 1.0001
        assert ratio.min() >= 1 / (half * 1.0001)


def test_thumbnails_of_another_record_are_refused() -> None:
    levels, ranges = encode_thumbs(np.ones(6, np.float32), [6])
    with pytest.raises(ValueError, match="the record tells of 8"):
        decode_thumbs(levels, ranges, [8])
