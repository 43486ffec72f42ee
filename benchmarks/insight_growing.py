"""A run that grows, for benchmarks/insight.py: what is said on the way, whether names keep, what a snapshot costs."""

from __future__ import annotations

import json
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np

from tensorboard_plugin_paramviz.analysis.insight import Curve, Diagnosis, Known, diagnose
from tensorboard_plugin_paramviz.reader import Index, roots_of
from tensorboard_plugin_paramviz.web.insight_sources import take
from tensorboard_plugin_paramviz.web.insights import Insights

ORDER = (
    "initialization",
    "rapid_learning",
    "refinement",
    "plateau",
    "convergence",
    "overfitting",
    "oscillation",
    "divergence",
)
#: Steps of a run whose names are compared from look to look, and snapshots before the first look.
GRID, FIRST_LOOK = 200, 20
GROWS = 40
HEALTHY = ("convergence", "slow_convergence", "decay_kink", "resume")


def so_far(known: Known, part: float) -> Known:
    """What was known when so much of the run had passed."""
    last = known.first + round(part * known.length)

    def cut(curve: Curve | None) -> Curve | None:
        if curve is None:
            return None
        count = int(np.searchsorted(curve.steps, last, side="right"))
        return Curve(curve.steps[:count], curve.values[:count]) if count else None

    names = ("train", "validation", "train_accuracy", "validation_accuracy", "learning_rate", "grad_norm")
    statistics, probe = known.statistics, known.probe
    if statistics is not None:
        count = int(np.searchsorted(statistics.steps, last, side="right"))
        statistics = replace(statistics, steps=statistics.steps[:count], values=statistics.values[:count])
    if probe is not None:
        count = int(np.searchsorted(probe.steps, last, side="right"))
        probe = replace(probe, steps=probe.steps[:count], values=probe.values[:count])
    tables = []
    for table in known.tables:
        count = int(np.searchsorted(table.steps, last, side="right"))
        series = ("steps", "mean_cosine", "effective_rank", "directions", "norms", "gradients", "updates")
        crowd = None if table.crowd is None else replace(table.crowd, rows=table.crowd.rows[:count])
        tables.append(replace(table, crowd=crowd, **{name: getattr(table, name)[:count] for name in series}))
    return replace(
        known, last=last, statistics=statistics, probe=probe, tables=tuple(tables),
        restarts=tuple(step for step in known.restarts if step <= last),
        **{name: cut(getattr(known, name)) for name in names},
    )  # fmt: skip


def growing(known: Known) -> Iterator[tuple[int, Diagnosis]]:
    """(last step, diagnosis) after each snapshot, by a server that has watched from the beginning."""
    assert known.statistics is not None
    memo: dict[object, object] = {}
    for step in known.statistics.steps[FIRST_LOOK:].tolist():
        now = so_far(known, (step - known.first) / known.length)
        yield now.last, diagnose(replace(now, memo=memo))


def names_keep(known: Known) -> tuple[float, float]:
    """Of the names of past steps: how many differ from the look before, and of how many steps a name came back that had
    gone."""
    grid = np.linspace(known.first, known.last, GRID).astype(int).tolist()
    before: dict[int, str] = {}
    said: dict[int, list[str]] = {step: [] for step in grid}
    compared = changed = 0
    for last, diagnosis in growing(known):
        now = {
            step: phase.name
            for phase in diagnosis.phases
            for step in grid
            if phase.first <= step <= min(last, phase.last)
        }
        compared += len(now.keys() & before.keys())
        changed += sum(now[step] != before[step] for step in now.keys() & before.keys())
        for step, name in now.items():
            if not said[step] or said[step][-1] != name:
                said[step].append(name)
        before = now
    back = sum(any(a == c for a, c in zip(names, names[2:], strict=False)) for names in said.values())
    return changed / max(1, compared), back / GRID


def live(runs: list[tuple[str, Known]]) -> None:
    """Runs while they went on: of healthy ones what would have been said above note after each twentieth, and whether a
    settled newest phase went back; of all whether names kept, snapshot by snapshot."""
    said: Counter[str] = Counter()
    looks = turned = 0
    kept: dict[str, list[tuple[float, float]]] = {}
    for name, known in runs:
        kept.setdefault(name, []).append(names_keep(known))
        if name not in HEALTHY:
            continue
        before = ""
        for part in range(1, 20):
            diagnosis = diagnose(so_far(known, part / 20))
            looks += 1
            said.update(f"{name}: {one.insight}" for one in diagnosis.findings if one.severity != "note")
            newest = diagnosis.phases[-1] if diagnosis.phases else None
            now = "" if newest is None or newest.provisional else newest.name
            turned += bool(before and now and now != before and ORDER.index(now) < ORDER.index(before))
            before = now or before
    print(f"\nHealthy runs while they went on, {looks} looks: above note {dict(said) or 'nothing'}; a settled newest "
          f"phase went back to an earlier kind {turned} times.")  # fmt: skip
    print("\nNames of past steps from one snapshot to the next:\n\n| scenario | changed | of steps, a name came back |")
    print("|---|---|---|")
    for name, both in kept.items():
        changed, back = np.mean(both, axis=0)
        print(f"| {name} | {changed:.1%} | {back:.0%} |")


def snapshots_in(data: bytes) -> list[int]:
    """Where in an event file each snapshot ends."""
    ends, at = [], 0
    while at < len(data):
        size = int.from_bytes(data[at : at + 8], "little") + 16  # length, its checksum, the record, its checksum
        if b"paramviz/stats" in data[at : at + size]:
            ends.append(at + size)
        at += size
    return ends


def cost(directory: Path, shape: str) -> None:
    """A run as the page's server answers for it: the first time, and after each of its last snapshots."""
    whole = next(directory.glob("events*"))
    data = whole.read_bytes()
    ends = snapshots_in(data)
    with tempfile.TemporaryDirectory() as growing, (Path(growing) / whole.name).open("wb") as file:
        file.write(data[: ends[-GROWS - 1]])
        file.flush()
        index = Index(roots_of(growing, ""))
        index.scan()
        index.poll()
        insights, run = Insights(), index.runs["."]

        def reply() -> tuple[float, float, int]:
            begun, busy = time.perf_counter(), time.thread_time()
            text = json.dumps(insights.reply(take(run)))
            return time.perf_counter() - begun, time.thread_time() - busy, len(text)

        first, first_busy, _ = reply()
        times = []
        for begin, end in pairwise(ends[-GROWS - 1 :]):
            file.write(data[begin:end])
            file.flush()
            index.poll()
            times.append(reply())
    walls, busy = [1e3 * one[0] for one in times], [1e3 * one[1] for one in times]
    print(f"\n{shape}; milliseconds by the clock (of the processor):")
    print(f"first reply {1e3 * first:.0f} ({1e3 * first_busy:.0f}); after each of {GROWS} new snapshots, median "
          f"{np.median(walls):.0f} ({np.median(busy):.0f}), most {max(walls):.0f} ({max(busy):.0f}); "
          f"a reply has {times[-1][2] / 1000:.0f} KB")  # fmt: skip
