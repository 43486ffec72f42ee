"""What processes and a page use: read from /proc and over Chromium's own protocol, nothing is computed here."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from page import Tab

from benchmarks.soak_limits import slope

PROC = Path("/proc")
MB = 2**20


@dataclass(frozen=True)
class ProcessUse:
    """rss_mb: resident memory, MiB; handles: open file descriptors."""

    rss_mb: float
    handles: int
    threads: int


def process_use(pid: int) -> ProcessUse | None:
    """Of one process; None where there is no /proc (macOS, Windows), or no such process of ours."""
    folder = PROC / str(pid)
    try:
        pages = int((folder / "statm").read_text().split()[1])
        handles = len(os.listdir(folder / "fd"))  # noqa: PTH208 - names alone
        threads = len(os.listdir(folder / "task"))  # noqa: PTH208
    except OSError:
        return None
    return ProcessUse(pages * os.sysconf("SC_PAGE_SIZE") / MB, handles, threads)


def descendants(pid: int) -> dict[int, str]:
    """Command line of each process below `pid`, by its number; empty where there is no /proc."""
    parents: dict[int, int] = {}
    commands: dict[int, str] = {}
    for folder in PROC.glob("[0-9]*") if PROC.exists() else ():
        try:
            parents[int(folder.name)] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            commands[int(folder.name)] = (folder / "cmdline").read_text().replace("\0", " ").strip()
        except (OSError, ValueError):
            continue  # it ended while we looked

    def below(one: int) -> bool:
        while one in parents and one != pid:
            one = parents[one]
        return one == pid

    return {one: commands[one] for one in parents if one != pid and below(one)}


def server_pid(address: str) -> int | None:
    """The TensorBoard among our own children that serves `address`."""
    port = f"--port {address.rpartition(':')[2]}"
    own = descendants(os.getpid())
    return next((pid for pid, command in own.items() if port in command and "tensorboard.main" in command), None)


@dataclass(frozen=True)
class PageUse:
    """heap_mb: JavaScript objects, MiB; arrays_mb: what typed arrays hold outside the heap, MiB; nodes, listeners: of
    all documents in the tab."""

    heap_mb: float
    arrays_mb: float
    nodes: int
    listeners: int


# A snapshot is in the page when the slider's end says so. Date.now: the clock that the writer uses too.
WATCH = """() => {
  const slider = document.querySelector("[role=slider][aria-label=Step]");
  window.arrivals = [];
  const note = () => window.arrivals.push([Number(slider.ariaValueMax), Date.now() / 1000]);
  new MutationObserver(note).observe(slider, { attributeFilter: ["aria-valuemax"] });
  note();
}"""


class PageProbe:
    """Reads one open tab. Nothing is left in the page but the list of arrivals, emptied at each look."""

    def __init__(self, tab: Tab) -> None:
        self.tab = tab
        self._protocol: Any = tab.page.context.new_cdp_session(tab.page)
        tab.frame.evaluate(WATCH)

    def arrivals(self) -> list[tuple[int, float]]:
        """(newest step in the page, Unix seconds) of each growth since the last call."""
        return [(int(step), at) for step, at in self.tab.frame.evaluate("() => window.arrivals.splice(0)")]

    def use(self) -> PageUse:
        """After a full collection: only what is held counts. Cost: the page stands still for it, about 0.1 s."""
        self._protocol.send("HeapProfiler.collectGarbage")
        heap = self._protocol.send("Runtime.getHeapUsage")
        counts = self._protocol.send("Memory.getDOMCounters")
        used = heap["usedSize"]
        if "backingStorageSize" not in heap:  # before Chromium 132 only the page itself tells
            used = self.tab.frame.evaluate("performance.memory.usedJSHeapSize")
        arrays = heap.get("backingStorageSize", 0)
        return PageUse(used / MB, arrays / MB, counts["nodes"], counts["jsEventListeners"])

    def scene(self) -> tuple[float, int]:
        """(share of the canvas px that moving pictures get, pictures drawn since the start)"""
        quality, drawn = self.tab.frame.evaluate(
            "() => { const { quality, frames } = document.querySelector('.cloud').scene; return [quality, frames]; }"
        )
        return quality, drawn


class Latencies:
    """From the wall time in a snapshot's event until the page had it, or a later one."""

    def __init__(self, wall_times: Mapping[int, float]) -> None:
        self._wall_times = wall_times
        self._waiting = deque[int]()
        self._taken = 0
        self.steps: list[int] = []
        self.secs: list[float] = []

    def note(self, arrivals: Iterable[tuple[int, float]]) -> None:
        """Arrivals in the order they happened. Steps written so far are taken from the wall times, in order."""
        written = list(self._wall_times)
        self._waiting.extend(written[self._taken :])
        self._taken = len(written)
        for newest, at in arrivals:
            while self._waiting and self._waiting[0] <= newest:
                step = self._waiting.popleft()
                self.steps.append(step)
                self.secs.append(at - self._wall_times[step])


@dataclass
class Series:
    """What was measured, and when: seconds from the start, snapshots written by then."""

    server: list[tuple[float, int, ProcessUse]] = field(default_factory=list)
    page: list[tuple[float, int, PageUse]] = field(default_factory=list)
    qualities: list[float] = field(default_factory=list)

    def per_1000(self, kind: str, read: Callable[..., float], since: float) -> float:
        """Growth per 1,000 snapshots of one figure of "server" or "page", measured from `since` on."""
        kept = [(count, read(use)) for secs, count, use in getattr(self, kind) if secs >= since]
        return 1000 * slope([count for count, _ in kept], [value for _, value in kept])

    def per_hour(self, kind: str, read: Callable[..., float], since: float) -> float:
        kept = [(secs, read(use)) for secs, _, use in getattr(self, kind) if secs >= since]
        return 3600 * slope([secs for secs, _ in kept], [value for _, value in kept])
