"""What `viz.on_insight()` costs a training: the same loop with and without it, in pairs.

    python benchmarks/alerts.py [--pairs 6] [--steps 1000] [--threads 1] [--quick]

A loop as nanoGPT's at its CPU sizes, with `watch()` at its defaults, in a fresh process each; every second pair runs in
the other order, so that a drift hits both alike. Told are medians with the least and the most over the pairs: of the
loop's time by the clock and of its thread's processor time, with `on_insight` over without; and, measured in each leg,
what the program beside it took of a processor, its start apart from what came later. The losses must be the same to
the bit. By the clock the ratio says little on a machine that does other things as well: the spread shows how little.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import torch  # noqa: E402
from torch import nn  # noqa: E402
from torch.utils.tensorboard import SummaryWriter  # noqa: E402

from benchmarks.capture_clock import Spread  # noqa: E402
from benchmarks.capture_models import SHAPES, Corpus, build  # noqa: E402
from tensorboard_plugin_paramviz import Finding, watch  # noqa: E402

#: Of the loop: by then the program beside it has started and taken its first look.
START_SECS = 5.0
#: Between two readings of what it took.
READ_STEPS = 10


@dataclass(frozen=True)
class Leg:
    """secs: of the loop by the clock. thread_secs: processor time of its thread. beside_start, beside_later: processor
    seconds of the program beside it, in the first START_SECS and after; later_secs: by the clock after. last_look: how
    long close() took. told: findings. losses: each hundredth."""

    secs: float
    thread_secs: float
    beside_start: float
    beside_later: float
    later_secs: float
    last_look: float
    told: int
    losses: list[float]


def leg(folder: str, steps: int, threads: int, *, with_alerts: bool, tiny: bool) -> Leg:
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    shape = SHAPES["char-cpu"].tiny() if tiny else SHAPES["char-cpu"]
    corpus = Corpus(shape, "cpu")
    model, optimizer = build(shape, "cpu")
    told: list[Finding] = []
    losses: list[float] = []
    with SummaryWriter(folder) as writer:
        viz = watch(model, writer, optimizer=optimizer)
        if with_alerts:
            viz.on_insight(told.append, min_severity="note")
        beside, at_start, start = _Beside(), 0.0, START_SECS
        began, thread_began = time.perf_counter(), time.thread_time()
        for step in range(steps):
            loss = model(*corpus.batch())
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            viz.step(step, loss=loss)
            optimizer.zero_grad(set_to_none=True)
            if step % 100 == 0:
                losses.append(float(loss.detach()))
            if step % READ_STEPS == 0 and time.perf_counter() - began < START_SECS:
                at_start, start = beside.secs(), time.perf_counter() - began
        secs, thread_secs = time.perf_counter() - began, time.thread_time() - thread_began
        later, closing = beside.secs() - at_start, time.perf_counter()
        viz.close()
    last_look = time.perf_counter() - closing
    return Leg(secs, thread_secs, at_start, later, secs - start, last_look, len(told), losses)


class _Beside:
    """The processes that this one started."""

    def secs(self) -> float:
        """Processor time they have taken, those of theirs that have ended among it. NaN where there is no /proc."""
        if not Path("/proc").is_dir():
            return float("nan")
        ticks, own = 0, str(os.getpid())
        for path in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = path.read_text().rpartition(")")[2].split()
            except OSError:  # it has ended
                continue
            if fields[1] == own:
                ticks += sum(map(int, fields[11:15]))
        return ticks / os.sysconf("SC_CLK_TCK")


def run(options: argparse.Namespace, *, with_alerts: bool) -> Leg:
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, __file__, "--steps", str(options.steps), "--threads", str(options.threads)]
        command += ["--leg", folder, *["--with-alerts"] * with_alerts, *["--quick"] * options.quick]
        done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    return Leg(**json.loads(done.stdout.splitlines()[-1]))


def report(pairs: list[tuple[Leg, Leg]]) -> str:
    """pairs: with and without `on_insight`."""
    if any(one.losses != other.losses for one, other in pairs):
        raise SystemExit("the losses differ: on_insight() changed the training")
    rows = [
        ("time of the loop, with over without", _spread([a.secs / b.secs for a, b in pairs], "{:.3f}")),
        (
            "processor time of its thread, likewise",
            _spread([a.thread_secs / b.thread_secs for a, b in pairs], "{:.3f}"),
        ),
        ("the program beside it, start: s of a processor", _spread([a.beside_start for a, _ in pairs], "{:.2f}")),
        ("later: share of one processor", _later([a for a, _ in pairs])),
        ("close(), with its last look: s", _spread([a.last_look for a, _ in pairs], "{:.2f}")),
        ("close() without: s", _spread([b.last_look for _, b in pairs], "{:.2f}")),
        ("findings told", _spread([float(a.told) for a, _ in pairs], "{:.0f}")),
    ]
    loop = _spread([b.secs for _, b in pairs], "{:.1f}")
    head = f"{len(pairs)} pairs; a loop without on_insight takes {loop} s. The losses are the same to the bit."
    return "\n".join([head, "", "| | median (least to most) |", "|---|---|", *(f"| {a} | {b} |" for a, b in rows)])


def _later(legs: list[Leg]) -> str:
    if min(one.later_secs for one in legs) < 2 * START_SECS:
        return "the loop is too short to tell; give it more --steps"
    return _spread([one.beside_later / one.later_secs for one in legs], "{:.2%}")


def _spread(values: list[float], how: str) -> str:
    spread = Spread(tuple(values))
    return f"{how.format(spread.median)} ({how.format(spread.least)} to {how.format(spread.most)})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=6)
    parser.add_argument("--steps", type=int, default=1000, help="of each loop; default: 1000, about half a minute")
    parser.add_argument("--threads", type=int, default=1, help="of torch; default: 1")
    parser.add_argument("--quick", action="store_true", help="a tiny model, to see that it runs")
    parser.add_argument("--leg", metavar="FOLDER", help=argparse.SUPPRESS)
    parser.add_argument("--with-alerts", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.leg:
        found = leg(options.leg, options.steps, options.threads, with_alerts=options.with_alerts, tiny=options.quick)
        print(json.dumps(asdict(found)))
        return
    pairs = []
    for pair in range(options.pairs):
        order = (True, False) if pair % 2 == 0 else (False, True)
        legs = {with_alerts: run(options, with_alerts=with_alerts) for with_alerts in order}
        pairs.append((legs[True], legs[False]))
        print(".", end="", flush=True, file=sys.stderr)
    print(file=sys.stderr)
    print(report(pairs))


if __name__ == "__main__":
    main()
