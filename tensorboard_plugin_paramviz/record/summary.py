"""Snapshot and model record as `Summary` protos, and the tensors of one value back again.

All values of a snapshot stand in one Summary, hence in one record of the event file: a snapshot is there whole or not
at all. Tensors carry little-endian `tensor_content`, so that a reader can take them from the file without parsing.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
from tensorboard.compat.proto.summary_pb2 import DATA_CLASS_TENSOR, Summary, SummaryMetadata
from tensorboard.compat.proto.tensor_pb2 import TensorProto
from tensorboard.compat.proto.tensor_shape_pb2 import TensorShapeProto
from tensorboard.compat.proto.types_pb2 import DT_FLOAT, DT_HALF, DT_INT8, DT_STRING, DT_UINT8

from tensorboard_plugin_paramviz.record.basis_codec import Coordinates, StoredBasis
from tensorboard_plugin_paramviz.record.embedding_codec import QuantizedRows, dequantize, quantize
from tensorboard_plugin_paramviz.record.model_record import ModelRecord
from tensorboard_plugin_paramviz.record.names import (
    BASIS_PREFIX,
    BASIS_ROW_COLUMNS,
    EMBEDDING_PREFIX,
    EMBEDDING_ROWS_PREFIX,
    GEOMETRY_PREFIX,
    LEARNING_RATES_TAG,
    LOSS_TAG,
    MODEL_TAG,
    PLUGIN_CONTENT,
    PLUGIN_NAME,
    PROBE_TAG,
    ROW_COLUMNS,
    SELF_COLUMNS,
    SELF_TAG,
    STATS_TAG,
    THUMB_RANGES_TAG,
    THUMBS_TAG,
    basis_named_in,
    content_with_basis,
)
from tensorboard_plugin_paramviz.record.snapshot import EmbeddingRows, SelfCost, Snapshot
from tensorboard_plugin_paramviz.record.thumb_codec import encode_thumbs

#: TensorProto.dtype of the arrays we write, and the numpy types a reader may meet.
NUMPY_DTYPES: dict[int, np.dtype] = {
    DT_FLOAT: np.dtype("<f4"),
    DT_INT8: np.dtype("i1"),
    DT_HALF: np.dtype("<f2"),
    DT_UINT8: np.dtype("u1"),
}
_TENSOR_DTYPES = {dtype: number for number, dtype in NUMPY_DTYPES.items()}


def encode_model(model: ModelRecord) -> Summary:
    summary = Summary()
    tensor = TensorProto(dtype=DT_STRING, string_val=[model.to_json().encode()], tensor_shape=TensorShapeProto())
    summary.value.append(_value(MODEL_TAG, tensor))
    return summary


def encode_snapshot(snapshot: Snapshot, coordinates: Mapping[str, Coordinates] = MappingProxyType({})) -> Summary:
    """All of a snapshot as one Summary. Tables that stand in `coordinates`, by path, are written as those instead of in
    their whole width. Cost: the quantization of the embeddings and one copy of the bytes."""
    summary = Summary()
    if snapshot.stats is not None:
        summary.value.append(_value(STATS_TAG, _tensor(snapshot.stats.astype(np.float32, copy=False))))
    for path, rows in snapshot.embeddings.items():
        coded, content = coordinates.get(path), PLUGIN_CONTENT
        if coded is not None:
            content = content_with_basis(coded.basis.identity)
            if coded.is_new:
                summary.value.append(_value(BASIS_PREFIX + path, _tensor(coded.basis.values), content))
        quantized = quantize(rows.values) if coded is None else coded.rows
        columns = [quantized.scale, rows.grad_norms, rows.update_norms]
        columns += [] if quantized.norms is None else [quantized.norms]
        beside = np.stack(columns, axis=1)  # [R, 3 or 4]
        summary.value.append(_value(EMBEDDING_PREFIX + path, _tensor(quantized.values), content))
        summary.value.append(_value(EMBEDDING_ROWS_PREFIX + path, _tensor(beside.astype(np.float32))))
    for path, figures in snapshot.geometry.items():
        summary.value.append(_value(GEOMETRY_PREFIX + path, _tensor(figures.astype(np.float32, copy=False))))
    for tag, array in ((PROBE_TAG, snapshot.probe), (LEARNING_RATES_TAG, snapshot.learning_rates)):
        if array is not None:
            summary.value.append(_value(tag, _tensor(array.astype(np.float32, copy=False))))
    if snapshot.loss is not None:
        summary.value.append(_value(LOSS_TAG, _tensor(np.array(snapshot.loss, np.float32))))
    if snapshot.self_cost is not None:
        cost = snapshot.self_cost
        row = np.array([getattr(cost, column) for column in SELF_COLUMNS], np.float32)  # [5]
        summary.value.append(_value(SELF_TAG, _tensor(row)))
    return summary


def encode_thumbnails(cells: npt.NDArray[np.float32], counts: Sequence[int]) -> Summary:
    """Thumbnails to be merged into a snapshot's Summary, apart from it because they go where there is room for them.
    cells: `Snapshot.thumbs`, counts: cells of each."""
    levels, ranges = encode_thumbs(cells, counts)
    summary = Summary()
    summary.value.append(_value(THUMBS_TAG, _tensor(levels)))
    summary.value.append(_value(THUMB_RANGES_TAG, _tensor(ranges)))
    return summary


def check_form(tag: str, dtype: int, shape: tuple[int, ...], length: int) -> None:
    """Raise ValueError unless a tensor of `length` bytes has the form its tag promises: [L, S], [R, D] and [d, D] have
    two dimensions, none of them 0, and the bytes are those of its shape. Other tags may hold anything."""
    if tag != STATS_TAG and not tag.startswith((EMBEDDING_PREFIX, EMBEDDING_ROWS_PREFIX, BASIS_PREFIX)):
        return
    kind = NUMPY_DTYPES.get(dtype)
    if (
        kind is None
        or (tag.startswith(BASIS_PREFIX) and kind != np.int8)
        or len(shape) != 2
        or 0 in shape
        or math.prod(shape) * kind.itemsize != length
    ):
        raise ValueError(f"{tag} of type {dtype} and shape {list(shape)} in {length:,} bytes can't be read")


def decode_array(content: bytes, dtype: int, shape: tuple[int, ...]) -> npt.NDArray[np.generic]:
    """The array of one value's `tensor_content`; raises ValueError where bytes and shape disagree."""
    if dtype not in NUMPY_DTYPES:
        raise ValueError(f"tensor of dtype {dtype}, expected one of {sorted(NUMPY_DTYPES)}")
    return np.frombuffer(content, NUMPY_DTYPES[dtype]).reshape(shape)


def decode_rows(
    values: npt.NDArray[np.generic],
    beside: npt.NDArray[np.generic] | None,
    directions: npt.NDArray[np.float32] | None = None,
) -> tuple[QuantizedRows, npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Quantized rows, gradient norms [R] and update norms [R] from the two tensors of one embedding, and the directions
    [d, D] of the basis that the values name. Raises ValueError where they don't fit together."""
    count = len(values)
    if directions is not None and values.shape[1] != len(directions):
        raise ValueError(f"rows of {values.shape[1]} coordinates in a basis of {len(directions)} directions")
    if beside is None:
        if values.dtype == np.int8:
            raise ValueError("an int8 embedding needs its embedding_rows value, which holds the scales")
        beside = np.full((count, len(ROW_COLUMNS)), np.nan, np.float32)
        beside[:, 0] = 1
    if beside.shape[0] != count or beside.shape[1] < len(ROW_COLUMNS):
        raise ValueError(f"embedding_rows has shape {beside.shape}, expected ({count}, {len(ROW_COLUMNS)})")
    columns = beside.astype(np.float32, copy=False)
    norms = columns[:, 3] if directions is not None and columns.shape[1] >= len(BASIS_ROW_COLUMNS) else None
    rows = QuantizedRows(values, columns[:, 0], directions, norms)  # type: ignore[arg-type]
    return rows, columns[:, 1], columns[:, 2]


def decode_snapshot(
    summary: Summary, step: int, wall_time: float, bases: dict[int, StoredBasis] | None = None
) -> Snapshot:
    """The naive inverse of `encode_snapshot`, from a parsed proto: the oracle of the reader's fast path.

    bases: those of the snapshots before, by identity; one that stands in this summary is added. Raises LookupError for
    rows in a basis that is none of them.
    """
    bases = {} if bases is None else bases
    arrays = {
        value.tag: decode_array(
            value.tensor.tensor_content,
            value.tensor.dtype,
            tuple(dim.size for dim in value.tensor.tensor_shape.dim),
        )
        for value in summary.value
        if value.metadata.plugin_data.plugin_name == PLUGIN_NAME and value.tag != MODEL_TAG
    }
    contents = {value.tag: value.metadata.plugin_data.content for value in summary.value}
    embeddings = {}
    for tag, values in arrays.items():
        if tag.startswith(BASIS_PREFIX):
            basis = StoredBasis(values)  # type: ignore[arg-type]
            bases[basis.identity] = basis
    for tag, values in arrays.items():
        if tag.startswith(EMBEDDING_PREFIX):
            path, identity = tag.removeprefix(EMBEDDING_PREFIX), basis_named_in(contents[tag])
            directions = None if identity is None else bases[identity].directions
            beside = arrays.get(EMBEDDING_ROWS_PREFIX + path)
            quantized, grad_norms, update_norms = decode_rows(values, beside, directions)
            embeddings[path] = EmbeddingRows(dequantize(quantized), grad_norms, update_norms)
    cost = None
    if SELF_TAG in arrays:
        secs, write_secs, size, interval, dropped = arrays[SELF_TAG].astype(float)[: len(SELF_COLUMNS)]
        cost = SelfCost(secs, write_secs, int(size), int(interval), int(dropped))
    loss = float(arrays[LOSS_TAG]) if LOSS_TAG in arrays else None
    geometry = {
        tag.removeprefix(GEOMETRY_PREFIX): values.astype(np.float32)
        for tag, values in arrays.items()
        if tag.startswith(GEOMETRY_PREFIX)
    }
    return Snapshot(
        step,
        wall_time,
        _float32(arrays.get(STATS_TAG)),
        embeddings,
        cost,
        loss,
        _float32(arrays.get(LEARNING_RATES_TAG)),
        _float32(arrays.get(PROBE_TAG)),
        geometry,
    )


def _float32(array: npt.NDArray[np.generic] | None) -> npt.NDArray[np.float32] | None:
    return None if array is None else array.astype(np.float32)


def _value(tag: str, tensor: TensorProto, content: bytes = PLUGIN_CONTENT) -> Summary.Value:
    metadata = SummaryMetadata(
        plugin_data=SummaryMetadata.PluginData(plugin_name=PLUGIN_NAME, content=content),
        data_class=DATA_CLASS_TENSOR,
    )
    return Summary.Value(tag=tag, metadata=metadata, tensor=tensor)


def _tensor(array: npt.NDArray[np.generic]) -> TensorProto:
    little = np.ascontiguousarray(array).astype(array.dtype.newbyteorder("<"), copy=False)
    return TensorProto(
        dtype=_TENSOR_DTYPES[little.dtype],
        tensor_shape=TensorShapeProto(dim=[TensorShapeProto.Dim(size=size) for size in array.shape]),
        tensor_content=little.tobytes(),
    )
