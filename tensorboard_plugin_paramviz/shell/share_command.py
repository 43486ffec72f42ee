"""`share`: a run as one HTML file that opens without a server."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tensorboard import errors

from tensorboard_plugin_paramviz.reader import MissingError
from tensorboard_plugin_paramviz.shell.export_command import as_options
from tensorboard_plugin_paramviz.shell.main import CommandError
from tensorboard_plugin_paramviz.shell.output import output
from tensorboard_plugin_paramviz.shell.progress import Progress, size
from tensorboard_plugin_paramviz.shell.runs import only_run
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
    progress = Progress(is_quiet=options.quiet)

    def told(done: int) -> None:
        progress.read(done)
        if done == progress.total:  # all is read: was it from the files that are there?
            index.poll([(run, file) for file in list(run.files.values())])

    question = Question(run.run, options.embedding, options.snapshots, options.rows)
    # The run of a directory given by itself has no name but the directory's.
    called = Path(options.logdir).expanduser().resolve().name if run.run == "." else run.run
    try:
        asked = share(index, Replies(index), question, called, told)
        progress.total = asked.snapshots
        with output(options.output or ".", asked.file_name, force=options.force) as (file, name):
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
