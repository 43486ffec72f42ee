"""The stories a simulated run can tell. One function each; its docstring's first line is what --list shows."""

from __future__ import annotations

import numpy as np

from simulated.course import Course, scenario
from simulated.model import NOISE_COHERENCE, PEAK_LR, Settings


@scenario
def convergence(settings: Settings, rng: np.random.Generator) -> Course:
    """A healthy run: rapid learning, refinement, convergence; tokens settle into their classes, frequent ones first."""
    count = settings.steps
    t = np.arange(count, dtype=float)
    warmup, tau = max(1.0, 0.03 * count), max(1.0, count / 200)
    cosine = 0.55 + 0.45 * np.cos(np.pi * np.clip((t - warmup) / max(1.0, count - warmup), 0, 1))
    lr = PEAK_LR * np.where(t < warmup, (t + 1) / (warmup + 1), cosine)
    start = np.log(max(2, settings.rows))
    end = 0.35 * start
    # Learning begins with the warm-up's own progress, so that the first steps are flat as they are in a real run.
    learned = np.cumsum(lr) / PEAK_LR
    smooth = end + (start - end) * (1 + learned / tau) ** -0.6
    loss = smooth * (1 + 0.015 * rng.standard_normal(count))
    gap = 0.04 * learned / learned[-1]
    val_loss = smooth * (1 + gap) + 0.003 * start * rng.standard_normal(count)
    coherence = NOISE_COHERENCE + (1 - NOISE_COHERENCE) * np.exp(-learned / (4 * tau))
    gradient = 0.25 + 2.0 * (1 + learned / tau) ** -0.5
    return Course(lr, loss, val_loss, coherence, gradient, stir=np.sqrt(lr / PEAK_LR))
