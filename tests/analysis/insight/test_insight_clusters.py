"""Groups of tokens: which stand clear, when they come to be, and what becomes of them."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from tensorboard_plugin_paramviz.analysis.insight import Crowd, Finding, Known, Table, crowd_of, crowd_rows, diagnose
from tensorboard_plugin_paramviz.analysis.insight.cluster_tree import (
    clear_from,
    clear_groups,
    distances,
    separation_of,
)

SNAPSHOTS, ROWS, DIMS = 60, 40, 24
X = np.arange(SNAPSHOTS) / SNAPSHOTS
A, B, C = np.arange(5), np.arange(5, 11), np.arange(11, 17)


def during(begin: float, end: float = 2.0) -> np.ndarray:
    """0, then 1 from `begin` to `end`, with ways of 4 % of the run; [SNAPSHOTS]"""
    return ((X - begin + 0.02) / 0.04).clip(0, 1) - ((X - end + 0.02) / 0.04).clip(0, 1)


def told(groups: dict[int, tuple[np.ndarray, np.ndarray, int]], seed: int = 0) -> list[Finding]:
    """groups: of (rows, how much they are gathered [SNAPSHOTS], number of the place they gather at)."""
    rng = np.random.default_rng(seed)
    own, places = rng.standard_normal((ROWS, DIMS)), 6 * np.linalg.qr(rng.standard_normal((DIMS, 4)))[0].T
    crowd = []
    for at in range(SNAPSHOTS):
        rows = own + 0.05 * rng.standard_normal((ROWS, DIMS))
        for members, gathered, place in groups.values():
            rows[members] = (1 - gathered[at]) * rows[members] + gathered[at] * (places[place] + 0.3 * rows[members])
        crowd.append(crowd_of(rows.astype(np.float32)))
    steps, nothing = np.arange(SNAPSHOTS, dtype=np.int64) * 10, np.full((SNAPSHOTS, ROWS), np.nan, np.float32)
    table = Table(
        "wte", "token_embedding", steps, np.zeros(SNAPSHOTS), np.full(SNAPSHOTS, 20.0), np.zeros((SNAPSHOTS, DIMS)),
        nothing, nothing, nothing, 24, crowd=Crowd(tuple(crowd), tuple(f"t{at}" for at in range(ROWS))),
    )  # fmt: skip
    found = diagnose(Known(0, 10 * SNAPSHOTS - 1, tables=(table,))).findings
    assert all(one.severity == "note" and one.layers == ("wte",) for one in found)
    return [one for one in found if one.insight.startswith("cluster")]


def names(rows: np.ndarray) -> set[str]:
    return {f"t{at}" for at in rows.tolist()}


@pytest.mark.parametrize("seed", range(4))
def test_rows_at_random_make_no_groups(seed: int) -> None:
    assert told({}, seed) == []


@pytest.mark.parametrize("seed", range(3))
def test_a_group_that_gathers_is_born_and_one_that_scatters_dissolves_both_with_their_tokens(seed: int) -> None:
    born, dissolved = told({0: (A, during(0.3, 0.7), 0)}, seed)
    assert (born.insight, dissolved.insight) == ("cluster_born", "cluster_dissolved")
    assert set(born.tokens) == set(dissolved.tokens) == names(A)
    assert born.first == pytest.approx(180, abs=15)
    assert dissolved.first == pytest.approx(420, abs=15)
    assert born.evidence is not None
    assert born.evidence.threshold == clear_from(DIMS)
    values = born.evidence.series[0].values
    assert values[25:40].min() > clear_from(DIMS) > values[:15].max()


def test_two_groups_that_meet_merge_and_neither_dissolves() -> None:
    at_first, after = during(0.2, 0.6), during(0.6)
    groups = {0: (A, during(0.1), 0), 1: (B, at_first, 1), 2: (B, after, 0)}
    found = told(groups)
    assert [one.insight for one in found] == ["cluster_born", "cluster_born", "cluster_merged"]
    assert set(found[-1].tokens) == names(A) | names(B)
    assert found[-1].first == pytest.approx(360, abs=20)
    assert len(found[-1].evidence.series) == 3  # type: ignore[union-attr]


def test_a_group_that_parts_in_two_splits() -> None:
    both = np.concatenate([A, B])
    found = told({0: (both, during(0.15, 0.55), 0), 1: (A, during(0.55), 1), 2: (B, during(0.55), 2)})
    assert [one.insight for one in found] == ["cluster_born", "cluster_split"]
    assert set(found[1].tokens) == names(both)
    assert found[1].first == pytest.approx(330, abs=20)


def test_a_group_that_is_there_from_the_first_snapshot_on_was_not_born_in_this_run() -> None:
    assert told({0: (C, np.ones(SNAPSHOTS), 0)}) == []


def test_separation_is_what_its_words_say() -> None:
    rows = np.random.default_rng(1).standard_normal((12, 3)).astype(np.float32)
    members = np.array([0, 3, 4, 7])

    def apart(a: int, b: int) -> float:
        return float(np.linalg.norm(rows[a] - rows[b]))

    own = np.mean([apart(a, b) for a, b in combinations(members.tolist(), 2)])
    outside = [np.mean([apart(one, a) for a in members.tolist()]) for one in range(12) if one not in members]
    near = np.mean(sorted(outside)[:2])
    assert separation_of(distances(rows), members) == pytest.approx(1 - own / near, abs=1e-5)


@pytest.mark.parametrize("dims", [16, 24, 64])
def test_no_branch_of_a_tree_of_random_rows_stands_clear(dims: int) -> None:
    for seed in range(10):
        rows = np.random.default_rng(seed).standard_normal((65, dims)).astype(np.float32)
        assert clear_groups(distances(rows), clear_from(dims)) == []


def test_groups_that_stand_clear_are_told_once_each_and_none_within_another() -> None:
    rng = np.random.default_rng(0)
    centres = 8 * rng.standard_normal((4, 20))
    kinds = np.repeat(np.arange(4), 12)
    rows = (centres[kinds] + rng.standard_normal((48, 20))).astype(np.float32)
    found = {tuple(places.tolist()) for _, places in clear_groups(distances(rows), clear_from(20))}
    assert found == {tuple(np.flatnonzero(kinds == kind).tolist()) for kind in range(4)}


def test_of_many_rows_those_are_looked_at_that_occur_most_often() -> None:
    counts = np.random.default_rng(0).permutation(1000)
    chosen = crowd_rows(1000, counts)
    assert len(chosen) == 192
    assert counts[chosen].min() == np.sort(counts)[-192]
    assert crowd_rows(50, None).tolist() == list(range(50))
    assert len(np.unique(crowd_rows(1000, None))) == 192


def test_of_many_dimensions_few_keep_the_distances() -> None:
    rows = np.random.default_rng(0).standard_normal((60, 500)).astype(np.float32)
    kept = crowd_of(rows).astype(np.float32)
    assert kept.shape == (60, 64)
    far = ~np.eye(60, dtype=bool)
    ratios = distances(kept)[far] / distances(rows)[far]
    assert ratios.std() / ratios.mean() < 0.12
    rows[3, 3] = np.nan
    assert crowd_of(rows).size == 0
