"""Which of a run's scalar tags are its loss curves: the time axis needs one, and nobody should have to configure it."""

from __future__ import annotations

import re

from tensorboard_plugin_paramviz.record.names import LOSS_TAG

_LOSS = re.compile(r"(^|[/_. -])(loss|nll|cross_?entropy|ce|perplexity)($|[/_. -])", re.IGNORECASE)
_VALIDATION = re.compile(
    r"(^|[/_. -])(val|valid|validation|eval|evaluation|test|dev|held_?out)($|[/_. -])", re.IGNORECASE
)
_TRAIN = re.compile(r"(^|[/_. -])(train|training)($|[/_. -])", re.IGNORECASE)
_RATE = re.compile(r"(^|[/_. -])(lr|learning_?rate)($|[/_. -])", re.IGNORECASE)


def likely_curves(tags: list[str]) -> dict[str, str | None]:
    """train, validation and learning_rate: the tag whose name says so, the shortest of several; None where none
    does."""
    losses = [tag for tag in tags if _LOSS.search(tag) and tag != LOSS_TAG]
    validation = [tag for tag in losses if _VALIDATION.search(tag)]
    training = [tag for tag in losses if not _VALIDATION.search(tag)]
    named = [tag for tag in training if _TRAIN.search(tag)]
    fallback = LOSS_TAG if LOSS_TAG in tags else None
    return {
        "train": _plainest(named) or _plainest(training) or fallback,
        "validation": _plainest(validation),
        "learning_rate": _plainest([tag for tag in tags if _RATE.search(tag)]),
    }


def _plainest(tags: list[str]) -> str | None:
    return min(tags, key=lambda tag: (len(tag), tag), default=None)
