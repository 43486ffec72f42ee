"""The capture benchmark runs, and prints what follows from its measurements: a wrong ratio would be a wrong claim."""

from __future__ import annotations

import json
import math
import statistics
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.capture import start_wandb  # noqa: E402
from benchmarks.capture_clock import Spread, mean_interval, ratio_interval, t95  # noqa: E402
from benchmarks.capture_files import read_written, records  # noqa: E402
from benchmarks.capture_leg import MODES, Trained  # noqa: E402
from benchmarks.capture_legs import compare, order  # noqa: E402
from benchmarks.capture_models import SHAPES, Corpus, build  # noqa: E402
from benchmarks.capture_peers import Ours, Workload  # noqa: E402
from benchmarks.capture_table import Requirement, Snapshots, snapshot_lines, snapshot_requirements  # noqa: E402

FIGURES = Snapshots(
    "GPT-2 124M", 124_439_808, 148, 995_518_464,
    secs={"ours": Spread((0.05, 0.04, 0.09)), "floor": Spread((0.04, 0.03, 0.05)), "histograms": Spread((8, 9, 7))},
    before=Spread((0.01,)), step=Spread((0.04,)), written=Spread((0.02,)), background=Spread((0.01,)),
    open_secs=0.1, synchronizations=0, read_rate=20e9, copy_rate=30e9, host_bytes=20_000_000, device_bytes=None,
    sizes=(290_000, 299_000), parts=("embeddings", "weights"),
)  # fmt: skip
LEG = Trained(10.0, 5.0, 11.0, 0.1, 0.2, 1e-5, 0.1, 0.01, 0.01, 5, [1.0, 0.5])


def test_the_whole_benchmark_runs_and_its_ratios_are_those_of_the_measured_medians(tmp_path: Path) -> None:
    told = tmp_path / "figures.json"
    command = [sys.executable, "-W", "ignore", str(ROOT / "benchmarks" / "capture.py"), "--quick", "--skip-wandb"]
    sizes = ["--model", "char", "--repeats", "2", "--pairs", "1", "--steps", "12", "--threads", "1"]
    done = subprocess.run([*command, *sizes, "--json", str(told)], capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    report = json.loads(told.read_text())
    figures = report["snapshots"]["char"]
    medians = {name: statistics.median(spread["values"]) for name, spread in figures["secs"].items()}
    assert set(medians) == {"ours", "floor", "histograms"}
    assert all(len(spread["values"]) == 2 and min(spread["values"]) > 0 for spread in figures["secs"].values())
    assert figures["ratios"]["ours/floor"] == pytest.approx(medians["ours"] / medians["floor"])
    assert figures["ratios"]["histograms/ours"] == pytest.approx(medians["histograms"] / medians["ours"])
    assert math.isnan(figures["ratios"]["wandb/ours"])
    assert figures["parts"] == ["embeddings", "gradients", "update ratios", "weights"]
    assert len(figures["sizes"]) == 8
    assert [one["mode"] for one in report["slowdown"]] == ["default", "worst"]
    assert all(one["same_losses"] and one["snapshots"] > 0 for one in report["slowdown"])
    row = next(line for line in done.stdout.splitlines() if "one snapshot by us" in line)
    assert f"{figures['ratios']['ours/floor']:.2f} x the floor" in row
    assert next(line for line in done.stdout.splitlines() if "wandb.watch(" in line).endswith("left out")


def test_a_figure_stands_in_the_table_with_its_median_least_most_and_ratio() -> None:
    cells = (line.strip().partition("  ") for line in snapshot_lines(FIGURES)[2:])
    table = {name: " ".join(figures.split()) for name, _, figures in cells}
    assert table["one snapshot by us"] == "50.0 ms 40.0 ms 90.0 ms 1.25 x the floor"
    assert table["add_histogram and add_embedding"] == "8,000 ms 7,000 ms 9,000 ms 160.0 x ours"
    assert table['wandb.watch(log="all"), offline'] == "left out"
    assert "49.8 ms" in table["memory, each weight and gradient read once"]


def test_each_requirement_is_held_against_the_figure_it_names() -> None:
    verdicts = {str(found.limit): found.verdict for found in snapshot_requirements(FIGURES, on_gpu=False)}
    assert verdicts == {
        "60": "met", "1.5": "met", "100": "met", "30": "not measured", "32": "met", "300": "met",
    }  # fmt: skip
    dear = replace(FIGURES, secs={"ours": Spread((0.09,)), "floor": Spread((0.03,)), "histograms": Spread((8.0,))})
    failed = [found.name for found in snapshot_requirements(dear, on_gpu=False) if found.verdict == "not met"]
    assert failed == [
        "a snapshot, training thread", "a snapshot beside the floor", "add_histogram beside a snapshot",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("low", "high", "verdict"), [(0.1, 0.9, "met"), (0.5, 1.5, "not settled"), (1.1, 1.5, "not met")]
)
def test_an_interval_that_holds_the_limit_settles_nothing(low: float, high: float, verdict: str) -> None:
    assert Requirement("slowed", (low + high) / 2, 1, low=low, high=high).verdict == verdict


def test_one_pair_of_legs_settles_nothing() -> None:
    total = compare("default", [LEG], [LEG]).total
    assert Requirement("slowed", total.middle, 1, low=total.low, high=total.high).verdict == "not settled"


def test_legs_are_compared_with_their_neighbours_not_with_the_average() -> None:
    plain = [replace(LEG, total_secs=secs, ours_secs=0.0) for secs in (10.0, 20.0, 30.0)]  # the machine gets slower
    watched = [replace(leg, total_secs=1.02 * leg.total_secs, ours_secs=0.1) for leg in plain]
    total = compare("default", watched, plain).total
    assert (total.middle, total.low, total.high) == pytest.approx((0.02, 0.02, 0.02))


def test_training_that_changed_under_watch_is_seen() -> None:
    assert compare("default", [LEG], [LEG]).same_losses
    assert not compare("default", [replace(LEG, losses=[1.0, 0.5000001])], [LEG]).same_losses


def test_every_second_round_runs_backwards() -> None:
    assert order(0) == list(MODES)
    assert order(1) == order(0)[::-1]
    assert order(2) == order(0)


@pytest.mark.parametrize(("freedom", "point"), [(1, 12.706), (7, 2.365), (11, 2.201), (20, 2.086), (60, 2.000)])
def test_students_t_is_that_of_the_printed_tables(freedom: int, point: float) -> None:
    assert t95(freedom) == pytest.approx(point, abs=1e-3)


def test_the_interval_of_a_mean_is_students() -> None:
    found = mean_interval([1.0, 2.0, 3.0, 4.0])
    half = 3.182 * statistics.stdev([1, 2, 3, 4]) / 2
    assert (found.middle, found.low, found.high) == pytest.approx((2.5, 2.5 - half, 2.5 + half))
    assert ratio_interval([(2.0, 1.0), (8.0, 4.0)]).middle == pytest.approx(2)


def test_a_measured_snapshot_is_one_that_was_written_whole(tmp_path: Path) -> None:
    work = Workload(SHAPES["gpt2"].tiny(), "cpu")
    ours = Ours(work, tmp_path)
    for _ in range(3):
        work.backward()
        assert ours.measure() == ours.before_secs[-1] + ours.step_secs[-1] > 0
    ours.close()
    written = read_written(tmp_path)
    assert len(written.sizes) == 3
    assert written.parts == {"embeddings", "gradients", "update ratios", "weights"}


def test_a_record_cut_short_is_no_record() -> None:
    whole = (3).to_bytes(8, "little") + b"crc-" + b"abc" + b"crc-"
    assert records(whole + whole) == [b"abc", b"abc"]
    assert records(whole + whole[:-1]) == [b"abc"]


def test_the_models_are_those_they_are_named_after() -> None:
    sizes = {"char": 10_745_088, "char-cpu": 804_096}
    for name, expected in sizes.items():
        assert sum(parameter.numel() for parameter in build(SHAPES[name], "cpu")[0].parameters()) == expected
    gpt2, _ = build(replace(SHAPES["gpt2"], layers=1), "cpu")
    block = sum(parameter.numel() for parameter in gpt2.transformer["h"].parameters())
    whole = sum(parameter.numel() for parameter in gpt2.parameters())
    assert whole + 11 * block == 124_439_808


def test_the_text_to_learn_from_is_the_same_each_time_and_can_be_learned() -> None:
    shape = SHAPES["char"].tiny()
    tokens, targets = Corpus(shape, "cpu").batch()
    again, _ = Corpus(shape, "cpu").batch()
    assert tokens.equal(again)
    assert tokens[:, 1:].equal(targets[:, :-1])
    assert tokens.shape == (shape.batch, shape.positions)


def test_without_wandb_one_line_names_the_fix(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("WANDB_SILENT", "WANDB_ERROR_REPORTING", "WANDB_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setitem(sys.modules, "wandb", None)
    assert start_wandb(Workload(SHAPES["char"].tiny(), "cpu"), tmp_path) is None
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert "pip install -e '.[bench]'" in told
    assert "--skip-wandb" in told
