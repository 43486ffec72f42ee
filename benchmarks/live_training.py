"""Trainings that write live, each a process of its own that says when a step had returned.

    python benchmarks/live_training.py LOGDIR watch|simulated BEGUN SNAPSHOTS INTERVAL_SECS ROWS DIMS

One JSON line per snapshot on standard output: `step`, `returned` (Unix seconds at which `viz.step()`, or the write of
the simulation, had returned) and `written` (its record was whole on disk), after BEGUN snapshots of which nothing is
said. The first of them waits until a line comes in.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT)]


def watched(logdir: str, rows: int, dims: int) -> Iterator[tuple[int, Callable[[], bool]]]:
    """A tiny model that really trains, watched. Yields (step, whether it is on disk) after each step."""
    import torch

    from tensorboard_plugin_paramviz import watch

    torch.set_num_threads(1)
    model = torch.nn.Sequential(torch.nn.Embedding(rows, dims), torch.nn.Linear(dims, 8))
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
    with watch(model, logdir, optimizer=optimizer, every=1, max_overhead=None) as viz:
        for step in range(1 << 30):
            tokens = torch.randint(0, rows, (256,))  # [B]
            loss = torch.nn.functional.cross_entropy(model(tokens), tokens % 8)
            loss.backward()
            optimizer.step()
            before = viz.snapshots
            viz.step(step, loss=loss)
            yield step, lambda before=before: viz.snapshots > before
            optimizer.zero_grad(set_to_none=True)


def simulated(logdir: str, rows: int, dims: int) -> Iterator[tuple[int, Callable[[], bool]]]:
    """The simulator, a snapshot each step. Flushed, as its live mode is: what was added is on disk."""
    from simulated.event_file import EventFile
    from simulated.model import Settings
    from simulated.simulation import Simulation
    from tensorboard_plugin_paramviz.record.names import STATS_TAG

    count = 20_000
    simulation = Simulation(Settings(count, count, 4, rows, dims, 0), "convergence")
    Path(logdir).mkdir(parents=True, exist_ok=True)
    file = EventFile(Path(logdir), 0, time.time())
    for step, summary in simulation.events():
        file.add(time.time(), step, summary)
        file.flush()
        if any(value.tag == STATS_TAG for value in summary.value):
            yield step, lambda: True


def main(logdir: str, kind: str, begun: str, count: str, interval_secs: str, rows: str, dims: str) -> None:
    snapshots = (watched if kind == "watch" else simulated)(logdir, int(rows), int(dims))
    for _ in range(int(begun)):
        next(snapshots)
    print("begun", flush=True)
    sys.stdin.readline()
    due = time.monotonic()
    for _ in range(int(count)):
        due += float(interval_secs)
        time.sleep(max(0.0, due - time.monotonic()))
        step, on_disk = next(snapshots)
        returned = time.time()
        while not on_disk() and time.time() < returned + 5:
            time.sleep(0.0005)
        print(json.dumps({"step": step, "returned": returned, "written": time.time()}), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
