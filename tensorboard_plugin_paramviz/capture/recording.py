"""One watched run: decides at each step, takes what is due, and keeps every fault to itself."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from tensorboard_plugin_paramviz.capture.agreement import AgreedAuto
from tensorboard_plugin_paramviz.capture.background import Background, Job
from tensorboard_plugin_paramviz.capture.breaker import Breaker
from tensorboard_plugin_paramviz.capture.first_batch import FirstBatch
from tensorboard_plugin_paramviz.capture.layers import Slot, has_changed
from tensorboard_plugin_paramviz.capture.plan import Plan
from tensorboard_plugin_paramviz.capture.probe import Probe
from tensorboard_plugin_paramviz.capture.schedule import Auto, Schedule
from tensorboard_plugin_paramviz.capture.taking import Taker
from tensorboard_plugin_paramviz.capture.updates import Before, UpdateWatch

log = logging.getLogger("tensorboard_plugin_paramviz")


class Pace(Protocol):
    """`governor.Governor`, or with sharded parameters `agreement.AgreedGovernor`."""

    max_overhead: float | None

    def allows(self, step: int) -> bool: ...
    def spend(self, secs: float) -> None: ...
    def taken(self) -> None: ...


class Recording:
    """A step that isn't recorded costs some microseconds here. Nothing is raised unless `strict`.

    plan_anew: makes a plan, with the probe's batch, when the model has got other parameters.
    """

    def __init__(
        self,
        model: nn.Module,
        plan: Plan,
        optimizers: Sequence[torch.optim.Optimizer],
        schedule: Schedule,
        governor: Pace,
        breaker: Breaker,
        background: Background,
        plan_anew: Callable[[Any], Plan],
        strict: bool,
    ) -> None:
        self.background = background
        self.updates: UpdateWatch | None = None
        self.first_batch: FirstBatch | None = None
        self._model, self._optimizers, self._plan_anew = model, optimizers, plan_anew
        self._taker = Taker(plan, optimizers)
        self._some_slots = _some(plan)
        self._schedule, self._governor, self._breaker, self._strict = schedule, governor, breaker, strict
        self._batch: Any = None  # the first one, where it is the probe's
        self._pid = os.getpid()
        self._life = 0  # how often the run went back to an earlier step
        self._last_step: int | None = None  # of the calls
        self._stride: int | None = None  # steps between two calls, once known
        self._taken_step: int | None = None  # of the snapshots
        self._foreseen: tuple[int, bool] | None = None  # (step, will it be taken), decided before the optimizer step
        self._before_secs = 0.0
        self._told: set[str] = set()

    @property
    def is_forked(self) -> bool:
        """In a child process: the threads are not here, and the files belong to the parent."""
        return os.getpid() != self._pid

    def wants_next(self) -> bool:
        """Will the coming call of step() be recorded? Asked before the optimizer step that precedes it."""
        if self.is_forked or not self._breaker.lets_through():
            return False
        if self._last_step is None or self._stride is None:
            return self._governor.allows(0 if self._last_step is None else self._last_step + 1)
        expected = self._last_step + self._stride
        self._foreseen = (expected, self._schedule.due(expected) and self._governor.allows(expected))
        return self._foreseen[1]

    def keep_before(self) -> Before:
        started = time.perf_counter()
        try:
            self._follow_model()
            return self._taker.keep_before()
        finally:
            self._before_secs = time.perf_counter() - started
            self._governor.spend(self._before_secs)

    def step(self, step: int, loss: Tensor | float | None) -> None:
        if self.is_forked:
            return
        started, taken_step = time.perf_counter(), self._taken_step
        try:
            self._step(int(step), loss)
            if self._taken_step == taken_step:  # the steps that aren't recorded cost something too
                self._governor.spend(time.perf_counter() - started)
        except Exception as error:
            self.background.dropped += 1
            self.failed(error)
        self.raise_if_strict()

    def failed(self, error: Exception) -> None:
        self.background.error = error
        self._breaker.failed(error)

    def raise_if_strict(self) -> None:
        if self._strict and self.background.error is not None:
            error, self.background.error = self.background.error, None
            raise error

    def some_parameters(self) -> list[Tensor]:
        """A few trainable ones, enough to see in their version counters whether a step was made. Asked at every step:
        looking through the whole model would take milliseconds."""
        return [parameter for slot in self._some_slots if isinstance(parameter := slot.now(), Tensor)]

    def close(self) -> None:
        if self.updates is not None:
            self.updates.close()
        if self.first_batch is not None:
            self.first_batch.collect()
        self.background.close()

    def _step(self, step: int, loss: Tensor | float | None) -> None:
        before: Before | None = None
        unused: bool | Tensor = False
        if self.updates is not None:
            unused, before = self.updates.unused(self.some_parameters), self.updates.collect()
        foreseen, self._foreseen = self._foreseen, None
        if self._last_step is not None and step > self._last_step:
            self._stride = step - self._last_step
        if self._last_step is not None and step < self._last_step:
            self._life += 1
            self._tell_back(step)
        self._last_step = step
        if step == self._taken_step or not self._schedule.due(step):
            return
        if not self._breaker.lets_through():
            self.background.dropped += 1
            return
        if not (foreseen[1] if foreseen is not None and foreseen[0] == step else self._governor.allows(step)):
            if not isinstance(self._schedule, Auto | AgreedAuto) and self._governor.max_overhead is not None:
                self._tell_stretched()
            return
        self._take(step, before, loss, unused)

    def _take(self, step: int, before: Before | None, loss: Tensor | float | None, unused: bool | Tensor) -> None:
        started, wall_time = time.perf_counter(), time.time()
        interval = 0 if self._taken_step is None else step - self._taken_step
        self._schedule.taken(step)  # also if it fails: the next attempt is for the next step asked for
        self._taken_step = step
        try:
            if before is None:
                self._follow_model()
            self._look_at_first_batch()
            taken = self._taker.take(before, loss, unused)
            capture_secs = time.perf_counter() - started + (self._before_secs if before is not None else 0.0)
            self.background.submit(Job(taken, step, wall_time, capture_secs, interval, self._life))
        finally:
            self._governor.spend(time.perf_counter() - started)
            self._governor.taken()
        if "grads" not in self._told:
            self._told.add("grads")
            if all(parameter.grad is None for parameter in self._taker.plan.parameters()):
                log.warning(
                    "paramviz: no parameter has a gradient at viz.step(%d); call it before optimizer.zero_grad().", step
                )

    def _follow_model(self) -> None:
        """Layers that came or went since the last look are found, and told in a new model record."""
        if has_changed(self._taker.plan.layers, self._model):
            self._taker = Taker(self._plan_anew(self._batch), self._optimizers)
            self._some_slots = _some(self._taker.plan)
            log.info("paramviz: the model has other parameters than before; its layers were found anew.")

    def _look_at_first_batch(self) -> None:
        if self.first_batch is None:
            return
        self._batch, self.first_batch = self.first_batch.collect(), None
        if self._batch is None:
            log.warning(
                'paramviz: level="full" looks at activations on a fixed batch, and saw none go through the module it '
                "watches; pass probe=batch (what the model takes) to watch()."
            )
            return
        plan = self._taker.plan
        self._taker = Taker(replace(plan, probe=Probe(self._model, self._batch, plan.layers)), self._optimizers)

    def _tell_back(self, step: int) -> None:
        if "back" not in self._told:
            self._told.add("back")
            log.warning(
                "paramviz: viz.step(%d) comes after viz.step(%d), and what was recorded from there on is replaced. "
                "Unless you went back to a saved state, count the steps through the whole training.",
                step,
                self._last_step,
            )

    def _tell_stretched(self) -> None:
        if "stretched" not in self._told:
            self._told.add("stretched")
            log.warning(
                "paramviz: recording every step asked for would take more than max_overhead=%s of the training time; "
                "some are skipped. Ask for fewer, or pass max_overhead=None to record them all.",
                self._governor.max_overhead,
            )


def _some(plan: Plan) -> list[Slot]:
    trainable = [slot for slot in plan.layers.slots if slot.parameter().requires_grad]
    return trainable[:: max(1, len(trainable) // 8)]
