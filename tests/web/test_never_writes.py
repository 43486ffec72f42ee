"""A logdir is somebody's results: nothing the server does leaves a trace in it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from event_files import EMBEDDING
from fuzzing import arguments_of, ask
from odd_logdir import write_odd
from quick_layout import quick_layouts
from server import PREFIX, served

#: What Python tells before it changes something on a disk (docs.python.org, audit events).
CHANGES = {
    *("os.mkdir", "os.rmdir", "os.remove", "os.rename", "os.link", "os.symlink", "os.truncate", "os.utime"),
    *("os.chmod", "os.chown", "os.setxattr", "os.removexattr", "shutil.move", "shutil.copyfile", "shutil.rmtree"),
    *("tempfile.mkstemp", "tempfile.mkdtemp"),
}
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_watched: list[tuple[str, list[str]]] = []
_hooked: list[bool] = []


def _heard(event: str, args: tuple[Any, ...]) -> None:
    if not _watched or (event != "open" and event not in CHANGES):
        return
    if event == "open" and not (isinstance(args[2], int) and args[2] & WRITING):
        return
    for folder, changes in _watched:
        if any(isinstance(one, str | bytes | os.PathLike) and os.fsdecode(one).startswith(folder) for one in args):
            changes.append(f"{event} {args}")


@contextmanager
def changes_in(folder: Path) -> Iterator[list[str]]:
    """Every call that changes something below `folder`, by any thread of this process."""
    if not _hooked:  # a hook stays for good
        sys.addaudithook(_heard)
        _hooked.append(True)
    changes: list[str] = []
    _watched.append((str(folder), changes))
    try:
        yield changes
    finally:
        _watched.clear()


def state(folder: Path) -> dict[str, tuple[object, ...]]:
    """Everything a write would change, and the change of what was changed back: ctime can't be set."""
    found = {}
    for directory, folders, files in os.walk(folder):
        for name in (".", *folders, *files):
            path = Path(directory, name)
            status = path.lstat()
            content = path.read_bytes() if path.is_file() and status.st_size < 1 << 20 else b""
            times = (status.st_mtime_ns, status.st_ctime_ns)
            found[str(path)] = (status.st_ino, status.st_mode, status.st_size, status.st_nlink, *times, content)
    return found


def test_a_change_is_seen_by_both_means(tmp_path: Path) -> None:
    before = state(tmp_path)
    with changes_in(tmp_path) as changes:
        (tmp_path / "x").write_text("")
        (tmp_path / "x").unlink()
    assert changes[-1].startswith("os.remove")
    assert [change for change in changes if change.startswith("open")]
    assert state(tmp_path) != before


def test_no_route_and_no_look_leaves_a_trace_in_the_logdir(tmp_path: Path) -> None:
    logdir = tmp_path / "logs"
    logdir.mkdir()
    write_odd(logdir, tmp_path / "outside")
    for directory, _, files in os.walk(logdir):
        for name in (".", *files):
            path = Path(directory, name)
            if not path.is_symlink():
                path.chmod(0o555 if name == "." else 0o444)
    before = state(tmp_path)
    with changes_in(tmp_path) as changes:
        with quick_layouts(), served(logdir) as (client, plugin):
            assert plugin.is_active()
            routes, answered = arguments_of(plugin, client), dict.fromkeys(arguments_of(plugin, client), 0)
            for run in sorted(plugin._index.runs):
                for route, names in routes.items():
                    asked = {"run": run, "embedding": EMBEDDING, "rows": "0", "tag": "train/loss", "what": "positions"}
                    asked |= {"format": "npz", "cursor": "0", "step": "0", "stat": "grad_norm", "path": EMBEDDING}
                    asked |= {"rows": "3", "snapshots": "20"} if route == "share" else {}
                    query = {name: value for name, value in asked.items() if name in names}
                    if route in ("updates", "events", "runs") and run != "simulated":
                        continue  # they are of all runs
                    answered[route] += ask(client, PREFIX + route, query_string=query).status_code == 200
            ask(client, PREFIX + "static/index.js")
            plugin._index.scan()
            plugin._index.poll()
        assert min(answered.values()) > 0, answered
    assert changes == []
    assert state(tmp_path) == before
    for directory, _, _ in os.walk(logdir):
        Path(directory).chmod(0o755)  # so that it can be deleted
