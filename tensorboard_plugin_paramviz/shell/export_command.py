"""`export`: what a run holds, into a file or the standard output."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from tensorboard_plugin_paramviz.shell.main import CommandError
from tensorboard_plugin_paramviz.shell.runs import only_run
from tensorboard_plugin_paramviz.shell.streaming import Stream, write_stream
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
    # The run of a directory given by itself has no name but the directory's.
    own = f"{Path(options.logdir).resolve().name}-" if run.run == "." else ""

    def make(told: Callable[[int], None]) -> tuple[Stream, str]:
        asked = export(index, Bases().basis, _question(options, run.run), form, told)
        return asked, own + asked.file_name

    write_stream(options, index, run, make)


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
