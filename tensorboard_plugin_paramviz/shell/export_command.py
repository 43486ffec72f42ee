"""`export`: what a run holds, into a file or the standard output."""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

from tensorboard import errors

from tensorboard_plugin_paramviz.reader import MissingError
from tensorboard_plugin_paramviz.shell.main import CommandError
from tensorboard_plugin_paramviz.shell.output import output
from tensorboard_plugin_paramviz.shell.progress import Progress, size
from tensorboard_plugin_paramviz.shell.runs import only_run
from tensorboard_plugin_paramviz.web.bases import Bases
from tensorboard_plugin_paramviz.web.export.export import export
from tensorboard_plugin_paramviz.web.export.names import FORMATS
from tensorboard_plugin_paramviz.web.export.view import Question


def export_run(options: argparse.Namespace) -> None:
    """Write what the options ask for. Raises CommandError: 2 what the user can mend, 1 what the files are guilty of."""
    form = _format(options)
    if form == "npz" and options.output == "-" and sys.stdout.isatty():
        raise CommandError("npz is nothing for a terminal: give a file with -o, or --format csv")
    index, run = only_run(options.logdir, options.run)
    progress = Progress(is_quiet=options.quiet)

    def told(done: int) -> None:
        progress.read(done)
        if done == progress.total:  # all is read: was it from the files that are there?
            index.poll([(run, file) for file in list(run.files.values())])

    try:
        asked = export(index, Bases().basis, _question(options, run.run), form, told)
        progress.total = asked.snapshots
        # The run of a directory given by itself has no name but the directory's.
        own = f"{Path(options.logdir).resolve().name}-" if run.run == "." else ""
        with output(options.output or ".", own + asked.file_name, force=options.force) as (file, name):
            for chunk in asked.chunks:
                file.write(chunk)
                progress.wrote(len(chunk))
    except errors.PublicError as error:
        raise CommandError(as_options(str(error))) from error
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


def _format(options: argparse.Namespace) -> str:
    """As asked for, else what the file's name says."""
    suffix = Path(options.output or "").suffix.lower()[1:]
    if options.format:
        return str(options.format)
    if options.output == "-":
        return "csv"
    if suffix in FORMATS:
        return suffix
    if suffix and not Path(options.output).is_dir():
        raise CommandError(f"a file .{suffix} can be anything: say --format, one of {', '.join(FORMATS)}")
    return "npz"


def _question(options: argparse.Namespace, run: str) -> Question:
    return Question(run, options.what, options.steps, options.embedding)


def as_options(sentence: str) -> str:
    """An error of the server's, in the shell's words."""
    return re.sub(r"argument '(\w+)'", r"--\1", re.sub(r"^(Not found|Invalid argument): ", "", sentence))
