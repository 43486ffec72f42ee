"""`viz.on_insight()`: findings reach the callback while a real model trains, and nothing else changes."""

from __future__ import annotations

import dataclasses
import json
import os
import pickle
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from own_process import script
from toy_models import Gpt, train

from tensorboard_plugin_paramviz import Finding, Watcher, watch
from tensorboard_plugin_paramviz.capture import insight_alerts

#: No model bears it: weights and loss are no numbers after a few steps.
ABSURD = 1e4


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine, too, the last look is waited for."""
    monkeypatch.setattr(insight_alerts, "LAST_LOOK_SECS", 100.0)


def until(holds: Callable[[], object]) -> None:
    deadline = time.monotonic() + 100
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def trained(logdir: Path, steps: int = 60, rate: float = ABSURD, *callbacks: Callable[[Finding], Any]) -> Gpt:
    """After so many steps; the callbacks hear of everything, notes too."""
    torch.manual_seed(0)
    model = Gpt(dropout=0.0)
    optimizer = torch.optim.SGD(model.parameters(), lr=rate)
    with watch(model, logdir, optimizer=optimizer, every=1, max_overhead=None) as viz:
        for callback in callbacks:
            viz.on_insight(callback, min_severity="note")
        model.losses = train(model, optimizer, viz, steps)
    return model


def is_running(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False


def test_a_learning_rate_that_is_absurd_is_told_with_cause_and_remedy(tmp_path: Path) -> None:
    found: list[Finding] = []
    threads: list[threading.Thread] = []
    trained(tmp_path, 60, ABSURD, found.append, lambda _: threads.append(threading.current_thread()))
    one = next(one for one in found if one.insight == "non_finite")
    assert (one.severity, one.before) == ("problem", None)
    assert 0 <= one.first_step < 20
    assert one.step <= 59
    assert one.layers
    assert f"{one.first_step}" in one.sentence
    assert one.causes
    assert one.remedies
    assert one.source
    with pytest.raises(dataclasses.FrozenInstanceError):
        one.step = 1
    assert len({(one.insight, one.first_step, one.layers, one.severity) for one in found}) == len(found), "once each"
    assert threading.main_thread() not in threads
    assert len(threads) == len(found)


def test_it_comes_while_the_training_goes_on_and_the_loop_can_end_it(tmp_path: Path) -> None:
    model = Gpt(dropout=0.0)
    optimizer = torch.optim.SGD(model.parameters(), lr=ABSURD)
    stop = threading.Event()
    with watch(model, tmp_path, optimizer=optimizer) as viz:

        @viz.on_insight
        def end(finding: Finding) -> None:
            if finding.severity == "problem":
                stop.set()

        step = 0
        until_step = 1_000_000
        while not stop.is_set() and step < until_step:
            train(model, optimizer, viz, 1, step)
            step += 1
        assert end.__name__ == "end"
    assert step < until_step


def test_training_is_the_same_to_the_bit_with_and_without(tmp_path: Path) -> None:
    found: list[Finding] = []
    with_it = trained(tmp_path / "with", 40, 0.5, found.append)
    without = trained(tmp_path / "without", 40, 0.5)
    assert with_it.losses == without.losses
    for mine, theirs in zip(with_it.parameters(), without.parameters(), strict=True):
        assert torch.equal(mine, theirs)


def test_notes_are_kept_from_those_who_asked_for_worse(tmp_path: Path) -> None:
    findings = {name: [] for name in insight_alerts.SEVERITIES}
    torch.manual_seed(0)
    model = Gpt(dropout=0.0)
    optimizer = torch.optim.SGD(model.parameters(), lr=ABSURD)
    with watch(model, tmp_path, optimizer=optimizer, every=1, max_overhead=None) as viz:
        for name, heard in findings.items():
            viz.on_insight(heard.append, min_severity=name)
        train(model, optimizer, viz, 60)
    assert findings["problem"] == [one for one in findings["note"] if one.severity == "problem"] != []
    assert findings["watch"] == [one for one in findings["note"] if one.severity != "note"]


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ((None,), TypeError, "on_insight(): None can't be called; pass a function"),
        ((print, "bad"), ValueError, "min_severity='bad' must be one of 'note', 'watch', 'problem'"),
    ],
)
def test_a_wrong_argument_is_told_at_once(
    tmp_path: Path, arguments: tuple[Any, ...], error: type[Exception], words: str
) -> None:
    with watch(Gpt(), tmp_path) as viz, pytest.raises(error) as raised:
        viz.on_insight(arguments[0], **dict(zip(["min_severity"], arguments[1:], strict=False)))
    assert words in str(raised.value)


@pytest.mark.parametrize("failure", [ZeroDivisionError, SystemExit])
def test_a_callback_that_fails_is_logged_once_and_called_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, failure: type[BaseException]
) -> None:
    calls: list[Finding] = []

    def failing(finding: Finding) -> None:
        calls.append(finding)
        raise failure("planted")

    trained(tmp_path, 60, ABSURD, failing, failing)
    assert len(calls) >= 2
    said = [record for record in caplog.records if "a callback of on_insight() failed" in record.message]
    assert len(said) == 1
    assert "planted" in caplog.text


def test_a_program_that_dies_is_one_warning_and_training_goes_on(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    model = Gpt()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    with watch(model, tmp_path, optimizer=optimizer) as viz:
        viz.on_insight(print)
        until(lambda: viz._alerts._process is not None)
        viz._alerts._process.kill()
        until(lambda: not viz._alerts._thread.is_alive())
        viz.on_insight(print)  # after it has died: nothing happens, nothing raises
        train(model, optimizer, viz, 5)
        assert viz._alerts._process.returncode == -signal.SIGKILL
    assert caplog.text.count("paramviz looks for findings no longer") == 1


def test_a_program_that_cannot_be_started_is_one_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(insight_alerts.sys, "executable", str(tmp_path / "no python"))
    trained(tmp_path / "run", 3, 0.1, print)
    assert caplog.text.count("paramviz can't look for findings") == 1


def test_a_last_look_that_takes_too_long_is_given_up(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(insight_alerts, "LAST_LOOK_SECS", 0.2)
    alerts = insight_alerts.InsightAlerts(str(tmp_path))
    alerts.add(print, "note")
    until(lambda: alerts._process is not None)
    alerts._process.send_signal(signal.SIGSTOP)
    alerts.close()
    assert not is_running(alerts._process.pid)
    assert "gave up waiting for its last look" in caplog.text
    alerts._thread.join()


def test_closing_leaves_neither_a_process_nor_a_thread(tmp_path: Path) -> None:
    model = Gpt()
    with watch(model, tmp_path) as viz:
        viz.on_insight(print)
        until(lambda: viz._alerts._process is not None)
        process, thread = viz._alerts._process, viz._alerts._thread
    assert process.returncode == 0
    assert not thread.is_alive()
    with pytest.raises(ChildProcessError):  # it was waited for: no zombie
        os.waitpid(process.pid, os.WNOHANG)
    viz.close()


def test_one_that_was_never_started_closes_and_a_closed_watcher_starts_none(tmp_path: Path) -> None:
    insight_alerts.InsightAlerts(str(tmp_path)).close()
    viz = watch(Gpt(), tmp_path)
    viz.close()
    assert viz.on_insight(print) is print
    assert viz._alerts is None


def test_copies_and_ranks_that_write_nothing_start_no_program(tmp_path: Path) -> None:
    with watch(Gpt(), tmp_path) as viz:
        copied: Watcher = pickle.loads(pickle.dumps(viz))
        copied.on_insight(print)
        assert copied._alerts is None


def test_the_program_knows_nothing_of_torch_and_has_a_low_priority(tmp_path: Path) -> None:
    if not Path("/proc").is_dir():
        pytest.skip("reads /proc")
    model = Gpt()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    with watch(model, tmp_path, optimizer=optimizer) as viz:
        viz.on_insight(print)
        train(model, optimizer, viz, 20)
        until(lambda: viz._alerts._process is not None)
        pid = viz._alerts._process.pid
        maps = Path(f"/proc/{pid}/maps")
        until(lambda: "numpy" in maps.read_text())
        assert os.getpriority(os.PRIO_PROCESS, pid) == min(19, os.getpriority(os.PRIO_PROCESS, 0) + 10)
        assert "torch" not in maps.read_text()
        assert os.getpgid(pid) != os.getpgid(0), "Ctrl-C is for the training"


WATCHED = """
    import json
    from tensorboard_plugin_paramviz.capture import insight_alerts
    insight_alerts.LAST_LOOK_SECS = 100.0
    found = []
    def heard(finding):
        found.append(finding.insight)
    viz = watch(model, logdir, optimizer=torch.optim.SGD(model.parameters(), lr=1e4), every=1, max_overhead=None)
    viz.on_insight(heard)
    while viz._alerts._process is None:
        time.sleep(0.01)
    print(viz._alerts._process.pid, flush=True)
"""


@pytest.mark.parametrize("secs", [0.0, 1.0], ids=["while it starts", "while it looks"])
def test_it_ends_when_the_training_is_killed_though_a_fork_holds_its_pipe(tmp_path: Path, secs: float) -> None:
    done = script(
        WATCHED
        + """
    forked = os.fork()
    if forked == 0:
        os.closerange(0, 3)
        viz.on_insight(print), viz.step(0), viz.close()  # the parent's, not ours
        time.sleep(300)
        os._exit(0)
    print(forked, flush=True)
    time.sleep({secs})
    os.kill(os.getpid(), signal.SIGKILL)
    """.replace("{secs}", str(secs)),
        tmp_path / "run",
    )
    assert done.returncode == -signal.SIGKILL
    pid, forked = map(int, done.stdout.split())
    try:
        until(lambda: not is_running(pid))
        assert is_running(forked)
    finally:
        os.kill(forked, signal.SIGKILL)


@pytest.mark.parametrize("how", ["Ctrl-C", "the end of the script"])
def test_the_last_findings_come_however_the_script_ends(tmp_path: Path, how: str) -> None:
    body = {
        "Ctrl-C": """
    try:
        with viz:
            train(model, adam(model), viz, 1)
            for step in range(1, 40):
                for parameter in model.parameters():
                    parameter.data.mul_(float("nan"))
                viz.step(step, loss=torch.tensor(float("nan")))
            os.killpg(os.getpgid(0), signal.SIGINT)
            time.sleep(30)
    finally:
        print(json.dumps(found))
    """,
        "the end of the script": """
    import atexit
    atexit.unregister(viz.close)
    atexit.register(lambda: print(json.dumps(found)))
    atexit.register(viz.close)  # as watch() did, before the line above
    train(model, torch.optim.SGD(model.parameters(), lr=1e4), viz, 40)
    """,
    }[how]
    done = script(WATCHED + body, tmp_path / "run", "setsid")  # in a terminal of its own
    pid, found = done.stdout.splitlines()
    assert "non_finite" in json.loads(found), done.stderr
    assert not is_running(int(pid))
    assert done.returncode == (-signal.SIGINT if how == "Ctrl-C" else 0)


def test_lines_that_are_no_findings_are_passed_over() -> None:
    for line in (b"", b"x", b"{}", b"[1]", b'{"severity": "note"}', b"\xff\n"):
        assert insight_alerts._finding(line) is None
