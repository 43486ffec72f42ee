"""What a soak is held against, each limit with its reason."""

from __future__ import annotations

import math

import numpy as np

from benchmarks.soak_limits import Check, slope
from benchmarks.soak_samples import Latencies, ProcessUse, Series

#: A snapshot of a simulated run is six indexed values (53 bytes each, and as much again while a reply holds the joined
#: series) and four scalars (20 bytes); the rest is TensorBoard's own bookkeeping and the allocator's rounding.
SERVER_MB_PER_1000 = 6 * 106e-3 * 1.05 + 0.1 + 2.0
#: Once: arenas of the allocator and the largest fits of the projection, of 20 MB each while they last. Seen as stairs
#: from 133 to 158 MB over the first 2,100 snapshots of 1,000 x 64, and flat after; a short soak sees a slope in them.
ALLOCATOR_MB = 32.0
SERVER_MB = 500
PAGE_MB = 512
#: TensorBoard's page and ours without positions: 30 MB in a new one. A cloud that was replaced and not let go of shows.
REST_MB = 60
#: Beside the positions that the page holds on purpose: steps, wall times, an array object for each snapshot.
PAGE_MB_PER_1000 = 1.5
BYTES_PER_ROW = 12
#: Of 8,800 nodes, most of them TensorBoard's: seen to go from 8,760 to 8,814 and back.
LABEL_NODES = 50


def live_checks(
    series: Series,
    since: float,
    rows: int,
    latencies: Latencies,
    chosen: list[int],
    lost: int,
    ends: tuple[ProcessUse | None, ProcessUse | None],
) -> list[Check]:
    """since: seconds at which slopes begin. chosen: the latencies that count. lost: snapshots that never arrived. ends:
    the server before and after the page was closed."""
    steps = [latencies.steps[i] for i in chosen]
    ms = [1000 * latencies.secs[i] for i in chosen]
    warm = len(ms) // 5
    p95 = float(np.percentile(ms, 95)) if ms else math.nan
    median = float(np.median(ms)) if ms else math.nan
    counts = [count for secs, count, _ in series.page if secs >= since]
    thousands = max(1e-9, (counts[-1] - counts[0]) / 1000) if counts else 1e-9
    positions = rows * BYTES_PER_ROW * 1000 / 2**20
    page_limit = positions + PAGE_MB_PER_1000
    held = lambda use: use.heap_mb + use.arrays_mb  # noqa: E731
    heap = [held(use) for _, _, use in series.page]
    checks = [
        Check("latency, 95th percentile", p95, 1000, "ms", f"a second is live to a person (median {median:.0f} ms)"),
        Check("latency drift", 1000 * slope(steps[warm:], ms[warm:]), 30, "ms / 1,000 snap.", "0.4 s over four hours"),
        Check("snapshots that never reached the page", lost, 0, "", "every one arrives"),
        Check("page, most held", max(heap, default=math.nan), PAGE_MB, "MB", "positions are capped at 96 MB"),
        Check("page growth", series.per_1000("page", held, since), page_limit,
              "MB / 1,000 snap.", f"{positions:.1f} MB are positions, held up to 96 MB"),
        Check("page's heap alone", series.per_1000("page", lambda use: use.heap_mb, since), PAGE_MB_PER_1000,
              "MB / 1,000 snap.", "array objects and steps"),
        Check("page's listeners", series.per_1000("page", lambda use: use.listeners, since), 5, "/ 1,000 snap.",
              "none is added for a snapshot"),
        Check("page's nodes", series.per_1000("page", lambda use: use.nodes, since), 20 + LABEL_NODES / thousands,
              "/ 1,000 snap.", "the page's size is its layout's; labels of its axes come and go"),
    ]  # fmt: skip
    if series.server:
        mb = lambda use: use.rss_mb  # noqa: E731
        measured = [(secs, count) for secs, count, _ in series.server if secs >= since]
        few = 2 / max(1e-9, (measured[-1][0] - measured[0][0]) / 3600)
        once = ALLOCATOR_MB / max(1e-9, (measured[-1][1] - measured[0][1]) / 1000)
        print(f"server {series.per_hour('server', mb, since):+.1f} MB an hour, "
              f"page {series.per_hour('page', held, since):+.1f} MB an hour")  # fmt: skip
        checks += [
            Check("server growth", series.per_1000("server", mb, since), SERVER_MB_PER_1000 + once, "MB / 1,000 snap.",
                  f"{SERVER_MB_PER_1000:.1f} for the index and TensorBoard, {once:.1f} the allocator, once"),
            Check("server's handles", series.per_hour("server", lambda use: use.handles, since), few, "an hour",
                  "fewer than two in the time measured: a reply closes what it opens"),
            Check("server's threads", series.per_hour("server", lambda use: use.threads, since), few, "an hour",
                  "fewer than two in the time measured: a thread ends with its request"),
        ]  # fmt: skip
        before, after = ends
        if before is not None and after is not None:
            checks.append(Check("handles left by the page that closed", after.handles - before.handles, 0, "",
                                "its stream ends with the next heartbeat"))  # fmt: skip
    return checks


def compressed_checks(
    series: Series,
    rows: int,
    behind_secs: float,
    missing: int,
    seeks: tuple[list[float], list[float]],
    first_picture_secs: float,
) -> list[Check]:
    """rows: of all snapshots together. seeks: seconds each, in the page open throughout and in a fresh one."""
    last = series.page[-1][2]
    positions = min(96, rows * BYTES_PER_ROW / 2**20)
    checks = [
        Check("newest step in the page after the last write", behind_secs, 20, "s", "TensorBoard reads it once too"),
        Check("steps missing at the end of a fresh page", missing, 0, "", "the last one is reachable"),
        # numpy's maximum is NaN where one of them is: a step that never came is no pass.
        Check("slowest seek, page open throughout", float(np.max(seeks[0])), 2, "s", "what is beside it is one reply"),
        Check("slowest seek, fresh page", float(np.max(seeks[1])), 2, "s", "what is beside it is one reply"),
        Check("first picture of the finished run", first_picture_secs, 8, "s", "TensorBoard's own page is most of it"),
        Check("page, once the snapshots are in", last.heap_mb + last.arrays_mb, positions + REST_MB, "MB",
              f"{positions:.0f} MB of positions, and the rest of both pages"),
    ]  # fmt: skip
    if series.server:
        peak = max(use.rss_mb for _, _, use in series.server)
        checks.append(Check("server, most held", peak, SERVER_MB, "MB", "TensorBoard, the index, its replies"))
    return checks
