"""The parser of the commands. What a command needs is imported when it runs, so that `--help` is there at once."""

from __future__ import annotations

import argparse
import os
import sys
from typing import NoReturn

from tensorboard_plugin_paramviz.shell.look_options import add_check, add_report
from tensorboard_plugin_paramviz.web.export.names import FORMATS, STEPS, WHATS

PROGRAM = "python -m tensorboard_plugin_paramviz"
_WHATS = "\n".join(f"  {name:<15} {meaning}" for name, meaning in WHATS.items())
_STEPS = "\n".join(f"  {form:<15} {meaning}" for form, meaning in STEPS.items())
_DESCRIPTION = "Look into the runs that Param Viz recorded, and take them elsewhere. Reads event files, changes none."
_EXAMPLES = f"""examples:
  {PROGRAM} list runs
  {PROGRAM} check runs/exp1
  {PROGRAM} report runs/exp1 -o exp1.md
  {PROGRAM} export runs/exp1 -o exp1.npz
  {PROGRAM} export runs --run exp1 --what stats -o stats.csv
  {PROGRAM} share runs/exp1 -o exp1.html
"""
_EXPORT = f"""what can be exported:
{_WHATS}

which snapshots, by --steps:
{_STEPS}

Without -o the file is named after what it holds. In Python: numpy.load("exp1.npz"), pandas.read_csv("stats.csv").

examples:
  {PROGRAM} export runs/exp1 --embedding transformer.wte -o wte.npz
  {PROGRAM} export runs/exp1 --what positions --steps 0-10000:100 -o positions.csv
  {PROGRAM} export runs/exp1 --what stats --steps last -o - | head

exit status: 0 done, 1 it could not be done, 2 wrong arguments, 130 interrupted
"""


_SHARE = f"""The file opens from a disk in any newer browser, without a server or a network: the run plays, with
its phases, findings and explanations. docs/sharing.md says what is kept.

examples:
  {PROGRAM} share runs/exp1 -o exp1.html
  {PROGRAM} share runs --run exp1 --snapshots 400 --rows 300 -o exp1.html

exit status: 0 done, 1 it could not be done, 2 wrong arguments, 130 interrupted
"""


class CommandError(Exception):
    """A command can't go on; the message is one line that names the fix. status: the exit status."""

    def __init__(self, message: str, status: int = 2) -> None:
        super().__init__(message)
        self.status = status


class _Parser(argparse.ArgumentParser):
    """A wrong argument gets one line, not the whole usage."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message} (--help says more)\n")


def parser() -> argparse.ArgumentParser:
    plain = argparse.RawDescriptionHelpFormatter
    whole = _Parser(prog=PROGRAM, description=_DESCRIPTION, epilog=_EXAMPLES, formatter_class=plain)
    commands = whole.add_subparsers(
        dest="command", required=True, metavar="list | check | report | export | share", parser_class=_Parser
    )

    said = "say what runs there are and what each holds"
    listing = commands.add_parser("list", help=said, description=f"{said[0].upper()}{said[1:]}.")
    _where(listing)
    listing.add_argument("--steps", action="store_true", help="also print every step of which there is a snapshot")

    add_check(commands.add_parser, _where, PROGRAM)
    add_report(commands.add_parser, _where, PROGRAM)

    said = "write what a run holds as CSV, JSON or NPZ"
    exporting = commands.add_parser(
        "export", help=said, description=f"{said[0].upper()}{said[1:]}.", epilog=_EXPORT, formatter_class=plain
    )
    _where(exporting)
    add = exporting.add_argument
    add("--what", choices=list(WHATS), default="embeddings", metavar="WHAT", help="default: embeddings; see below")
    add("--format", choices=list(FORMATS), help="default: by the suffix of -o, else npz; to the standard output csv")
    add("--steps", default="all", help="default: all; see below")
    add("--embedding", metavar="PATH", help="needed where the run has several; `list` names them")
    add("-o", "--output", metavar="FILE", help="a file, a directory, or - for the standard output")
    add("--force", action="store_true", help="write over FILE if it is there")
    add("-q", "--quiet", action="store_true", help="no progress and no last word")
    _sharing(commands)
    return whole


def _sharing(commands: argparse._SubParsersAction[_Parser]) -> None:
    plain = argparse.RawDescriptionHelpFormatter
    said = "write a run as one HTML file that plays without a server"
    sharing = commands.add_parser(
        "share", help=said, description=f"{said[0].upper()}{said[1:]}.", epilog=_SHARE, formatter_class=plain
    )
    _where(sharing)
    add = sharing.add_argument
    add("--embedding", metavar="PATH", help="this one alone; default: all of them")
    add("--snapshots", type=int, default=200, metavar="N", help="how many to keep at most; default: 200")
    add("--rows", type=int, default=1000, metavar="N", help="how many rows of the embeddings at most; default: 1000")
    add("-o", "--output", metavar="FILE", help="a file, a directory, or - for the standard output")
    add("--force", action="store_true", help="write over FILE if it is there")
    add("-q", "--quiet", action="store_true", help="no progress and no last word")


def main(arguments: list[str]) -> int:
    """Run one command; its exit status."""
    options = parser().parse_args(arguments)
    try:
        if options.command == "list":
            from tensorboard_plugin_paramviz.shell.list_command import list_runs

            list_runs(options.logdir, options.run, with_steps=options.steps)
        elif options.command == "check":
            from tensorboard_plugin_paramviz.shell.check_command import check_runs

            status = check_runs(options)
            sys.stdout.flush()
            return status
        elif options.command == "report":
            from tensorboard_plugin_paramviz.shell.report_command import report_run

            report_run(options)
        elif options.command == "share":
            from tensorboard_plugin_paramviz.shell.share_command import share_run

            share_run(options)
        else:
            from tensorboard_plugin_paramviz.shell.export_command import export_run

            export_run(options)
        sys.stdout.flush()
    except CommandError as error:
        print(f"{PROGRAM} {options.command}: {error}", file=sys.stderr)
        return error.status
    except BrokenPipeError:  # the reader has had enough, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def _where(command: argparse.ArgumentParser) -> None:
    command.add_argument("logdir", metavar="LOGDIR", help="the directory of one run, or one with runs in it")
    command.add_argument("--run", help="which of several, by TensorBoard's name")
