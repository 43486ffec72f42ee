"""A small model really trained, for the browser tests that want a real run."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from made_text import made_text
from serving import ROOT


def train(logdir: Path, steps: int, run: str = "trained", rate: str = "1e-2") -> None:
    """Trains for a few seconds on a made text, a snapshot each fifth step."""
    text = logdir / "text.txt"
    text.write_text(made_text())
    sizes = ["--layers", "2", "--heads", "2", "--width", "32", "--block-size", "32", "--batch-size", "16"]
    command = [sys.executable, str(ROOT / "train.py"), "--dataset", str(text), "--logdir", str(logdir / run)]
    command += ["--steps", str(steps), "--every", "5", "--max-overhead", "none", "--lr", rate, "--eval-every", "20"]
    done = subprocess.run([*command, *sizes], capture_output=True, text=True, cwd=logdir, check=False)
    assert done.returncode == 0, done.stderr
