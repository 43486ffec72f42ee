"""What the callbacks share: where to write, which optimizers count, and a watcher that is closed with the training."""

from __future__ import annotations

import inspect
import os
import weakref
from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor, nn

from tensorboard_plugin_paramviz.capture.insight_alerts import Callback, check_callback
from tensorboard_plugin_paramviz.capture.watcher import watch

#: Arguments of `watch()` that a callback finds by itself.
_FOUND = {"model", "writer_or_logdir", "optimizer"}


class Session:
    """One training under a callback.

    owner: the callback; the watcher is closed with it at the latest, should the library never say that training ended.
    options: of `watch()`. on_insight: as `viz.on_insight()` takes it, for each training. Raises TypeError for an option
    `watch()` doesn't have and for what can't be called.
    """

    def __init__(self, owner: object, options: dict[str, Any], on_insight: Callback | None = None) -> None:
        if on_insight is not None:
            check_callback(on_insight, "watch")
        known = sorted(inspect.signature(watch).parameters.keys() - _FOUND)
        for name in options:
            if name not in known:
                raise TypeError(f"{type(owner).__name__}() has no option {name!r}; it takes {', '.join(known)}")
        self._owner, self._options, self._on_insight = weakref.ref(owner), options, on_insight
        self._watcher: Any = None
        self._closes_with_owner: Any = None

    def start(self, model: nn.Module, place: Any, optimizers: Iterable[Any], labels: Any = None) -> None:
        """Begin a run at `place`, a writer or a logdir; an unfinished one is closed first. Raises what `watch()` does.

        optimizers: as the library has them, wrapped or not. labels: used unless the user gave some.
        """
        self.close()
        options = {**self._options}
        if labels is not None and options.get("labels") is None:
            options["labels"] = labels
        found = _that_train(model, optimizers)
        optimizer: Any = found[0] if len(found) == 1 else found or None
        self._watcher = watch(model, place, optimizer=optimizer, **options)
        if self._on_insight is not None:
            self._watcher.on_insight(self._on_insight)
        self._closes_with_owner = weakref.finalize(self._owner(), self._watcher.close)
        self._closes_with_owner.atexit = False  # the watcher sees to that itself

    @property
    def is_open(self) -> bool:
        return self._watcher is not None

    def step(self, step: int, loss: Tensor | float | None = None) -> None:
        if self._watcher is not None:
            self._watcher.step(step, loss=loss)

    def close(self) -> None:
        """Write what is waiting. May be called at any time, any number of times."""
        watcher, self._watcher = self._watcher, None
        if watcher is not None:
            self._closes_with_owner.detach()
            watcher.close()


def takes_part(is_first: bool) -> bool:
    """Must this process call `watch()`? Under torch.distributed each one: reading a sharded model is done together, and
    `watch()` sees to it that one rank writes. Elsewhere only the first."""
    distributed = torch.distributed
    return is_first or (distributed.is_available() and distributed.is_initialized())


def choose_place(given: Any, writers: Iterable[Any], default: Callable[[], str]) -> Any:
    """A writer or a logdir: what the user gave, else the library's own SummaryWriter, else `default()`.

    TensorBoard follows one file at a time in a directory, so a given logdir that a writer has already is that writer.
    """
    usable = [writer for writer in writers if _is_summary_writer(writer)]
    if given is None:
        return usable[0] if usable else default()
    if isinstance(given, str | os.PathLike):
        same = (writer for writer in usable if os.path.realpath(writer.get_logdir()) == os.path.realpath(given))
        return next(same, given)
    return given


def _is_summary_writer(writer: Any) -> bool:
    return hasattr(writer, "_get_file_writer") and not type(writer).__module__.startswith("tensorboardX")


def _that_train(model: nn.Module, optimizers: Iterable[Any]) -> list[torch.optim.Optimizer]:
    """The torch optimizers among them, unwrapped, that hold a parameter of the model."""
    own = {id(parameter) for parameter in model.parameters()}
    found = []
    for optimizer in optimizers:
        while isinstance(getattr(optimizer, "optimizer", None), torch.optim.Optimizer):
            optimizer = optimizer.optimizer
        if isinstance(optimizer, torch.optim.Optimizer) and any(
            id(parameter) in own for group in optimizer.param_groups for parameter in group["params"]
        ):
            found.append(optimizer)
    return found
