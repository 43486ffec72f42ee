"""What each fault of a run's files leaves of the run that all tests break: the steps, and the words."""

from __future__ import annotations

import errno
import os
from dataclasses import dataclass
from pathlib import Path

from event_files import write_run

from simulated.fault_records import read_run
from simulated.faults import add_foreign_record, strike

CLEAN = list(range(0, 400, 10))
STEP, ROWS, DIMS = 200, 30, 8
BEFORE = [step for step in CLEAN if step < STEP]
#: The second writer's: begun when the first was at 200, so it gets as far as 190; every second one is a step later.
THEIRS = [step + (step // 10) % 2 for step in range(0, 200, 10)]


@dataclass(frozen=True)
class Outcome:
    """What a fault leaves. said: sentences of the run, {file} {byte} {refused} standing for what they are. refused:
    words of the routes that need snapshots, where those can't be answered."""

    steps: list[int]
    said: tuple[str, ...] = ()
    refused: str | None = None


LOST = "{file}: a record after step 190 (byte {byte}) could not be read: its checksum does not hold"
CLOSED = "{file} can't be read: {refused}"
OUTCOMES = {
    "half_written": Outcome(BEFORE),
    "corrupt_payload": Outcome([step for step in CLEAN if step != STEP], (LOST,)),
    "corrupt_header": Outcome(BEFORE, ("{file}: a broken record header at byte {byte}: what follows can't be read",)),
    "zero_tail": Outcome(BEFORE, ("{file}: zeros at byte {byte}: what follows can't be read",)),
    "nonfinite": Outcome(CLEAN),
    "no_model": Outcome(
        CLEAN,
        (
            "This run has no model record: rows have numbers instead of labels, and layers have no names; "
            "call watch() before the first step, and keep the beginning of the file",
        ),
    ),
    "future_format": Outcome(
        BEFORE,
        (
            "{file}: records of format 2 found, this version reads format 1: "
            "upgrade tensorboard-plugin-paramviz in TensorBoard's environment",
        ),
    ),
    "second_writer": Outcome(
        sorted({*CLEAN, *THEIRS}),
        (
            "Two writers wrote into this run at the same time (sessions first, first-2): their snapshots are mixed; "
            "give each run its own directory",
        ),
    ),
    "shorter_file": Outcome([*BEFORE, STEP]),
    "deleted_file": Outcome([], refused="no run 'a'; there are 'b'"),
    "clock_back": Outcome(CLEAN),
    "duplicate_steps": Outcome(CLEAN),
    "foreign_record": Outcome(CLEAN),
    "permission_denied": Outcome([], (CLOSED,), refused="run 'a' has no "),
}
#: Done to a file of unchanged size that was read before: nothing is told until TensorBoard starts again.
UNSEEN = {"corrupt_payload", "corrupt_header", "zero_tail", "nonfinite", "future_format", "clock_back"}
#: What happens to the file itself: it can't arrive piece by piece.
SUDDEN = {"shorter_file", "deleted_file", "permission_denied"}
DENIED = os.strerror(errno.ELOOP if os.geteuid() == 0 else errno.EACCES)


def do(name: str, run: Path) -> None:
    """The fault, at a size and with means that a test has."""
    if name == "foreign_record":
        add_foreign_record(read_run(run, None), 2_000_000)
    elif name == "permission_denied" and os.geteuid() == 0:
        path = next(run.iterdir())  # chmod keeps nobody out who is root: a link to itself does
        path.unlink()
        path.symlink_to(path)
    else:
        assert strike(run, name) == STEP


def write_clean(logdir: Path) -> None:
    for run in "ab":
        write_run(logdir / run, range(0, 400, 10), ROWS, DIMS)


def struck(logdir: Path, name: str) -> None:
    write_clean(logdir)
    do(name, logdir / "a")
