"""Runs legs in processes of their own, and what comes of them: slow-down and extra memory."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.capture_clock import Interval, Spread, mean_interval, ratio_interval
from benchmarks.capture_files import Written, read_written
from benchmarks.capture_leg import MODES, Remembered, Task, Trained

LEG = Path(__file__).with_name("capture_leg.py")


@dataclass(frozen=True)
class Setup:
    """What all legs have in common."""

    shape: str
    tiny: bool
    steps: int
    device: str
    threads: int


def run_leg(setup: Setup, kind: str, mode: str, folder: Path) -> dict[str, Any]:
    task = Task(kind=kind, mode=mode, folder=str(folder), **asdict(setup))
    done = subprocess.run([sys.executable, str(LEG), json.dumps(asdict(task))], stdout=subprocess.PIPE, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"the leg {task} ended with {done.returncode}; its own message stands above")
    figures: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return figures


@dataclass(frozen=True)
class Slowdown:
    """One mode beside `off`, over pairs of legs.

    total: share of the time added to the whole loop. later, cpu, step: the same of its second half, of the CPU time of
    all threads, of the median step. ours: share of the loop in our hook and viz.step(), timed within the watched legs;
    threads: CPU time of our threads, likewise.
    """

    mode: str
    total: Interval
    later: Interval
    cpu: Interval
    step: Interval
    ours: Interval
    threads: Interval
    idle_secs: float
    open_secs: float
    close_secs: float
    snapshots: float
    same_losses: bool
    sizes: tuple[int, ...]


def order(pair: int) -> list[str]:
    """Modes of one round; every second round runs backwards (A B C, C B A), so that a drift hits all alike."""
    return list(MODES) if pair % 2 == 0 else list(MODES)[::-1]


def measure_slowdown(setup: Setup, pairs: int) -> tuple[list[Slowdown], Spread]:
    """The slow-down of each mode, and the seconds of the loops without `watch()`."""
    legs: dict[str, list[Trained]] = {mode: [] for mode in MODES}
    written: dict[str, Written] = {}
    for pair in range(pairs):
        for mode in order(pair):
            with tempfile.TemporaryDirectory() as folder:
                legs[mode].append(Trained(**run_leg(setup, "train", mode, Path(folder))))
                written[mode] = read_written(Path(folder))
            if mode != "off" and legs[mode][-1].snapshots == 0:
                raise RuntimeError(f"the leg with {mode} settings wrote no snapshot; what was measured is void")
        print(".", end="", flush=True, file=sys.stderr)
    print(file=sys.stderr)
    modes = [mode for mode in MODES if mode != "off"]
    found = [compare(mode, legs[mode], legs["off"], written[mode].sizes) for mode in modes]
    return found, Spread(tuple(leg.total_secs for leg in legs["off"]))


def compare(mode: str, watched: list[Trained], plain: list[Trained], sizes: tuple[int, ...] = ()) -> Slowdown:
    """Legs of the same place in both lists ran next to each other."""
    both = list(zip(watched, plain, strict=True))
    return Slowdown(
        mode,
        total=_added(ratio_interval([(a.total_secs, b.total_secs) for a, b in both])),
        later=_added(ratio_interval([(a.later_secs, b.later_secs) for a, b in both])),
        cpu=_added(ratio_interval([(a.cpu_secs, b.cpu_secs) for a, b in both])),
        step=_added(ratio_interval([(a.step_secs, b.step_secs) for a, b in both])),
        ours=mean_interval([(a.ours_secs - b.ours_secs) / (a.total_secs - a.ours_secs) for a, b in both]),
        threads=mean_interval([a.thread_secs / (a.total_secs - a.ours_secs) for a in watched]),
        idle_secs=Spread(tuple(a.idle_secs - b.idle_secs for a, b in both)).median,
        open_secs=Spread(tuple(a.open_secs for a in watched)).median,
        close_secs=Spread(tuple(a.close_secs for a in watched)).median,
        snapshots=Spread(tuple(float(a.snapshots) for a in watched)).median,
        same_losses=all(a.losses == b.losses for a, b in both),
        sizes=sizes,
    )


def measure_memory(setup: Setup) -> tuple[Remembered, Written]:
    """Extra memory of snapshots at default level: a leg with `watch()` minus one without. And what was written."""
    with tempfile.TemporaryDirectory() as folder:
        plain = Remembered(**run_leg(setup, "memory", "off", Path(folder) / "off"))
        watched = Remembered(**run_leg(setup, "memory", "default", Path(folder) / "default"))
        return Remembered(
            _less(watched.host_bytes, plain.host_bytes), _less(watched.device_bytes, plain.device_bytes)
        ), read_written(Path(folder) / "default" / "run")


def _added(ratio: Interval) -> Interval:
    return Interval(ratio.middle - 1, ratio.low - 1, ratio.high - 1)


def _less(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else one - other
