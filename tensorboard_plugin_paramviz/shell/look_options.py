"""The arguments of `check` and `report`. Without numpy: the shell's `--help` imports this."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from tensorboard_plugin_paramviz.shell.exits import STATUS_OF

AddCommand = Callable[..., argparse.ArgumentParser]
_CHECK = """The worst is told first: severity, kind, steps, layers, a sentence, likely causes, what people do.
A problem spoils the run, what is to watch may become one, a note only tells.

examples:
  {program} check runs/exp1 && echo healthy
  {program} check runs --fail-on problem --json > checked.json
  {program} check runs/exp1 --follow --stop --fail-on problem || kill $TRAINING

exit status: 0 nothing that --fail-on names, {watch} something to watch, {problem} a problem; 1 a run could not be
checked, 2 wrong arguments, 130 interrupted. Of several runs the worst counts.
"""
_REPORT = """What was trained, the phases, each finding with the numbers behind it, causes, remedies and sources, and
what was not measured.

examples:
  {program} report runs/exp1 -o exp1.md
  {program} report runs --run exp1 | less

exit status: 0 done, 1 it could not be done, 2 wrong arguments, 130 interrupted
"""


def add_check(add_command: AddCommand, where: Callable[[Any], None], program: str) -> None:
    said = "say whether runs are healthy, by the exit status too"
    command = _command(add_command, "check", said, _CHECK.format(program=program, **STATUS_OF))
    where(command)
    add = command.add_argument
    add("--fail-on", choices=list(STATUS_OF), default="watch", help="the least that is no success; default: watch")
    add("--json", action="store_true", help="one JSON object; with --follow one a line for each finding")
    add("-q", "--quiet", action="store_true", help="print nothing but what --json prints")
    add("--follow", action="store_true", help="go on looking while the runs grow, and say what is new")
    add("--stop", action="store_true", help="with --follow: end at the first finding that --fail-on names")
    add("--every", type=_positive, default=2.0, metavar="SECS", help="with --follow: between looks; default: 2")
    add("--patience", type=_positive, default=600.0, metavar="SECS", help="end when nothing came so long; default: 600")
    add("--share", type=_share, default=0.1, help="with --follow: of one core that looking may take; default: 0.1")
    add("--until-input", action="store_true", help="with --follow: look once more and end at any input, or at its end")
    add("--parent", type=int, metavar="PID", help="with --until-input: whose end counts too; default: who started this")


def add_report(add_command: AddCommand, where: Callable[[Any], None], program: str) -> None:
    command = _command(add_command, "report", "write a run's report as Markdown", _REPORT.format(program=program))
    where(command)
    add = command.add_argument
    add("-o", "--output", metavar="FILE", default="-", help="a file or a directory; default: the standard output")
    add("--force", action="store_true", help="write over FILE if it is there")
    add("-q", "--quiet", action="store_true", help="no last word")


def _command(add_command: AddCommand, name: str, said: str, more: str) -> argparse.ArgumentParser:
    description = f"{said[0].upper()}{said[1:]}."
    plain = argparse.RawDescriptionHelpFormatter
    return add_command(name, help=said, description=description, epilog=more, formatter_class=plain)


def _positive(text: str) -> float:
    return _number(text, 0.0, 1e9, "a number of seconds above 0")


def _share(text: str) -> float:
    return _number(text, 0.0, 1.0, "a share above 0, at most 1")


def _number(text: str, above: float, most: float, what: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not above < value <= most:
        raise argparse.ArgumentTypeError(f"{text!r} is not {what}")
    return value
