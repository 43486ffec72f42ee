"""What `capture.py` compares, each on the same model, gradients and machine: one measurement a call of `measure()`.

    Ours          optimizer hook and viz.step(), as in a script: weights, gradients, update ratios, embeddings
    Histograms    SummaryWriter.add_histogram over weights and gradients, add_embedding of as many rows as ours
    WandbWatch    what wandb.watch(log="all") adds to forward, backward and run.log()
    Floor         one torch._foreach_norm over weights and gradients

Every figure is time taken from the training: what a peer leaves to a thread or a process of its own is not counted.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.utils.tensorboard import SummaryWriter

from benchmarks.capture_clock import Stopwatch, ThreadClock, synchronize
from benchmarks.capture_models import Corpus, Shape, build
from tensorboard_plugin_paramviz import watch

ROWS = 2000
WRITTEN_WITHIN_SECS = 60.0


class Workload:
    """A model that has gradients, and the step of a training that gives it new ones."""

    def __init__(self, shape: Shape, device: str) -> None:
        self.device = device
        self.model, self.optimizer = build(shape, device)
        self._corpus = Corpus(shape, device)
        self.loss = self.backward()

    def backward(self) -> Tensor:
        """Fresh gradients; returns the loss, []."""
        self.optimizer.zero_grad(set_to_none=True)
        self.loss = self.model(*self._corpus.batch())
        self.loss.backward()
        return self.loss

    def run_ahead(self) -> None:
        """On a GPU: work that the stream is still busy with, as in a training, so that launches don't count as its."""
        if self.device != "cpu":
            self.backward()

    def tensors(self) -> list[Tensor]:
        """Weights, then gradients; a tied weight once."""
        parameters = list(self.model.parameters())
        return [parameter.detach() for parameter in parameters] + [
            parameter.grad for parameter in parameters if parameter.grad is not None
        ]


class Floor:
    def __init__(self, work: Workload) -> None:
        self._work, self._clock = work, Stopwatch(work.device)

    def measure(self) -> float:
        self._work.run_ahead()
        tensors = self._work.tensors()
        with self._clock:
            torch._foreach_norm(tensors)
        return self._clock.settle()


class Histograms:
    def __init__(self, work: Workload, folder: Path) -> None:
        self._work, self._writer, self._step = work, SummaryWriter(str(folder)), 0
        vocabulary = work.model.transformer["wte"].weight.shape[0]
        self._ids = torch.linspace(0, vocabulary - 1, min(ROWS, vocabulary)).long().to(work.device)  # [R]

    def measure(self) -> float:
        self._step += 1
        synchronize(self._work.device)
        started = time.perf_counter()
        for name, parameter in self._work.model.named_parameters():
            self._writer.add_histogram(f"weights/{name}", parameter, self._step)
            self._writer.add_histogram(f"gradients/{name}", parameter.grad, self._step)
        table = self._work.model.transformer["wte"].weight.detach()
        self._writer.add_embedding(table[self._ids], global_step=self._step)
        secs = time.perf_counter() - started
        self._writer.flush()
        return secs

    def close(self) -> None:
        self._writer.close()


class WandbWatch:
    """Offline, silent, its system monitor off. Raises ImportError where wandb is not installed."""

    def __init__(self, work: Workload, folder: Path) -> None:
        os.environ |= {"WANDB_SILENT": "true", "WANDB_ERROR_REPORTING": "false", "WANDB_DIR": str(folder)}
        import wandb

        settings = wandb.Settings(x_disable_stats=True, console="off", disable_git=True, disable_code=True)
        self._wandb, self._work, self._watched_first = wandb, work, False
        self._run = wandb.init(mode="offline", dir=str(folder), project="capture", settings=settings)
        self.version: str = wandb.__version__

    def measure(self) -> float:
        """Watched minus plain; which of the two comes first changes from call to call."""
        self._watched_first = not self._watched_first
        secs = {watched: self._step_secs(watched) for watched in (self._watched_first, not self._watched_first)}
        return secs[True] - secs[False]

    def _step_secs(self, watched: bool) -> float:
        if watched:
            self._run.watch(self._work.model, log="all", log_freq=1)
        synchronize(self._work.device)
        started = time.perf_counter()
        loss = self._work.backward()
        self._run.log({"loss": loss.detach()})
        synchronize(self._work.device)
        secs = time.perf_counter() - started
        if watched:
            self._run.unwatch(self._work.model)
        return secs

    def close(self) -> None:
        self._run.finish()


class Ours:
    """Default level, every step, no limit. The background thread is idle when a measurement begins.

    before_secs: copies made before the optimizer's step. step_secs: viz.step(). written_secs: from there until the
    snapshot was handed to the file. background_secs: CPU time of our threads for that.
    """

    def __init__(self, work: Workload, folder: Path) -> None:
        self._work, self._step = work, 0
        self._before, self._during = Stopwatch(work.device), Stopwatch(work.device)
        self._threads = ThreadClock()
        # The hooks of an optimizer run in the order they were registered in: these two stand around ours.
        work.optimizer.register_step_pre_hook(self._before.start)
        started = time.perf_counter()
        self._viz = watch(
            work.model, str(folder), optimizer=work.optimizer, every=1, max_overhead=None, rows=ROWS, strict=True
        )
        self.open_secs = time.perf_counter() - started
        work.optimizer.register_step_pre_hook(self._before.stop)
        self.before_secs: list[float] = []
        self.step_secs: list[float] = []
        self.written_secs: list[float] = []
        self.background_secs: list[float] = []
        self.close_secs = 0.0

    def measure(self) -> float:
        self._work.run_ahead()
        self._work.optimizer.step()
        with self._during:
            self._viz.step(self._step, loss=self._work.loss)
        returned, threads = time.perf_counter(), self._threads.secs()
        self._step += 1
        while self._viz.snapshots < self._step:
            if time.perf_counter() - returned > WRITTEN_WITHIN_SECS:
                raise RuntimeError(f"the snapshot of step {self._step - 1} was not written; what was measured is void")
            time.sleep(0.0005)
        self.written_secs.append(time.perf_counter() - returned)
        self.background_secs.append(self._threads.secs() - threads)
        self.before_secs.append(self._before.settle())
        self.step_secs.append(self._during.settle())
        return self.before_secs[-1] + self.step_secs[-1]

    def synchronizations(self) -> int:
        """How often the training thread would wait for the GPU in one snapshot: 0 or 1, as the first wait raises."""
        if not self._work.device.startswith("cuda"):
            return 0
        self._work.backward()
        self._work.optimizer.step()
        torch.cuda.set_sync_debug_mode("error")
        try:
            self._viz.step(self._step, loss=self._work.loss)
        except RuntimeError as error:
            if "synchroniz" not in str(error):
                raise
            return 1
        finally:
            torch.cuda.set_sync_debug_mode("default")
            self._step += 1
        return 0

    def forget(self) -> None:
        """What was measured so far was warming up."""
        for readings in (self.before_secs, self.step_secs, self.written_secs, self.background_secs):
            readings.clear()

    def close(self) -> None:
        started = time.perf_counter()
        self._viz.close()
        self.close_secs = time.perf_counter() - started


def read_rate(device: str, floats: int) -> tuple[float, float]:
    """(read, copied) in bytes a second, the best of five passes over memory far larger than the caches. A copy counts
    what it reads and what it writes."""
    source = torch.ones(floats, device=device)  # [floats]
    target = torch.empty_like(source)
    clock, size = Stopwatch(device), source.numel() * source.element_size()
    rates: dict[Any, list[float]] = {"read": [], "copied": []}
    for _ in range(5):
        for name, moved, work in (
            ("read", size, lambda: torch.dot(source, source)),
            ("copied", 2 * size, lambda: target.copy_(source)),
        ):
            synchronize(device)
            with clock:
                work()
            rates[name].append(moved / clock.settle())
    return max(rates["read"]), max(rates["copied"])
