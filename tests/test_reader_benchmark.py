"""The reader's benchmark runs with both of TensorBoard's loaders, and says what it measured: a wrong ratio would be a
wrong claim."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from looking import index_of  # noqa: E402

from benchmarks.reader import Figures, median, reading, requirements, table  # noqa: E402
from benchmarks.reader_files import WHOLE, WIDE, write_run  # noqa: E402
from tensorboard_plugin_paramviz.reader import SnapshotReader  # noqa: E402

OURS: Figures = {
    "open_secs": 2.0, "memory_bytes": 7e6, "peak_bytes": 26e6, "steps": 10_000, "making_secs": 1e-5,
    "whole_secs": 3e-5, "basis_secs": 4e-5, "whole_slow_secs": 3e-4, "basis_slow_secs": 3e-3,
}  # fmt: skip
THEIRS: Figures = {"open_secs": 4.0, "memory_bytes": 1e9, "peak_bytes": 2e9, "series_secs": 0.09, "steps": 100}


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads /proc")
def test_the_whole_benchmark_runs_and_names_every_loader() -> None:
    command = [sys.executable, "-W", "ignore", str(ROOT / "benchmarks" / "reader.py"), "--quick"]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=120)
    rows = [line.split("|")[1].strip() for line in done.stdout.splitlines() if line.startswith("|")]
    assert rows[2:] == ["read", "ours", "rust", "rust_all", "python"]
    assert done.stdout.count("met") == 4


def test_ratios_are_of_speed_so_that_files_of_different_length_compare() -> None:
    figures = {"ours": OURS, "rust": THEIRS, "python": {**THEIRS, "series_secs": None, "steps": None}}
    lines = table(figures, {"ours": 3_000_000_000, "rust": 3_000_000_000, "python": 60_000_000})
    assert "| 1,500 MB/s |  | 7 MB | 26 MB | 10,000 |" in lines[2]
    assert "| 750 MB/s | 2.00 times as fast | 1,000 MB | 2,000 MB | 100 |" in lines[3]
    assert "| 15 MB/s | 100.00 times as fast |" in lines[4]
    told = reading(figures)
    assert "90.0 ms, 3,000 times one of ours" in told[1]
    assert told[2] == "python: one tag is more than a message of it can hold"


@pytest.mark.parametrize(
    ("worse", "failed"),
    [
        ({}, []),
        ({"open_secs": 3.5}, ["at least 1 GB/s"]),
        ({"open_secs": 5.0}, ["at least 1 GB/s", "opened within 4 s"]),
        ({"peak_bytes": 151e6}, ["at most 150 MB"]),
        ({"basis_slow_secs": 0.006}, ["a snapshot within 5 ms"]),
    ],
)
def test_what_is_not_met_is_said(worse: Figures, failed: list[str]) -> None:
    assert [name for name, is_met in requirements({**OURS, **worse}, 3_000_000_000) if not is_met] == failed


def test_a_figure_that_could_not_be_taken_once_has_no_median() -> None:
    assert median([{"a": 1.0, "b": None}, {"a": 3.0, "b": 2.0}]) == {"a": 2.0, "b": None}


def test_the_files_it_reads_are_of_the_size_asked_for_and_half_in_a_basis(tmp_path: Path) -> None:
    path = write_run(tmp_path / "a", 120, 60_000)
    assert 0.9 < path.stat().st_size / (120 * 60_000) < 1.1
    reader = SnapshotReader(index_of(tmp_path).runs["a"])
    assert reader.embedding(WHOLE, 119).rows.directions is None
    directions = reader.embedding(WIDE, 119).rows.directions
    assert directions is not None
    assert reader.model().embeddings[0].path == WHOLE
