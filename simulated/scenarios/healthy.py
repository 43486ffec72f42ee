"""Runs with nothing wrong: a diagnosis must keep silent about all but the plateau."""

from __future__ import annotations

import numpy as np

from simulated.course import Course, scenario
from simulated.laws import (
    constant_schedule,
    cosine_schedule,
    ease,
    finish,
    first_loss,
    phases_of,
    run_share,
    sketch,
    step_at,
    then,
)
from simulated.model import PEAK_LR, Settings
from simulated.truth import Finding, Insight, Phase, Severity, Truth


@scenario
def convergence(settings: Settings, rng: np.random.Generator) -> Course:
    """A healthy run: rapid learning, refinement, convergence; tokens settle into their classes, frequent ones first."""
    made = sketch(settings)
    return finish(made, rng, Truth(phases_of(made.smooth)))


@scenario
def slow_convergence(settings: Settings, rng: np.random.Generator) -> Course:
    """A healthy run at a learning rate 4 to 10 times smaller: the same way, not gone to its end.

    All movement follows the sum of learning rates, so loss, rows and weights get as far as the healthy run is after a
    tenth to a quarter of its steps. The loss falls to the last step: this is no plateau.
    """
    slower = 1 / rng.uniform(4, 10)
    made = sketch(settings, cosine_schedule(settings) * slower)
    return finish(made, rng, Truth(phases_of(made.smooth)), peak_lr=PEAK_LR * slower)


@scenario
def plateau_then_drop(settings: Settings, rng: np.random.Generator) -> Course:
    """The loss stands still for 25 to 40 % of the run, then drops at once as a new ability forms.

    Two abilities: the first is learned by a steep power law and done at 12 to 22 % of the run, where the slope of the
    loss falls below that of a plateau; the second, a third of
    the fall, comes within 2 to 5 % of the run as induction heads do (Olsson et al. 2022, In-context learning and
    induction heads). The rows rest meanwhile and move with the drop; the gradient norm has a bump there.
    """
    made, x = sketch(settings), run_share(settings)
    start = first_loss(settings)
    first = (1 + made.learned / max(0.5, rng.uniform(0.02, 0.035) * settings.steps)) ** -2.2
    before = phases_of(start * (0.35 + 0.65 * (0.61 * first + 0.39)))
    begin = x[before[-1][1]]
    drop = begin + rng.uniform(0.25, 0.4)
    width = rng.uniform(0.02, 0.05)
    second = ease(x, drop, drop + width)
    # Behind the drop what is left falls by the power law again.
    rest = 0.04 * ease(x, drop + width, 1.0)
    share = 0.61 * first + 0.33 * (1 - second) + 0.06 - rest
    gap = made.smooth_val / made.smooth
    made.smooth = start * (0.35 + 0.65 * share)
    made.smooth_val = made.smooth * gap
    bump = ease(x, drop - 0.01, drop + width / 2) - ease(x, drop + width / 2, drop + width + 0.02)
    made.gradient = made.gradient * (1 + 0.8 * bump)
    pace = 1 - 0.95 * (ease(x, begin, begin + 0.03) - ease(x, drop, drop + width))
    stands, drops = step_at(settings, begin), step_at(settings, drop)
    after = min(settings.steps - 1, step_at(settings, drop + width))
    phases = then(
        before,
        (Phase.PLATEAU, stands),
        (Phase.RAPID_LEARNING, drops),
        (Phase.REFINEMENT, after),
    )
    finding = Finding(Insight.PLATEAU, Severity.WATCH, stands)
    return finish(made, rng, Truth(phases, (finding,)), pace=pace)


@scenario
def decay_kink(settings: Settings, rng: np.random.Generator) -> Course:
    """A healthy run at a constant learning rate that decays over the last 15 to 30 %: the loss bends down there.

    Warm-up, stable, decay. On the healthy power law stands a floor of noise proportional to the learning rate, 8 to
    12 % of the final loss, which goes with it (Hu et al. 2024, MiniCPM, have the schedule and the drop). The rows come
    to rest as the noise goes. Nothing is wrong: what a diagnosis may say is that the schedule changed.
    """
    decays, floor = rng.uniform(0.7, 0.85), rng.uniform(0.08, 0.12)
    x = run_share(settings)
    lr = constant_schedule(settings) * (1 - 0.98 * ((x - decays) / (1 - decays)).clip(0))
    made = sketch(settings, lr)
    noise = floor * 0.35 * first_loss(settings) * (lr / PEAK_LR - 1)
    # 0 while the rate is constant: the warm-up is not to show as a change of the noise.
    noise = np.where(x < decays, 0.0, noise)
    made.smooth, made.smooth_val = made.smooth + noise, made.smooth_val + noise
    phases = phases_of(made.smooth)
    return finish(made, rng, Truth(phases))
