"""What the background thread does on the rank that writes: finish, encode, write."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from tensorboard.compat.proto.summary_pb2 import Summary

from tensorboard_plugin_paramviz.capture.background import Job, Work
from tensorboard_plugin_paramviz.capture.finishing import Movement, finish
from tensorboard_plugin_paramviz.capture.merging import Arrays
from tensorboard_plugin_paramviz.capture.plan import Plan
from tensorboard_plugin_paramviz.capture.sink import Sink
from tensorboard_plugin_paramviz.record import STATS, SelfCost, Snapshot, encode_snapshot, encode_thumbnails

if TYPE_CHECKING:  # not every PyTorch is built with torch.distributed
    from tensorboard_plugin_paramviz.capture.exchange import Exchange


#: Snapshots in a row whose gradients no optimizer step used, before that is said.
_UNUSED_TOLD = 3
#: Of what a snapshot says of its own cost, at most.
_COST_BYTES = 200
log = logging.getLogger("tensorboard_plugin_paramviz")


class Writing(Work):
    """exchange: with sharded parameters, where the other ranks' parts come from. moved: told how far the weights have
    moved since the snapshot before."""

    def __init__(
        self, sink: Sink, plan: Plan, started: float, exchange: Exchange | None, moved: Callable[[float], None]
    ) -> None:
        self._sink, self._plan, self._started = sink, plan, started
        self._exchange, self._moved = exchange, moved
        self._movement = Movement()
        self._told: Summary | None = None  # the model record that is in the file
        self._write_secs = 0.0
        self._has_seen_gradients = False
        self._unused = 0  # snapshots in a row
        self._waiting: tuple[Plan, npt.NDArray[np.float32]] | None = None

    def start(self) -> None:
        self._tell(self._plan, 0, self._started)

    def do(self, job: Job, dropped: int) -> None:
        started = time.perf_counter()
        arrays = self._whole(job)
        snapshot = finish(job.taken, arrays, job.step, job.wall_time)
        if (change := self._movement.since_last(job.taken.plan, arrays)) is not None:
            self._moved(change)
        self._look_for_unused(arrays, job.step)
        del arrays
        self._look_for_zeros(snapshot)
        summary = job.taken.plan.encoder.encode(snapshot)
        self._add_thumbs(summary, job.taken.plan, snapshot)
        self._add_cost(summary, job, dropped)
        self._tell(job.taken.plan, job.step, job.wall_time)  # if it couldn't be written at the start, or is a new one
        self._sink.write([summary], job.step, job.wall_time)
        job.taken.plan.encoder.written()
        self._write_secs = time.perf_counter() - started

    def is_stuck(self) -> bool:
        return self._exchange is not None and self._exchange.is_stuck

    def hurry(self) -> None:
        if self._exchange is not None:
            self._exchange.hurry()

    def close(self) -> None:
        try:
            self._sink.close()
        finally:
            if self._exchange is not None:
                self._exchange.close()

    def _whole(self, job: Job) -> Arrays:
        arrays, layout = job.taken.arrays(), job.taken.layout
        if self._exchange is None or layout is None:
            return arrays
        return self._exchange.gather(job.step, layout, arrays, job.life)

    def _tell(self, plan: Plan, step: int, wall_time: float) -> None:
        if self._told is not plan.record:
            self._sink.write([plan.record], step, wall_time)
            self._told = plan.record

    def _look_for_unused(self, arrays: Arrays, step: int) -> None:
        is_unused = "unused" in arrays and float(arrays["unused"].reshape(-1)[0]) > 0
        self._unused = self._unused + 1 if is_unused else 0
        if self._unused == _UNUSED_TOLD:
            log.warning(
                "paramviz: no optimizer step came between the last calls of viz.step(), up to step %d; gradients are "
                "left out; call viz.step() once for each optimizer.step(), after it.",
                step,
            )

    def _look_for_zeros(self, snapshot: Snapshot) -> None:
        if self._has_seen_gradients or snapshot.stats is None:
            return
        norms = snapshot.stats[:, STATS.index("grad_norm")]
        norms = norms[np.isfinite(norms)]
        if norms.any():
            self._has_seen_gradients = True
        elif len(norms):
            self._has_seen_gradients = True  # said once
            log.warning("paramviz: every gradient is 0 at viz.step(%d); call it before zero_grad().", snapshot.step)

    def _add_thumbs(self, summary: Summary, plan: Plan, snapshot: Snapshot) -> None:
        """Pictures wait for a snapshot with room for them: one that carries a basis may have none."""
        if snapshot.thumbs is not None:
            self._waiting = (plan, snapshot.thumbs)
        if self._waiting is None or plan.thumbs is None:
            return
        of, cells = self._waiting
        if of is not plan:  # the model has got other matrices since
            self._waiting = None
        elif summary.ByteSize() + plan.thumbs.bytes + _COST_BYTES <= plan.max_bytes:
            summary.MergeFrom(encode_thumbnails(cells, plan.thumbs.counts))
            self._waiting = None

    def _add_cost(self, summary: Summary, job: Job, dropped: int) -> None:
        cost = SelfCost(job.capture_secs, self._write_secs, 0, job.interval_steps, dropped)
        beside = Snapshot(job.step, job.wall_time)
        own_size = encode_snapshot(replace(beside, self_cost=cost)).ByteSize()  # the same whatever the numbers are
        cost = replace(cost, snapshot_bytes=summary.ByteSize() + own_size)
        summary.MergeFrom(encode_snapshot(replace(beside, self_cost=cost)))


class Sending(Work):
    """On the other ranks of a sharded model: their parts go to the one that writes."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    def do(self, job: Job, dropped: int) -> None:
        if job.taken.layout is not None:
            self._exchange.send(job.step, job.taken.layout, job.taken.arrays(), job.life)

    def close(self) -> None:
        self._exchange.close()
