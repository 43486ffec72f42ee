"""How fast and how small a run is opened and read, beside TensorBoard's own data provider on the same files.

    python benchmarks/reader.py [--snapshots 10000] [--bytes 300000] [--python-snapshots 300] [--repeats 3] [--quick]

`read` is the limit: the same bytes read once and nothing done with them. `rust` is TensorBoard's data server with the
100 random steps of a tag that it keeps by default, `rust_all` the same asked to keep every step, as showing every step
would need. `python` is its loader for `--logdir_spec`, Windows and most stores; it gets the first snapshots of the run
only, since it takes two minutes for a gigabyte. All files are in the page cache. Needs Linux for the figures of memory.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT)]

from benchmarks.reader_files import write_run  # noqa: E402

Figures = dict[str, Any]
#: What is asked of us, with the name of the figure.
MOST_OPEN_SECS, MOST_MEMORY_BYTES, MOST_READ_SECS, LEAST_RATE = 4.0, 150e6, 0.005, 1e9


def measure(leg: str, logdir: Path, last_step: int) -> Figures:
    """One leg in a process of its own."""
    command = [sys.executable, "-W", "ignore", "-m", "benchmarks.reader_legs", leg, str(logdir), str(last_step)]
    done = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    figures: Figures = json.loads(done.stdout.splitlines()[-1])
    return figures


def median(measured: list[Figures]) -> Figures:
    """Of each figure over the repetitions; None where any is missing."""
    return {
        name: None if any(one[name] is None for one in measured) else statistics.median(one[name] for one in measured)
        for name in measured[0]
    }


def table(figures: dict[str, Figures], sizes: dict[str, int]) -> list[str]:
    """Ratios are ours over theirs: of speed per byte of file, so that files of different length compare."""
    rates = {leg: sizes[leg] / one["open_secs"] for leg, one in figures.items()}
    lines = [
        "| | opened in | of file | ours is | memory | at most | steps kept |",
        "|---|---|---|---|---|---|---|",
    ]
    for leg, one in figures.items():
        ratio = "" if leg == "ours" else f"{rates['ours'] / rates[leg]:.2f} times as fast"
        memory = [f"{one[name] / 1e6:,.0f} MB" if name in one else "" for name in ("memory_bytes", "peak_bytes")]
        steps = one.get("steps", "")
        kept = "more than can be sent" if steps is None else f"{steps:,.0f}" if steps != "" else ""
        opened = f"{one['open_secs']:.2f} s of {sizes[leg] / 1e9:.2f} GB"
        lines.append(f"| {leg} | {opened} | {rates[leg] / 1e6:,.0f} MB/s | {ratio} | {' | '.join(memory)} | {kept} |")
    return lines


def reading(figures: dict[str, Figures]) -> list[str]:
    ours = figures["ours"]
    lines = [
        f"one snapshot at random, read and decoded: whole rows {ours['whole_secs'] * 1e3:.2f} ms "
        f"(99th percentile {ours['whole_slow_secs'] * 1e3:.2f}), in a basis {ours['basis_secs'] * 1e3:.2f} ms "
        f"({ours['basis_slow_secs'] * 1e3:.2f})"
    ]
    for leg in ("rust", "rust_all", "python"):
        if leg in figures and figures[leg]["series_secs"] is not None:
            secs = figures[leg]["series_secs"]
            steps = f"{figures[leg]['steps']:,.0f}"
            lines.append(
                f"{leg}: the {steps} steps it kept of one tag, the least it hands over: {secs * 1e3:,.1f} ms, "
                f"{secs / ours['whole_secs']:,.0f} times one of ours"
            )
        elif leg in figures:
            lines.append(f"{leg}: one tag is more than a message of it can hold")
    return lines


def requirements(ours: Figures, size: int) -> list[tuple[str, bool]]:
    slow = max(ours["whole_slow_secs"], ours["basis_slow_secs"])
    return [
        (f"at least {LEAST_RATE / 1e9:.0f} GB/s", size / ours["open_secs"] >= LEAST_RATE),
        (f"opened within {MOST_OPEN_SECS:.0f} s", ours["open_secs"] <= MOST_OPEN_SECS),
        (f"at most {MOST_MEMORY_BYTES / 1e6:.0f} MB", ours["peak_bytes"] <= MOST_MEMORY_BYTES),
        (f"a snapshot within {MOST_READ_SECS * 1e3:.0f} ms", slow <= MOST_READ_SECS),
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--snapshots", type=int, default=10_000)
    parser.add_argument("--bytes", type=int, default=300_000, help="of one snapshot")
    parser.add_argument(
        "--python-snapshots", type=int, default=300, help="for TensorBoard's Python loader; 0 = without"
    )
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="tiny files, to see that it runs")
    options = parser.parse_args()
    if options.quick:
        options.snapshots, options.bytes, options.python_snapshots, options.repeats = 50, 20_000, 10, 1
    with tempfile.TemporaryDirectory() as folder:
        whole, part = Path(folder, "whole"), Path(folder, "part")
        size = write_run(whole / "a", options.snapshots, options.bytes).stat().st_size
        legs = dict.fromkeys(("read", "ours", "rust", "rust_all"), (whole, options.snapshots))
        sizes = dict.fromkeys(legs, size)
        if options.python_snapshots:
            sizes["python"] = write_run(part / "a", options.python_snapshots, options.bytes).stat().st_size
            legs["python"] = (part, options.python_snapshots)
        print(f"{options.snapshots:,} snapshots, {size / 1e9:.2f} GB of event file; medians of {options.repeats}\n")
        measure("read", whole, 0)  # into the page cache
        measured: dict[str, list[Figures]] = {leg: [] for leg in legs}
        for _ in range(options.repeats):
            for leg, (logdir, snapshots) in legs.items():
                measured[leg].append(measure(leg, logdir, snapshots - 1))
    figures = {leg: median(ones) for leg, ones in measured.items()}
    print("\n".join([*table(figures, sizes), "", *reading(figures), ""]))
    met = requirements(figures["ours"], size)
    print("\n".join(f"{name}: {'met' if is_met else 'not met'}" for name, is_met in met))
    return 0 if options.quick or all(is_met for _, is_met in met) else 1


if __name__ == "__main__":
    sys.exit(main())
