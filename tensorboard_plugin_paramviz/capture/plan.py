"""What is measured of one model: made when the watcher starts, and anew when the model has got other parameters."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from tensorboard.compat.proto.summary_pb2 import Summary
from torch import Tensor, nn

from tensorboard_plugin_paramviz.capture.embeddings import Table, choose_tables, snapshot_size
from tensorboard_plugin_paramviz.capture.encoding import Encoder
from tensorboard_plugin_paramviz.capture.labels import Counts, Labels
from tensorboard_plugin_paramviz.capture.layers import Layers, find_layers
from tensorboard_plugin_paramviz.capture.model_facts import describe
from tensorboard_plugin_paramviz.capture.probe import Probe
from tensorboard_plugin_paramviz.capture.rows import Rows
from tensorboard_plugin_paramviz.capture.sampling import Sampling
from tensorboard_plugin_paramviz.capture.shards import at_rest, is_sharded, settled
from tensorboard_plugin_paramviz.capture.statistics.geometry import Geometry
from tensorboard_plugin_paramviz.capture.statistics.segments import Int64
from tensorboard_plugin_paramviz.capture.statistics.spectra import Spectra
from tensorboard_plugin_paramviz.capture.thumbs import Thumbs
from tensorboard_plugin_paramviz.record import encode_model


@dataclass(frozen=True)
class Options:
    """Of `watch()`, as given."""

    every: Any
    level: str
    max_overhead: float | None
    max_bytes: int
    rows: int
    labels: Labels
    counts: Counts

    @property
    def facts(self) -> dict[str, Any]:
        """What the model record tells of them."""
        names = ("every", "level", "max_overhead", "max_bytes", "rows")
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True)
class Plan:
    """layer_of: int [P]. table_places: which of the P parameters each embedding is. record: the model record as it is
    written. known: the parameters themselves where some are sharded, else empty; see `shards.settled`."""

    layers: Layers
    tables: tuple[Table, ...]
    sampling: Sampling
    layer_of: Int64
    level: str
    record: Summary
    encoder: Encoder
    rows: dict[str, Rows]
    table_places: dict[str, int]
    geometry: dict[str, Geometry]
    known: tuple[Tensor, ...] = ()
    probe: Probe | None = None
    spectra: Spectra = field(default_factory=Spectra)
    thumbs: Thumbs | None = None
    max_bytes: int = 0

    @property
    def checksum(self) -> int:
        """Of what every process must measure alike: strides and sampled ids."""
        ids = [table.info.rows for table in self.tables]
        return zlib.crc32(repr((self.sampling.strides, ids, self.level)).encode())

    def parameters(self) -> list[Tensor]:
        """Of each slot, as they are now. Raises RuntimeError where one is gone or has another shape."""
        now: list[Tensor] = [slot.parameter() for slot in self.layers.slots]
        if self.known:
            return settled(self.known, now)
        if any(map(is_sharded, now)):
            raise RuntimeError("the parameters were sharded after watch(); call watch() after fully_shard()")
        return now


def make_plan(
    model: nn.Module,
    options: Options,
    optimizers: Sequence[torch.optim.Optimizer],
    session_id: str,
    started: float,
    probe: Any = None,
) -> Plan:
    """probe: the batch of `watch()`, or None. Raises ValueError or TypeError, in one line that names the fix."""
    layers = find_layers(model)
    tables: list[Table] = []
    if options.level != "light":
        tables = choose_tables(
            layers, rows=options.rows, max_bytes=options.max_bytes, labels=options.labels, counts=options.counts
        )
    lent = [slot.parameter() for slot in layers.slots]
    parameters = at_rest(model, lent)
    sharded = any(is_sharded(parameter) for parameter in parameters)
    thumbs = None
    if options.level != "light" and not sharded:
        thumbs = Thumbs(layers, parameters, options.max_bytes - snapshot_size(len(layers.infos), tables))
    return Plan(
        layers=layers,
        tables=tuple(tables),
        sampling=Sampling(parameters),
        layer_of=np.array([slot.layer for slot in layers.slots], np.int64),
        level=options.level,
        record=encode_model(describe(session_id, started, model, layers, tables, optimizers, options.facts, thumbs)),
        encoder=Encoder(tables),
        rows={table.info.path: Rows(table) for table in tables},
        table_places={table.info.path: _place(table, lent) for table in tables},
        geometry={table.info.path: Geometry(table.info.counts) for table in tables},
        known=tuple(parameters) if sharded else (),
        # Running a sharded model gathers its parameters: a collective, in which a rank that skips hangs the others.
        probe=None if probe is None or sharded else Probe(model, probe, layers),
        thumbs=thumbs,
        max_bytes=options.max_bytes,
    )


def _place(table: Table, parameters: Sequence[Tensor]) -> int:
    # A tied table may be counted in a layer that comes before its own, so it is looked for and not its slot.
    own = table.slot.parameter()
    return next(place for place, parameter in enumerate(parameters) if parameter is own)
