"""`report`: a run's report as Markdown, into a file or the standard output."""

from __future__ import annotations

import argparse
import sys

from tensorboard_plugin_paramviz.reader import MissingError
from tensorboard_plugin_paramviz.shell.exits import FAILED
from tensorboard_plugin_paramviz.shell.main import CommandError
from tensorboard_plugin_paramviz.shell.output import output
from tensorboard_plugin_paramviz.shell.runs import only_run
from tensorboard_plugin_paramviz.web.insights import Insights
from tensorboard_plugin_paramviz.web.report import Reports, report_source


def report_run(options: argparse.Namespace) -> None:
    """Write the report. Raises CommandError: 2 what the user can mend, 1 what the files are guilty of."""
    index, run = only_run(options.logdir, options.run)
    try:
        report = Reports(Insights()).report(report_source(run, index.roots))
        with output(options.output, report.file_name, force=options.force) as (file, name):
            file.write(report.content)
    except MissingError as error:
        raise CommandError(str(error), FAILED) from error
    except BrokenPipeError:
        raise
    except OSError as error:
        raise CommandError(
            f"{error.filename or 'the file'} can't be written: {error.strerror or error}", FAILED
        ) from error
    if name != "-" and not options.quiet:
        print(f"wrote {name}", file=sys.stderr)
