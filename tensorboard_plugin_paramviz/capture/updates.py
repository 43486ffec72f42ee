"""What the last optimizer step changed: entries are kept just before it, and compared after it.

A hook before `optimizer.step()` keeps the strided entries and the sampled embedding rows, but only when the snapshot
that follows will be taken. How many optimizer steps stand between two calls of `viz.step()` it learns from the last
time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

#: Until it is known how many optimizer steps one `viz.step()` covers, so many of them are prepared for.
_LEARNING_STEPS = 8


@dataclass(frozen=True)
class Before:
    """entries: strided entries of each parameter, [count] each. rows: [R, D] by embedding path."""

    entries: list[Tensor]
    rows: dict[str, Tensor]


class UpdateWatch:
    """wanted: asked before the optimizer step that precedes a call of `viz.step()`; take: makes the copies."""

    def __init__(
        self, optimizer: torch.optim.Optimizer, wanted: Callable[[], bool], take: Callable[[], Before]
    ) -> None:
        self._wanted, self._take = wanted, take
        self._seen = 0  # optimizer steps since the last call of viz.step()
        self._expected: int | None = None  # how many there were the time before
        self._before: Before | None = None  # of the last optimizer step, or nothing
        self._handle = optimizer.register_step_pre_hook(self._on_step)
        #: Called with an exception of ours; the optimizer never sees it.
        self.failed: Callable[[Exception], None] = lambda error: None

    def _on_step(self, *_: object) -> None:
        if torch.compiler.is_compiling() or _graph_is_being_captured():
            return
        try:
            self._seen += 1
            self._before = None
            learning = self._expected is None and self._seen <= _LEARNING_STEPS
            if (learning or self._seen == self._expected) and self._wanted():
                self._before = self._take()
        except Exception as error:
            self._before = None
            self.failed(error)

    def collect(self) -> Before | None:
        """What was kept before the last optimizer step, once; None if that step wasn't foreseen, or was skipped."""
        seen, before = self._seen, self._before
        self._seen, self._before = 0, None
        if seen:
            self._expected = seen
        return before

    def close(self) -> None:
        self._handle.remove()
        self._before = None


def _graph_is_being_captured() -> bool:
    return torch.cuda._initialized and torch.cuda.is_current_stream_capturing()
