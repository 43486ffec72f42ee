"""Two trainings in one directory at the same time are told from a training that was started again, and lose nothing."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from asking import ask
from event_files import (
    EMBEDDING,
    RunWriter,
    model_event,
    scalar_event,
    snapshot_at,
    snapshot_event,
    start_event,
)
from looking import index_of, look, steps_of
from server import served

from tensorboard_plugin_paramviz.reader import SnapshotReader
from tensorboard_plugin_paramviz.record import dequantize


def parallel_runs(directory: Path, count: int = 2, rows: tuple[int, ...] = (5, 5, 5)) -> list[RunWriter]:
    """Trainings begun ten seconds after each other, each still going on when the next has begun."""
    writers = [RunWriter(directory, f"events.out.tfevents.{1000 + 10 * at}.host.{at}.0") for at in range(count)]
    for at, writer in enumerate(writers):
        writer.append(model_event(rows[at], session=f"s{at}"))
        writer.snapshots(*range(at, 60, 20), rows=rows[at], seed=at)
    return writers


def test_writers_at_the_same_time_lose_nothing_and_a_restart_after_them_voids_both(tmp_path: Path) -> None:
    parallel_runs(tmp_path / "a", 3)
    index = index_of(tmp_path)
    assert steps_of(index, "a") == [0, 1, 2, 20, 21, 22, 40, 41, 42]
    assert index.runs["a"].damaged[0].startswith("3 writers wrote into this run at the same time (sessions s0, s1, s2)")
    RunWriter(tmp_path / "a", "events.out.tfevents.9000.host.9.0").snapshots(21, 30)
    generation = index.runs["a"].generation
    look(index)
    assert steps_of(index, "a") == [0, 1, 2, 20, 21, 30]
    assert index.runs["a"].generation > generation


def test_of_a_step_that_two_writers_have_the_later_ones_counts(tmp_path: Path) -> None:
    first = RunWriter(tmp_path / "a")
    second = RunWriter(tmp_path / "a", "events.out.tfevents.1010.host.1.0")
    for at, writer in enumerate((first, second)):
        writer.append(model_event(session=f"s{at}"))
        for step in (0, 20, 40):
            writer.snapshots(step, seed=at)
            writer.append(scalar_event("loss", at, step, writer.begun + step))
    first.append(scalar_event("loss", 0.0, 50))
    run = index_of(tmp_path).runs["a"]
    assert run.snapshot_steps()[0].tolist() == [0, 20, 40]
    scalars = run.scalars("loss")
    assert (scalars.steps.tolist(), scalars.values.tolist()) == ([0, 20, 40, 50], [1, 1, 1, 0])
    rows = dequantize(SnapshotReader(run).embedding(EMBEDDING, 1).rows)
    np.testing.assert_allclose(rows, snapshot_at(20, seed=1).embeddings[EMBEDDING].values, atol=0.02)


def test_a_snapshot_put_between_those_that_were_served_is_another_generation_one_at_the_end_is_not(
    tmp_path: Path,
) -> None:
    first, second = parallel_runs(tmp_path / "a")
    index = index_of(tmp_path)
    generations = []
    for writer, step in ((first, 100), (first, 120), (second, 61), (second, 121), (first, 140)):
        writer.snapshots(step)
        look(index)
        generations.append(index.runs["a"].generation)
    assert np.diff(generations).tolist() == [0, 1, 0, 0]
    generation = index.runs["a"].generation
    second.append(scalar_event("loss", 1.0, 60))
    look(index)
    assert index.runs["a"].generation == generation


def test_of_two_models_at_the_same_time_the_one_begun_later_is_drawn(tmp_path: Path) -> None:
    parallel_runs(tmp_path / "a", rows=(7, 5))
    with served(tmp_path) as (client, _):
        _, (_, arrays) = ask(client, "positions")
        assert (arrays["steps"].tolist(), arrays["positions"].shape[1]) == ([1, 21, 41], 5)
        assert ask(client, "model")[1]["session_id"] == "s1"
        assert ask(client, "rows through the run")[0] == 200


def test_a_training_that_purges_beside_one_that_goes_on_voids_nothing_of_it(tmp_path: Path) -> None:
    first = RunWriter(tmp_path / "a")
    first.snapshots(0, 20)
    second = RunWriter(tmp_path / "a", "events.out.tfevents.1025.host.1.0")
    second.append(start_event(0))
    index = index_of(tmp_path)
    assert steps_of(index, "a") == []
    second.snapshots(5)
    first.snapshots(40)
    look(index)
    assert steps_of(index, "a") == [0, 5, 20, 40]


@pytest.mark.parametrize("late_secs", [0.5, -50.0])
def test_a_last_snapshot_that_comes_a_moment_late_is_no_second_training(tmp_path: Path, late_secs: float) -> None:
    RunWriter(tmp_path / "a").snapshots(0, 10, 20)
    second = RunWriter(tmp_path / "a", "events.out.tfevents.1020.host.1.0")
    second.append(snapshot_event(10, begun=1010.0 - late_secs))
    assert steps_of(index_of(tmp_path), "a") == [0, 10]


def test_a_run_whose_wall_times_were_made_up_is_no_second_training(tmp_path: Path) -> None:
    """As the simulator's: written at once, with the times of a run that ends now."""
    first = RunWriter(tmp_path / "a", "events.out.tfevents.5000.host.1.0")
    first.append(*(snapshot_event(step, begun=4000.0) for step in (0, 500, 900)))
    os.utime(first.path, (5001.0, 5001.0))
    second = RunWriter(tmp_path / "a", "events.out.tfevents.5002.host.1.0")
    second.append(*(snapshot_event(step, begun=4100.0) for step in (0, 900)))
    assert steps_of(index_of(tmp_path), "a") == [0, 900]


def test_a_simulation_over_another_one_is_a_restart_not_a_second_writer(tmp_path: Path) -> None:
    import simulator

    for count in ("30", "10"):
        size = ["--steps", "60", "--rows", "10", "--dims", "4", "--layers", "1"]
        assert simulator.main(["--logdir", str(tmp_path / "a"), *size, "--snapshots", count]) == 0
    index = index_of(tmp_path)
    assert len(steps_of(index, "a")) == 10
    assert index.runs["a"].damaged == []
