"""`check`: is a run healthy? Said in words or as JSON, and by the exit status, so that a script can act."""

from __future__ import annotations

import argparse
import io
import json
import sys
import time
from dataclasses import dataclass
from typing import Any, Final

from tensorboard_plugin_paramviz.reader import Index, MissingError, RunIndex, roots_of
from tensorboard_plugin_paramviz.shell.awaiting import Waiting
from tensorboard_plugin_paramviz.shell.check_words import finding_words, run_words
from tensorboard_plugin_paramviz.shell.exits import FAILED, STATUS_OF
from tensorboard_plugin_paramviz.shell.main import CommandError
from tensorboard_plugin_paramviz.shell.runs import read_runs
from tensorboard_plugin_paramviz.web.insight_news import News, Told
from tensorboard_plugin_paramviz.web.insight_sources import take
from tensorboard_plugin_paramviz.web.insights import Insights
from tensorboard_plugin_paramviz.web.story import rank, title, worst
from tensorboard_plugin_paramviz.web.wire_insights import Insights as Reply

#: Files that haven't changed for so long: for the moment no more comes, and what was found counts as it is.
SETTLED_SECS: Final = 10.0


def check_runs(options: argparse.Namespace) -> int:
    """Look at all runs of the logdir, or at one; the exit status. Raises CommandError where there are none. Cost: the
    event files at the speed of the disk, up to 128 snapshots of each embedding, tens of milliseconds a run."""
    if isinstance(sys.stdout, io.TextIOWrapper):  # a name that the terminal has no letters for is no reason to fail
        sys.stdout.reconfigure(errors="replace")
    if options.follow:
        return _Following(options).status()
    index, runs = read_runs(options.logdir, options.run)
    insights = Insights()
    replies: dict[str, Reply] = {}
    failed: dict[str, str] = {}
    for run in runs:
        try:
            replies[run.run] = insights.reply(take(run))
        except MissingError as error:
            failed[run.run] = str(error)
    worst_of_all = worst(one for reply in replies.values() for one in reply["findings"])
    status = _status(worst_of_all, options.fail_on, could_not=bool(failed))
    if options.json:
        told = [_as_json(index, run, replies[run.run]) for run in runs if run.run in replies]
        print(json.dumps({"runs": told, "failed": failed, "severity": worst_of_all, "status": status}, allow_nan=False))
    if not (options.json or options.quiet):
        for at, run in enumerate(one for one in runs if one.run in replies):
            print("\n" * (at > 0) + run_words(title(run.run, index.roots), replies[run.run], _steps(run)))
    if not options.quiet:
        damaged = [f"{title(run.run, index.roots)}: {sentence}" for run in runs for sentence in run.damaged]
        for sentence in [*failed.values(), *damaged]:
            print(f"note: {sentence}", file=sys.stderr)
    return status


def _status(severity: str | None, fail_on: str, *, could_not: bool) -> int:
    if severity is not None and rank(severity) >= rank(fail_on):
        return STATUS_OF[severity]
    return FAILED if could_not else 0


def _steps(run: RunIndex) -> list[int]:
    return [int(step) for step in run.snapshot_steps()[0][[0, -1]]] if len(run.snapshot_steps()[0]) else []


def _as_json(index: Index, run: RunIndex, reply: Reply) -> dict[str, Any]:
    first, last = _steps(run) or (None, None)
    return {
        **reply,
        "name": title(run.run, index.roots),
        "first_step": first,
        "last_step": last,
        "severity": worst(reply["findings"]),
        "damaged": run.damaged,
    }


@dataclass
class _Seen:
    """Of one run. mark: of the state that was looked at last."""

    news: News
    mark: tuple[object, ...] = ()


class _Following:
    """Looks again and again, and says what is new."""

    def __init__(self, options: argparse.Namespace) -> None:
        self._options = options
        self._index = Index(roots_of(options.logdir, ""))
        self._insights = Insights()
        self._seen: dict[str, _Seen] = {}
        self._failed: dict[str, str] = {}
        self._worst: str | None = None

    def status(self) -> int:
        """Returns when nothing has been written for `patience` seconds, or as `stop` and `until_input` say."""
        options = self._options
        waiting = Waiting(until_input=options.until_input, parent=options.parent)
        grew_at, cursor, is_last = time.monotonic(), 0, False
        while True:
            is_last |= waiting.is_over
            started = time.process_time()
            self._look(is_last=is_last)
            if is_last or (options.stop and rank(self._worst) >= rank(options.fail_on)):
                break
            if not self._seen and not cursor and not options.quiet:
                print(f"waiting for records of Param Viz in {options.logdir} …", file=sys.stderr)
            if self._index.cursor != cursor:
                grew_at, cursor = time.monotonic(), self._index.cursor
            spent = time.process_time() - started
            waiting.rest(max(options.every, spent * (1 / options.share - 1)))
            is_last = time.monotonic() - grew_at > options.patience
        if not self._seen and not waiting.is_over:
            raise CommandError(f"{options.logdir} got no records of Param Viz in {options.patience:g} seconds", FAILED)
        return _status(self._worst, options.fail_on, could_not=bool(self._failed))

    def _look(self, *, is_last: bool) -> None:
        index, only = self._index, self._options.run
        index.scan()
        for _ in range(1 + is_last):  # a file that was replaced is found by one look and read by the next
            index.poll([(run, file) for run, file in index.all_files() if only in (None, run.run)])
        for name in sorted(index.runs):
            run = index.runs[name]
            if run.has_records and only in (None, name):
                self._look_at(run, is_settled=is_last or time.time() - run.written_at > SETTLED_SECS)

    def _look_at(self, run: RunIndex, *, is_settled: bool) -> None:
        taken = take(run)
        seen = self._seen.setdefault(run.run, _Seen(News()))
        if seen.mark == (mark := (*taken.mark, is_settled)):
            return
        try:
            reply = self._insights.reply(taken)
        except MissingError as error:  # the model record may be on its way
            self._failed[run.run] = str(error)
            return
        self._failed.pop(run.run, None)
        seen.mark = mark
        for told in seen.news.take(reply, settled=is_settled):
            self._tell(run, told, reply)

    def _tell(self, run: RunIndex, told: Told, reply: Reply) -> None:
        self._worst = max(self._worst, told.finding["severity"], key=rank)
        name = title(run.run, self._index.roots)
        if self._options.json:
            steps = _steps(run)
            said = {
                "run": run.run,
                "name": name,
                "step": steps[-1] if steps else None,
                "snapshots": reply["snapshots"],
                **{key: value for key, value in told.finding.items() if key != "evidence"},
                "before": told.before,
            }
            print(json.dumps(said, allow_nan=False), flush=True)
        elif not self._options.quiet:
            print(f"{name}:\n{finding_words(told.finding, told.before)}", flush=True)
