"""`watch()` as a callback of Lightning's Trainer, under either name of the package."""

from __future__ import annotations

import importlib
from contextlib import suppress
from typing import Any

from tensorboard_plugin_paramviz.callbacks.session import Session, choose_place, takes_part
from tensorboard_plugin_paramviz.capture.insight_alerts import Callback

#: Two packages with the same API, each with a Callback and a Trainer of its own; both may be installed.
_PACKAGES = ("lightning.pytorch", "pytorch_lightning")


def _bases() -> tuple[type, ...]:
    """The Callback of each package that is installed, so that either Trainer knows ours for one."""
    found = []
    for name in _PACKAGES:
        with suppress(ImportError):
            found.append(importlib.import_module(name).Callback)
    if not found:
        raise ImportError("LightningCallback needs Lightning: pip install lightning")
    return tuple(found)


class LightningCallback(*_bases()):  # type: ignore[misc]  # chosen by what is installed
    """Records a LightningModule at each optimizer step that is due.

        Trainer(..., callbacks=[LightningCallback()])

    Args:
        writer_or_logdir: where to write. Default: the file of the trainer's TensorBoardLogger; without one, `paramviz`
            in the trainer's `log_dir`.
        on_insight: called with each new finding that is more than a note, in a thread of its own; see
            `viz.on_insight()`. To end the training set a flag there that another callback looks at.
        options: of `watch()`: every, level, max_overhead, max_bytes, rows, labels, counts, strict and what else it has.

    A snapshot has the number Lightning's loggers give to this batch. Gradients are the accumulated, clipped ones. Under
    manual optimization the snapshot is taken as soon as the last of the optimizers has stepped: `training_step` may
    clear the gradients itself. Under torch.distributed each process calls `watch()`, and rank 0 writes. `fast_dev_run`
    is not recorded.

    Raises: TypeError for an unknown option or an `on_insight` that can't be called, at once; at the start of the
    training what `watch()` raises; nothing later.
    """

    def __init__(self, writer_or_logdir: Any = None, *, on_insight: Callback | None = None, **options: Any) -> None:
        self._given = writer_or_logdir
        self._session = Session(self, options, on_insight)
        self._hooks: list[Any] = []
        self._optimizer_steps = 0  # at the end of the batch before
        self._last: Any = None  # the optimizer that stepped last in a batch, and so ends it
        self._stepped: Any = None  # the optimizer that stepped last in this batch
        self._trainer: Any = None

    def on_train_start(self, trainer: Any, pl_module: Any) -> None:
        self.close()
        log_dir = trainer.log_dir  # asked on every rank: it is broadcast
        if trainer.fast_dev_run or not takes_part(trainer.is_global_zero):
            return
        writers = [logger.experiment for logger in trainer.loggers if _is_tensorboard(logger)]
        place = choose_place(self._given, writers, lambda: f"{log_dir or trainer.default_root_dir}/paramviz")
        self._session.start(pl_module, place, trainer.optimizers)
        self._optimizer_steps = trainer.global_step
        if not pl_module.automatic_optimization:
            self._trainer = trainer
            self._last = trainer.optimizers[0] if len(trainer.optimizers) == 1 else None
            hookable = [each for each in trainer.optimizers if hasattr(each, "register_step_post_hook")]
            self._hooks = [each.register_step_post_hook(self._after_step) for each in hookable]

    def on_train_batch_end(self, trainer: Any, pl_module: Any, outputs: Any, batch: Any, batch_idx: int) -> None:
        stepped, self._stepped = self._stepped, None
        if trainer.global_step == self._optimizer_steps:  # still accumulating
            return
        self._optimizer_steps = trainer.global_step
        if stepped is not None and stepped is self._last:  # recorded when it stepped
            return
        self._last = stepped
        loss = outputs.get("loss") if isinstance(outputs, dict) else None
        if loss is not None and pl_module.automatic_optimization and trainer.accumulate_grad_batches > 1:
            loss = loss * trainer.accumulate_grad_batches  # Lightning divided it
        self._session.step(_step_of(trainer), loss)

    def on_train_end(self, trainer: Any, pl_module: Any) -> None:
        self.close()

    def on_exception(self, trainer: Any, pl_module: Any, exception: BaseException) -> None:
        self.close()

    def teardown(self, trainer: Any, pl_module: Any, stage: str) -> None:
        self.close()

    def close(self) -> None:
        """Write what is waiting. The trainer sees to it, however the training ends."""
        for hook in self._hooks:
            hook.remove()
        self._hooks, self._trainer, self._last, self._stepped = [], None, None, None
        self._session.close()

    def _after_step(self, optimizer: Any, args: Any, kwargs: Any) -> None:
        # In an alternating training (a GAN) each optimizer steps in turn: the one that ended the batch before is taken
        # to end this one too. Where it doesn't, on_train_batch_end() records.
        self._stepped = optimizer
        if optimizer is self._last and self._trainer is not None:
            self._session.step(_step_of(self._trainer))


def _step_of(trainer: Any) -> int:
    """What Lightning's loggers call this step. `global_step` is one ahead, and counts each of several optimizers."""
    try:
        return int(trainer.fit_loop.epoch_loop._batches_that_stepped)
    except AttributeError:  # not part of its public API
        return int(trainer.global_step)


def _is_tensorboard(logger: Any) -> bool:
    return any(base.__name__ == "TensorBoardLogger" for base in type(logger).__mro__)
