"""Small models really trained, for the browser tests that want a real run: each once, whichever tests and processes of
tests look at it."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from pathlib import Path

from made_text import made_text
from serving import ROOT

#: Of the run that most tests look at.
STEPS = 60


def train(logdir: Path, steps: int = STEPS, run: str = "trained", rate: str = "1e-2") -> None:
    """Puts a run of a made text into `logdir`, a folder of pytest's: a copy, which the test may change. A snapshot each
    fifth step."""
    kept = _shared(logdir) / f"{steps} steps at {rate}"
    with open(f"{kept}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            _train(kept, steps, rate)
    shutil.copytree(kept, logdir / run)


def _shared(logdir: Path) -> Path:
    """A folder that all processes of this session know: beside those of the workers."""
    folders = logdir.parent.parent if "PYTEST_XDIST_WORKER" in os.environ else logdir.parent
    shared = folders / "trainings"
    shared.mkdir(exist_ok=True)
    return shared


def _train(kept: Path, steps: int, rate: str) -> None:
    """Takes a few seconds. `kept` is there once it is whole."""
    made = kept.with_name(f"{kept.name}, in the making")
    made.mkdir(exist_ok=True)
    text = made / "text.txt"
    text.write_text(made_text())
    sizes = ["--layers", "2", "--heads", "2", "--width", "32", "--block-size", "32", "--batch-size", "16"]
    command = [sys.executable, str(ROOT / "train.py"), "--dataset", str(text), "--logdir", str(made / "run")]
    command += ["--steps", str(steps), "--every", "5", "--max-overhead", "none", "--lr", rate, "--eval-every", "20"]
    done = subprocess.run([*command, *sizes], capture_output=True, text=True, cwd=made, check=False)
    assert done.returncode == 0, done.stderr
    (made / "run").rename(kept)
