"""Which steps are asked for, and how much time they may take."""

from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tensorboard_plugin_paramviz.capture.breaker import FIRST_REST_SECS, LONGEST_REST_SECS, Breaker
from tensorboard_plugin_paramviz.capture.governor import ADVANCE_SECS, BURST_SECS, Governor
from tensorboard_plugin_paramviz.capture.schedule import Auto, Schedule, make_schedule


def taken_steps(schedule: Schedule, steps: range) -> list[int]:
    taken = []
    for step in steps:
        if schedule.due(step):
            schedule.taken(step)
            taken.append(step)
    return taken


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_an_int_takes_the_first_step_and_the_multiples() -> None:
    assert taken_steps(make_schedule(10, 0), range(7, 45)) == [7, 10, 20, 30, 40]


@pytest.mark.parametrize("length", [100, 10_000, 1_000_000])
def test_auto_takes_every_step_at_first_and_about_a_thousand_however_long(length: int) -> None:
    steps = taken_steps(make_schedule("auto", 50_000), range(length))
    assert steps[:100] == list(range(100))
    gaps = [b - a for a, b in itertools.pairwise(steps)]
    assert all(gap >= max(1, step // 100) for gap, step in zip(gaps, steps[1:], strict=True) if gap > 1)
    assert 0.85 < len(steps) / (100 * (1 + math.log(length / 100))) < 1.1


@pytest.mark.parametrize("snapshot_bytes", [300_000, 1_000_000])
def test_auto_keeps_a_run_of_any_length_within_300_mb(snapshot_bytes: int) -> None:
    schedule = make_schedule("auto", snapshot_bytes)
    count, step = 0, 0
    while step < 10**12:  # a month of a thousand steps a second would be 2.6 billion
        if schedule.due(step):
            schedule.taken(step)
            count += 1
        step += max(1, step // 10_000)
    assert count * snapshot_bytes < 310_000_000
    assert count * snapshot_bytes > 200_000_000, "and makes use of them"


def test_auto_takes_fewer_where_nothing_moves_and_more_where_much_does() -> None:
    def after(change: float) -> int:
        schedule = make_schedule("auto", 20_000)
        assert isinstance(schedule, Auto)
        for _ in taken_steps(schedule, range(10_000)):
            schedule.moved(0.01)
        steps = []
        for step in range(10_000, 12_000):
            if schedule.due(step):
                schedule.taken(step)
                schedule.moved(change)
                steps.append(step)
        return len(steps)

    usual = after(0.01)
    assert usual == pytest.approx(20, abs=3)
    assert after(1e-6) <= usual / 2
    assert after(1.0) >= usual * 1.5


def test_auto_takes_what_is_unusual_for_usual_once_it_stays() -> None:
    schedule = make_schedule("auto", 20_000)
    assert isinstance(schedule, Auto)
    for _ in range(20):
        schedule.moved(0.01)
    taken_steps(schedule, range(1000, 1001))
    for _ in range(60):
        schedule.moved(1e-5)
    assert taken_steps(schedule, range(1001, 1040)) == pytest.approx([1010, 1020, 1030], abs=2)


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False, min_value=0), max_size=50))
def test_no_movement_makes_auto_stop(changes: list[float]) -> None:
    schedule = make_schedule("auto", 20_000)
    assert isinstance(schedule, Auto)
    schedule.taken(10_000)
    for change in changes:
        schedule.moved(change)
    interval = 100
    assert not schedule.due(10_000 + interval // 5)
    assert schedule.due(10_000 + 4 * interval + 20)


def test_steps_that_begin_again_with_each_pass_do_not_make_auto_record_for_ever() -> None:
    schedule = make_schedule("auto", 300_000)
    taken = sum(len(taken_steps(schedule, range(500))) for _ in range(2000))
    assert taken < 3000, "a million steps: a snapshot at each beginning, and few beside"


def test_auto_goes_on_after_a_run_went_back_to_a_saved_state() -> None:
    schedule = make_schedule("auto", 0)
    taken_steps(schedule, range(100_000, 100_100))
    assert taken_steps(schedule, range(500, 520)) == [500, 505, 510, 515]


def test_auto_sees_a_script_that_calls_only_now_and_then() -> None:
    assert len(taken_steps(make_schedule("auto", 0), range(0, 10_000, 100))) == 100


def test_a_function_is_asked_once_a_step() -> None:
    asked: list[int] = []
    schedule = make_schedule(lambda step: asked.append(step) or step in (2, 5), 0)
    assert taken_steps(schedule, range(8)) == [2, 5]
    assert (schedule.due(7), schedule.due(7)) == (False, False)
    assert asked == list(range(8))


@pytest.mark.parametrize("every", [0, -1, True, 1.5, "often", None])
def test_what_is_no_schedule_is_refused(every: object) -> None:
    with pytest.raises((TypeError, ValueError), match="every="):
        make_schedule(every, 0)


@given(st.lists(st.tuples(st.floats(0, 5), st.floats(0, 2)), max_size=60), st.floats(0.001, 0.5))
def test_the_cost_never_passes_what_was_granted_and_one_snapshot(
    visits: list[tuple[float, float]], share: float
) -> None:
    clock = Clock()
    governor = Governor(share, clock)
    spent = dearest = 0.0
    for wait, cost in visits:
        clock.now += wait
        if governor.allows(0):
            governor.spend(cost)
            governor.taken()
            spent, dearest = spent + cost, max(dearest, cost)
        granted = max(share * clock.now, ADVANCE_SECS + share * clock.now / 2)
        assert spent <= granted + dearest + 1e-9


def test_cheap_snapshots_are_never_refused_and_a_dear_one_is_not_refused_for_ever() -> None:
    clock = Clock()
    cheap, dear = Governor(0.01, clock), Governor(0.01, clock)
    allowed = 0
    for _ in range(10_000):
        clock.now += 0.1
        assert cheap.allows(0)
        cheap.spend(0.0005)
        cheap.taken()
        if dear.allows(0):
            allowed += 1
            dear.spend(3.0)
            dear.taken()
    assert allowed == pytest.approx(1000 * 0.01 / 3, abs=2)


def test_a_long_pause_saves_up_no_more_than_one_burst() -> None:
    clock = Clock()
    governor = Governor(0.5, clock)
    assert governor.allows(0)
    clock.now += 3600
    assert governor.allows(1)
    governor.spend(BURST_SECS + 0.1)
    assert not governor.allows(2)


def test_without_a_limit_everything_is_allowed() -> None:
    governor = Governor(None)
    governor.spend(1e9)
    assert governor.allows(0)


def test_an_advance_is_paid_back_so_that_later_the_whole_run_is_within_its_share() -> None:
    clock, spent = Clock(), 0.0
    governor = Governor(0.01, clock)
    for _ in range(1000):
        clock.now += 0.1
        while governor.allows(0):
            governor.spend(0.002)
            governor.taken()
            spent += 0.002
        if clock.now < 1:
            assert spent >= ADVANCE_SECS * 0.9, "the first steps are dense"
        if clock.now > 2 * ADVANCE_SECS / 0.01:
            assert spent <= 0.01 * clock.now + 0.002
    assert spent >= 0.0095 * clock.now, "and what is allowed is used"


def test_a_breaker_rests_longer_and_longer_and_recovers(caplog) -> None:
    clock = Clock()
    breaker = Breaker(clock)
    rests = []
    for _ in range(9):
        breaker.failed(OSError("disk full"))
        breaker.failed(OSError("the same, from work already begun"))
        begin = clock.now
        while not breaker.lets_through():
            clock.now += 0.5
        rests.append(clock.now - begin)
    assert rests[:3] == [FIRST_REST_SECS, 2 * FIRST_REST_SECS, 4 * FIRST_REST_SECS]
    assert rests[-1] == LONGEST_REST_SECS
    assert sum(record.exc_info is not None for record in caplog.records) == 1  # one traceback for all of them
    breaker.succeeded()
    assert breaker.lets_through()
    assert "recording again after 18 faults" in caplog.text
