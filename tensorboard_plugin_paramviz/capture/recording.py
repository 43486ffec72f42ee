"""One watched run: decides at each step, takes what is due, and keeps every fault to itself."""

from __future__ import annotations

import logging
import os
import time

from torch import Tensor

from tensorboard_plugin_paramviz.capture.breaker import Breaker
from tensorboard_plugin_paramviz.capture.governor import Governor
from tensorboard_plugin_paramviz.capture.schedule import Auto, Schedule
from tensorboard_plugin_paramviz.capture.taking import Taker
from tensorboard_plugin_paramviz.capture.updates import Before, UpdateWatch
from tensorboard_plugin_paramviz.capture.writing import BackgroundWriter, Job

log = logging.getLogger("tensorboard_plugin_paramviz")


class Recording:
    """A step that isn't recorded costs microseconds here. Nothing is raised unless `strict`."""

    def __init__(
        self,
        taker: Taker,
        schedule: Schedule,
        governor: Governor,
        breaker: Breaker,
        background: BackgroundWriter,
        strict: bool,
    ) -> None:
        self.taker, self.background = taker, background
        self.updates: UpdateWatch | None = None
        self._schedule, self._governor, self._breaker, self._strict = schedule, governor, breaker, strict
        self._pid = os.getpid()
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
            return self._governor.allows()
        expected = self._last_step + self._stride
        self._foreseen = (expected, self._schedule.due(expected) and self._governor.allows())
        return self._foreseen[1]

    def keep_before(self) -> Before:
        started = time.perf_counter()
        try:
            return self.taker.keep_before()
        finally:
            self._before_secs = time.perf_counter() - started
            self._governor.spend(self._before_secs)

    def step(self, step: int, loss: Tensor | float | None) -> None:
        if self.is_forked:
            return
        try:
            self._step(int(step), loss)
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

    def _step(self, step: int, loss: Tensor | float | None) -> None:
        before = self.updates.collect() if self.updates is not None else None
        foreseen, self._foreseen = self._foreseen, None
        if self._last_step is not None and step > self._last_step:
            self._stride = step - self._last_step
        if self._last_step is not None and step < self._last_step:
            self._tell_back(step)
        self._last_step = step
        if step == self._taken_step or not self._schedule.due(step):
            return
        if not self._breaker.lets_through():
            self.background.dropped += 1
            return
        if not (foreseen[1] if foreseen is not None and foreseen[0] == step else self._governor.allows()):
            if not isinstance(self._schedule, Auto):
                self._tell_stretched()
            return
        self._take(step, before, loss)

    def _take(self, step: int, before: Before | None, loss: Tensor | float | None) -> None:
        started, wall_time = time.perf_counter(), time.time()
        interval = 0 if self._taken_step is None else step - self._taken_step
        self._schedule.taken(step)  # also if it fails: the next attempt is for the next step asked for
        self._taken_step = step
        try:
            taken = self.taker.take(before, loss)
            capture_secs = time.perf_counter() - started + (self._before_secs if before is not None else 0.0)
            self.background.submit(Job(taken, step, wall_time, capture_secs, interval))
        finally:
            self._governor.spend(time.perf_counter() - started)
            self._governor.taken()
        if "grads" not in self._told:
            self._told.add("grads")
            if all(slot.parameter().grad is None for slot in self.taker.layers.slots):
                log.warning(
                    "paramviz: no parameter has a gradient at viz.step(%d); call it before optimizer.zero_grad().", step
                )

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
