"""What fails again and again is told once with its traceback, and then now and then."""

from __future__ import annotations

import logging

import pytest

from tensorboard_plugin_paramviz.web import faults
from tensorboard_plugin_paramviz.web.faults import Faults


def fail(told: Faults, what: str = "answer '/runs'") -> None:
    try:
        raise ZeroDivisionError("planted")
    except ZeroDivisionError as error:
        told.tell(what, error)


def test_of_a_fault_that_goes_on_the_log_has_one_traceback_and_a_line_at_each_power_of_ten(
    caplog: pytest.LogCaptureFixture,
) -> None:
    told = Faults()
    for _ in range(1500):
        fail(told)
    assert [record.exc_info is not None for record in caplog.records] == [True, False, False, False]
    assert [word for record in caplog.records[1:] for word in record.getMessage().split() if "th" in word[-2:]] == [
        "10th",
        "100th",
        "1000th",
    ]
    assert {record.levelno for record in caplog.records} == {logging.ERROR}


def test_the_same_error_on_another_way_has_a_traceback_of_its_own(caplog: pytest.LogCaptureFixture) -> None:
    told = Faults()

    def elsewhere() -> None:
        raise ZeroDivisionError("planted")

    fail(told)
    try:
        elsewhere()
    except ZeroDivisionError as error:
        told.tell("go on", error)
    assert [record.exc_info is not None for record in caplog.records] == [True, True]
    assert caplog.records[1].getMessage() == "Param Viz could not go on; the rest of TensorBoard is not affected"


def test_kinds_of_faults_are_counted_up_to_a_bound(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(faults, "MOST_KINDS", 3)
    told = Faults()
    for number in range(10):
        told.tell("do this", type(f"Error{number}", (Exception,), {})("planted"))
    assert len(told._counts) == 3
    assert len(caplog.records) == 10
