"""`watch()`: the three lines of a training script.

model ─► layers, tables ─► Taker.take() ─► background thread ─► event file       at the steps of the schedule,
optimizer ─► UpdateWatch.keep_before() ──┘                                        as the governor allows
"""

from __future__ import annotations

import atexit
import logging
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import replace
from types import TracebackType
from typing import Any, Literal

import torch
from torch import Tensor, nn

from tensorboard_plugin_paramviz.capture import fast_crc
from tensorboard_plugin_paramviz.capture.background import Background
from tensorboard_plugin_paramviz.capture.breaker import Breaker
from tensorboard_plugin_paramviz.capture.embeddings import snapshot_size
from tensorboard_plugin_paramviz.capture.first_batch import FirstBatch
from tensorboard_plugin_paramviz.capture.insight_alerts import Callback, InsightAlerts, check_callback
from tensorboard_plugin_paramviz.capture.labels import Counts, Labels
from tensorboard_plugin_paramviz.capture.options import (
    check_model,
    check_numbers,
    check_optimizers,
    check_probe,
    check_writer,
)
from tensorboard_plugin_paramviz.capture.plan import Options, Plan, make_plan
from tensorboard_plugin_paramviz.capture.ranks import join
from tensorboard_plugin_paramviz.capture.recording import Recording
from tensorboard_plugin_paramviz.capture.schedule import Auto, make_schedule
from tensorboard_plugin_paramviz.capture.sink import Sink
from tensorboard_plugin_paramviz.capture.updates import UpdateWatch
from tensorboard_plugin_paramviz.capture.writing import Sending, Writing

log = logging.getLogger("tensorboard_plugin_paramviz")
_open: set[Watcher] = set()


def watch(
    model: nn.Module,
    writer_or_logdir: Any,
    *,
    optimizer: torch.optim.Optimizer | Sequence[torch.optim.Optimizer] | None = None,
    every: int | Literal["auto"] | Callable[[int], object] = "auto",
    level: Literal["light", "standard", "full"] = "standard",
    max_overhead: float | None = 0.01,
    max_bytes: int = 300_000,
    rows: int = 2000,
    labels: Labels = None,
    counts: Counts = None,
    probe: Any = None,
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
        optimizer: needed for update sizes, learning rates and Adam's epsilon; a list where several share the model.
        every: record each n-th step; "auto" = often at first, ever sparser later, within 300 MB for a run of any
            length, and by how much the weights move; or a function of the step.
        level: by cost, "light" (norms) < "standard" (+ gradients, updates, embeddings) < "full" (+ stable ranks, and
            activations and attention on a fixed batch, at each tenth snapshot).
        max_overhead: share of the training time recording may take, at most 0.05; it skips steps to keep to it.
            None = no limit.
        max_bytes: size of a snapshot at most, up to 1 MB; embeddings are stored with fewer dimensions, then with fewer
            rows, to keep to it.
        rows: sampled rows of each embedding table at most.
        labels: text of each token: a list, a dict of lists by embedding path, or a function of the id.
        counts: how often each token occurs in the training data, or a dict by path; steers the sampling of rows.
        probe: the fixed batch of level "full": what the model takes, a tensor, a tuple, a dict, or a function of the
            model. None = the first sample of the first batch it sees.
        strict: let faults of ours stop the training; for tests.

    Raises:
        TypeError, ValueError, OSError: a wrong argument, in one line that names the fix. Nothing raises afterwards.

    Training is the same to the bit with and without it: no hook on a module (but for the first batch of level "full"
    without a probe, and while a probe runs), no random number drawn, nothing set on your objects; the optimizer carries
    one hook until `close()`. In a distributed run call it on every rank, after DistributedDataParallel or
    `fully_shard`; one rank writes. With sharded parameters the others send their parts through the process group's
    store, in the background: there are no collectives.
    """
    check_model(model)
    check_numbers(level=level, max_overhead=max_overhead, max_bytes=max_bytes, rows=rows)
    check_probe(probe, level)
    schedule = make_schedule(every, snapshot_bytes=1)  # refuses a wrong `every` before anything is opened
    optimizers = check_optimizers(optimizer, model)
    session_id, started = uuid.uuid4().hex[:12], time.time()
    options = Options(every, level, max_overhead, max_bytes, rows, labels, counts)
    sharing = join(model, max_overhead)
    if sharing.is_idle:
        return Watcher(session_id, None, "")
    plan = make_plan(model, options, optimizers, session_id, started, probe)
    breaker, governor = Breaker(), sharing.governor
    if every == "auto":
        schedule = sharing.schedule(Auto(snapshot_size(len(plan.layers.infos), plan.tables)))
    logdir = ""
    if sharing.writes:
        logdir, writer = check_writer(writer_or_logdir)
        _tell_twice(logdir)
        _tell_reduced(plan, options)
        fast_crc.install()
        moved = schedule.moved if isinstance(schedule, Auto) else _ignore
        work: Writing | Sending = Writing(Sink(logdir, writer), plan, started, sharing.exchange, moved)
    else:
        assert sharing.exchange is not None
        work = Sending(sharing.exchange)

    def plan_anew(batch: Any) -> Plan:
        batch = probe if batch is None else batch
        try:
            return make_plan(model, options, optimizers, session_id, started, batch)
        except (TypeError, ValueError) as error:
            if labels is None and counts is None:
                raise
            log.warning("%s. Recording goes on without labels and counts.", error)
            unnamed = replace(options, labels=None, counts=None)
            return make_plan(model, unnamed, optimizers, session_id, started, batch)

    background = Background(work, breaker, governor.spend)
    recording = Recording(model, plan, optimizers, schedule, governor, breaker, background, plan_anew, strict)
    if optimizers and level != "light":
        recording.updates = UpdateWatch(optimizers, recording.wants_next, recording.keep_before)
        recording.updates.failed = recording.failed
        recording.updates.unused(recording.some_parameters)
    if level == "full" and probe is None and not plan.known:
        recording.first_batch = FirstBatch(model)
    return Watcher(session_id, recording, logdir)


class Watcher:
    """What `watch()` returns. Use it as a context manager, or call `close()`; at the latest it closes with the process.

    session_id: tells this start apart from others in the same run directory; it stands in the model record.
    """

    def __init__(self, session_id: str, recording: Recording | None, logdir: str) -> None:
        self.session_id, self._logdir = session_id, logdir
        self._recording = recording
        self._closed = recording is None
        self._alerts: InsightAlerts | None = None
        if recording is not None:
            _open.add(self)
            atexit.register(self.close)

    def __reduce__(self) -> tuple[Any, ...]:
        """A copy (of a module that holds the watcher, in a worker process) records nothing: threads can't be copied."""
        return Watcher, (self.session_id, None, "")

    @property
    def snapshots(self) -> int:
        """Snapshots written so far; the last ones may still be on their way until `close()`."""
        return 0 if self._recording is None else self._recording.background.done

    def step(self, step: int, loss: Tensor | float | None = None) -> None:
        """Record this step if it is due. Call it after `optimizer.step()` and before `zero_grad()`.

        loss: recorded with each snapshot, so that the tab has a curve even where the script logs none; the tab prefers
        the script's own, and the Scalars tab is left alone. A tensor is not waited for: it travels with the snapshot.
        """
        if self._recording is not None and not self._closed:
            self._recording.step(step, loss)

    def on_insight(
        self, callback: Callback, *, min_severity: Literal["note", "watch", "problem"] = "watch"
    ) -> Callback:
        """Call `callback(finding)` once for each new finding in the run, and again where one has become worse.

            viz.on_insight(lambda finding: print(finding.severity, finding.sentence))

        Findings are those of the tab, see `Finding`. They come seconds after their snapshot, of a large model up to
        half a minute, and the last ones at `close()`, which waits up to 10 seconds for them. The callback is called in
        a thread of its own: to end the training, set a flag that the loop looks at. What it raises is logged once.
        Several callbacks may be given; each hears what comes from then on, of a run that was resumed also what was
        found before. Where this process writes nothing, as on all ranks but the first, none is called.

        Cost: a program beside the training, of 60 to 150 MB and without torch, at a low priority: half a second of
        a core to start, then at most 1 % of one. It ends with this process, however that ends. If it can't be
        started or dies, that is one warning.

        Raises TypeError or ValueError for a wrong argument. Returns the callback, so that it can be a decorator.
        """
        check_callback(callback, min_severity)
        if self._recording is None or self._closed or not self._logdir or self._recording.is_forked:
            return callback
        if self._alerts is None:
            self._alerts = InsightAlerts(self._logdir)
        self._alerts.add(callback, min_severity)
        return callback

    def close(self) -> None:
        """Write what is waiting and take the hook off the optimizer. Your writer stays open. May be called twice."""
        recording = self._recording
        if recording is None or self._closed or recording.is_forked:
            return
        self._closed = True
        _open.discard(self)
        recording.close()
        if self._alerts is not None:
            self._alerts.close()
        atexit.unregister(self.close)
        recording.raise_if_strict()

    def __enter__(self) -> Watcher:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _tell_twice(logdir: str) -> None:
    if any(watcher._logdir == logdir for watcher in _open):
        log.warning(
            "paramviz: %s is recorded by another watcher already, and in one run they replace each other's snapshots; "
            "close() that one first, or pass a logdir of its own.",
            logdir,
        )


def _tell_reduced(plan: Plan, options: Options) -> None:
    infos = [table.info for table in plan.tables]
    reduced = [i for i in infos if i.row_count < min(options.rows, i.shape[0]) or i.directions is not None]
    if reduced:
        parts = ", ".join(
            f"{i.row_count} rows of {i.path}"
            + (f" in {i.directions} of {i.shape[1]} dimensions" if i.directions else "")
            for i in reduced
        )
        log.info("paramviz: recording %s to stay within max_bytes=%d a snapshot.", parts, options.max_bytes)


def _ignore(_: float) -> None:
    pass
