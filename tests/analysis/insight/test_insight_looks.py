"""Names of phases keep as a run grows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from made import STEPS, blocks, healthy_loss, known, statistics
from planted import planted

from tensorboard_plugin_paramviz.analysis.insight import Curve, Diagnosis, Known, Phase, Statistics, diagnose
from tensorboard_plugin_paramviz.analysis.insight.looks import agreed, as_of, look_steps
from tensorboard_plugin_paramviz.record import STATS


def until(whole: Known, ordinal: int, memo: dict[object, object]) -> Known:
    """The run when its snapshot `ordinal` had just come."""
    assert whole.statistics is not None
    step = int(whole.statistics.steps[ordinal])
    parts = replace(
        whole.statistics, steps=whole.statistics.steps[: ordinal + 1], values=whole.statistics.values[: ordinal + 1]
    )
    return replace(as_of(whole, step), statistics=parts, memo=memo)


def names(diagnosis: Diagnosis) -> tuple[str, ...]:
    return tuple(phase.name for phase in diagnosis.phases)


def phase(name: str, first: int, last: int) -> Phase:
    return Phase(name, first, last, 0.9, False, f"{name}.")


def test_a_new_name_is_taken_when_three_looks_say_it() -> None:
    old = [(phase("refinement", 0, end),) for end in (70, 80)]
    new = [(phase("refinement", 0, 59), phase("convergence", 60, end)) for end in (90, 95, 99)]
    assert [one.name for one in agreed([*old, *new[:2]], 100)] == ["refinement"]
    assert [(one.name, one.first, one.last) for one in agreed([*old, *new], 100)] == [
        ("refinement", 0, 59),
        ("convergence", 60, 99),
    ]


def test_one_look_that_says_otherwise_changes_nothing() -> None:
    usual = [(phase("rapid_learning", 0, 39), phase("refinement", 40, end)) for end in (80, 85, 90, 95)]
    strange = (phase("refinement", 0, 99),)
    found = agreed([*usual, strange], 100)
    assert [(one.name, one.first, one.last) for one in found] == [("rapid_learning", 0, 39), ("refinement", 40, 99)]
    assert found[0].confidence < 0.9


def test_a_short_phase_whose_borders_differ_from_look_to_look_is_kept() -> None:
    """In pieces none of it would be long enough: a model that generalizes late does so in 3 % of the run."""
    looks = [
        (
            phase("overfitting", 0, 699 + at),
            phase("generalization", 700 + at, 729 + at),
            phase("convergence", 730 + at, 999),
        )
        for at in (0, 4, 8, 12, 14)
    ]
    found = agreed(looks, 1000)
    assert [one.name for one in found] == ["overfitting", "generalization", "convergence"]
    assert 20 <= found[1].last - found[1].first <= 40


def test_looks_from_the_first_half_of_the_run_have_no_vote() -> None:
    """As of `every="auto"`, whose snapshots are dense at the beginning: what was a third of it then is nothing now."""
    steps = np.array([*range(21), 247, 270])
    values = np.full((len(steps), 16, len(STATS)), np.nan, np.float32)
    one = Known(0, 299, statistics=Statistics(steps, values, blocks(), STATS))
    assert look_steps(one) == [247, 270]
    assert look_steps(replace(one, last=20)) != []


def test_divergence_is_named_at_once() -> None:
    usual = [(phase("refinement", 0, end),) for end in (70, 80, 90)]
    gone = (phase("refinement", 0, 89), phase("divergence", 90, 99))
    assert [one.name for one in agreed([*usual, gone], 100)] == ["refinement", "divergence"]


@pytest.mark.parametrize("name", ["convergence", "decay_kink", "plateau_then_drop", "divergence"])
def test_as_a_run_grows_phases_stand_side_by_side_and_past_ones_do_not_change_their_names_to_and_fro(name: str) -> None:
    whole, _ = planted(name, 0)
    memo: dict[object, object] = {}
    grid = np.arange(0, whole.last, 10)
    said: list[list[str]] = [[] for _ in grid]
    for ordinal in range(20, 100, 4):
        now = until(whole, ordinal, memo)
        told = diagnose(now).phases
        assert (told[0].first, told[-1].last) == (0, now.last)
        assert [one.first for one in told[1:]] == [one.last + 1 for one in told[:-1]]
        for names_of, at in zip(said, grid.tolist(), strict=True):
            name = next((one.name for one in told if one.first <= at <= one.last), None)
            if name is not None and (not names_of or names_of[-1] != name):
                names_of.append(name)
    assert np.mean([len(names_of) for names_of in said]) < 2.2
    came_back = [any(a == c for a, c in zip(one, one[2:], strict=False)) for one in said]
    assert np.mean(came_back) < 0.15


def test_what_is_said_depends_on_the_run_alone_and_not_on_who_watched_it() -> None:
    whole, _ = planted("slow_convergence", 1)
    memo: dict[object, object] = {}
    for ordinal in range(40, 100, 9):
        watched = diagnose(until(whole, ordinal, memo))
        assert watched.phases == diagnose(until(whole, ordinal, {})).phases


def test_looks_lie_on_snapshots_that_earlier_looks_lay_on() -> None:
    of = statistics()
    loss = healthy_loss()
    seen: set[int] = set()
    for count in range(20, 100):
        some = replace(of, steps=of.steps[:count], values=of.values[:count])
        steps = look_steps(known(loss, statistics=some))
        assert len(steps) <= 8
        assert set(steps) <= set(some.steps.tolist())
        new = set(steps) - seen
        assert len(new) <= (8 if count == 20 else 1)
        seen |= set(steps)


def test_a_run_as_it_stood_holds_nothing_of_what_came_later() -> None:
    whole = known(healthy_loss(), validation=Curve(np.arange(0, STEPS, 40), np.ones(STEPS // 40)), restarts=(300, 900))
    then = as_of(whole, 500)
    assert then.train is not None
    assert then.validation is not None
    assert (then.last, then.train.steps[-1], then.validation.steps[-1]) == (500, 500, 480)
    assert then.restarts == (300,)
    assert as_of(whole, -1).train is None
