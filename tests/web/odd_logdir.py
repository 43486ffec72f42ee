"""A logdir with a run of every kind, and of every kind of name, for questions that nobody has thought of."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from basis_runs import FALLING, FLAT, BasisRun, spectrum
from event_files import RunWriter, model_event, scalar_event, snapshot_at, start_event, write_run
from export_runs import write_awkward
from fault_outcomes import do
from tensorboard.compat.proto.event_pb2 import Event

from simulated.faults import FAULTS
from simulated.model import Settings
from simulated.run import write
from tensorboard_plugin_paramviz.record import encode_snapshot

#: Names of runs that are more than names to somebody.
NAMES = [
    "<img src=x onerror=alert(1)>",
    "a b&c=d?e#f%2e%2e%2f",
    "…é\u202e😀",
    "-rf",
    "new\nline",
    "'\"`",
    "nested/in/here",
]


def write_odd(logdir: Path, outside: Path) -> None:
    """Every kind of run into `logdir`; a link in it leads to a run in `outside`."""
    write(Settings(200, 20, layers=2, rows=16, dims=8, seed=0), "convergence", logdir / "simulated", None)
    write_awkward(logdir / "not finite")
    write_run(logdir / "restarted", range(0, 300, 10))
    again = RunWriter(logdir / "restarted", "events.out.tfevents.2000.host.1.0")
    again.append(start_event(150), model_event(session="second"))
    again.snapshots(*range(150, 400, 10))
    basis = BasisRun(logdir / "in a basis")
    for step in range(6):
        basis.snapshot(step, spectrum(step // 3, FALLING if step < 3 else FLAT) * np.float32(step + 1))
    RunWriter(logdir / "no model").snapshots(*range(5))
    wider = write_run(logdir / "wider", range(5))
    wider.append(model_event(rows=3, dims=8, session="second"))
    wider.snapshots(*range(5, 9), rows=3, dims=8)
    one = RunWriter(logdir / "one row")
    one.append(model_event(1, 1))
    one.snapshots(0, rows=1, dims=1)
    steps = write_run(logdir / "steps", range(0))
    for at, step in enumerate((-(1 << 63), -(1 << 62), -5, 0, (1 << 63) - 1)):
        summary = encode_snapshot(snapshot_at(at))
        times = (float("nan"), float("inf"), -1e300, 0.0, 1e300)
        steps.append(Event(step=step, wall_time=times[at], summary=summary).SerializeToString())
    for fault in FAULTS:
        write_run(logdir / fault, range(0, 400, 10), 6, 4)
        do(fault, logdir / fault)
    (logdir / "empty").mkdir()
    RunWriter(logdir / "nothing in it")
    RunWriter(logdir / "theirs").append(scalar_event("loss", 1.0, 0), scalar_event("", float("nan"), 1))
    for name in NAMES:
        write_run(logdir / name, range(3))
    write_run(logdir, range(2))  # the root itself: "."
    write_run(outside / "elsewhere", range(4))
    (logdir / "link").symlink_to(outside / "elsewhere")
    (logdir / "loop").symlink_to(logdir)
