"""`watch()`: the three lines of a training script.

model ─► layers, tables ─► Taker.take() ─► background thread ─► event file       at the steps of the schedule,
optimizer ─► UpdateWatch.keep_before() ──┘                                        as the governor allows
"""

from __future__ import annotations

import atexit
import logging
import time
import uuid
from collections.abc import Callable
from types import TracebackType
from typing import Any, Literal

import torch
from torch import Tensor, nn

from tensorboard_plugin_paramviz.capture import fast_crc
from tensorboard_plugin_paramviz.capture.breaker import Breaker
from tensorboard_plugin_paramviz.capture.embeddings import Table, choose_tables, snapshot_size
from tensorboard_plugin_paramviz.capture.governor import Governor
from tensorboard_plugin_paramviz.capture.labels import Counts, Labels
from tensorboard_plugin_paramviz.capture.layers import find_layers
from tensorboard_plugin_paramviz.capture.model_facts import describe
from tensorboard_plugin_paramviz.capture.options import check_model, check_numbers, check_optimizer, check_writer
from tensorboard_plugin_paramviz.capture.recording import Recording
from tensorboard_plugin_paramviz.capture.schedule import make_schedule
from tensorboard_plugin_paramviz.capture.sink import Sink
from tensorboard_plugin_paramviz.capture.taking import Taker
from tensorboard_plugin_paramviz.capture.updates import UpdateWatch
from tensorboard_plugin_paramviz.capture.writing import BackgroundWriter
from tensorboard_plugin_paramviz.record import encode_model

log = logging.getLogger("tensorboard_plugin_paramviz")
_open: set[Watcher] = set()


def watch(
    model: nn.Module,
    writer_or_logdir: Any,
    *,
    optimizer: torch.optim.Optimizer | None = None,
    every: int | Literal["auto"] | Callable[[int], object] = "auto",
    level: Literal["light", "standard", "full"] = "standard",
    max_overhead: float | None = 0.01,
    max_bytes: int = 1_000_000,
    rows: int = 2000,
    labels: Labels = None,
    counts: Counts = None,
    strict: bool = False,
) -> Watcher:
    """Record how `model` learns, for the Param Viz tab.

        with watch(model, writer, optimizer=optimizer) as viz:
            for step, batch in enumerate(loader):
                ...; optimizer.step()
                viz.step(step, loss=loss)          # between optimizer.step() and zero_grad()
                optimizer.zero_grad(set_to_none=True)

    Args:
        writer_or_logdir: the SummaryWriter you have, or a directory to open one in.
        optimizer: needed for update sizes only.
        every: record each n-th step; "auto" = each step at first, ever sparser later; or a function of the step.
        level: by cost, "light" (norms) < "standard" (+ gradients, updates, embeddings) < "full".
        max_overhead: share of the training time recording may take; it skips steps to keep to it. None = no limit.
        max_bytes: size of a snapshot at most; fewer rows are sampled to keep to it.
        rows: sampled rows of each embedding table at most.
        labels: text of each token: a list, a dict of lists by embedding path, or a function of the id.
        counts: how often each token occurs in the training data, or a dict by path; steers the sampling of rows.
        strict: let faults of ours stop the training; for tests.

    Raises:
        TypeError, ValueError, OSError: a wrong argument, in one line that names the fix. Nothing raises afterwards.

    Training is the same to the bit with and without it: no hook on a module, no random number drawn, nothing set on
    your objects; the optimizer carries one hook until `close()`. In a distributed run only rank 0 records.
    """
    check_model(model)
    check_numbers(level=level, max_overhead=max_overhead, max_bytes=max_bytes, rows=rows)
    schedule = make_schedule(every, snapshot_bytes=1)  # refuses a wrong `every` before anything is opened
    if optimizer is not None:
        optimizer = check_optimizer(optimizer, model)
    session_id = uuid.uuid4().hex[:12]
    if _other_rank() or _is_sharded(model):
        return Watcher(session_id, None, "")
    layers = find_layers(model)
    tables: list[Table] = []
    if level != "light":
        tables = choose_tables(layers, rows=rows, max_bytes=max_bytes, labels=labels, counts=counts)
    logdir, writer = check_writer(writer_or_logdir)
    if any(watcher._logdir == logdir for watcher in _open):
        log.warning(
            "paramviz: %s is recorded by another watcher already, and in one run they replace each other's snapshots; "
            "close() that one first, or pass a logdir of its own.",
            logdir,
        )
    if every == "auto":
        schedule = make_schedule(every, snapshot_size(len(layers.infos), tables))
    if level == "full":
        log.warning('paramviz: level="full" records what "standard" does; spectra and probes are not recorded yet.')
    _tell_reduced(tables, rows, max_bytes)
    fast_crc.install()
    facts = {"every": every, "level": level, "max_overhead": max_overhead, "max_bytes": max_bytes, "rows": rows}
    started = time.time()
    record = describe(session_id, started, model, layers, tables, optimizer, facts)
    breaker, governor = Breaker(), Governor(max_overhead)
    taker = Taker(layers, tables, light=level == "light")
    background = BackgroundWriter(Sink(logdir, writer), encode_model(record), started, breaker, governor.charge_device)
    recording = Recording(taker, schedule, governor, breaker, background, strict)
    if optimizer is not None and level != "light":
        recording.updates = UpdateWatch(optimizer, recording.wants_next, recording.keep_before)
        recording.updates.failed = recording.failed
    return Watcher(session_id, recording, logdir)


class Watcher:
    """What `watch()` returns. Use it as a context manager, or call `close()`; at the latest it closes with the process.

    session_id: tells this start apart from others in the same run directory; it stands in the model record.
    """

    def __init__(self, session_id: str, recording: Recording | None, logdir: str) -> None:
        self.session_id, self._logdir = session_id, logdir
        self._recording = recording
        self._closed = recording is None
        if recording is not None:
            _open.add(self)
            atexit.register(self.close)

    @property
    def snapshots(self) -> int:
        """Snapshots written so far; the last ones may still be on their way until `close()`."""
        return 0 if self._recording is None else self._recording.background.written

    def step(self, step: int, loss: Tensor | float | None = None) -> None:
        """Record this step if it is due. Call it after `optimizer.step()` and before `zero_grad()`.

        loss: recorded with each snapshot, so that the tab has a curve even where the script logs none; the tab prefers
        the script's own, and the Scalars tab is left alone. A tensor is not waited for: it travels with the snapshot.
        """
        if self._recording is not None and not self._closed:
            self._recording.step(step, loss)

    def close(self) -> None:
        """Write what is waiting and take the hook off the optimizer. Your writer stays open. May be called twice."""
        recording = self._recording
        if recording is None or self._closed or recording.is_forked:
            return
        self._closed = True
        _open.discard(self)
        if recording.updates is not None:
            recording.updates.close()
        recording.background.close()
        atexit.unregister(self.close)
        recording.raise_if_strict()

    def __enter__(self) -> Watcher:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _other_rank() -> bool:
    distributed = torch.distributed
    return distributed.is_available() and distributed.is_initialized() and distributed.get_rank() != 0


def _is_sharded(model: nn.Module) -> bool:
    # Reading one rank's part of a sharded parameter starts a collective the other ranks don't know of, and hangs.
    sharded = any(type(parameter).__name__ == "DTensor" for parameter in model.parameters())
    if sharded:
        log.warning("paramviz: sharded parameters (FSDP, tensor parallel) are not recorded yet; nothing is written.")
    return sharded


def _tell_reduced(tables: list[Table], rows: int, max_bytes: int) -> None:
    reduced = [table.info for table in tables if table.info.row_count < min(rows, table.info.shape[0])]
    if reduced:
        parts = ", ".join(f"{info.row_count} rows of {info.path}" for info in reduced)
        log.info("paramviz: recording %s to stay within max_bytes=%d a snapshot.", parts, max_bytes)
