"""The runs of a directory, read once."""

from __future__ import annotations

from pathlib import Path

from tensorboard_plugin_paramviz.reader import Index, RunIndex, roots_of
from tensorboard_plugin_paramviz.shell.main import CommandError


def read_runs(logdir: str, run: str | None) -> tuple[Index, list[RunIndex]]:
    """The index of `logdir` and its runs with records of ours, by name; of `run` alone where one is named, then nothing
    else is read. Raises CommandError where there are none. Cost: the event files at the speed of the disk."""
    if "://" not in logdir and not Path(logdir).expanduser().is_dir():
        raise CommandError(f"no directory {logdir!r}: give the one you give to tensorboard --logdir")
    index = Index(roots_of(logdir, ""))
    index.scan()
    if run is not None and run not in index.runs:
        raise CommandError(f"no run {run!r} in {logdir}; there are {_listed(sorted(index.runs))}")
    wanted = [(one, file) for one, file in index.all_files() if run in (None, one.run)]
    index.poll(wanted)
    runs = [index.runs[name] for name in sorted(index.runs) if index.runs[name].has_records and run in (None, name)]
    if not runs:
        others = f"; runs of others: {_listed(sorted(index.runs))}" if index.runs else ""
        raise CommandError(f"{logdir} has no records of Param Viz: has the training script called watch()?{others}", 1)
    return index, runs


def only_run(logdir: str, run: str | None) -> tuple[Index, RunIndex]:
    """The one run asked for. Raises CommandError where there are several."""
    index, runs = read_runs(logdir, run)
    if len(runs) > 1:
        raise CommandError(f"{logdir} has several runs: say --run, one of {_listed([one.run for one in runs])}")
    return index, runs[0]


def _listed(names: list[str], most: int = 20) -> str:
    shown = ", ".join(map(repr, names[:most]))
    return f"{shown} and {len(names) - most} more" if len(names) > most else shown or "none"
