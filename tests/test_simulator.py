"""The simulator: ordinary event files without torch, the same for a seed, and dynamics that keep their laws."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from looking import index_of
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.backend.event_processing.event_file_loader import LegacyEventFileLoader
from tensorboard.compat.proto.summary_pb2 import Summary

import simulator
from simulated import model as simulated_model
from simulated.course import SCENARIOS
from simulated.faults import FAULTS
from simulated.model import Settings
from simulated.run import simulate, write
from simulated.vocabulary import CHARACTERS, make_vocabulary
from tensorboard_plugin_paramviz.record import STATS, ModelRecord, Snapshot
from tensorboard_plugin_paramviz.record.summary import decode_snapshot

SMALL = Settings(steps=300, snapshots=40, layers=2, rows=65, dims=16, seed=5)
Run = list[tuple[int, Summary]]


def parts(run: Run) -> tuple[ModelRecord, list[Snapshot], dict[str, dict[int, float]]]:
    """The model record, the snapshots and the scalars of a run."""
    record = ModelRecord.from_json(run[0][1].value[0].tensor.string_val[0])
    snapshots, scalars = [], {}
    for step, summary in run[1:]:
        if summary.value[0].tag.startswith("paramviz/"):
            snapshots.append(decode_snapshot(summary, step, 0.0))
        for value in summary.value:
            if value.HasField("simple_value"):
                scalars.setdefault(value.tag, {})[step] = value.simple_value
    return record, snapshots, scalars


@pytest.fixture(scope="module")
def small() -> tuple[ModelRecord, list[Snapshot], dict[str, dict[int, float]]]:
    return parts(list(simulate(SMALL, "convergence")))


def test_a_run_is_the_same_for_a_seed_apart_from_its_wall_time() -> None:
    def written(seed: int) -> list[tuple[int, bytes]]:
        settings = Settings(30, 10, 1, 20, 8, seed)
        return [(step, summary.SerializeToString()) for step, summary in simulate(settings, "convergence")][1:]

    assert written(3) == written(3)
    assert written(3) != written(4)


@given(st.integers(1, 60), st.data())
def test_there_are_as_many_snapshots_as_asked_for_from_the_first_step_to_the_last(
    steps: int, data: st.DataObject
) -> None:
    count = data.draw(st.integers(1, steps))
    settings = Settings(steps, count, 1, 4, 3, 0)
    _, snapshots, scalars = parts(list(simulate(settings, "convergence")))
    places = [snapshot.step for snapshot in snapshots]
    assert len(places) == count
    assert places[0] == 0
    assert count == 1 or places[-1] == steps - 1
    assert list(scalars["train/loss"]) == list(scalars["train/lr"]) == list(range(steps))


def test_what_is_written_can_be_read_by_tensorboard_itself(tmp_path: Path) -> None:
    assert simulator.main(["--logdir", str(tmp_path), "--steps", "50", "--snapshots", "7", "--rows", "30"]) == 0
    (path,) = tmp_path.glob("*tfevents*")
    events = list(LegacyEventFileLoader(str(path)).Load())  # checks every CRC with TensorBoard's own code
    records = [event for event in events if event.summary.value and event.summary.value[0].tag == "paramviz/stats"]
    assert [event.step for event in records] == [0, 8, 16, 24, 33, 41, 49]
    assert [event.wall_time for event in records] == sorted({event.wall_time for event in records})
    snapshot = decode_snapshot(records[-1].summary, 49, 0.0)
    assert snapshot.embeddings["transformer.wte"].values.shape == (30, 32)


def test_a_simulation_over_an_earlier_one_hides_it(tmp_path: Path) -> None:
    for steps in ("40", "20"):
        assert simulator.main(["--logdir", str(tmp_path), "--steps", steps, "--snapshots", "2"]) == 0
    accumulator = EventAccumulator(str(tmp_path), size_guidance={"scalars": 0})
    accumulator.Reload()
    assert [event.step for event in accumulator.Scalars("train/loss")] == list(range(20))


def test_a_live_run_writes_a_snapshot_every_so_many_seconds_and_the_steps_between_evenly(tmp_path: Path) -> None:
    assert simulator.main(["--logdir", str(tmp_path), "--steps", "21", "--snapshots", "5", "--live", "0.1"]) == 0
    (path,) = tmp_path.glob("*tfevents*")
    events = list(LegacyEventFileLoader(str(path)).Load())
    times = [event.wall_time for event in events if event.summary.value and event.summary.value[0].tag == "train/loss"]
    # None before its time: 5 steps make an interval. The machine may be late.
    assert all(time - events[0].wall_time >= 0.1 * step / 5 - 0.01 for step, time in enumerate(times))
    assert path.stat().st_mtime >= times[-1] - 0.05
    last = [event for event in events if event.summary.value][-1]
    assert (last.step, last.summary.value[0].tag) == (20, "paramviz/stats")


def test_a_live_run_that_resumes_goes_on_in_time_while_its_steps_go_back(tmp_path: Path) -> None:
    settings = Settings(steps=40, snapshots=10, layers=1, rows=10, dims=4, seed=0)
    write(settings, "resume", tmp_path, live_secs=0.02)
    files = sorted(tmp_path.glob("*tfevents*"))
    events = [event for path in files for event in LegacyEventFileLoader(str(path)).Load()]
    assert len(files) == 2
    assert [event.wall_time for event in events] == sorted(event.wall_time for event in events)
    assert [event.step for event in events] != sorted(event.step for event in events)


def test_ctrl_c_leaves_a_run_that_can_be_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def sleep(secs: float, naps: Iterator[int] = iter(range(12))) -> None:  # noqa: B008 - one for all calls
        if next(naps, None) is None:
            raise KeyboardInterrupt

    monkeypatch.setattr("simulated.run.time.sleep", sleep)
    arguments = ["--logdir", str(tmp_path), "--steps", "100", "--snapshots", "50", "--live", "60"]
    assert simulator.main(arguments) == 130
    assert "Stopped" in capsys.readouterr().out
    run = index_of(tmp_path).runs["."]
    assert run.damaged == []
    assert run.snapshot_steps()[0].tolist() == [0, 2, 4, 6, 8, 10, 12]
    assert json.loads((tmp_path / "truth.json").read_text())["steps"] == 100


def test_neither_simulating_nor_its_help_imports_torch(tmp_path: Path) -> None:
    code = (
        "import sys, simulator\n"
        f"simulator.main(['--logdir', {str(tmp_path)!r}, '--steps', '5', '--snapshots', '2'])\n"
        "assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(simulator.__file__).parent)


def test_the_model_record_and_the_tables_agree(
    small: tuple[ModelRecord, list[Snapshot], dict[str, dict[int, float]]],
) -> None:
    record, snapshots, _ = small
    assert len(record.layers) == 2 + 6 * SMALL.layers + 2
    assert record.layers[-1].tied_to == "transformer.wte"
    for snapshot in snapshots:
        assert snapshot.stats is not None
        assert snapshot.stats.shape == (len(record.layers), len(STATS))
        assert np.isfinite(snapshot.stats[:-1]).all()
        values = snapshot.embeddings["transformer.wte"].values
        assert values.shape == record.embeddings[0].shape
        norm = snapshot.stats[0, STATS.index("weight_norm")]
        assert norm == pytest.approx(np.linalg.norm(values), rel=0.01)  # int8 rows


def test_the_loss_starts_at_ln_v_and_follows_its_power_law(
    small: tuple[ModelRecord, list[Snapshot], dict[str, dict[int, float]]],
) -> None:
    _, _, scalars = small
    loss, lr = (np.array(list(scalars[tag].values())) for tag in ("train/loss", "train/lr"))
    start = np.log(SMALL.rows)
    assert loss[0] == pytest.approx(start, rel=0.2)
    excess = np.median(loss[-20:]) - 0.35 * start
    learned = lr.sum() / simulated_model.PEAK_LR
    assert excess == pytest.approx(0.65 * start * (1 + learned / (SMALL.steps / 200)) ** -0.6, rel=0.4)
    assert scalars["val/loss"][SMALL.steps - 1] > np.median(loss[-20:])


def test_updates_follow_the_law_of_adamw(
    small: tuple[ModelRecord, list[Snapshot], dict[str, dict[int, float]]],
) -> None:
    _, snapshots, scalars = small
    last = snapshots[-1]
    assert last.stats is not None
    columns = dict(zip(STATS, last.stats[:-1].T, strict=True))
    lr = scalars["train/lr"][last.step]
    coherence = columns["update_ratio"] * columns["weight_rms"] / lr
    np.testing.assert_allclose(coherence, (0.1 / 1.9) ** 0.5, rtol=0.35)
    np.testing.assert_allclose(columns["update_norm"], columns["update_ratio"] * columns["weight_norm"], rtol=1e-4)


def test_matrices_reach_the_equilibrium_of_decay_and_updates() -> None:
    layers = simulated_model.make_layers(SMALL)
    matrices = simulated_model.Matrices(layers, np.random.default_rng(0))
    square = matrices.rms[3] ** 2
    matrices.advance(200, 1e-3, {})
    for _ in range(200):  # the law, step by step
        square += 1e-3**2 - 2 * 1e-3 * 0.1 * square
    assert matrices.rms[3] == pytest.approx(square**0.5, rel=1e-3)
    matrices.advance(10**7, 1e-3, {})
    assert matrices.rms[3] == pytest.approx((1e-3 / 0.2) ** 0.5)
    assert (matrices.rms[matrices.norms] == 1).all()


@given(st.floats(0.01, 50), st.integers(1, 9))
def test_the_course_of_a_table_does_not_depend_on_the_number_of_snapshots(progress: float, pieces: int) -> None:
    def moved(times: int) -> np.ndarray:
        rng = np.random.default_rng(1)
        table = simulated_model.Table(rng.standard_normal((6, 4), np.float32), np.full(6, 0.1, np.float32), rng)
        for _ in range(times):
            table.advance(progress / times, stir=0.0)
        return table.values

    np.testing.assert_allclose(moved(1), moved(pieces), rtol=1e-3, atol=1e-5)


def test_stirred_rows_settle_at_the_spread_the_process_has() -> None:
    target = np.zeros((400, 8), np.float32)
    table = simulated_model.Table(target, np.full(400, 1.0, np.float32), np.random.default_rng(2))
    for _ in range(50):
        table.advance(0.5, stir=1.0)
    assert table.values.std() == pytest.approx(0.15 * simulated_model.INIT_STD, rel=0.1)


def silhouette(points: np.ndarray, kinds: np.ndarray) -> float:
    """Mean of (b - a) / max(a, b), the naive way. points: [R, D], kinds: [R]"""
    scores = []
    for index, point in enumerate(points):
        distances = np.linalg.norm(points - point, axis=1)
        means = {kind: distances[(kinds == kind) & (np.arange(len(points)) != index)].mean() for kind in set(kinds)}
        own, nearest = means.pop(kinds[index]), min(means.values())
        scores.append((nearest - own) / max(own, nearest))
    return float(np.mean(scores))


def test_tokens_settle_into_their_classes_frequent_ones_first(
    small: tuple[ModelRecord, list[Snapshot], dict[str, dict[int, float]]],
) -> None:
    record, snapshots, _ = small
    labels, counts = record.embeddings[0].labels, record.embeddings[0].counts
    assert labels is not None
    assert counts is not None
    values = np.stack([snapshot.embeddings["transformer.wte"].values for snapshot in snapshots])  # [T, R, D]
    letters = np.array([label.isalpha() for label in labels])
    upper = np.array([label.isupper() for label in labels])[letters]
    assert silhouette(values[0, letters], upper) < 0.1
    assert silhouette(values[-1, letters], upper) > 0.3
    left = np.linalg.norm(values[8] - values[-1], axis=1) / np.linalg.norm(values[0] - values[-1], axis=1)  # [R]
    order = np.argsort(counts)
    assert left[order[-15:]].mean() < 0.8 * left[order[:15]].mean()


@given(st.integers(2, 3000))
def test_labels_are_all_different_and_counts_fall_by_zipfs_law(rows: int) -> None:
    vocabulary = make_vocabulary(rows)
    assert len(set(vocabulary.labels)) == len(vocabulary.counts) == len(vocabulary.classes) == rows
    counts = np.sort(vocabulary.counts)[::-1]
    np.testing.assert_allclose(counts, 1e6 / np.arange(1, rows + 1), rtol=0.01)
    if rows <= len(CHARACTERS):
        assert list(vocabulary.labels) == sorted(vocabulary.labels)
        assert max(map(len, vocabulary.labels)) == 1


def test_the_list_names_every_scenario_with_its_first_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert simulator.main(["--list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines if line] == [*SCENARIOS, "For", *FAULTS]
    assert "healthy" in lines[0]


@pytest.mark.parametrize(
    ("arguments", "fix"),
    [
        ("", "--logdir runs/sim"),
        ("--logdir {tmp} --snapshots 30 --steps 20", "give --steps 30"),
        ("--logdir {tmp} --scenario chaos", "convergence"),
        ("--logdir {tmp} --rows 1", "from 2 to"),
        ("--logdir {tmp} --live 0", "of at least 0.01"),
        ("--logdir {tmp}/file/run", "give another directory"),
    ],
)
def test_a_wrong_argument_gets_one_line_that_names_the_fix(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: str, fix: str
) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SystemExit) as stop:
        simulator.main(arguments.format(tmp=tmp_path).split())
    assert stop.value.code == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert fix in error
