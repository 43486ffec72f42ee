"""From a logdir to snapshots: find event files, index their records, follow their growth, read any snapshot back.

`Follower` keeps an `Index` current in a background thread; routes ask the index. Payloads are never kept, only where
they
stand: (run, tag, step) -> (file, offset, length). TensorBoard's own data provider can't serve here: it keeps a random
sample of the steps. Needs numpy, google-crc32c and tensorboard's protos; never torch.
"""

from tensorboard_plugin_paramviz.reader.follow import Follower
from tensorboard_plugin_paramviz.reader.index import Index, Loading
from tensorboard_plugin_paramviz.reader.logdir import Root, roots_of
from tensorboard_plugin_paramviz.reader.run_index import RunIndex
from tensorboard_plugin_paramviz.reader.snapshots import EmbeddingSnapshot, MissingError, SnapshotReader

__all__ = [
    "EmbeddingSnapshot",
    "Follower",
    "Index",
    "Loading",
    "MissingError",
    "Root",
    "RunIndex",
    "SnapshotReader",
    "roots_of",
]
