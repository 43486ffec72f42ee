"""The circuit breaker by a clock of the test's own: how long it rests, and how much it says in a bad week."""

from __future__ import annotations

import logging
import threading

import pytest

from tensorboard_plugin_paramviz.capture.breaker import FIRST_REST_SECS, LONGEST_REST_SECS, Breaker


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def rest(breaker: Breaker, clock: Clock) -> float:
    begin = clock.now
    while not breaker.lets_through():
        clock.now += 0.5
    return clock.now - begin


def test_what_was_begun_before_the_rest_neither_prolongs_nor_ends_it(clock) -> None:
    breaker = Breaker(clock)
    breaker.failed(OSError())
    breaker.failed(OSError())
    breaker.succeeded()
    assert not breaker.lets_through()
    assert rest(breaker, clock) == FIRST_REST_SECS
    assert breaker.faults == 2


def test_a_fault_that_comes_and_goes_is_rested_from_for_longer_and_longer(clock) -> None:
    breaker, rests = Breaker(clock), []
    for _ in range(8):
        breaker.failed(OSError())
        rests.append(rest(breaker, clock))
        breaker.succeeded()
        assert breaker.lets_through()
    assert rests == [1, 2, 4, 8, 16, 32, 60, 60]


def test_a_minute_without_a_fault_makes_the_next_rest_a_short_one(clock) -> None:
    breaker = Breaker(clock)
    for _ in range(5):
        breaker.failed(OSError())
        rest(breaker, clock)
    breaker.succeeded()
    clock.now += LONGEST_REST_SECS + 1
    breaker.failed(OSError())
    assert rest(breaker, clock) == FIRST_REST_SECS


def test_each_outage_and_its_end_are_told_and_one_has_a_traceback(clock, caplog) -> None:
    breaker = Breaker(clock)
    for error in (OSError("disk full"), RuntimeError("CUDA error")):
        for _ in range(3):
            breaker.failed(error)
            rest(breaker, clock)
        breaker.succeeded()
        breaker.succeeded()
    said = [(record.levelno, record.getMessage(), record.exc_info is not None) for record in caplog.records]
    assert [level for level, _, _ in said] == [logging.ERROR, logging.WARNING] * 2
    assert [traceback for _, _, traceback in said] == [True, False, False, False]
    assert "OSError: disk full" in said[0][1]
    assert "RuntimeError: CUDA error" in said[2][1]
    assert "recording again after 6 faults" in said[3][1]


def test_a_week_of_faults_that_come_and_go_fills_no_log(clock, caplog) -> None:
    breaker = Breaker(clock)
    end = clock.now + 7 * 24 * 3600
    while clock.now < end:
        breaker.failed(OSError("stale file handle"))
        clock.now += LONGEST_REST_SECS
        breaker.succeeded()
        clock.now += 1
    assert breaker.faults > 9000
    assert len(caplog.records) < 30


def test_faults_of_two_threads_are_all_counted(clock) -> None:
    breaker = Breaker(clock)

    def fail() -> None:
        for _ in range(1000):
            breaker.failed(OSError())
            breaker.succeeded()

    threads = [threading.Thread(target=fail) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert breaker.faults == 2000
