"""Layouts in the background: one at a time, the newest wish next, and none that nobody waits for."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from quick_layout import BREAKS_OFF, FAILS, HANGS, NEVER_READS, quick_layouts

from tensorboard_plugin_paramviz.web import layouts as module
from tensorboard_plugin_paramviz.web.layouts import Failure, Layouts, Wish
from tensorboard_plugin_paramviz.web.umap_process import LayoutProcess

ROWS = np.random.default_rng(0).normal(size=(30, 5)).astype(np.float32)


@pytest.fixture(autouse=True)
def quick() -> Iterator[None]:
    with quick_layouts():
        yield


@pytest.fixture
def layouts() -> Iterator[Layouts]:
    made = Layouts()
    yield made
    made.close()


class Clock:
    """Time goes on when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(module, "time", clock)
    return clock


def wish(key: str, neighbours: int = 15) -> Wish:
    return Wish(key, neighbours, len(ROWS), lambda: (ROWS, np.arange(len(ROWS))))


def until(done: Callable[[], object], secs: float = 300.0) -> None:
    deadline = time.monotonic() + secs
    while not done():
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.01)


def is_gone(pid: int) -> bool:
    status = Path(f"/proc/{pid}/stat")
    try:
        return status.read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def running(layouts: Layouts, key: str) -> int:
    """The program's number, once it works on `key`."""
    until(lambda: (layouts.progress(key) or 0) > 0)
    assert layouts._process is not None
    return layouts._process.pid


def test_what_is_wanted_is_made_and_told_to_who_keeps_it() -> None:
    kept: list[str] = []
    layouts = Layouts(lambda key, positions: kept.append(key))
    layouts.want(wish("a"))
    until(lambda: kept)
    np.testing.assert_array_equal(layouts.found("a"), ROWS[:, :3])
    assert kept == ["a"]
    assert layouts.progress("a") is None


def test_rows_without_a_place_get_none_and_nothing_runs_where_there_are_no_others(layouts: Layouts) -> None:
    layouts.want(Wish("some", 15, 32, lambda: (ROWS, np.arange(1, 31))))
    until(lambda: layouts.found("some") is not None)
    positions = layouts.found("some")
    assert np.isnan(positions[[0, 31]]).all()
    np.testing.assert_array_equal(positions[1:31], ROWS[:, :3])
    layouts.want(Wish("none", 15, 3, lambda: (ROWS[:0], np.arange(0))))
    until(lambda: layouts.found("none") is not None)
    assert np.isnan(layouts.found("none")).all()


@pytest.mark.parametrize(
    ("kind", "words"), [(FAILS, "UMAP failed: MemoryError: no room for rows"), (BREAKS_OFF, "it ended with")]
)
def test_why_there_is_no_result_is_told_in_a_sentence_and_tried_again_later(
    layouts: Layouts, clock: Clock, kind: int, words: str
) -> None:
    layouts.want(wish("a", kind))
    until(lambda: layouts.found("a") is not None)
    failure = layouts.found("a")
    assert isinstance(failure, Failure)
    assert words in failure.message
    clock.now += module.FAILED_SECS + 1
    assert layouts.found("a") is None


def test_rows_that_cannot_be_read_are_a_failure_with_their_words(layouts: Layouts) -> None:
    def gone() -> tuple[np.ndarray, np.ndarray]:
        raise OSError("the file is gone")

    layouts.want(Wish("a", 15, 3, gone))
    until(lambda: layouts.found("a") is not None)
    assert layouts.found("a").message == "UMAP could not begin: the file is gone"


def test_a_program_that_cannot_be_started_is_a_failure(layouts: Layouts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tensorboard_plugin_paramviz.web.umap_process.COMMAND", ("/no/such/python",))
    layouts.want(wish("a"))
    until(lambda: layouts.found("a") is not None)
    assert "No such file" in layouts.found("a").message


def test_what_nobody_asks_for_is_ended_and_asking_keeps_it(layouts: Layouts, clock: Clock) -> None:
    layouts.want(wish("a", HANGS))
    pid = running(layouts, "a")
    for _ in range(5):
        clock.now += 0.9 * module.PATIENCE_SECS
        time.sleep(3 * module._LOOK_SECS)
        assert layouts.progress("a") == 0.5
    clock.now += 1.1 * module.PATIENCE_SECS
    until(lambda: is_gone(pid))
    until(lambda: layouts._running is None)
    assert layouts.found("a") is None, "nobody wanted it: it did not fail"


def test_of_several_that_wait_the_newest_is_next_and_what_was_left_gives_way(layouts: Layouts, clock: Clock) -> None:
    layouts.want(wish("a", HANGS))
    pid = running(layouts, "a")
    for key in ("b", "c"):
        layouts.want(wish(key))
        assert layouts.progress(key) is None
    time.sleep(3 * module._LOOK_SECS)
    assert not is_gone(pid), "its page may ask again"
    clock.now += 1.1 * module.PATIENCE_WHILE_OTHERS_WAIT_SECS
    until(lambda: layouts.found("c") is not None)
    assert is_gone(pid)
    assert layouts.found("b") is None


def test_what_is_still_asked_for_is_not_ended_for_another(layouts: Layouts, clock: Clock) -> None:
    layouts.want(wish("a", HANGS))
    pid = running(layouts, "a")
    for _ in range(5):
        layouts.want(wish("b"))
        clock.now += 0.9 * module.PATIENCE_WHILE_OTHERS_WAIT_SECS
        time.sleep(3 * module._LOOK_SECS)
        assert layouts.progress("a") == 0.5
    assert not is_gone(pid)


@pytest.mark.parametrize("kind", [HANGS, NEVER_READS])
def test_one_that_takes_too_long_is_ended_and_says_so(layouts: Layouts, clock: Clock, kind: int) -> None:
    layouts.want(wish("a", kind))
    pid = running(layouts, "a")
    for _ in range(int(module.MOST_SECS / module.PATIENCE_SECS) + 1):
        clock.now += 0.99 * module.PATIENCE_SECS
        layouts.progress("a")
    clock.now += module.PATIENCE_SECS
    until(lambda: layouts.found("a") is not None)
    assert layouts.found("a").message.startswith("UMAP took more than 10 minutes")
    until(lambda: is_gone(pid))


def test_closing_ends_what_runs(layouts: Layouts) -> None:
    layouts.want(wish("a", HANGS))
    pid = running(layouts, "a")
    layouts.close()
    until(lambda: is_gone(pid))
    until(lambda: layouts._running is None)
    assert layouts.found("a") is None


def test_only_the_results_of_late_are_kept() -> None:
    layouts = Layouts()
    for number in range(module.MOST_KEPT + 3):
        layouts.put(str(number), ROWS[:, :3])
    assert [layouts.found(str(number)) is None for number in range(module.MOST_KEPT + 3)][:4] == [True] * 3 + [False]


def test_rows_of_many_megabytes_pass_and_come_back() -> None:
    rows = np.random.default_rng(1).normal(size=(50_000, 40)).astype(np.float32)
    process = LayoutProcess(rows, 15)
    assert process.ended.wait(300)
    np.testing.assert_array_equal(process.positions, rows[:, :3])


SERVER = """
import sys, time
sys.path[:0] = {path!r}
from quick_layout import HANGS, quick_layouts
import numpy as np
from tensorboard_plugin_paramviz.web.layouts import Layouts, Wish
with quick_layouts():
    layouts = Layouts()
    layouts.want(Wish("a", HANGS, 3, lambda: (np.ones((3, 3), np.float32), np.arange(3))))
    while not layouts.progress("a"):
        time.sleep(0.01)
    print(layouts._process.pid, flush=True)
    if sys.argv[1] == "killed":
        time.sleep(600)
"""


@pytest.mark.parametrize("end", ["exits", "killed"])
def test_the_program_ends_with_the_server_however_that_ends(end: str) -> None:
    code = SERVER.format(path=[str(Path(__file__).parent)])
    server = subprocess.Popen([sys.executable, "-W", "ignore", "-c", code, end], stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    with server.stdout:
        pid = int(server.stdout.readline())
    if end == "killed":
        server.kill()
    server.wait(timeout=300)
    until(lambda: is_gone(pid))
