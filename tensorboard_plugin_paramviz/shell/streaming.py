"""A stream that is made of a run, into a file or the standard output: progress, refusals, what was written."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Iterable
from typing import Protocol

from tensorboard import errors

from tensorboard_plugin_paramviz.reader import Index, MissingError, RunIndex
from tensorboard_plugin_paramviz.shell.main import CommandError
from tensorboard_plugin_paramviz.shell.output import output
from tensorboard_plugin_paramviz.shell.progress import Progress, size


class Stream(Protocol):
    """snapshots: how many are read on the way."""

    @property
    def snapshots(self) -> int: ...
    @property
    def chunks(self) -> Iterable[bytes]: ...


def write_stream(
    options: argparse.Namespace,
    index: Index,
    run: RunIndex,
    make: Callable[[Callable[[int], None]], tuple[Stream, str]],
) -> None:
    """Write what `make` makes to `options.output`; make is given what to tell of the snapshots read, and gives the
    stream and its name. Raises CommandError: 2 what the user can mend, 1 what the files are guilty of."""
    progress = Progress(is_quiet=options.quiet)

    def told(done: int) -> None:
        progress.read(done)
        if done == progress.total:  # all is read: was it from the files that are there?
            index.poll([(run, file) for file in list(run.files.values())])

    try:
        asked, called = make(told)
        progress.total = asked.snapshots
        with output(options.output or ".", called, force=options.force) as (file, name):
            for chunk in asked.chunks:
                file.write(chunk)
                progress.wrote(len(chunk))
    except errors.PublicError as error:
        raise CommandError(_as_options(str(error))) from error
    except MissingError as error:
        raise CommandError(str(error), 1) from error
    except BrokenPipeError:
        raise
    except OSError as error:
        raise CommandError(f"{error.filename or 'the file'} can't be written: {error.strerror or error}", 1) from error
    finally:
        progress.clear()
    for sentence in run.damaged:
        print(f"note: {sentence}", file=sys.stderr)
    if name != "-" and not options.quiet:
        print(f"wrote {name} ({size(progress.written_bytes)})", file=sys.stderr)


def _as_options(sentence: str) -> str:
    """An error of the server's, in the shell's words."""
    return re.sub(r"argument '(\w+)'", r"--\1", re.sub(r"^(Not found|Invalid argument): ", "", sentence))
