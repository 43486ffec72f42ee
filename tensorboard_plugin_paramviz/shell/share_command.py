"""`share`: a run as one HTML file that opens without a server."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from tensorboard_plugin_paramviz.shell.main import CommandError
from tensorboard_plugin_paramviz.shell.runs import only_run
from tensorboard_plugin_paramviz.shell.streaming import Stream, write_stream
from tensorboard_plugin_paramviz.web.replies import Replies
from tensorboard_plugin_paramviz.web.share.share import share
from tensorboard_plugin_paramviz.web.share.view import MOST_ROWS, MOST_SNAPSHOTS, Question


def share_run(options: argparse.Namespace) -> None:
    """Write the file the options ask for. Raises CommandError: 2 what the user can mend, 1 what the files are guilty
    of."""
    for name, value, least, most in (
        ("snapshots", options.snapshots, 2, MOST_SNAPSHOTS),
        ("rows", options.rows, 1, MOST_ROWS),
    ):
        if not least <= value <= most:
            raise CommandError(f"--{name} must lie between {least} and {most:,}, not {value:,}")
    index, run = only_run(options.logdir, options.run)
    question = Question(run.run, options.embedding, options.snapshots, options.rows)
    # The run of a directory given by itself has no name but the directory's.
    called = Path(options.logdir).expanduser().resolve().name if run.run == "." else run.run

    def make(told: Callable[[int], None]) -> tuple[Stream, str]:
        asked = share(index, Replies(index), question, called, told)
        return asked, asked.file_name

    write_stream(options, index, run, make)
