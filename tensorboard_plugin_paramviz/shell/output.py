"""A file that is there whole or not at all."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from tensorboard_plugin_paramviz.shell.exits import FAILED
from tensorboard_plugin_paramviz.shell.main import CommandError


@contextmanager
def output(name: str, file_name: str, *, force: bool) -> Iterator[tuple[BinaryIO, str]]:
    """A file to write to, and its name: `name`, or `file_name` in the directory `name`, or "-" for the standard output.
    Written beside its place under a name of its own, and moved there when all went well; else taken away. Raises
    CommandError where the place is taken and `force` is not set, or where it can't be written."""
    if name == "-":
        yield sys.stdout.buffer, name
        sys.stdout.buffer.flush()
        return
    path = Path(name).expanduser()
    path = path / file_name if path.is_dir() else path
    if path.exists() and not path.is_file():  # a pipe, a device: nothing to move into its place
        with path.open("wb") as file:
            yield file, str(path)
        return
    if path.exists() and not force:
        raise CommandError(f"{path} is there already: give another name with -o, or --force to write over it")
    if not path.parent.is_dir():
        raise CommandError(
            f"{path} can't be written: there is no directory {str(path.parent)!r}; make it first", FAILED
        )
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        with part.open("xb") as file:
            yield file, str(path)
        part.replace(path)
    finally:
        with contextlib.suppress(OSError):
            part.unlink()
