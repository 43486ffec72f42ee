"""Train a small GPT and watch it learn in TensorBoard: python train.py, then tensorboard --logdir runs.

The lines that the Param Viz tab needs are marked with PARAMVIZ; the rest is ordinary training. The model stands in
train_model.py. Letters: N sequences, P positions.
"""

from __future__ import annotations

import argparse
import math
import os
import signal
import sys
import time
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

# Two threads that wait by spinning take minutes for seconds' work where TensorBoard and a browser share the cores.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import torch
from torch import Tensor, nn
from torch.utils.tensorboard import SummaryWriter
from tqdm import tqdm

import train_data
import train_options
from command_line import OptionError, check_writable
from tensorboard_plugin_paramviz import watch  # PARAMVIZ (1)
from train_model import GPT, GPTConfig

EVAL_BATCHES, READ_EVERY_SECS, RETRY_SECS = 10, 0.5, 60.0


def build_optimizer(model: GPT, options: argparse.Namespace) -> torch.optim.AdamW:
    """Matrices decay towards zero, gains (1-D) don't."""
    parameters = list(model.parameters())
    groups = [
        {"params": [p for p in parameters if p.dim() >= 2], "weight_decay": options.weight_decay},
        {"params": [p for p in parameters if p.dim() < 2], "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=options.lr, betas=(0.9, 0.98 if options.dataset == "modular" else 0.95))


def learning_rate(step: int, options: argparse.Namespace) -> float:
    """Linear warm-up, then a cosine down to a tenth at the last step. Modular addition keeps a constant rate."""
    if step < options.warmup:
        return options.lr * (step + 1) / (options.warmup + 1)
    if options.dataset == "modular":
        return options.lr
    progress = min(1.0, (step - options.warmup) / max(1, options.steps - options.warmup))
    return options.lr * (0.55 + 0.45 * math.cos(math.pi * progress))


@torch.no_grad()
def evaluate(model: GPT, data: train_data.Dataset, split: str, options: argparse.Namespace) -> tuple[float, float]:
    """Mean loss and accuracy over the same few batches each time. Leaves the random state alone. One device sync."""
    model.eval()
    generator = torch.Generator().manual_seed(options.seed)
    totals = []
    for _ in range(1 if options.dataset == "modular" else EVAL_BATCHES):
        tokens, targets = (t.to(options.device) for t in data.batch(split, generator, options.batch_size))
        with mixed_precision(options.device):
            logits, loss = model(tokens, targets)
        right = (logits.argmax(-1) == targets)[targets >= 0].float().mean()
        totals.append(torch.stack([loss.float(), right]))
    model.train()
    loss, accuracy = torch.stack(totals).mean(0).tolist()
    return loss, accuracy


def mixed_precision(device: str) -> AbstractContextManager[Any]:
    """bfloat16 where the GPU has it; it needs no loss scaling."""
    if device == "cuda" and torch.cuda.is_bf16_supported():
        return torch.autocast("cuda", torch.bfloat16)
    return nullcontext()


class Scalars:
    """Scalars that can't stop the training: a full disk is told once, and tried again after a minute."""

    def __init__(self, writer: SummaryWriter) -> None:
        self.writer = writer
        self.failed_at, self.told = -math.inf, False

    def add(self, step: int, values: dict[str, float], wall_time: float | None = None) -> None:
        if time.monotonic() - self.failed_at < RETRY_SECS:
            return
        try:
            for tag, value in values.items():
                self.writer.add_scalar(tag, value, step, wall_time)
        except Exception as error:  # whatever the disk or the writer's thread came upon
            self._fail(error)

    def close(self) -> None:
        try:
            self.writer.close()
        except Exception as error:
            self._fail(error)

    def _fail(self, error: Exception) -> None:
        if not self.told:
            tqdm.write(f"No scalars in {self.writer.log_dir} for now ({error}). Training goes on.", file=sys.stderr)
        self.told, self.failed_at = True, time.monotonic()
        # Its thread is dead for good; without a file writer the next value opens a new file.
        self.writer.file_writer = self.writer.all_writers = None


class StopRequest:
    """Ctrl-C (or a polite kill) lets the step finish, so that the checkpoint is whole. The second one ends at once."""

    signal_number = 0

    def __enter__(self) -> StopRequest:
        self.before = {number: signal.signal(number, self._ask) for number in (signal.SIGINT, signal.SIGTERM)}
        return self

    def __exit__(self, *exception: object) -> None:
        for number, handler in self.before.items():
            signal.signal(number, handler)

    def _ask(self, number: int, stack: object) -> None:
        self.signal_number = number
        self.__exit__()


def save_checkpoint(path: Path, state: dict[str, Any]) -> bool:
    """Written beside and renamed, so that a failed save leaves the last good one. False where it could not be saved."""
    partial = path.with_suffix(".partial")
    try:
        with partial.open("wb") as file:  # a file of ours: torch's own hides why it can't be written
            torch.save(state, file)
        partial.replace(path)
    except (OSError, RuntimeError) as error:
        partial.unlink(missing_ok=True)
        tqdm.write(f"{path} can't be saved ({str(error).splitlines()[0]}).", file=sys.stderr)
        return False
    return True


def random_state(batches: torch.Generator, device: str) -> dict[str, Tensor]:
    state = {"cpu": torch.get_rng_state(), "batches": batches.get_state()}
    if device != "cpu":
        state[device] = getattr(torch, device).get_rng_state()  # torch.cuda or torch.mps
    return state


def restore_random_state(state: dict[str, Tensor], batches: torch.Generator, device: str) -> None:
    torch.set_rng_state(state["cpu"])
    batches.set_state(state["batches"])
    if device != "cpu" and device in state:
        getattr(torch, device).set_rng_state(state[device])


def train(options: argparse.Namespace, data: train_data.Dataset, saved: dict[str, Any] | None) -> int:
    """Train and return the exit code: 0, or 128 + the number of the signal that ended the training early."""
    logdir, device, modular = Path(options.logdir), options.device, options.dataset == "modular"
    torch.manual_seed(options.seed)
    torch.set_float32_matmul_precision("high")
    batches = torch.Generator().manual_seed(options.seed)
    sizes = {name: getattr(options, name) for name in train_options.SIZES}
    config = GPTConfig(vocab_size=data.vocab_size, dropout=options.dropout, plain=modular, **sizes)
    model = GPT(config).to(device)
    optimizer = build_optimizer(model, options)
    start = saved["step"] if saved else 0
    if saved:
        model.load_state_dict(saved["model"])
        optimizer.load_state_dict(saved["optimizer"])
        restore_random_state(saved["random"], batches, device)

    def checkpoint(step: int) -> bool:
        state = {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "step": step}
        state |= {"random": random_state(batches, device), "options": vars(options)}
        return save_checkpoint(logdir / "ckpt.pt", state)

    def validate(step: int) -> float:
        loss, accuracy = evaluate(model, data, "val", options)
        scalars.add(step, {"val/loss": loss})
        if modular:
            scalars.add(step, {"train/accuracy": evaluate(model, data, "train", options)[1], "val/accuracy": accuracy})
        return loss

    def read(unread: list[tuple[int, float, float, Tensor, Tensor]], tokens_per_sec: float) -> float:
        """Write the steps since the last reading; their losses stayed on the device until now: one device sync."""
        losses, norms = torch.stack([torch.stack(row[3:]) for row in unread]).T.tolist()  # each a list of T
        for (step, wall_time, rate, *_), loss, norm in zip(unread, losses, norms, strict=True):
            scalars.add(step, {"train/loss": loss, "train/lr": rate, "train/grad_norm": norm}, wall_time)
        scalars.add(unread[-1][0], {"train/tokens_per_sec": tokens_per_sec})
        unread.clear()
        return losses[-1]

    # purge_step: of a run that is resumed or begun anew in its directory, TensorBoard hides what this one writes again.
    writer = SummaryWriter(str(logdir), purge_step=start, flush_secs=2)
    scalars = Scalars(writer)
    viz = watch(model, writer, optimizer=optimizer, every=options.every, rows=options.rows,
                max_overhead=options.max_overhead, labels=data.labels, counts=data.counts)  # fmt: skip  # PARAMVIZ (2)
    unread, seen, read_at, loss_now, val_loss, done = [], 0, time.monotonic(), math.nan, math.nan, start
    bar = tqdm(initial=start, total=options.steps, unit="step", dynamic_ncols=True)
    with StopRequest() as stop, viz, bar:
        for step in range(start, options.steps):
            if step % options.eval_every == 0:
                val_loss = validate(step)
            rate = learning_rate(step, options)
            for group in optimizer.param_groups:
                group["lr"] = rate
            tokens, targets = (t.to(device) for t in data.batch("train", batches, options.batch_size))  # [N, P]
            with mixed_precision(device):
                _, loss = model(tokens, targets)
            loss.backward()
            norm = nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            viz.step(step, loss=loss)  # PARAMVIZ (3)
            optimizer.zero_grad(set_to_none=True)

            done = step + 1
            bar.update()
            unread.append((step, time.time(), rate, loss.detach().float(), norm.float()))
            seen += tokens.numel()
            now = time.monotonic()
            ending = done == options.steps or bool(stop.signal_number)
            if now - read_at > READ_EVERY_SECS or step == start or ending:
                loss_now = read(unread, seen / (now - read_at))
                bar.set_postfix(loss=f"{loss_now:.3f}", val=f"{val_loss:.3f}", refresh=False)
                seen, read_at = 0, now
            if ending:
                break
            if done % options.checkpoint_every == 0:
                checkpoint(done)
        val_loss = val_loss if stop.signal_number else validate(done)
    saved_now = checkpoint(done)
    scalars.close()

    if stop.signal_number:
        how = f"go on with: train.py --resume --logdir {logdir}" if saved_now else "no checkpoint could be saved"
        print(f"Stopped after {done} of {options.steps} steps; {how}")
        return 128 + stop.signal_number
    print(f"{done} steps, loss {loss_now:.3f}, validation loss {val_loss:.3f}. See it: tensorboard --logdir {logdir}")
    return 0


def main(arguments: list[str] | None = None) -> int:
    parser = train_options.build_parser()
    options = parser.parse_args(arguments)
    try:
        saved = train_options.load_checkpoint(options) if options.resume else None
        train_options.fill_options(options, saved)
        data = train_data.load(options.dataset, options.block_size)
        if saved and len(saved["model"]["lm_head.weight"]) != data.vocab_size:
            raise OptionError(
                f"--dataset {options.dataset} has other tokens than the run began with: start without --resume"
            )
        options.dataset = options.dataset or data.name
        options.logdir = options.logdir or f"runs/{data.name}-{time.strftime('%Y%m%d-%H%M%S')}"
        check_writable(Path(options.logdir))
        return train(options, data, saved)
    except (OptionError, train_data.DataError) as error:
        parser.error(str(error))
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
