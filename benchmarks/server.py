"""What the server costs TensorBoard, each figure from a process of its own:

    python benchmarks/server.py [--only start|active|idle|memory|requests ...] [--pairs 10] [--directories 10000]
                                [--idle-secs 30] [--viewers 20]

`start`: TensorBoard up to its WSGI application, with and without our entry point, by turns; and our part of it alone.
`active`: `is_active()` as TensorBoard times it, alone, beside ten thousand runs of others, and while a run grows.
`idle`: share of a core while nobody asks, over ten thousand directories without records of ours.
`memory`: what viewers that all ask for 64 MiB at once add at most, those that take their replies and those that don't.
`requests`: answers a second over real sockets, TensorBoard's own list of plugins beside ours.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), *(str(ROOT / "tests" / part) for part in ("", "reader", "web", "e2e"))]

START = """
import json, sys, time, warnings
warnings.simplefilter("ignore")
began = time.perf_counter(), time.process_time()
import tensorboard.main
from tensorboard import default, program
from tensorboard.backend import application
from tensorboard.plugins import base_plugin
plugins = list(default.get_static_plugins())
board = program.TensorBoard(plugins=plugins)
board.configure(["tensorboard", "--logdir", sys.argv[2]])
if sys.argv[1] == "with":
    ours = time.perf_counter(), time.process_time()
    from tensorboard_plugin_paramviz.loader import ParamVizLoader
    ParamVizLoader().fix_flags(board.flags)
    board.plugin_loaders.append(ParamVizLoader())
application.TensorBoardWSGIApp(board.flags, board.plugin_loaders, None, board.assets_zip_provider)
print(json.dumps([time.perf_counter() - began[0], time.process_time() - began[1]]))
"""
OURS = START.replace('if sys.argv[1] == "with":', "if False:").replace(
    "print(json.dumps([time.perf_counter() - began[0], time.process_time() - began[1]]))",
    """
began = time.perf_counter(), time.process_time()
from tensorboard_plugin_paramviz.loader import ParamVizLoader
plugin = ParamVizLoader().load(base_plugin.TBContext(logdir=sys.argv[2], flags=board.flags))
application.TensorBoardWSGI([plugin], "")
print(json.dumps([time.perf_counter() - began[0], time.process_time() - began[1]]))
""",
)
LIMITS = {"start": 50.0, "active": 1.0, "idle": 1.0, "memory": 384.0}


def said(name: str, value: float, unit: str, note: str, limit: float | None = None) -> bool:
    verdict = "" if limit is None else f"{'ok  ' if value <= limit else 'OVER'} limit {limit:g} {unit}"
    print(f"{name:<44}{value:>10.2f} {unit:<6} {verdict:<22} {note}")
    return limit is None or value <= limit


def start(options: argparse.Namespace) -> bool:
    def child(code: str, *arguments: str) -> tuple[float, float]:
        done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True)
        wall, cpu = json.loads(done.stdout)
        return wall * 1e3, cpu * 1e3

    with tempfile.TemporaryDirectory() as logdir:
        child(START, "with", logdir)  # the first one reads the files from the disk
        pairs = [(child(START, "with", logdir), child(START, "without", logdir)) for _ in range(options.pairs)]
        alone = [child(OURS, "with", logdir) for _ in range(options.pairs)]
    without = statistics.median(plain[0] for _, plain in pairs)
    differences = [ours[1] - plain[1] for ours, plain in pairs]
    said("TensorBoard's start without us", without, "ms", f"wall, median of {options.pairs}")
    said(
        "added by us, in pairs",
        statistics.median(differences),
        "ms",
        f"CPU, from {min(differences):.0f} to {max(differences):.0f}",
    )
    wall = statistics.median(one[0] for one in alone)
    return said("our part of it alone", wall, "ms", f"wall, best {min(one[0] for one in alone):.0f}", LIMITS["start"])


def times_ms(call: Callable[[], object], count: int) -> list[float]:
    times = []
    for _ in range(count):
        time.sleep(0.001)  # as between questions, so that the thread beside has its turns
        began = time.perf_counter()
        call()
        times.append((time.perf_counter() - began) * 1e3)
    return sorted(times)


def active(options: argparse.Namespace) -> bool:
    from event_files import RunWriter, scalar_event, write_run
    from server import served

    good = True
    with tempfile.TemporaryDirectory() as folder:
        for kind in ("one run of ours", f"{options.directories:,} runs of others"):
            logdir = Path(folder) / kind[:3]
            if kind.startswith("one"):
                growing = write_run(logdir / "a", range(100))
            else:
                growing = RunWriter(logdir / "0")
                content = growing.path.read_bytes()
                for number in range(1, options.directories):
                    (logdir / str(number)).mkdir()
                    (logdir / str(number) / growing.path.name).write_bytes(content)
            with served(logdir) as (_, plugin):
                first = times_ms(plugin.is_active, 1)[0]
                said(f"is_active, {kind}: first", first, "ms", "starts the thread that follows the files")
                time.sleep(1.0)
                for state in ("at rest", "growing"):
                    done = threading.Event()

                    def grow(done: threading.Event = done, growing: RunWriter = growing) -> None:
                        step = 1000
                        while not done.wait(0.02):
                            step += 1
                            growing.append(scalar_event("loss", 1.0, step))

                    thread = threading.Thread(target=grow)
                    if state == "growing":
                        thread.start()
                    times = times_ms(plugin.is_active, 500)
                    done.set()
                    if state == "growing":
                        thread.join()
                    note = f"median {times[250]:.3f}, worst {times[-1]:.2f}"
                    good &= said(f"is_active, {kind}, {state}: p95", times[475], "ms", note, LIMITS["active"])
    return good


def idle(options: argparse.Namespace) -> bool:
    from tensorboard.plugins import base_plugin

    from tensorboard_plugin_paramviz.plugin import ParamVizPlugin

    with tempfile.TemporaryDirectory() as folder:
        for number in range(options.directories):
            (Path(folder) / f"{number // 100}" / f"{number}").mkdir(parents=True)
        plugin = ParamVizPlugin(base_plugin.TBContext(logdir=folder))
        began = time.perf_counter(), time.process_time()
        plugin.is_active()
        time.sleep(1.0)
        said(f"first look at {options.directories:,} directories", (time.process_time() - began[1]) * 1e3, "ms", "CPU")
        began = time.perf_counter(), time.process_time()
        time.sleep(options.idle_secs)
        share = (time.process_time() - began[1]) / (time.perf_counter() - began[0]) * 100
        plugin._follower.stop()
        return said("following them", share, "%", f"of a core, over {options.idle_secs:g} s", LIMITS["idle"])


def resident_mib(process_id: int, field: str) -> float:
    """field: VmRSS or VmHWM, the most there was."""
    lines = Path(f"/proc/{process_id}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(field))


def memory(options: argparse.Namespace) -> bool:
    from event_files import EMBEDDING
    from export_runs import write_large

    from benchmarks.crowds import Listener

    good = True
    with tempfile.TemporaryDirectory() as folder:
        write_large(Path(folder) / "a", 1200, 5000, 16)  # 1,200 x 5,000 x 3 x 4 bytes are 69 MiB of positions
        route = f"positions?run=a&embedding={EMBEDDING}"
        for taken in (True, False):
            with Listener(Path(folder)) as listener:
                listener.take(route)  # the projection is fitted once
                base = resident_mib(listener.process_id, "VmRSS")
                Path(f"/proc/{listener.process_id}/clear_refs").write_text("5")  # VmHWM begins again
                began = time.perf_counter()
                if taken:
                    size = listener.crowd(route, options.viewers)
                    secs = time.perf_counter() - began
                    note = f"{options.viewers} replies of {size / (1 << 20):.0f} MiB in {secs:.1f} s"
                else:
                    listener.leave_waiting(route, options.viewers, secs=8)
                    note = f"{options.viewers} clients that ask and never read, for 8 s"
                added = resident_mib(listener.process_id, "VmHWM") - base
                good &= said(
                    "large replies at once" if taken else "and nobody takes them", added, "MiB", note, LIMITS["memory"]
                )
    return good


def requests(options: argparse.Namespace) -> bool:
    from event_files import write_run
    from serving import tensorboard

    from benchmarks.crowds import rate

    with tempfile.TemporaryDirectory() as folder:
        for run in range(10):
            write_run(Path(folder) / str(run), range(100))
        with tensorboard(Path(folder)) as address:
            ours = "/data/plugin/paramviz/"
            for route in ("/data/plugins_listing", f"{ours}runs", f"{ours}updates?cursor=999", f"{ours}stats?run=0"):
                for viewers in (1, 10):
                    count, worst = rate(address + route, viewers, secs=2.0)
                    said(f"{route.rpartition('/')[2]}, {viewers} at once", count, "/s", f"p99 {worst:.1f} ms")
    return True


PARTS: dict[str, Callable[[argparse.Namespace], bool]] = {
    "start": start,
    "active": active,
    "idle": idle,
    "memory": memory,
    "requests": requests,
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--pairs", type=int, default=10)
    parser.add_argument("--directories", type=int, default=10_000)
    parser.add_argument("--idle-secs", type=float, default=30.0)
    parser.add_argument("--viewers", type=int, default=20)
    options = parser.parse_args()
    results = [PARTS[name](options) for name in options.only]
    return 0 if all(results) else 1


if __name__ == "__main__":
    raise SystemExit(main())
