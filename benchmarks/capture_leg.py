"""One leg of `capture.py` in a process of its own: trains or takes snapshots, with or without `watch()`, and prints
what it measured as one line of JSON. Called by `capture_legs.py`; the argument is a `Task` as JSON.
"""

from __future__ import annotations

import json
import logging
import statistics
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import torch  # noqa: E402
from torch import Tensor, nn  # noqa: E402
from torch.utils.tensorboard import SummaryWriter  # noqa: E402

from benchmarks.capture_clock import Stopwatch, ThreadClock, synchronize  # noqa: E402
from benchmarks.capture_models import SHAPES, Corpus, build  # noqa: E402
from tensorboard_plugin_paramviz import watch  # noqa: E402

#: nanoGPT's log_interval: how often the script itself looks at its loss.
LOG_STEPS = 10
#: `off`: no watch(). `default`: as in the README. `worst`: the dearest that can be asked for with a limit on the cost.
MODES: dict[str, dict[str, Any] | None] = {
    "off": None,
    "default": {},
    "worst": {"every": 1, "level": "full", "max_overhead": 0.05, "max_bytes": 1_000_000, "rows": 1_000_000},
}


@dataclass(frozen=True)
class Task:
    """kind: `train` or `memory`. steps: of training, or snapshots."""

    kind: str
    mode: str
    shape: str
    tiny: bool
    steps: int
    folder: str
    device: str
    threads: int


@dataclass(frozen=True)
class Trained:
    """total_secs: the whole loop, later_secs: its second half, cpu_secs: CPU time of all its threads. ours_secs: of the
    loop in our hook and in viz.step(); thread_secs: CPU time of our threads. idle_secs: a step that records nothing.
    losses: each tenth one, to see that training was the same."""

    total_secs: float
    later_secs: float
    cpu_secs: float
    step_secs: float
    ours_secs: float
    idle_secs: float
    thread_secs: float
    open_secs: float
    close_secs: float
    snapshots: int
    losses: list[float]


def train(task: Task) -> Trained:
    """A loop as nanoGPT's: batch, forward, backward, clip, step; `watch()` from the first step on."""
    shape = SHAPES[task.shape].tiny() if task.tiny else SHAPES[task.shape]
    corpus = Corpus(shape, task.device)
    model, optimizer = build(shape, task.device)
    hook, call, threads = Stopwatch("cpu"), Stopwatch("cpu"), ThreadClock()
    optimizer.register_step_pre_hook(hook.start)
    started = time.perf_counter()
    viz = open_watch(task, model, optimizer, corpus.batch())
    open_secs = time.perf_counter() - started
    optimizer.register_step_pre_hook(hook.stop)
    steps, ours, losses = [], [], []
    began, cpu_began = time.perf_counter(), time.process_time()
    for step in range(task.steps):
        started = time.perf_counter()
        loss = model(*corpus.batch())
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        with call:
            if viz is not None:
                viz.step(step, loss=loss)
        optimizer.zero_grad(set_to_none=True)
        if step % LOG_STEPS == 0:
            losses.append(float(loss.detach()))
        ours.append(hook.thread_secs + call.thread_secs)
        steps.append(time.perf_counter() - started)
    synchronize(task.device)
    total_secs, cpu_secs, thread_secs = time.perf_counter() - began, time.process_time() - cpu_began, threads.secs()
    started = time.perf_counter()
    if viz is not None:
        viz.close()
    return Trained(
        total_secs=total_secs,
        later_secs=sum(steps[task.steps // 2 :]),
        cpu_secs=cpu_secs,
        step_secs=statistics.median(steps),
        ours_secs=sum(ours),
        idle_secs=tenth(ours),
        thread_secs=thread_secs,
        open_secs=open_secs,
        close_secs=time.perf_counter() - started,
        snapshots=0 if viz is None else viz.snapshots,
        losses=losses,
    )


@dataclass(frozen=True)
class Remembered:
    """host_bytes, device_bytes: most that snapshots took beyond what was there before; None = can't be measured."""

    host_bytes: int | None
    device_bytes: int | None


def memory(task: Task) -> Remembered:
    """Weights and gradients stay, an optimizer without state or copies steps: what comes on top is the snapshots'."""
    shape = SHAPES[task.shape].tiny() if task.tiny else SHAPES[task.shape]
    corpus = Corpus(shape, task.device)
    model, _ = build(shape, task.device)
    loss = model(*corpus.batch())
    loss.backward()
    loss = loss.detach()
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-9, foreach=False)
    optimizer.step()
    SummaryWriter(task.folder + "/other").close()  # what it imports is no part of a snapshot
    on_gpu = task.device.startswith("cuda")
    held = resident_bytes()
    begun = reset_peak()
    if on_gpu:
        torch.cuda.reset_peak_memory_stats()
        on_device = torch.cuda.memory_allocated()
    viz = open_watch(task, model, optimizer, corpus.batch(), every=1, max_overhead=None)
    for step in range(task.steps):
        optimizer.step()
        if viz is not None:
            viz.step(step, loss=loss)
            while viz.snapshots <= step:
                time.sleep(0.001)
        else:
            time.sleep(0.01)
    synchronize(task.device)
    peak = peak_bytes()
    if viz is not None:
        viz.close()
    return Remembered(
        peak - held if begun and peak is not None and held is not None else None,
        torch.cuda.max_memory_allocated() - on_device if on_gpu else None,
    )


def open_watch(
    task: Task, model: nn.Module, optimizer: torch.optim.Optimizer, probe: tuple[Tensor, Tensor], **changes: Any
) -> Any | None:
    """The watcher of the task's mode; None for `off`. probe: the fixed batch of level full."""
    arguments = MODES[task.mode]
    if arguments is None:
        return None
    arguments = arguments | changes
    if arguments.get("level") == "full":
        arguments["probe"] = probe
    return watch(model, task.folder + "/run", optimizer=optimizer, **arguments)


def tenth(secs: list[float]) -> float:
    """A tenth of the readings are below it."""
    return sorted(secs)[len(secs) // 10]


def resident_bytes() -> int | None:
    return _status("VmRSS")


def peak_bytes() -> int | None:
    return _status("VmHWM")


def reset_peak() -> bool:
    """From now on the high-water mark counts anew: man 5 proc, clear_refs. False where that is not to be had."""
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        return False
    return True


def _status(name: str) -> int | None:
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith(name + ":")), None)


def main() -> None:
    task = Task(**json.loads(sys.argv[1]))
    logging.getLogger("tensorboard_plugin_paramviz").setLevel(logging.ERROR)  # that a worst case is stretched is known
    torch.set_num_threads(task.threads)
    print(json.dumps(asdict(train(task) if task.kind == "train" else memory(task))))


if __name__ == "__main__":
    main()
