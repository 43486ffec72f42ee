"""Runs that were written by more than one process."""

from __future__ import annotations

import numpy as np

from simulated.course import Course, Restart, scenario
from simulated.laws import ease, finish, phases_of, run_share, sketch, step_at
from simulated.model import Settings
from simulated.truth import Finding, Insight, Severity, Truth


@scenario
def resume(settings: Settings, rng: np.random.Generator) -> Course:
    """Stopped at 45 to 70 % of the run and resumed from a state saved 3 to 8 % earlier: the step goes back.

    The second process opens a second event file, which begins with SessionLog.START at the saved step as a
    SummaryWriter with purge_step writes it, logs its own model record (another session_id), sees the data in another
    order, and had no optimizer state saved: while Adam's moments fill again, the updates agree more, and the loss
    stands 5 to 12 % higher at first and is back within 2 % of the run. Rows and weights go on from where they stood at
    the last snapshot before the saved step.
    """
    stop, back = rng.uniform(0.45, 0.7), rng.uniform(0.03, 0.08)
    saved = step_at(settings, stop - back)
    stopped = max(saved + 1, step_at(settings, stop)) if settings.steps > 1 else 1
    x = run_share(settings)
    made, again = sketch(settings), sketch(settings)
    bump = np.where(np.arange(settings.steps) >= saved, 1 - ease(x, x[saved], x[saved] + 0.02), 0.0)
    height = rng.uniform(0.05, 0.12)
    again.smooth, again.smooth_val = again.smooth * (1 + height * bump), again.smooth_val * (1 + height * bump)
    again.gradient = again.gradient * (1 + bump)
    again.coherence = np.maximum(again.coherence, 0.6 * bump)
    finding = Finding(Insight.RESUME, Severity.NOTE, saved)
    truth = Truth(phases_of(made.smooth), (finding,))
    first = finish(made, rng, truth)
    first.restart = Restart(stopped, saved, finish(again, rng, truth))
    return first
