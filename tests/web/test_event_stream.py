"""The event stream: nothing missed, nothing twice, at most ten messages a second, and never silent."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from event_files import write_run
from hypothesis import given
from hypothesis import strategies as st

from tensorboard_plugin_paramviz.reader import Index, roots_of
from tensorboard_plugin_paramviz.web import live
from tensorboard_plugin_paramviz.web.replies import Replies


class Clock:
    """Stands in for the module `time`: sleeping takes no time, only the clock moves."""

    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, secs: float) -> None:
        self.now += secs


class Growing:
    """An index that changes at the given moments of a clock; its cursor is the number of changes so far, plus one."""

    def __init__(self, clock: Clock, changes: list[float]) -> None:
        self.clock, self.changes = clock, [clock.now + at for at in changes]

    @property
    def cursor(self) -> int:
        return 1 + sum(at <= self.clock.now for at in self.changes)

    def wait(self, cursor: int, timeout_secs: float) -> bool:
        if self.cursor > cursor:
            return True
        following = [at for at in self.changes if at > self.clock.now]
        if not following or following[0] > self.clock.now + timeout_secs:
            self.clock.now += timeout_secs
            return False
        self.clock.now = following[0]
        return True

    def updates(self, cursor: int) -> dict[str, Any]:
        return {"after": cursor, "cursor": self.cursor}


def spoken(chunks: Iterator[bytes], clock: Clock, until: float) -> list[tuple[float, dict[str, Any] | None]]:
    """(moment, message, None for `here`) until the clock says so."""
    said = []
    for chunk in chunks:
        if clock.now > until:
            return said
        if chunk.startswith(b"id: "):
            said.append((clock.now, json.loads(chunk.split(b"data: ")[1])))
        elif chunk.startswith(b"event: here"):
            said.append((clock.now, None))
    return said


@given(st.lists(st.floats(0.0, 4.0), max_size=150).map(sorted))
def test_every_change_is_told_once_soon_and_at_most_ten_times_a_second(changes: list[float]) -> None:
    clock = Clock()
    index = Growing(clock, changes)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(live, "time", clock)
        said = spoken(live.events(index, index, 0, lambda: None), clock, clock.now + 6.0)  # type: ignore[arg-type]
    messages = [(at, message) for at, message in said if message is not None]
    ranges = [(message["after"], message["cursor"]) for _, message in messages]
    assert ranges[0][0] == 0
    assert all(one[1] == other[0] for one, other in itertools.pairwise(ranges)), "each begins where the last one ended"
    assert ranges[-1][1] == 1 + len(changes)
    moments = [at for at, _ in messages]
    assert all(later - first > 0.999 for first, later in zip(moments, moments[10:], strict=False))
    for number, change in enumerate(index.changes):
        told = next(at for at, message in messages if message["cursor"] > number + 1)
        assert told - change <= live.SPACING_SECS + 1e-6


def test_a_snapshot_right_after_a_scalar_does_not_wait() -> None:
    clock = Clock()
    index = Growing(clock, [3.0, 3.02])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(live, "time", clock)
        said = spoken(live.events(index, index, 0, lambda: None), clock, clock.now + 4.0)  # type: ignore[arg-type]
    assert [round(at - 100.0, 3) for at, message in said if message] == [0.0, 3.0, 3.02]


def test_a_silent_run_is_not_a_silent_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "HEARTBEAT_SECS", 0.01)
    write_run(tmp_path / "a", range(3))
    index = Index(roots_of(str(tmp_path), ""))
    index.scan()
    index.poll()
    chunks = live.events(index, Replies(index), 0, lambda: None)
    retry, everything, *silence = itertools.islice(chunks, 5)
    assert retry.startswith(b"retry: ")
    assert json.loads(everything.split(b"data: ")[1])["runs"][0]["snapshots"] == 3
    assert silence == [b"event: here\ndata:\n\n"] * 3, "an event, which a page sees, not a comment, which it doesn't"


def test_a_cursor_of_a_server_that_had_seen_more_gets_everything(tmp_path: Path) -> None:
    write_run(tmp_path / "a", range(3))
    index = Index(roots_of(str(tmp_path), ""))
    index.scan()
    index.poll()
    chunks = live.events(index, Replies(index), 10_000, lambda: None)
    _, everything = itertools.islice(chunks, 2)
    assert [info["run"] for info in json.loads(everything.split(b"data: ")[1])["runs"]] == ["a"]
