"""The format, defined once: what is captured (the nouns), and how it becomes a TensorBoard `Summary` and back.

Both sides of the product import this package and nothing of each other: the training side encodes, the TensorBoard
side decodes. It needs numpy and tensorboard's protos, never torch. `docs/format.md` describes the bytes.
"""

from tensorboard_plugin_paramviz.record.basis_codec import Coordinates, StoredBasis, lengthen
from tensorboard_plugin_paramviz.record.embedding_codec import QuantizedRows, dequantize, quantize
from tensorboard_plugin_paramviz.record.model_record import EmbeddingInfo, LayerInfo, ModelRecord, ThumbInfo
from tensorboard_plugin_paramviz.record.names import (
    FORMAT_VERSION,
    PLUGIN_NAME,
    ROLES,
    STAT_UNITS,
    STATS,
    UnknownFormatError,
)
from tensorboard_plugin_paramviz.record.snapshot import EmbeddingRows, SelfCost, Snapshot
from tensorboard_plugin_paramviz.record.summary import encode_model, encode_snapshot, encode_thumbnails
from tensorboard_plugin_paramviz.record.thumb_codec import decode_thumbs, encode_thumbs

__all__ = [
    "FORMAT_VERSION",
    "PLUGIN_NAME",
    "ROLES",
    "STATS",
    "STAT_UNITS",
    "Coordinates",
    "EmbeddingInfo",
    "EmbeddingRows",
    "LayerInfo",
    "ModelRecord",
    "QuantizedRows",
    "SelfCost",
    "Snapshot",
    "StoredBasis",
    "ThumbInfo",
    "UnknownFormatError",
    "decode_thumbs",
    "dequantize",
    "encode_model",
    "encode_snapshot",
    "encode_thumbnails",
    "encode_thumbs",
    "lengthen",
    "quantize",
]
