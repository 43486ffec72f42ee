"""Writes a simulation into a run directory: event files, and the truth beside them."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
from tqdm import tqdm

from simulated.event_file import EventFile
from simulated.model import Settings
from simulated.simulation import Simulation, simulate
from tensorboard_plugin_paramviz.record.names import MODEL_TAG

__all__ = ["simulate", "write"]

SECS_PER_STEP = 0.05


def write(settings: Settings, name: str, logdir: Path, live_secs: float | None) -> None:
    """Write the run into `logdir`: at once, with the wall times of a run that ends now, or live, a snapshot every
    `live_secs` and the steps between evenly spread."""
    simulation = Simulation(settings, name)
    logdir.mkdir(parents=True, exist_ok=True)
    simulation.course.truth.write(logdir, name, settings)
    restart = simulation.course.restart
    passes = settings.steps + (restart.stopped - restart.saved if restart else 0)  # steps that are gone through
    clock: _Live | _Past = _Live(simulation.grid, live_secs) if live_secs else _Past(passes)
    file: EventFile | None = None
    bar = tqdm(total=passes, unit="step", delay=1, mininterval=0.2)
    try:
        with bar:
            # A simulation written over another one hides what that one wrote, as a restarted training does; and where
            # the simulation itself restarts, its second file hides what it repeats of the first.
            for step, summary in simulation.events():
                if summary.value[0].tag == MODEL_TAG:
                    if file is not None:
                        file.close()
                    clock.begin(step)
                    file = EventFile(logdir, step, clock.now)
                elif not summary.value[0].metadata.plugin_data.plugin_name:
                    clock.wait_for(step)
                    bar.update()
                assert file is not None  # a model record comes first
                file.add(clock.now, step, summary)
                if live_secs:
                    file.flush()
    finally:
        if file is not None:
            file.close()


class _Past:
    """The wall times of a run of so many steps that ends now."""

    def __init__(self, passes: int) -> None:
        self.first = self.now = time.time() - SECS_PER_STEP * passes
        self.passed = 0

    def begin(self, step: int) -> None:
        """A session begins."""

    def wait_for(self, step: int) -> None:
        self.now = self.first + SECS_PER_STEP * self.passed
        self.passed += 1


class _Live:
    """Real time: each snapshot `secs` after the one before, steps evenly spread between. grid: steps of snapshots."""

    def __init__(self, grid: np.ndarray, secs: float) -> None:
        self.grid, self.secs = grid, secs
        self.offset, self.started = 0.0, time.monotonic()

    @property
    def now(self) -> float:
        return time.time()

    def begin(self, step: int) -> None:
        """A session begins: from here on `step` is due at once."""
        self.offset = time.monotonic() - self.started - self._place(step)

    def wait_for(self, step: int) -> None:
        due = self.started + self.offset + self._place(step)
        if (ahead := due - time.monotonic()) > 0:
            time.sleep(ahead)

    def _place(self, step: int) -> float:
        """Seconds from the first snapshot on."""
        return self.secs * float(np.interp(step, self.grid, np.arange(len(self.grid))))
