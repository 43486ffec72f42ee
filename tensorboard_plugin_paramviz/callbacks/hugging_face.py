"""`watch()` as a callback of the Hugging Face Trainer."""

from __future__ import annotations

import inspect
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

from torch.utils.tensorboard import SummaryWriter

from tensorboard_plugin_paramviz.callbacks.session import Session, choose_place, takes_part
from tensorboard_plugin_paramviz.callbacks.token_labels import token_labels
from tensorboard_plugin_paramviz.capture.insight_alerts import Callback
from tensorboard_plugin_paramviz.capture.options import check_writer

try:
    from transformers import TrainerCallback
    from transformers.integrations import TensorBoardCallback
    from transformers.integrations.integration_utils import default_logdir
    from transformers.trainer_callback import CallbackHandler
except ImportError as error:
    raise ImportError(f"HuggingFaceCallback needs transformers ({error}): pip install 'transformers[torch]'") from error
if not hasattr(TrainerCallback, "on_optimizer_step"):
    raise ImportError("HuggingFaceCallback needs transformers 4.47 or newer: pip install -U transformers")


class HuggingFaceCallback(TrainerCallback):  # type: ignore[misc]  # untyped base
    """Records a Trainer's model at each optimizer step that is due.

        Trainer(model, args, ..., callbacks=[HuggingFaceCallback()])

    Args:
        writer_or_logdir: where to write. Default: the writer of the Trainer's own TensorBoardCallback; without one,
            `<output_dir>/runs/<start>`, and training that is resumed continues the last of these.
        on_insight: called with each new finding that is more than a note, in a thread of its own; see
            `viz.on_insight()`. To end the training set a flag there that another callback looks at.
        options: of `watch()`: every, level, max_overhead, max_bytes, rows, labels, counts, strict and what else it has.
            Without labels the Trainer's tokenizer (`processing_class`) names the tokens.

    A snapshot has the number of the Trainer's own log lines, `state.global_step` after the optimizer step. Gradients
    are the accumulated, clipped ones. The Trainer keeps the loss to itself until it logs it: the curve has a point for
    each `logging_steps`, through its TensorBoardCallback or else written here as `train/loss`.

    Its TensorBoardCallback opens a new directory when training is resumed; `TENSORBOARD_LOGGING_DIR` keeps it to one.
    Under torch.distributed each process calls `watch()`, and rank 0 writes.

    Raises: TypeError for an unknown option or an `on_insight` that can't be called, at once; at the start of the
    training what `watch()` raises; nothing later.
    """

    def __init__(self, writer_or_logdir: Any = None, *, on_insight: Callback | None = None, **options: Any) -> None:
        self._given = writer_or_logdir
        self._session = Session(self, options, on_insight)
        self._loss_writer: SummaryWriter | None = None

    def on_train_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        self.close()
        if not takes_part(state.is_world_process_zero):
            return
        model = kwargs["model"]
        writers = [getattr(callback, "tb_writer", None) for callback in _board_callbacks()]
        place = choose_place(self._given, writers, lambda: _default_directory(args.output_dir, state.global_step > 0))
        is_logdir = isinstance(place, str | os.PathLike)
        if is_logdir and state.is_world_process_zero:
            place = self._loss_writer = SummaryWriter(check_writer(place)[0])
        self._session.start(
            model, place, [kwargs.get("optimizer")], labels=token_labels(model, kwargs.get("processing_class"))
        )

    def on_optimizer_step(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        self._session.step(state.global_step + 1)  # the Trainer counts after this call

    def on_log(self, args: Any, state: Any, control: Any, logs: dict[str, Any] | None = None, **kwargs: Any) -> None:
        loss = (logs or {}).get("loss")
        if self._loss_writer is not None and isinstance(loss, int | float):
            try:
                self._loss_writer.add_scalar("train/loss", loss, state.global_step)
                self._loss_writer.flush()
            except Exception:  # a full disk; the snapshots say so and have a file to fall back to
                self._loss_writer = None

    def on_epoch_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        if control.should_training_stop:  # before the Trainer's TensorBoardCallback closes the writer we share
            self._session.close()

    def on_train_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        self.close()

    def close(self) -> None:
        """Write what is waiting. The Trainer calls nothing when training raises: then this is done by the next start,
        the end of the callback's life or that of the process. All that was recorded is on disk before that."""
        self._session.close()
        writer, self._loss_writer = self._loss_writer, None
        if writer is not None:
            with suppress(Exception):  # a full disk must not stop what the Trainer does next
                writer.close()


def _board_callbacks() -> list[Any]:
    """The Trainer's TensorBoardCallbacks. It tells a callback nothing of the others: only the handler that is calling
    us knows them, so we look up the stack for it, once a training."""
    frame = inspect.currentframe()
    while frame is not None:
        handler = frame.f_locals.get("self")
        if isinstance(handler, CallbackHandler):
            return [callback for callback in handler.callbacks if isinstance(callback, TensorBoardCallback)]
        frame = frame.f_back
    return []


def _default_directory(output_dir: str, is_resumed: bool) -> str:
    begun = [path for path in Path(output_dir, "runs").glob("*/") if any(path.glob("*tfevents*"))]
    if is_resumed and begun:
        return str(max(begun, key=lambda path: path.stat().st_mtime))
    return str(Path(output_dir, default_logdir()))
