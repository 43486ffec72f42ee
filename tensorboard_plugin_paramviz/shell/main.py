"""The parser of the commands. What a command needs is imported when it runs, so that `--help` is there at once."""

from __future__ import annotations

import argparse
import os
import sys
from typing import NoReturn

from tensorboard_plugin_paramviz.web.export.names import FORMATS, STEPS, WHATS

PROGRAM = "python -m tensorboard_plugin_paramviz"
_WHATS = "\n".join(f"  {name:<15} {meaning}" for name, meaning in WHATS.items())
_STEPS = "\n".join(f"  {form:<15} {meaning}" for form, meaning in STEPS.items())
_DESCRIPTION = "Look into the runs that Param Viz recorded, and take them elsewhere. Reads event files, changes none."
_EXAMPLES = f"""examples:
  {PROGRAM} list runs
  {PROGRAM} export runs/exp1 -o exp1.npz
  {PROGRAM} export runs --run exp1 --what stats -o stats.csv
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
    commands = whole.add_subparsers(dest="command", required=True, metavar="list | export", parser_class=_Parser)

    said = "say what runs there are and what each holds"
    listing = commands.add_parser("list", help=said, description=f"{said[0].upper()}{said[1:]}.")
    _where(listing)
    listing.add_argument("--steps", action="store_true", help="also print every step of which there is a snapshot")

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
    return whole


def main(arguments: list[str]) -> int:
    """Run one command; its exit status."""
    options = parser().parse_args(arguments)
    try:
        if options.command == "list":
            from tensorboard_plugin_paramviz.shell.list_command import list_runs

            list_runs(options.logdir, options.run, with_steps=options.steps)
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
