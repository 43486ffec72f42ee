"""What is said of curves alone: phases, spikes, divergence, swings, validation."""

from __future__ import annotations

import numpy as np
import pytest
from made import STEPS, X, curve, healthy_loss, known

from tensorboard_plugin_paramviz.analysis.insight import Curve, Diagnosis, Known, diagnose
from tensorboard_plugin_paramviz.analysis.insight.spikes import LEAST, SIGMAS, WINDOW, outliers


def said(diagnosis: Diagnosis) -> dict[str, int]:
    """First step by insight, notes left out."""
    return {one.insight: one.first for one in diagnosis.findings if one.severity != "note"}


@pytest.mark.parametrize("seed", range(6))
def test_of_a_healthy_loss_nothing_is_said_above_a_note_and_its_phases_are_three(seed: int) -> None:
    diagnosis = diagnose(known(healthy_loss(seed)))
    assert said(diagnosis) == {}
    names = [phase.name for phase in diagnosis.phases]
    assert names == ["initialization", "rapid_learning", "refinement", "convergence"]
    assert [phase.first for phase in diagnosis.phases][1:] == [phase.last + 1 for phase in diagnosis.phases][:-1]
    assert diagnosis.phases[-1].last == STEPS - 1


def test_a_phase_that_has_just_begun_is_provisional_and_a_shorter_one_isn_t_named() -> None:
    loss = healthy_loss(1)
    for part in range(4, 20):
        some = known(loss)
        end = STEPS * part // 20
        diagnosis = diagnose(type(some)(0, end - 1, train=type(some.train)(np.arange(end), loss[:end]), vocabulary=65))
        newest = diagnosis.phases[-1]
        assert newest.last - newest.first >= 0.015 * end
        assert newest.provisional == (newest.last - newest.first + 1 < 0.1 * end) or newest.first == 0


def test_outliers_are_those_of_the_rule_taken_one_by_one() -> None:
    rng = np.random.default_rng(0)
    values = 2 + 0.1 * rng.standard_normal(900)
    values[[200, 500, 504, 800]] += [1.0, 2.0, 1.5, 0.9]
    naive, kept = [], []
    for at, value in enumerate(values):
        before = [one for place, one in kept if place >= at - WINDOW]
        if len(before) >= LEAST and value > np.mean(before) + SIGMAS * np.std(before):
            naive.append(at)
        else:
            kept.append((at, value))
    assert np.flatnonzero(outliers(values)[0]).tolist() == naive == [200, 500, 504, 800]


def test_a_spike_is_dated_and_one_where_the_run_was_resumed_is_the_session_s() -> None:
    loss = healthy_loss(2)
    loss[1300:1310] *= 1.5
    assert said(diagnose(known(loss))) == {"spike": 1300}
    resumed = diagnose(known(loss, restarts=(1305,)))
    assert said(resumed) == {}
    assert [one.first for one in resumed.findings if one.insight == "resume"] == [1305]


@pytest.mark.parametrize("onset", [0.4, 0.65])
def test_a_loss_that_leaves_for_good_diverges_from_where_it_began_to(onset: float) -> None:
    loss = healthy_loss(4) + 2.5 * (1 - np.exp(-(X - onset).clip(0) / 0.06))
    diagnosis = diagnose(known(loss))
    assert said(diagnosis)["divergence"] == pytest.approx(onset * STEPS, abs=0.02 * STEPS)
    assert diagnosis.phases[-1].name == "divergence"


def test_a_loss_that_comes_back_has_not_diverged() -> None:
    loss = healthy_loss(4) * (1 + 0.5 * np.exp(-(((X - 0.5) / 0.01) ** 2)))
    assert "divergence" not in said(diagnose(known(loss)))


@pytest.mark.parametrize("period", [31, 57])
def test_a_loss_that_swings_oscillates_and_one_with_as_much_noise_doesn_t(period: int) -> None:
    swing = ((X - 0.4) / 0.05).clip(0, 1) * 0.12 * np.sin(2 * np.pi * np.arange(STEPS) / period)
    found = said(diagnose(known(healthy_loss(5) * (1 + swing))))
    assert found["oscillation"] == pytest.approx(0.4 * STEPS, abs=0.02 * STEPS)
    assert "oscillation" not in said(diagnose(known(healthy_loss(5, noise=0.08))))


def test_a_standstill_before_a_drop_is_a_plateau_unless_the_schedule_explains_the_drop() -> None:
    u = ((X - 0.55) / 0.04).clip(0, 1)
    steep = np.log(65) * (0.35 + 0.65 * (0.6 * (1 + X / 0.025) ** -2.2 + 0.4 * (1 - u)))
    noise = 1 + 0.01 * np.random.default_rng(0).standard_normal(STEPS)
    diagnosis = diagnose(known(steep * noise))
    assert [phase.name for phase in diagnosis.phases][-3:-1] == ["plateau", "rapid_learning"]
    assert "plateau" in said(diagnosis)
    rate = 1e-3 * np.minimum(1, (np.arange(STEPS) + 1) / 40) * (1 - 0.9 * ((X - 0.55) / 0.45).clip(0))
    assert "plateau" not in said(diagnose(known(steep * noise, learning_rate=curve(rate))))


def test_validation_that_rises_while_training_falls_is_overfitting_and_with_it_is_not() -> None:
    rng = np.random.default_rng(3)
    rise = 0.4 * ((X - 0.4) / 0.6).clip(0) ** 1.3
    least = healthy_loss(6, 0)[int(0.4 * STEPS)]
    validation = np.maximum(healthy_loss(6, 0), least) * (1 + rise) + 0.01 * rng.standard_normal(STEPS)
    fitted = known(healthy_loss(6) * (1 - 0.5 * rise), validation=curve(validation, 40))
    assert said(diagnose(fitted))["overfitting"] == pytest.approx(0.4 * STEPS, abs=0.03 * STEPS)
    spoiled = known(healthy_loss(6) * (1 + rise), validation=curve(validation, 40))
    assert "overfitting" not in said(diagnose(spoiled))


def test_generalization_long_after_the_data_is_known_is_told_as_such() -> None:
    heart, late = ((X / 0.06).clip(0, 1)), (((X - 0.6) / 0.06).clip(0, 1))
    train = curve(4 * (1.02 - heart))
    validation = curve(4 * (1 + 0.5 * (X / 0.2).clip(0, 1)) * (1 - late) + 0.05, 40)
    accuracy = curve(late, 40)
    one = known(4 * (1.02 - heart), validation=validation, validation_accuracy=accuracy, train_accuracy=curve(heart))
    diagnosis = diagnose(one)
    assert train.values[-1] < 0.1
    found = {finding.insight: finding for finding in diagnosis.findings}
    assert found["grokking"].severity == "note"
    assert found["grokking"].first == pytest.approx(0.6 * STEPS, abs=0.02 * STEPS)
    assert found["overfitting"].severity == "note"  # it is over
    assert f"step {found['grokking'].first:,} on the model generalizes" in found["overfitting"].sentence
    assert [phase.name for phase in diagnosis.phases][-3:] == ["overfitting", "generalization", "convergence"]


def test_a_start_far_from_an_even_guess_is_told() -> None:
    assert said(diagnose(known(2 * healthy_loss()))) == {"initial_loss": 0}
    learned_before = [one for one in diagnose(known(0.4 * healthy_loss())).findings if one.insight == "initial_loss"]
    assert [one.severity for one in learned_before] == ["note"]
    assert not any(one.insight == "initial_loss" for one in diagnose(known()).findings)
    thrown = healthy_loss()
    thrown[1:3] = 4e10
    for count in (2, 3, len(thrown)):
        begun = Known(0, count - 1, Curve(np.arange(count), thrown[:count]), vocabulary=65)
        assert not any(one.insight == "initial_loss" for one in diagnose(begun).findings), (
            "it is the first step's doing"
        )


def test_a_loss_that_is_no_number_is_a_problem_and_what_is_left_is_still_diagnosed() -> None:
    loss = healthy_loss()
    loss[1500:] = np.nan
    diagnosis = diagnose(known(loss))
    assert said(diagnosis) == {"non_finite": 1500}
    last = diagnosis.phases[-1]
    assert (last.name, last.first, last.last) == ("divergence", 1500, STEPS - 1), "no phase goes on without a loss"
    assert "finite" in last.reason
    loss[-40:] = healthy_loss()[-40:]
    assert all(phase.name != "divergence" for phase in diagnose(known(loss)).phases), "it came back"


@pytest.mark.parametrize("count", [0, 1, 2, 5, 13, 40])
def test_of_a_run_that_has_just_begun_something_or_nothing_is_said_but_no_error(count: int) -> None:
    some = known()
    loss = healthy_loss()[:count]
    for values in (loss, np.full(count, np.nan), np.zeros(count)):
        short = type(some)(0, max(0, count - 1), train=type(some.train)(np.arange(count), values), vocabulary=65)
        for finding in diagnose(short).findings:
            assert finding.insight in ("non_finite", "convergence")


def test_a_fall_that_is_steeper_than_per_cents_can_say_is_no_fall_to_nothing() -> None:
    steps = np.arange(STEPS)
    loss = 0.01 + 4.2 * np.exp(-((steps / 60) ** 2))
    reasons = " ".join(phase.reason for phase in diagnose(Known(0, STEPS - 1, Curve(steps, loss))).phases)
    assert "more than 99 %" in reasons
    assert "100.0 %" not in reasons


@pytest.mark.parametrize("seed", range(4))
def test_what_is_said_of_a_phase_goes_the_way_of_its_name(seed: int) -> None:
    """The first losses are like those of a real run at 180 times the usual rate: a line through a few of them rises."""
    steps = np.arange(300)
    loss = 3.0 + 0.5 * np.exp(-steps / 60) + 0.25 * np.random.default_rng(seed).standard_normal(300)
    begins = [4.4, 3.9, 8.5, 6.1, 5.3, 4.9, 3.9, 3.7, 3.6, 3.6, 3.7, 3.7, 3.8, 3.9, 4.0, 4.1, 4.0, 3.9, 3.8, 3.7, 3.5]
    loss[: len(begins)] = begins
    reasons = [phase.reason for phase in diagnose(Known(0, 299, Curve(steps, loss))).phases]
    assert any("falls by" in reason for reason in reasons)
    assert not [reason for reason in reasons if "rises" in reason]
