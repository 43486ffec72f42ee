"""The cache on disk: what is in it is right, and without it everything is the same, only later."""

from __future__ import annotations

import multiprocessing
import os
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tensorboard_plugin_paramviz.web.projection_cache import ProjectionCache, cache_folder

FUNCTION_SCOPED = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100)


def only_file(folder: Path) -> Path:
    (file,) = folder.iterdir()
    return file


def read(cache: ProjectionCache, key: str) -> bytes | None:
    content = cache.read(key)
    return None if content is None else bytes(content)


@FUNCTION_SCOPED
@given(st.text(st.characters(codec=None), max_size=20), st.binary(max_size=100))
def test_what_was_written_comes_back_under_its_key_alone(tmp_path: Path, key: str, content: bytes) -> None:
    cache = ProjectionCache(tmp_path / "cache")
    cache.write(key, content)
    assert read(cache, key) == content
    assert read(cache, key + "x") is None
    assert read(ProjectionCache(tmp_path / "cache"), key) == content, "also in the server's next life"


@FUNCTION_SCOPED
@given(st.integers(0, 10_000), st.integers(1, 255), st.booleans())
def test_a_damaged_file_is_no_answer_and_makes_room_for_a_whole_one(
    tmp_path: Path, at: int, change: int, cut: bool
) -> None:
    folder = tmp_path / "cache"
    cache = ProjectionCache(folder)
    cache.write("key", b"content" * 50)
    file = only_file(folder)
    content = bytearray(file.read_bytes())
    content[at % len(content)] ^= change
    file.write_bytes(content[: at % len(content)] if cut else content)
    assert read(cache, "key") is None
    assert not file.exists()
    cache.write("key", b"again")
    assert read(cache, "key") == b"again"


def test_a_file_under_another_ones_name_is_no_answer(tmp_path: Path) -> None:
    cache = ProjectionCache(tmp_path)
    cache.write("one", b"1")
    first = only_file(tmp_path)
    cache.write("other", b"2")
    (second,) = set(tmp_path.iterdir()) - {first}
    first.replace(second)
    assert read(cache, "other") is None


def test_over_its_limit_the_least_recently_used_leave(tmp_path: Path) -> None:
    cache = ProjectionCache(tmp_path, most_bytes=10_000)
    for number in range(9):
        cache.write(f"key {number}", bytes(1000))
        old = time.time() - 1000 + number
        for file in tmp_path.iterdir():
            if file.stat().st_mtime > time.time() - 500:
                os.utime(file, (old, old))
    assert read(cache, "key 0") is not None
    for number in range(9, 30):
        cache.write(f"key {number}", bytes(1000))
        assert read(cache, "key 0") is not None, "what is used stays"
    assert sum(file.stat().st_size for file in tmp_path.iterdir()) <= 12_500
    assert read(cache, "key 1") is None
    assert read(cache, "key 29") is not None


def test_what_alone_would_take_the_place_of_all_is_not_kept(tmp_path: Path) -> None:
    cache = ProjectionCache(tmp_path, most_bytes=1000)
    cache.write("key", bytes(900))
    assert list(tmp_path.iterdir()) == []


def test_what_a_crash_left_behind_is_cleared_away(tmp_path: Path) -> None:
    stale, fresh = tmp_path / "stale.tmp", tmp_path / "fresh.tmp"
    for file in (stale, fresh):
        file.write_bytes(b"half")
    os.utime(stale, (1, 1))
    ProjectionCache(tmp_path).write("key", b"content")
    assert not stale.exists()
    assert fresh.exists(), "another server is writing it"


@contextmanager
def full_disk(most_bytes: int) -> Iterator[None]:
    """No file of this process may grow larger."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_keeps_nothing_and_leaves_no_half_file(tmp_path: Path) -> None:
    cache = ProjectionCache(tmp_path)
    cache.write("before", b"content")
    with full_disk(4096):
        cache.write("key", bytes(100_000))
    assert read(cache, "key") is None
    assert read(cache, "before") == b"content"
    assert len(list(tmp_path.iterdir())) == 1


def test_where_no_directory_can_be_made_nothing_is_kept_and_nothing_raised(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a directory")
    cache = ProjectionCache(tmp_path / "file" / "cache")
    cache.write("key", b"content")
    assert read(cache, "key") is None


def hammer(folder: Path, seed: int, wrong: multiprocessing.Queue) -> None:
    cache = ProjectionCache(folder, most_bytes=60_000)  # each makes room under the others' hands
    for turn in range(150):
        key = str((turn * 7 + seed) % 12)
        found = read(cache, key)
        if found is not None and found != key.encode() * 8000:
            wrong.put(key)
        cache.write(key, key.encode() * 8000)


def test_servers_that_share_the_directory_never_see_anything_half(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    wrong = context.Queue()
    servers = [context.Process(target=hammer, args=(tmp_path, seed, wrong)) for seed in range(3)]
    for server in servers:
        server.start()
    for server in servers:
        server.join()
    assert [server.exitcode for server in servers] == [0, 0, 0]
    assert wrong.empty()
    assert not list(tmp_path.glob("*.tmp"))


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    for name in ("PARAMVIZ_CACHE_DIR", "PARAMVIZ_CACHE_BYTES", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setattr("sys.platform", "linux")
    return monkeypatch


def test_it_stands_in_the_users_cache_directory(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert cache_folder() == tmp_path / "home" / ".cache" / "paramviz" / "projections"
    environment.setattr("sys.platform", "darwin")
    assert cache_folder() == tmp_path / "home" / "Library" / "Caches" / "paramviz" / "projections"
    environment.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert cache_folder() == tmp_path / "xdg" / "paramviz" / "projections"
    environment.setenv("XDG_CACHE_HOME", "relative")  # which the specification says to pass over
    environment.setattr("sys.platform", "linux")
    assert cache_folder() == tmp_path / "home" / ".cache" / "paramviz" / "projections"
    environment.setenv("PARAMVIZ_CACHE_DIR", str(tmp_path / "chosen"))
    assert cache_folder() == tmp_path / "chosen"


@pytest.mark.parametrize("value", ["off", "OFF", ""])
def test_it_can_be_switched_off(environment: pytest.MonkeyPatch, value: str) -> None:
    environment.setenv("PARAMVIZ_CACHE_DIR", value)
    assert cache_folder() is None
    assert ProjectionCache.of_user([]) is None


def test_an_account_without_a_home_has_none(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("HOME", "/")
    assert cache_folder() is None


def test_it_never_stands_in_a_logdir(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    home, link = tmp_path / "home", tmp_path / "link"
    home.mkdir()
    link.symlink_to(home)
    assert ProjectionCache.of_user([str(tmp_path / "runs"), "s3://bucket/runs"]) is not None
    for logdir in (home, link, tmp_path, home / ".cache" / "paramviz" / "projections"):
        assert ProjectionCache.of_user([str(tmp_path / "runs"), str(logdir)]) is None


def test_its_limit_is_what_the_environment_says(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    environment.setenv("PARAMVIZ_CACHE_DIR", str(tmp_path / "cache"))
    for said, is_kept in (("1000", False), ("100000", True), ("a lot", True)):
        environment.setenv("PARAMVIZ_CACHE_BYTES", said)
        cache = ProjectionCache.of_user([])
        assert cache is not None
        cache.write(said, bytes(900))
        assert (read(cache, said) is not None) == is_kept
