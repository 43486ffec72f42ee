"""Hours of a run in minutes: does the server or the page grow, slow down or lose anything?

    python benchmarks/soak.py [--minutes 10] [--interval-secs 0.2] [--rows 1000] [--compressed-snapshots 100000]

Part one, live: a simulated run writes a snapshot every `--interval-secs`; a real TensorBoard serves it and a real
Chromium shows it with a row selected, so that everything the page follows is followed. Every five seconds the server's
memory, handles and threads are read, every fifteen the page's memory after a full collection. A line a minute is
printed, then the slopes, each beside its limit.

Part two, compressed: four hours of snapshots (100,000 of 65 x 16, some 480 MB of file) are written as fast as they
can be while the page is open; then any step must be reachable, exactly. 0 for `--minutes` or `--compressed-snapshots`
leaves a part out; under two minutes there are too few readings for a slope, and that fails. Exit status 1 where a limit
is passed. Memory and handles need /proc (Linux).
"""

from __future__ import annotations

import argparse
import math
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "e2e")]

from browser import ARGUMENTS, find_browser  # noqa: E402
from page import Tab  # noqa: E402
from playwright.sync_api import Browser, Page, sync_playwright  # noqa: E402
from playwright.sync_api import TimeoutError as NeverShown  # noqa: E402
from serving import tensorboard  # noqa: E402

from benchmarks.soak_checks import compressed_checks, live_checks  # noqa: E402
from benchmarks.soak_limits import Check, verdict, warm_from  # noqa: E402
from benchmarks.soak_samples import (  # noqa: E402
    Latencies,
    PageProbe,
    Series,
    process_use,
    server_pid,
)
from benchmarks.soak_writer import Writer  # noqa: E402
from simulated.model import Settings  # noqa: E402

SAMPLE_SECS, COLLECT_EVERY = 5.0, 3
SEED = 7


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--interval-secs", type=float, default=0.2)
    parser.add_argument("--rows", type=int, default=1000)
    parser.add_argument("--compressed-snapshots", type=int, default=100_000)
    options = parser.parse_args()
    checks: list[Check] = []
    if options.minutes > 0:
        checks += live(options.minutes * 60, options.interval_secs, options.rows)
    if options.compressed_snapshots > 0:
        checks += compressed(options.compressed_snapshots)
    return verdict(checks)


@contextmanager
def stage(settings: Settings, interval_secs: float) -> Iterator[tuple[Writer, str, int | None, Browser]]:
    """A writer that has begun, a TensorBoard over it (its address and process), a browser."""
    with tempfile.TemporaryDirectory() as folder:
        writer = Writer(settings, Path(folder) / "run", interval_secs)
        with tensorboard(Path(folder)) as address, sync_playwright() as playwright:
            arguments = [*ARGUMENTS, "--enable-precise-memory-info"]
            browser = playwright.chromium.launch(executable_path=find_browser(), args=arguments)
            writer.start()
            try:
                yield writer, address, server_pid(address), browser
            finally:
                writer.end()
                browser.close()


def open_page(browser: Browser, address: str, row: int | None = None) -> tuple[Page, Tab]:
    page = browser.new_page(viewport={"width": 1280, "height": 720})
    page.goto(f"{address}/#paramviz" + ("" if row is None else f"&p.paramviz.row={row}"))
    tab = Tab(page)
    tab.wait_for_cloud()
    return page, tab


def sample(series: Series, probe: PageProbe, pid: int | None, written: int, at: float, collect: bool) -> None:
    use = process_use(pid) if pid is not None else None
    if use is not None:
        series.server.append((at, written, use))
    if collect:
        series.page.append((at, written, probe.use()))
    series.qualities.append(probe.scene()[0])


def told(series: Series, snapshots: int, latencies: Latencies | None, drawn: int) -> str:
    parts = [f"{snapshots:>7,} snapshots"]
    if series.server:
        use = series.server[-1][2]
        parts.append(f"server {use.rss_mb:.0f} MB, {use.handles} handles, {use.threads} threads")
    if series.page:
        page = series.page[-1][2]
        parts.append(
            f"page {page.heap_mb:.1f} + {page.arrays_mb:.1f} MB, {page.nodes} nodes, {page.listeners} listeners"
        )
    if latencies is not None and latencies.secs:
        recent = np.percentile(np.array(latencies.secs[-300:]) * 1000, [50, 95])
        parts.append(f"latency {recent[0]:.0f} / {recent[1]:.0f} ms")
    return "; ".join([*parts, f"quality {series.qualities[-1]:g}, {drawn:,} pictures"])


def live(secs: float, interval_secs: float, rows: int) -> list[Check]:
    count = math.ceil(secs / interval_secs) + 1000  # more than will be needed: ended by the clock
    print(f"Live: {secs / 60:g} minutes, a snapshot of {rows} x 64 every {interval_secs} s", flush=True)
    series, settings = Series(), Settings(count, count, 4, rows, 64, SEED)
    with stage(settings, interval_secs) as (writer, address, pid, browser):
        if pid is None or process_use(pid) is None:
            print("There is no /proc here: the server's memory and handles are not measured.")
        page, tab = open_page(browser, address, row=0)
        probe, latencies = PageProbe(tab), Latencies(writer.wall_times)
        # What was written while the page opened came with its first replies: it has no latency.
        opened = len(writer.wall_times)
        started, looks = time.monotonic(), 0
        while (at := time.monotonic() - started) < secs:
            sample(series, probe, pid, len(writer.wall_times), at, looks % COLLECT_EVERY == 0)
            latencies.note(probe.arrivals())
            looks += 1
            if looks % round(60 / SAMPLE_SECS) == 0:
                print(
                    f"{at / 60:5.1f} min  {told(series, len(writer.wall_times), latencies, probe.scene()[1])}",
                    flush=True,
                )
            page.wait_for_timeout(max(0.0, looks * SAMPLE_SECS - (time.monotonic() - started)) * 1000)
        writer.end()
        page.wait_for_timeout(2000)
        latencies.note(probe.arrivals())
        lost = len(writer.wall_times) - (latencies.steps[-1] + 1 if latencies.steps else 0)
        before = process_use(pid) if pid is not None else None
        page.close()
        time.sleep(12)  # a viewer that left is noticed when the next heartbeat can't be written
        after = process_use(pid) if pid is not None else None
    chosen = [i for i, step in enumerate(latencies.steps) if step >= opened]
    return live_checks(series, warm_from(secs), rows, latencies, chosen, lost, (before, after))


def compressed(count: int) -> list[Check]:
    print(f"Compressed: {count:,} snapshots of 65 x 16 as fast as they can be written", flush=True)
    series, settings = Series(), Settings(count, count, 1, 65, 16, SEED)
    with stage(settings, 0.0) as (writer, address, pid, browser):
        page, tab = open_page(browser, address)
        probe = PageProbe(tab)
        started, arrived_at, told_at = time.monotonic(), math.nan, 0.0
        while True:
            at = time.monotonic() - started
            sample(series, probe, pid, len(writer.wall_times), at, collect=False)
            arrivals = probe.arrivals()
            if arrivals and arrivals[-1][0] == count - 1:
                arrived_at = arrivals[-1][1]
            if at - told_at >= 15:
                told_at = at
                newest = tab.last_step()
                print(f"{at:5.0f} s  {told(series, len(writer.wall_times), None, probe.scene()[1])}; newest {newest:,}",
                      flush=True)  # fmt: skip
            if not math.isnan(arrived_at) or (not writer.is_alive() and time.time() - writer.ended_at > 120):
                break
            page.wait_for_timeout(SAMPLE_SECS * 1000)
        print(f"Written in {writer.ended_at - next(iter(writer.wall_times.values())):.0f} s", flush=True)
        seeks = [seek_secs(tab, step) for step in chosen_steps(count)]
        page.wait_for_timeout(20_000)
        sample(series, probe, pid, count, time.monotonic() - started, collect=True)
        print(told(series, count, None, probe.scene()[1]), flush=True)
        page.close()
        begun = time.monotonic()
        page, tab = open_page(browser, address, row=0)
        first_picture, reached = time.monotonic() - begun, tab.last_step()
        seeks_fresh = [seek_secs(tab, step) for step in chosen_steps(count)]
        page.close()
    return compressed_checks(
        series,
        count * settings.rows,
        arrived_at - writer.ended_at,
        count - 1 - reached,
        (seeks, seeks_fresh),
        first_picture,
    )


def chosen_steps(count: int) -> list[int]:
    """The first, the last, and five by chance between them."""
    return [0, *random.Random(SEED).sample(range(1, count - 1), 5), count - 1]


def seek_secs(tab: Tab, step: int) -> float:
    """Until exactly this step is shown, its own snapshot and not one made of its neighbours; NaN if never."""
    begun = time.monotonic()
    tab.seek(step)
    try:
        tab.frame.wait_for_function(
            """step => document.querySelector('[role=slider][aria-label=Step]').ariaValueNow === String(step)
              && ![...document.querySelectorAll('.step-field .of')].some((one) => one.textContent.trim() === '≈')""",
            arg=step,
            timeout=20_000,
        )
    except NeverShown:
        return math.nan
    return time.monotonic() - begun


if __name__ == "__main__":
    sys.exit(main())
