"""Shares travel through a real TCP store: whole, in time, or not at all; and who waits for whom has an end."""

from __future__ import annotations

import subprocess
import sys
import threading
import time

import numpy as np
import pytest
from torch.distributed import TCPStore

from tensorboard_plugin_paramviz.capture.agreement import AgreedAuto, AgreedGovernor
from tensorboard_plugin_paramviz.capture.exchange import Exchange, MissingShareError
from tensorboard_plugin_paramviz.capture.governor import Governor
from tensorboard_plugin_paramviz.capture.mailbox import PIECE_BYTES, Mailbox
from tensorboard_plugin_paramviz.capture.merging import Arrays, Layout


@pytest.fixture
def store() -> TCPStore:
    return TCPStore("127.0.0.1", 0, 1, is_master=True)


def exchange(store: TCPStore, rank: int, ranks: int = 2, agreement: AgreedGovernor | None = None) -> Exchange:
    return Exchange(Mailbox(store, "paramviz/0"), range(ranks), rank, agreement)


def half(rank: int, step: int, size: int = 4) -> tuple[Layout, Arrays]:
    layout = Layout([2 * size], [rank * size], [size], [True], [True])
    return layout, {"weight 0": np.arange(rank * size, rank * size + size, dtype=np.float32) + step}


def test_shares_of_any_size_make_a_whole_and_leave_nothing_in_the_store(store) -> None:
    zero, one = exchange(store, 0), exchange(store, 1)
    before = store.num_keys()
    for step, size in ((0, 4), (1, PIECE_BYTES)):  # the second: four pieces and a bit
        one.send(step, *half(1, step, size))
        merged = zero.gather(step, *half(0, step, size))
        np.testing.assert_array_equal(merged["weight 0"], np.arange(2 * size, dtype=np.float32) + step)
    assert store.num_keys() == before + 1  # the note where rank 1 is


def test_a_share_that_comes_later_is_waited_for(store) -> None:
    zero, one = exchange(store, 0), exchange(store, 1)
    later = threading.Timer(0.2, lambda: one.send(5, *half(1, 5)))
    later.start()
    assert len(zero.gather(5, *half(0, 5))["weight 0"]) == 8
    later.join()


def test_a_silent_rank_costs_that_snapshot_is_named_and_may_come_back(store) -> None:
    zero, one = exchange(store, 0), exchange(store, 1)
    zero.gather_secs = 0.1
    with pytest.raises(MissingShareError, match=r"rank 1 has not reported step 5 in time.*every rank must call"):
        zero.gather(5, *half(0, 5))
    one.send(6, *half(1, 6))
    assert len(zero.gather(6, *half(0, 6))["weight 0"]) == 8


def test_that_a_rank_is_late_can_be_seen_from_the_training_thread(store) -> None:
    zero, one = exchange(store, 0), exchange(store, 1)
    zero.gather_secs = 600.0
    gathering = threading.Thread(target=zero.gather, args=(5, *half(0, 5)))
    gathering.start()
    deadline = time.monotonic() + 60
    while not zero.is_stuck:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    one.send(5, *half(1, 5))
    gathering.join(60)
    assert not zero.is_stuck


def test_a_rank_that_skipped_a_step_is_not_waited_for(store) -> None:
    zero, one = exchange(store, 0), exchange(store, 1)
    zero.gather_secs = 600.0
    one.send(6, *half(1, 6))
    with pytest.raises(MissingShareError, match="rank 1 did not record step 5"):
        zero.gather(5, *half(0, 5))
    assert len(zero.gather(6, *half(0, 6))["weight 0"]) == 8


def test_a_step_from_before_the_run_went_back_is_not_taken_for_the_new_one(store) -> None:
    zero, one = exchange(store, 0), exchange(store, 1)
    zero.gather_secs = 0.1
    one.send(5, *half(1, 100))  # rank 0 missed it
    with pytest.raises(MissingShareError):
        zero.gather(5, *half(0, 200), life=1)
    one.send(5, *half(1, 200), life=1)
    np.testing.assert_array_equal(zero.gather(5, *half(0, 200), life=1)["weight 0"], np.arange(8) + 200)


def test_shares_nobody_fetches_do_not_pile_up(store) -> None:
    one = exchange(store, 1)
    for step in range(50):
        one.send(step, *half(1, step))
    assert store.num_keys() < 15


def test_closing_does_not_wait_for_a_rank_that_died(store, monkeypatch) -> None:
    monkeypatch.setattr("tensorboard_plugin_paramviz.capture.exchange.CLOSING_SECS", 0.05)
    zero = exchange(store, 0)
    zero.gather_secs = 600.0
    threading.Timer(0.1, zero.hurry).start()
    with pytest.raises(MissingShareError):
        zero.gather(5, *half(0, 5))


SENDER = """
import sys, numpy as np
from torch.distributed import TCPStore
from tensorboard_plugin_paramviz.capture.exchange import Exchange
from tensorboard_plugin_paramviz.capture.mailbox import Mailbox
from tensorboard_plugin_paramviz.capture.merging import Layout
sender = Exchange(Mailbox(TCPStore("127.0.0.1", int(sys.argv[1]), 2, is_master=False), "paramviz/0"), (0, 1), 1)
for step in range(10**6):
    sender.send(step, Layout([8], [4], [4], [True], [True]), {"weight 0": np.arange(4, 8, dtype=np.float32)})
    sys.stdin.readline()
"""


def test_a_rank_that_is_killed_costs_no_more_than_the_time_limit(store) -> None:
    sender = subprocess.Popen([sys.executable, "-c", SENDER, str(store.port)], stdin=subprocess.PIPE)
    zero = exchange(store, 0)
    zero.gather_secs = 60.0
    assert len(zero.gather(0, *half(0, 0))["weight 0"]) == 8
    sender.kill()
    sender.communicate()
    zero.gather_secs = 0.1
    with pytest.raises(MissingShareError):
        zero.gather(1, *half(0, 1))


def test_the_trainings_own_use_of_the_store_is_not_held_up(store) -> None:
    zero = exchange(store, 0)
    zero.gather_secs = 600.0

    def gather() -> None:
        with pytest.raises(MissingShareError):
            zero.gather(0, *half(0, 0))

    waiting = threading.Thread(target=gather)
    waiting.start()
    for number in range(200):
        store.set(f"training {number}", "x")
    exchange(store, 1).send(1, *half(1, 1))
    waiting.join(60)
    assert not waiting.is_alive()


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def trained(store: TCPStore, steps: int, cost_secs: float, gap: int = 1) -> tuple[list[list[int]], Governor, Clock]:
    """Two ranks in step, each with its own agreement; a snapshot costs so much, a step 0.1 s. Steps taken by each."""
    clock = Clock()
    own = Governor(0.01, clock)
    agreements = AgreedGovernor(own, clock), AgreedGovernor(None, clock)
    zero, one = exchange(store, 0, 2, agreements[0]), exchange(store, 1, 2, agreements[1])
    taken: list[list[int]] = [[], []]
    for step in range(0, steps, gap):
        for rank, agreement in enumerate(agreements):
            agreement.allows(step)  # before the optimizer step
            if agreement.allows(step):
                taken[rank].append(step)
                agreement.spend(cost_secs)
                agreement.taken()
        if taken[1] and taken[1][-1] == step:
            one.send(step, *half(1, step))
        if taken[0][-1] == step:
            zero.gather(step, *half(0, step))
        clock.now += 0.1 * gap
    return taken, own, clock


@pytest.mark.parametrize("gap", [1, 7])
def test_ranks_that_cannot_ask_each_other_take_the_same_steps_within_the_overhead(store, gap) -> None:
    (zero, one), _, clock = trained(store, 20_000, 0.05, gap)
    assert zero == one
    assert 0.3 < len(zero) * 0.05 / (0.01 * clock.now) < 1.5
    assert zero[:4] == [0, gap, 2 * gap, 3 * gap]  # dense at first


def test_a_cheap_snapshot_is_taken_at_each_step(store) -> None:
    (zero, one), *_ = trained(store, 300, 0.0005)
    assert zero == one == list(range(300))


def test_an_answer_does_not_change_between_two_questions() -> None:
    agreement = AgreedGovernor(None)
    agreement.allows(8)
    agreement.taken()
    agreement.learn("[4, 9]")
    assert [agreement.allows(step) for step in (8, 8, 9, 9, 12, 12)] == [True, True, False, False, True, True]


def test_a_rank_that_missed_a_snapshot_meets_the_others_again() -> None:
    zero, one = AgreedAuto(10), AgreedAuto(10)
    taken: list[list[int]] = [[], []]
    for step in range(2000):
        for schedule, steps in zip((zero, one), taken, strict=True):
            if schedule.due(step) and not (schedule is one and 505 <= step < 515):
                schedule.taken(step)
                steps.append(step)
    assert taken[0] != taken[1]
    assert [step for step in taken[0] if step > 600] == [step for step in taken[1] if step > 600]
    assert len(taken[0]) < 10 * (1 + np.log(200)) + 12


def test_a_change_of_pace_survives_going_back() -> None:
    zero, one = AgreedGovernor(_Poor()), AgreedGovernor(None)
    for step in (1000, 1001):
        for agreement in (zero, one):
            assert agreement.allows(step)
            agreement.taken()
    one.learn(zero.news() or "")
    again = [[], []]
    for step in range(600):
        for agreement, steps in zip((zero, one), again, strict=True):
            if agreement.allows(step):
                steps.append(step)
                agreement.taken()
        if again[1] and again[1][-1] == step and (news := zero.news()) is not None:
            one.learn(news)
    assert again[0] == again[1]
    assert len(again[0]) < 300


class _Poor:
    """A governor that can afford nothing."""

    max_overhead = 0.01

    def allows(self, step: int) -> bool:
        return False

    def spend(self, secs: float) -> None: ...

    def taken(self) -> None: ...
