"""The program that lays rows out by UMAP; `web/test_umap.py` has it at work behind the route."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tensorboard_plugin_paramviz.analysis import umap_layout
from tensorboard_plugin_paramviz.analysis.umap_layout import layout, nearest_rows, principal_positions


def unit_rows(seed: int, rows: int, dims: int) -> np.ndarray:
    values = np.random.default_rng(seed).normal(size=(rows, dims)).astype(np.float32)
    return values / np.linalg.norm(values, axis=1, keepdims=True)


@pytest.mark.parametrize(("rows", "count"), [(40, 5), (7, 7), (300, 2)])
def test_neighbours_are_those_of_the_naive_search_and_itself_comes_first(
    monkeypatch: pytest.MonkeyPatch, rows: int, count: int
) -> None:
    monkeypatch.setattr(umap_layout, "_BLOCK_ENTRIES", 11 * rows)
    unit, told = unit_rows(0, rows, 6), []
    neighbours, distances = nearest_rows(unit, count, told.append)
    naive = 1 - unit.astype(np.float64) @ unit.T
    np.fill_diagonal(naive, -1)
    np.testing.assert_array_equal(neighbours, naive.argsort(axis=1)[:, :count])
    np.testing.assert_array_equal(neighbours[:, 0], np.arange(rows))
    np.fill_diagonal(naive, 0)
    np.testing.assert_allclose(distances, np.take_along_axis(naive, neighbours, axis=1), atol=1e-5)
    assert told == sorted(told)
    assert told[-1] == 1


def test_rows_at_one_place_are_their_own_neighbours_all_the_same() -> None:
    unit = np.repeat(unit_rows(0, 1, 4), 5, axis=0)
    neighbours, distances = nearest_rows(unit, 3, lambda share: None)
    np.testing.assert_array_equal(neighbours[:, 0], np.arange(5))
    np.testing.assert_allclose(distances, 0, atol=1e-6)


@pytest.mark.parametrize("dims", [1, 2, 3, 8])
def test_the_first_three_components_come_in_order_and_a_turn_keeps_distances(dims: int) -> None:
    rows = np.random.default_rng(0).normal(size=(50, dims)).astype(np.float32) * np.linspace(1, 3, dims)
    positions = principal_positions(rows.astype(np.float32))
    assert positions.shape == (50, 3)
    np.testing.assert_allclose(positions.mean(axis=0), 0, atol=1e-5)
    assert (np.diff(positions.var(axis=0)) <= 1e-6).all()
    assert positions[:, dims:] == pytest.approx(0)
    if dims <= 3:
        apart = lambda one: np.linalg.norm(one[:, None] - one[None], axis=2)  # noqa: E731
        np.testing.assert_allclose(apart(positions), apart(rows), atol=1e-4)


@pytest.mark.parametrize("rows", [1, 2])
def test_too_few_rows_for_neighbours_are_laid_out_without_umap(rows: int) -> None:
    found = layout(unit_rows(0, rows, 4), 15, lambda progress: None)
    assert found.shape == (rows, 3)
    assert np.isfinite(found).all()


PROGRAM = [sys.executable, "-P", umap_layout.__file__]


AWKWARD = {
    "few rows of one dimension": unit_rows(0, 4, 1),
    "one row opposite to all": np.concatenate([np.ones((20, 1)), -np.ones((1, 1))]).astype(np.float32),
    "all at one place": np.repeat(unit_rows(0, 1, 4), 12, axis=0),
    "of very unlike lengths": np.concatenate([unit_rows(0, 40, 2) * 1e18, unit_rows(0, 40, 2) * 1e-18]),
    "more neighbours than rows": unit_rows(0, 6, 3),
}
#: Compiled once for all of them: that takes longer than the layouts.
ALL = """
import sys, numpy as np
sys.path.append({folder!r})
from umap_layout import layout
cases = np.load(sys.argv[1])
found = {{f"{{turn}} {{name}}": layout(cases[name], 8, lambda at: None) for name in cases for turn in "ab"}}
np.savez(sys.argv[2], **found)
"""


def test_awkward_rows_get_finite_places_and_the_same_each_time(tmp_path: Path) -> None:
    np.savez(tmp_path / "cases.npz", **AWKWARD)
    code = ALL.format(folder=str(Path(umap_layout.__file__).parent))
    command = [sys.executable, "-P", "-c", code, str(tmp_path / "cases.npz"), str(tmp_path / "found.npz")]
    subprocess.run(command, check=True)
    with np.load(tmp_path / "found.npz") as found:
        for name, rows in AWKWARD.items():
            assert found[f"a {name}"].shape == (len(rows), 3), name
            assert np.isfinite(found[f"a {name}"]).all(), name
            np.testing.assert_array_equal(found[f"a {name}"], found[f"b {name}"], err_msg=name)


def test_it_ends_when_nobody_waits_any_more() -> None:
    program = subprocess.Popen(PROGRAM, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert program.stdin is not None
    assert program.stdout is not None
    rows = unit_rows(0, 3000, 32)
    program.stdin.write(json.dumps({"rows": 3000, "dims": 32, "neighbours": 15}).encode() + b"\n" + rows.tobytes())
    program.stdin.flush()
    assert program.stdout.readline().startswith(b"progress ")
    program.stdin.close()
    assert program.wait(timeout=300) != 0
    program.stdout.close()


def test_it_loads_neither_tensorboard_nor_the_rest_of_the_package() -> None:
    """Which is what it takes a process of its own for."""
    code = (
        f"import runpy, sys; runpy.run_path({umap_layout.__file__!r}); "
        "sys.exit(any(name.split('.')[0] in ('tensorboard', 'tensorboard_plugin_paramviz') for name in sys.modules))"
    )
    folder = str(Path(umap_layout.__file__).parent)
    done = subprocess.run([sys.executable, "-P", "-c", code], cwd=folder, check=False, capture_output=True)
    assert done.returncode == 0, done.stderr
