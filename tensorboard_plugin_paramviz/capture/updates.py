"""What the last optimizer step changed: entries are kept just before it, and compared after it.

A hook before `optimizer.step()` keeps the strided entries and the sampled embedding rows, but only when the snapshot
that follows will be taken. How many optimizer steps stand between two calls of `viz.step()` it learns from the last
time. Several optimizers that share a model (Muon for its matrices, AdamW for the rest) step one after the other: what
is kept is the state before the first of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

#: Until it is known how many optimizer steps one `viz.step()` covers, so many of them are prepared for.
_LEARNING_STEPS = 8


@dataclass(frozen=True)
class Before:
    """entries: strided entries of each parameter, [count] each, None where they can't be known. rows: [R, D] by
    embedding path."""

    entries: list[Tensor | None]
    rows: dict[str, Tensor]
    #: Learning rates of the step itself: a scheduler may have moved on when the snapshot is taken. None = not known.
    rates: list[Tensor | float] | None = None


class UpdateWatch:
    """wanted: asked before the optimizer steps that precede a call of `viz.step()`; take: makes the copies."""

    def __init__(
        self, optimizers: Sequence[torch.optim.Optimizer], wanted: Callable[[], bool], take: Callable[[], Before]
    ) -> None:
        self._wanted, self._take = wanted, take
        self._count = len(optimizers)
        self._seen = 0  # optimizer steps since the last call of viz.step()
        self._skipped: Tensor | None = None  # of the last one: above 0 = it met infinite gradients and did nothing
        self._versions: list[int] | None = None  # at the last call that no hook came before
        self._is_blind = False  # steps may be replayed from a CUDA graph, where nothing of ours runs
        self._expected: int | None = None  # how many there were the time before
        self._before: tuple[int, Before] | None = None  # what was kept, and at which of the steps
        self._handles = [optimizer.register_step_pre_hook(_Hook(self)) for optimizer in optimizers]
        #: Called with an exception of ours; the optimizer never sees it.
        self.failed: Callable[[Exception], None] = lambda error: None

    def on_step(self, optimizer: torch.optim.Optimizer) -> None:
        if torch.compiler.is_compiling():
            return
        if _graph_is_being_captured():
            self._is_blind = True
            return
        try:
            self._seen += 1
            # A gradient scaler leaves unscaling and skipping to optimizers that can do both, and tells them by this.
            found_inf = getattr(optimizer, "found_inf", None)
            self._skipped = found_inf if isinstance(found_inf, Tensor) else None
            if self._is_first_of_last_round():
                self._before = None
                if self._wanted():
                    self._before = self._seen, self._take()
        except Exception as error:
            self._before = None
            self.failed(error)

    def _is_first_of_last_round(self) -> bool:
        if self._expected is not None:
            return self._seen == max(1, self._expected - self._count + 1)
        return self._seen <= _LEARNING_STEPS * self._count and (self._seen - 1) % self._count == 0

    def unused(self, parameters: Callable[[], Sequence[Tensor]]) -> bool | Tensor:
        """Did no optimizer step use the gradients as they are now? True for a call between two steps, and where a
        gradient scaler skipped: they may be half summed up, or still scaled. A tensor above 0 = True, known to the
        device alone. Ask at every call of viz.step(), before `collect()`, and once at the start. Cost: a microsecond.
        """
        # A step that no hook sees (a compiled one) shows in the version counters; one that leaves no trace there (it
        # writes through .data) has a hook.
        if self._seen:
            self._versions = None
            return False if self._skipped is None else self._skipped
        before, self._versions = self._versions, [parameter._version for parameter in parameters()]
        moved = before is not None and before != self._versions
        return not (moved or self._is_blind)

    def collect(self) -> Before | None:
        """What was kept before the last step of the optimizers, once; None if that step wasn't foreseen, or was
        skipped."""
        seen, kept = self._seen, self._before
        self._seen, self._before = 0, None
        if seen:
            self._expected = seen
        if kept is None or seen - kept[0] >= self._count:  # more steps came after it than there are optimizers
            return None
        return kept[1]

    def close(self) -> None:
        for handle in self._handles:
            handle.remove()
        self._before = None


class _Hook:
    """The hook that stands in the user's optimizer. A copy of the optimizer (copy.deepcopy, pickle) gets one that does
    nothing: threads and files can't be copied, and the copy isn't watched."""

    def __init__(self, watch: UpdateWatch | None) -> None:
        self._watch = watch

    def __call__(self, optimizer: torch.optim.Optimizer, *_: object) -> None:
        if self._watch is not None:
            self._watch.on_step(optimizer)

    def __deepcopy__(self, memo: object) -> _Hook:
        return _Hook(None)

    def __reduce__(self) -> tuple[type[_Hook], tuple[None]]:
        return _Hook, (None,)


def _graph_is_being_captured() -> bool:
    return torch.cuda._initialized and torch.cuda.is_current_stream_capturing()
