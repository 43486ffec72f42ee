"""Several processes train one model: the figures are those of one process, one rank writes, nobody hangs for us."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import distributed_script as script
import numpy as np
import pytest
from toy_models import read

from tensorboard_plugin_paramviz.record import STATS, ModelRecord, Snapshot

pytestmark = [pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork"), pytest.mark.xdist_group("distributed")]
ROOT = Path(__file__).parent.parent.parent
Launch = Callable[..., list[tuple[int | None, str]]]


@pytest.fixture(scope="module")
def launch() -> Iterator[Launch]:
    """Runs a scenario in so many processes: (exit status, output) of each. One that hangs is killed: status None."""
    server = subprocess.Popen(
        [sys.executable, script.__file__],
        env=os.environ | {"OMP_NUM_THREADS": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )

    def run(scenario: str, folder: Path, ranks: int = 2) -> list[tuple[int | None, str]]:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        server.stdin.write(json.dumps([scenario, str(folder), ranks, port]) + "\n")
        server.stdin.flush()
        statuses = json.loads(server.stdout.readline())
        return [(status, (folder / f"rank{rank}.txt").read_text()) for rank, status in enumerate(statuses)]

    with server:
        yield run
        server.stdin.close()


def alone(logdir: Path) -> tuple[ModelRecord, list[Snapshot]]:
    """The same training in this one process."""
    model = script.start()
    optimizer = script.sgd(model)
    with script.watched(model, optimizer, logdir) as viz:
        script.train(model, optimizer, viz)
    (record,), snapshots, _ = read(logdir)
    return record, snapshots


@pytest.fixture(scope="module")
def expected(tmp_path_factory) -> tuple[ModelRecord, list[Snapshot]]:
    return alone(tmp_path_factory.mktemp("alone"))


def assert_same(logdir: Path, expected: tuple[ModelRecord, list[Snapshot]], steps: list[int] | None = None) -> None:
    (record,), snapshots, _ = read(logdir)
    assert (record.layers, record.embeddings, record.model_class) == (
        expected[0].layers,
        expected[0].embeddings,
        expected[0].model_class.replace("Odd", record.model_class),
    )
    wanted = [snapshot for snapshot in expected[1] if steps is None or snapshot.step in steps]
    assert [snapshot.step for snapshot in snapshots] == [snapshot.step for snapshot in wanted]
    for ours, theirs in zip(snapshots, wanted, strict=True):
        for column, name in enumerate(STATS):
            np.testing.assert_allclose(
                ours.stats[:, column], theirs.stats[:, column], rtol=2e-4, atol=1e-6, err_msg=f"{name} at {ours.step}"
            )
        assert set(ours.embeddings) == set(theirs.embeddings)
        for path, rows in theirs.embeddings.items():
            step_of_int8 = np.abs(rows.values).max(axis=1, keepdims=True) / 127
            assert (np.abs(ours.embeddings[path].values - rows.values) < 1.01 * step_of_int8).all()
            np.testing.assert_allclose(ours.embeddings[path].grad_norms, rows.grad_norms, rtol=1e-3, atol=1e-8)
            np.testing.assert_allclose(ours.embeddings[path].update_norms, rows.update_norms, rtol=1e-3, atol=1e-7)
    assert len(list(logdir.iterdir())) == 1  # one rank writes


def test_data_parallel_figures_are_those_of_one_process_and_rank_zero_writes(launch, tmp_path, expected) -> None:
    outcomes = launch("ddp", tmp_path)
    assert [status for status, _ in outcomes] == [0, 0], outcomes
    assert_same(tmp_path / "run", expected)
    assert np.isfinite(expected[1][3].stats[0, STATS.index("update_ratio")])


@pytest.mark.parametrize("scenario", ["ddp_dies", "fsdp_dies"])
def test_a_rank_that_dies_leaves_what_was_recorded_and_an_end(launch, tmp_path, expected, scenario) -> None:
    (status, output), (other, _) = launch(scenario, tmp_path)
    assert (status, other) == (0, 3), output
    assert "training ended" in output
    assert_same(tmp_path / "run", expected, [0, 1, 2])


def test_sharded_figures_are_those_of_one_process_and_a_rank_that_skips_costs_its_snapshot_alone(
    launch, tmp_path, expected
) -> None:
    outcomes = launch("fsdp", tmp_path)
    assert [status for status, _ in outcomes] == [0, 0], outcomes
    assert_same(tmp_path / "same", expected)
    _, skipped, _ = read(tmp_path / "skipped")
    steps = [snapshot.step for snapshot in skipped]
    assert 2 not in steps
    assert {0, 1, 4, 5} <= set(steps)
    assert skipped[-1].self_cost.dropped_count >= 1
    assert outcomes[0][1].count("could not record a snapshot (MissingShareError: rank 1 did not record step 2") == 1
    assert "Traceback" not in outcomes[1][1]


def test_parameters_in_an_odd_state_are_read_right_or_not_at_all(launch, tmp_path, expected) -> None:
    outcomes = launch("fsdp_states", tmp_path)
    assert [status for status, _ in outcomes] == [0, 0], outcomes
    assert_same(tmp_path / "evaluated", expected)
    assert read(tmp_path / "late")[1] == []
    assert outcomes[0][1].count("(RuntimeError: the parameters were sharded after watch(); call watch() after") == 1
    assert not (tmp_path / "flat").exists()
    assert outcomes[0][1].count("FullyShardedDataParallel (use fully_shard, its successor)") == 1


def test_half_precision_and_parameters_kept_whole_do_not_mislead(launch, tmp_path) -> None:
    outcomes = launch("fsdp_policies", tmp_path)
    assert [status for status, _ in outcomes] == [0, 0], outcomes
    _, snapshots, losses = read(tmp_path / "run")
    truth = json.loads((tmp_path / "truth.json").read_text())
    assert losses == {0: 0.0, 1: 1.0, 2: 2.0}
    for snapshot in snapshots:
        for name, wanted in zip(("weight_norm", "grad_norm"), truth[str(snapshot.step)], strict=True):
            norms = snapshot.stats[:, STATS.index(name)]
            assert np.sqrt(np.nansum(norms.astype(np.float64) ** 2)) == pytest.approx(wanted, rel=1e-5), name
        assert np.nanmin(snapshot.stats[:, STATS.index("update_norm")]) > 0
    assert len(snapshots) == 3


def test_a_rank_that_never_watches_is_named_and_training_goes_on(launch, tmp_path) -> None:
    (status, output), (other, _) = launch("fsdp_silent", tmp_path)
    assert (status, other) == (0, 0), output
    assert "every rank must call watch() and viz.step()" in output
    assert (tmp_path / "snapshots").read_text() == "0"


def test_each_way_to_spread_a_parameter_gives_its_true_figures_or_none(launch, tmp_path) -> None:
    outcomes = launch("placements", tmp_path, ranks=4)
    assert [status for status, _ in outcomes] == [0] * 4, outcomes
    with script.watched(script.placed(spread=False), None, tmp_path / "alone", rows=40) as viz:
        viz.step(0)
    (record,), (ours,), _ = read(tmp_path / "run")
    _, (theirs,), _ = read(tmp_path / "alone")
    layers = {layer.path: place for place, layer in enumerate(record.layers)}
    estimated = ("near_zero", "epsilon", "mean", "std")  # from some entries, others where a share has another form
    exact = [column for column, name in enumerate(STATS) if not any(part in name for part in estimated)]
    for path in ("wte", *script.LAYOUTS):
        np.testing.assert_allclose(
            ours.stats[layers[path]][exact], theirs.stats[layers[path]][exact], rtol=1e-5, atol=1e-6, err_msg=path
        )
        mean, std = (STATS.index(f"weight_{what}") for what in ("mean", "std"))
        assert ours.stats[layers[path], mean] == pytest.approx(theirs.stats[layers[path], mean], abs=5e-3)
        assert ours.stats[layers[path], std] == pytest.approx(theirs.stats[layers[path], std], rel=0.03)
        near_zero = STATS.index("weight_near_zero_ratio")
        assert ours.stats[layers[path], near_zero] == pytest.approx(theirs.stats[layers[path], near_zero], abs=3e-3)
    partial = ours.stats[layers["partial"]]
    assert np.isnan(partial[[STATS.index(name) for name in STATS if name.startswith("grad")]]).all()
    assert np.isfinite(partial[STATS.index("weight_norm")])
    rows = ours.embeddings["wte"], theirs.embeddings["wte"]
    np.testing.assert_array_equal(rows[0].values, rows[1].values)
    np.testing.assert_allclose(rows[0].grad_norms, rows[1].grad_norms, rtol=1e-6)


def test_the_sharded_example_runs_under_torchrun_and_one_rank_writes(tmp_path) -> None:
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    done = subprocess.run(
        [*command, str(ROOT / "examples" / "fsdp2.py"), str(tmp_path)],
        env=os.environ | {"OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""},
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    (_,), snapshots, _ = read(tmp_path)
    assert len(snapshots) >= 5
    assert {path for snapshot in snapshots for path in snapshot.embeddings}
    assert len(list(tmp_path.iterdir())) == 1
    assert not np.isnan([snapshot.stats[:, STATS.index("grad_norm")] for snapshot in snapshots]).all()


def test_the_memory_of_what_was_measured_can_still_be_freed(tmp_path) -> None:
    model = script.start()
    optimizer = script.sgd(model)
    with script.watched(model, optimizer, tmp_path) as viz:
        script.train(model, optimizer, viz, steps=range(2))
    for parameter in model.parameters():
        parameter.detach().untyped_storage().resize_(0)  # as sharding libraries do between two steps
