"""The alerts benchmark runs, and what it prints follows from what was measured."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.alerts import Leg, report  # noqa: E402

LEG = Leg(
    secs=30.0,
    thread_secs=28.0,
    beside_start=0.6,
    beside_later=0.2,
    later_secs=25.0,
    last_look=0.4,
    told=1,
    losses=[4.2, 3.1],
)


def test_the_ratios_are_those_of_the_pairs() -> None:
    plain = replace(LEG, secs=25.0, thread_secs=25.0)
    text = report([(LEG, plain), (replace(LEG, secs=26.0), plain), (replace(LEG, secs=25.0), plain)])
    assert "| time of the loop, with over without | 1.040 (1.000 to 1.200) |" in text
    assert "| 1.120 (1.120 to 1.120) |" in text
    assert "| later: share of one processor | 0.80% (0.80% to 0.80%) |" in text
    short = replace(LEG, later_secs=2.0)
    assert "too short to tell" in report([(short, plain)])


def test_a_training_that_on_insight_changed_is_no_figure() -> None:
    with pytest.raises(SystemExit, match="the losses differ"):
        report([(LEG, replace(LEG, losses=[4.2, 3.2]))])


def test_it_runs() -> None:
    command = [sys.executable, "-W", "ignore", str(ROOT / "benchmarks" / "alerts.py"), "--quick", "--pairs", "1"]
    done = subprocess.run([*command, "--steps", "40"], capture_output=True, text=True, check=True)
    assert "The losses are the same to the bit." in done.stdout
    assert re.search(r"with over without \| \d\.\d+", done.stdout)
