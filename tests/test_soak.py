"""The soak benchmark's own arithmetic and what it reads of processes: a wrong slope would call a leak flat."""

from __future__ import annotations

import math
import os
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "e2e")]

from benchmarks.soak_checks import compressed_checks  # noqa: E402
from benchmarks.soak_limits import Check, slope, verdict, warm_from  # noqa: E402
from benchmarks.soak_samples import Latencies, PageUse, Series, descendants, process_use  # noqa: E402

FIGURES = st.floats(-1e6, 1e6)
needs_proc = pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="reads /proc")


@given(st.lists(st.tuples(FIGURES, FIGURES), min_size=2, max_size=40, unique_by=lambda pair: round(pair[0])))
def test_the_slope_is_that_of_the_least_squares_line(pairs: list[tuple[float, float]]) -> None:
    at, values = np.array(pairs).T
    assert slope(at, values) == pytest.approx(np.polyfit(at - at.mean(), values, 1)[0], rel=1e-6, abs=1e-6)


def test_a_straight_line_has_its_own_slope_whatever_is_missing_from_it() -> None:
    assert slope([0, 10, 20, 40], [5, 25, math.nan, 85]) == pytest.approx(2)


@pytest.mark.parametrize("at", [[], [3.0], [3.0, 3.0], [3.0, math.nan]])
def test_without_two_places_there_is_no_slope(at: list[float]) -> None:
    assert math.isnan(slope(at, [1.0] * len(at)))


def test_a_figure_passes_at_its_limit_and_fails_beyond_it_or_without_a_value() -> None:
    measured = {1.0: True, 2.0: True, 2.1: False, math.nan: False}
    for value, passed in measured.items():
        assert Check("growth", value, 2, "MB", "why").passed is passed


def test_the_verdict_names_what_failed_and_becomes_the_exit_status(capsys: pytest.CaptureFixture[str]) -> None:
    good, bad = Check("latency", 1, 2, "ms", "live"), Check("handles", 3, 0, "an hour", "none is kept")
    assert verdict([good]) == 0
    assert verdict([good, bad]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1] == "FAILED: handles"
    assert lines[-2].startswith("FAIL  handles")
    assert "limit 0: none is kept" in lines[-2]


def test_the_warm_up_is_a_minute_and_in_a_short_soak_a_fifth() -> None:
    assert (warm_from(600), warm_from(100)) == (60, 20)


def test_growth_is_counted_after_the_warm_up_only() -> None:
    series = Series()
    for secs in range(0, 100, 10):
        held = 1000.0 if secs < 20 else 50 + secs  # a jump while it starts, then 1 a second
        series.server.append((secs, 5 * secs, held))  # type: ignore[arg-type]
    assert series.per_1000("server", lambda held: held, 20) == pytest.approx(200)
    assert series.per_hour("server", lambda held: held, 20) == pytest.approx(3600)


def test_a_snapshot_that_was_passed_over_arrives_with_the_next_one() -> None:
    latencies = Latencies({0: 10.0, 4: 11.0, 8: 12.0, 12: 13.0})
    latencies.note([(0, 10.5), (8, 12.25)])
    assert (latencies.steps, latencies.secs) == ([0, 4, 8], [0.5, 1.25, 0.25])


def test_a_snapshot_written_after_the_last_look_is_waited_for() -> None:
    wall_times = {0: 10.0}
    latencies = Latencies(wall_times)
    latencies.note([(0, 10.5)])
    wall_times[4] = 11.0
    latencies.note([])
    latencies.note([(4, 11.5)])
    assert latencies.secs == [0.5, 0.5]


def test_a_step_that_was_never_shown_fails_the_compressed_run() -> None:
    series = Series(page=[(1.0, 10, PageUse(20.0, 10.0, 100, 10))])

    def failed(fresh_seeks: list[float]) -> list[str]:
        checks = compressed_checks(series, 650, 0.1, 0, ([0.1, 0.2], fresh_seeks), 2.0)
        return [check.name for check in checks if not check.passed]

    assert failed([0.1, 0.2]) == []
    assert failed([0.1, math.nan, 0.2]) == ["slowest seek, fresh page"]


@needs_proc
def test_memory_handles_and_threads_are_those_of_the_process(tmp_path: Path) -> None:
    before = process_use(os.getpid())
    ballast = np.ones(64 << 20, np.uint8)
    go = threading.Event()
    thread = threading.Thread(target=go.wait)
    thread.start()
    files = [open(tmp_path / str(number), "w") for number in range(5)]  # noqa: SIM115
    after = process_use(os.getpid())
    go.set()
    thread.join()
    for file in files:
        file.close()
    assert before is not None
    assert after is not None
    assert after.rss_mb - before.rss_mb == pytest.approx(ballast.nbytes / 2**20, abs=16)
    assert after.handles - before.handles == 5
    assert after.threads - before.threads == 1


@needs_proc
def test_a_process_that_ended_uses_nothing_and_is_nobodys_child() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        assert "input()" in descendants(os.getpid())[child.pid]
        assert process_use(child.pid) is not None
        child.communicate(b"\n")
    assert process_use(child.pid) is None
    assert child.pid not in descendants(os.getpid())
