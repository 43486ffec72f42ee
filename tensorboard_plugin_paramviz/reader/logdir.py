"""Where runs are: TensorBoard's own rules for run names, `--logdir` and `--logdir_spec`."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_URI = re.compile(r"[a-zA-Z][0-9a-zA-Z.+-]*(::[^/]*)*://.*")


def is_remote(path: str) -> bool:
    """True where a path has a scheme, as in s3://bucket/runs."""
    return "://" in path and _URI.match(path) is not None


@dataclass(frozen=True)
class Root:
    """A directory that is searched for runs. name: the prefix of its runs under --logdir_spec, else None."""

    path: str
    name: str | None = None

    def run_name(self, directory: str) -> str:
        """TensorBoard's name of the run in `directory`: the relative path, "." for the root, "name/." with a name."""
        relative = os.path.relpath(directory, self.path)
        name = os.path.join(self.name, relative) if self.name else relative  # noqa: PTH118 - a name, not a path
        # Bytes that are not UTF-8 have no form in JSON or in a URL; written out they stay different from each other.
        return name.encode("utf-8", "backslashreplace").decode()


def roots_of(logdir: str, logdir_spec: str) -> list[Root]:
    """The roots named by TensorBoard's two flags (exactly one is given). Group syntax: `name:path,name2:path2`."""
    if logdir and is_remote(logdir):
        return [Root(logdir.rstrip("/"))]
    if logdir:
        return [Root(os.path.abspath(os.path.expanduser(logdir)))]  # noqa: PTH100, PTH111 - as TensorBoard: text, unresolved
    roots: dict[str, str | None] = {}
    for specification in filter(None, (logdir_spec or "").split(",")):
        name: str | None = None
        path = specification
        grouped = ":" in specification and specification[0] != "/" and not os.path.splitdrive(specification)[0]
        if grouped and not _URI.match(specification):
            name, _, path = specification.partition(":")
        roots[path.rstrip("/") if is_remote(path) else str(Path(path).expanduser().resolve())] = name
    return [Root(path, name) for path, name in roots.items()]


def event_files(root: Root) -> Iterator[tuple[str, str]]:
    """(run, file path) of every event file below a root, symlinks followed, each directory once (loops end).

    A directory that can't be read is passed over, as TensorBoard does. Cost: one scandir per directory.
    """
    seen: set[tuple[int, int]] = set()
    waiting = [root.path]
    while waiting:
        directory = waiting.pop()
        try:
            status = os.stat(directory)  # noqa: PTH116 - scandir loop, kept free of Path objects
            if (status.st_dev, status.st_ino) in seen:
                continue
            seen.add((status.st_dev, status.st_ino))
            with os.scandir(directory) as entries:
                for entry in entries:
                    if _is_directory(entry):
                        waiting.append(entry.path)
                    elif is_event_file(entry.name):
                        yield root.run_name(directory), entry.path
        except OSError:
            continue


def is_event_file(name: str) -> bool:
    """By TensorBoard's own rule."""
    return "tfevents" in name and not name.endswith(".profile-empty")


def _is_directory(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link to itself, or into a directory that is closed to us
        return False
