"""Large replies take their turns: no crowd of viewers fills the memory, and no viewer keeps the others from theirs."""

from __future__ import annotations

import http.client
import os
import threading
from pathlib import Path

import pytest
from event_files import EMBEDDING, write_run
from fuzzing import within
from listening import listening
from server import PREFIX, served

from tensorboard_plugin_paramviz.web import replies
from tensorboard_plugin_paramviz.web.room import LEAST_BYTES_PER_SEC, PIECE_BYTES, SMALL_BYTES, Room

LARGE = bytes(SMALL_BYTES)


def test_no_more_are_made_at_once_than_there_are_makers() -> None:
    room, lock, now, most = Room(makers=2), threading.Lock(), 0, 0
    both = threading.Barrier(2)

    def reply() -> bytes:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        both.wait(30)  # two at once there are
        with lock:
            now -= 1
        return b""

    threads = [threading.Thread(target=room.make, args=(reply,), daemon=True) for _ in range(20)]
    for thread in threads:
        thread.start()
    within(60, lambda: [thread.join() for thread in threads])
    assert most == 2


def test_what_is_on_its_way_holds_up_the_next_until_it_is_gone() -> None:
    room = Room(most_bytes=2 * SMALL_BYTES, grace_secs=1e9)
    sent = [room.make(lambda: LARGE) for _ in range(2)]
    later = threading.Thread(target=room.make, args=(lambda: LARGE,), daemon=True)
    later.start()
    later.join(0.2)
    assert later.is_alive()
    sent[0].close()
    within(30, later.join)


def test_a_client_that_does_not_read_is_dropped_where_others_wait_and_keeps_nothing_in_memory() -> None:
    room = Room(most_bytes=1, grace_secs=0.01)
    first = room.make(lambda: bytes(bytearray(SMALL_BYTES)))
    pieces = iter(first)
    assert len(next(pieces)) == PIECE_BYTES
    for _ in range(3):
        within(30, lambda: room.make(lambda: LARGE))
    assert first._content is None
    with pytest.raises(ConnectionAbortedError):
        next(pieces)
    first.close()


def test_a_client_that_gets_on_is_waited_for() -> None:
    room = Room(most_bytes=1, grace_secs=0.0)
    first = room.make(lambda: LARGE)
    pieces = iter(first)
    before = first.patience_ends
    next(pieces), next(pieces)
    assert first.patience_ends == before + PIECE_BYTES / LEAST_BYTES_PER_SEC


def test_a_reply_on_its_way_is_whole() -> None:
    content = os.urandom(SMALL_BYTES + 12345)
    assert b"".join(Room().make(lambda: content)) == content


def test_small_replies_are_not_counted() -> None:
    room = Room(most_bytes=1, grace_secs=1e9)
    for _ in range(5):
        assert within(30, lambda: room.make(lambda: LARGE[1:])) == LARGE[1:]


def test_a_reply_that_fails_gives_its_room_back() -> None:
    room = Room(makers=1)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            within(30, lambda: room.make(lambda: bytes(1 // 0)))
    assert within(30, lambda: room.make(lambda: b"x")) == b"x"


def test_a_reply_gives_its_room_back_when_it_was_sent_or_is_none_to_send(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_run(tmp_path / "a", range(3))
    with served(tmp_path) as (client, plugin):
        plugin._replies  # noqa: B018 - made on the first question
        monkeypatch.setattr(replies.Replies, "positions", lambda *_: LARGE)
        for method in ("GET", "HEAD"):
            response = client.open(PREFIX + f"positions?run=a&embedding={EMBEDDING}", method=method, buffered=True)
            assert len(response.get_data()) == (SMALL_BYTES if method == "GET" else 0)
            assert response.headers["Content-Length"] == str(SMALL_BYTES)
            assert plugin._room._sending == []


def test_a_client_that_is_cut_off_sees_that_its_reply_is_not_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Over real sockets: more than their buffers hold, and a second viewer who waits."""
    write_run(tmp_path / "a", range(3))
    route = f"{PREFIX}positions?run=a&embedding={EMBEDDING}"
    with served(tmp_path) as (_, plugin), listening(plugin) as port:
        plugin._replies  # noqa: B018 - made on the first question
        monkeypatch.setattr(replies.Replies, "positions", lambda *_: bytes(64 << 20))
        plugin._room = Room(most_bytes=1, grace_secs=0.2)
        slow = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        slow.request("GET", route)
        beginning = slow.getresponse()
        quick = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        quick.request("GET", route)
        assert len(quick.getresponse().read()) == 64 << 20
        with pytest.raises((http.client.IncompleteRead, ConnectionError)):
            beginning.read()
        slow.close()
        quick.close()
