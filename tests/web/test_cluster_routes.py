"""`clusters` and the displacements of `rows`."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest
from basis_runs import FALLING, FLAT, BasisRun, spectrum
from event_files import EMBEDDING, RunWriter, model_event, snapshot_at, write_run
from server import PREFIX, get_binary, served

from tensorboard_plugin_paramviz.analysis.row_clusters import clusters_of
from tensorboard_plugin_paramviz.record import dequantize, quantize
from tensorboard_plugin_paramviz.web import clusters as module

OF = f"run=a&embedding={EMBEDDING}"


def values(step: int, rows: int = 20, seed: int = 0) -> np.ndarray:
    return snapshot_at(step, rows, seed=seed).embeddings[EMBEDDING].values


def test_clusters_are_of_the_step_asked_for_and_else_of_the_last(tmp_path: Path) -> None:
    write_run(tmp_path / "a", range(0, 50, 10), rows=20)
    with served(tmp_path) as (client, _):
        for query, step in (("", 40), ("&step=10", 10)):
            header, arrays = get_binary(client, f"clusters?{OF}{query}")
            clusters, sizes = clusters_of(quantize(values(step)))
            assert header | {"arrays": None} == {
                "run": "a",
                "embedding": EMBEDDING,
                "step": step,
                "count": len(sizes),
                "arrays": None,
            }
            np.testing.assert_array_equal(arrays["clusters"], clusters)
            np.testing.assert_array_equal(arrays["sizes"], sizes)
        response = client.get(f"{PREFIX}clusters?{OF}&step=15")
        assert (response.status_code, "nearest: 10, 20" in response.get_data(as_text=True)) == (404, True)


def test_they_are_looked_for_once_and_anew_where_the_run_was_begun_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = write_run(tmp_path / "a", range(5), rows=20)
    looked: list[int] = []

    def counted(rows: object) -> object:
        looked.append(1)
        return clusters_of(rows)  # type: ignore[arg-type]

    monkeypatch.setattr(module, "clusters_of", counted)
    with served(tmp_path) as (client, plugin):
        plugin._follower.stop()
        for _ in range(3):
            get_binary(client, f"clusters?{OF}")
        get_binary(client, f"clusters?{OF}&step=4")
        assert len(looked) == 1
        writer.path.unlink()
        again = RunWriter(tmp_path / "a", "events.out.tfevents.3000.host.1.0")
        again.append(model_event(20))
        again.snapshots(*range(5), rows=20, seed=1)
        plugin._index.scan()
        plugin._index.poll()
        _, arrays = get_binary(client, f"clusters?{OF}")
    assert len(looked) == 2
    np.testing.assert_array_equal(arrays["clusters"], clusters_of(quantize(values(4, seed=1)))[0])


def test_while_a_run_grows_they_stand_until_it_is_half_as_long_again_or_has_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = write_run(tmp_path / "a", range(10), rows=20)  # wall times 1000 + step
    with served(tmp_path) as (client, plugin):
        plugin._follower.stop()
        now = 1011.0
        monkeypatch.setattr(time, "time", lambda: now)

        def step_after(*steps: int) -> int:
            writer.snapshots(*steps, rows=20)
            plugin._index.poll()
            return get_binary(client, f"clusters?{OF}")[0]["step"]

        assert [step_after(), step_after(10, 11, 12, 13), step_after(14), step_after(15)] == [9, 9, 14, 14]
        now = 2000.0
        assert step_after() == 15


def test_displacements_are_distances_from_the_first_step(tmp_path: Path) -> None:
    write_run(tmp_path / "a", range(10, 50, 10), rows=20)
    with served(tmp_path) as (client, _):
        header, arrays = get_binary(client, f"rows?{OF}&step=30")
        _, at_first = get_binary(client, f"rows?{OF}&step=10")
    whole = [dequantize(quantize(values(step))) for step in (10, 30)]
    assert (header["step"], header["first_step"]) == (30, 10)
    np.testing.assert_allclose(arrays["displacements"], np.linalg.norm(whole[1] - whole[0], axis=1), rtol=1e-5)
    np.testing.assert_array_equal(at_first["displacements"], 0)


def test_displacements_hold_across_two_bases(tmp_path: Path) -> None:
    """Of each row what its basis keeps of it counts."""
    run = BasisRun(tmp_path / "a")
    anew = []
    for step in range(6):
        run.snapshot(step, spectrum(step // 3, FALLING if step < 3 else FLAT) * np.float32(step + 1))
        anew.append(run.with_basis)
    assert anew[0]
    assert any(anew[1:]), "a later one is written in another"
    with served(tmp_path) as (client, _):
        now, then = (get_binary(client, f"rows?{OF}&step={step}&rows=0,7")[1]["values"] for step in (5, 0))
        _, arrays = get_binary(client, f"rows?{OF}&step=5")
    np.testing.assert_allclose(arrays["displacements"][[0, 7]], np.linalg.norm(now - then, axis=1), rtol=1e-3)
