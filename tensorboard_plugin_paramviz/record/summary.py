"""Snapshot and model record as `Summary` protos, and the tensors of one value back again.

All values of a snapshot stand in one Summary, hence in one record of the event file: a snapshot is there whole or not
at all. Tensors carry little-endian `tensor_content`, so that a reader can take them from the file without parsing.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from tensorboard.compat.proto.summary_pb2 import DATA_CLASS_TENSOR, Summary, SummaryMetadata
from tensorboard.compat.proto.tensor_pb2 import TensorProto
from tensorboard.compat.proto.tensor_shape_pb2 import TensorShapeProto
from tensorboard.compat.proto.types_pb2 import DT_FLOAT, DT_HALF, DT_INT8, DT_STRING

from tensorboard_plugin_paramviz.record.embedding_codec import QuantizedRows, quantize
from tensorboard_plugin_paramviz.record.model_record import ModelRecord
from tensorboard_plugin_paramviz.record.names import (
    EMBEDDING_PREFIX,
    EMBEDDING_ROWS_PREFIX,
    LOSS_TAG,
    MODEL_TAG,
    PLUGIN_CONTENT,
    PLUGIN_NAME,
    ROW_COLUMNS,
    SELF_COLUMNS,
    SELF_TAG,
    STATS_TAG,
)
from tensorboard_plugin_paramviz.record.snapshot import EmbeddingRows, SelfCost, Snapshot

#: TensorProto.dtype of the arrays we write, and the numpy types a reader may meet.
NUMPY_DTYPES: dict[int, np.dtype] = {
    DT_FLOAT: np.dtype("<f4"),
    DT_INT8: np.dtype("i1"),
    DT_HALF: np.dtype("<f2"),
}
_TENSOR_DTYPES = {dtype: number for number, dtype in NUMPY_DTYPES.items()}


def encode_model(model: ModelRecord) -> Summary:
    summary = Summary()
    tensor = TensorProto(dtype=DT_STRING, string_val=[model.to_json().encode()], tensor_shape=TensorShapeProto())
    summary.value.append(_value(MODEL_TAG, tensor))
    return summary


def encode_snapshot(snapshot: Snapshot) -> Summary:
    """All of a snapshot as one Summary. Cost: the quantization of the embeddings and one copy of the bytes."""
    summary = Summary()
    if snapshot.stats is not None:
        summary.value.append(_value(STATS_TAG, _tensor(snapshot.stats.astype(np.float32, copy=False))))
    for path, rows in snapshot.embeddings.items():
        quantized = quantize(rows.values)
        beside = np.stack([quantized.scale, rows.grad_norms, rows.update_norms], axis=1)  # [R, 3]
        summary.value.append(_value(EMBEDDING_PREFIX + path, _tensor(quantized.values)))
        summary.value.append(_value(EMBEDDING_ROWS_PREFIX + path, _tensor(beside.astype(np.float32))))
    if snapshot.loss is not None:
        summary.value.append(_value(LOSS_TAG, _tensor(np.array(snapshot.loss, np.float32))))
    if snapshot.self_cost is not None:
        cost = snapshot.self_cost
        row = np.array([getattr(cost, column) for column in SELF_COLUMNS], np.float32)  # [5]
        summary.value.append(_value(SELF_TAG, _tensor(row)))
    return summary


def check_form(tag: str, dtype: int, shape: tuple[int, ...], length: int) -> None:
    """Raise ValueError unless a tensor of `length` bytes has the form its tag promises: [L, S] and [R, D] have two
    dimensions, none of them 0, and the bytes are those of its shape. Other tags may hold anything."""
    if tag != STATS_TAG and not tag.startswith((EMBEDDING_PREFIX, EMBEDDING_ROWS_PREFIX)):
        return
    kind = NUMPY_DTYPES.get(dtype)
    if kind is None or len(shape) != 2 or 0 in shape or math.prod(shape) * kind.itemsize != length:
        raise ValueError(f"{tag} of type {dtype} and shape {list(shape)} in {length:,} bytes can't be read")


def decode_array(content: bytes, dtype: int, shape: tuple[int, ...]) -> npt.NDArray[np.generic]:
    """The array of one value's `tensor_content`; raises ValueError where bytes and shape disagree."""
    if dtype not in NUMPY_DTYPES:
        raise ValueError(f"tensor of dtype {dtype}, expected one of {sorted(NUMPY_DTYPES)}")
    return np.frombuffer(content, NUMPY_DTYPES[dtype]).reshape(shape)


def decode_rows(
    values: npt.NDArray[np.generic], beside: npt.NDArray[np.generic] | None
) -> tuple[QuantizedRows, npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Quantized rows, gradient norms [R] and update norms [R] from the two tensors of one embedding."""
    count = len(values)
    if beside is None:
        if values.dtype == np.int8:
            raise ValueError("an int8 embedding needs its embedding_rows value, which holds the scales")
        beside = np.full((count, len(ROW_COLUMNS)), np.nan, np.float32)
        beside[:, 0] = 1
    if beside.shape[0] != count or beside.shape[1] < len(ROW_COLUMNS):
        raise ValueError(f"embedding_rows has shape {beside.shape}, expected ({count}, {len(ROW_COLUMNS)})")
    columns = beside.astype(np.float32, copy=False)
    return QuantizedRows(values, columns[:, 0]), columns[:, 1], columns[:, 2]  # type: ignore[arg-type]


def decode_snapshot(summary: Summary, step: int, wall_time: float) -> Snapshot:
    """The naive inverse of `encode_snapshot`, from a parsed proto: the oracle of the reader's fast path."""
    arrays = {
        value.tag: decode_array(
            value.tensor.tensor_content,
            value.tensor.dtype,
            tuple(dim.size for dim in value.tensor.tensor_shape.dim),
        )
        for value in summary.value
        if value.metadata.plugin_data.plugin_name == PLUGIN_NAME and value.tag != MODEL_TAG
    }
    embeddings = {}
    for tag, values in arrays.items():
        if tag.startswith(EMBEDDING_PREFIX):
            path = tag.removeprefix(EMBEDDING_PREFIX)
            quantized, grad_norms, update_norms = decode_rows(values, arrays.get(EMBEDDING_ROWS_PREFIX + path))
            floats = quantized.values.astype(np.float32) * quantized.scale[:, None]
            embeddings[path] = EmbeddingRows(floats, grad_norms, update_norms)
    cost = None
    if SELF_TAG in arrays:
        secs, write_secs, size, interval, dropped = arrays[SELF_TAG].astype(float)[: len(SELF_COLUMNS)]
        cost = SelfCost(secs, write_secs, int(size), int(interval), int(dropped))
    stats = arrays.get(STATS_TAG)
    loss = float(arrays[LOSS_TAG]) if LOSS_TAG in arrays else None
    return Snapshot(step, wall_time, None if stats is None else stats.astype(np.float32), embeddings, cost, loss)


def _value(tag: str, tensor: TensorProto) -> Summary.Value:
    metadata = SummaryMetadata(
        plugin_data=SummaryMetadata.PluginData(plugin_name=PLUGIN_NAME, content=PLUGIN_CONTENT),
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
