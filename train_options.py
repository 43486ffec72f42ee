"""The command line of train.py: every option, what it becomes when left out, and one clear line for each mistake."""

from __future__ import annotations

import argparse
import math
from pathlib import Path
from typing import Any

import torch

import train_data
from command_line import OptionError, Parser, number
from tensorboard_plugin_paramviz.capture.governor import LARGEST_OVERHEAD

DEFAULTS: dict[str, Any] = {
    "steps": 2000, "layers": 4, "heads": 4, "width": 128, "block_size": 64, "batch_size": 16, "dropout": 0.0,
    "lr": 1e-3, "weight_decay": 0.1, "warmup": 50, "eval_every": 100, "checkpoint_every": 500, "seed": 0,
    "every": "auto", "rows": 2000, "max_overhead": 0.01,
}  # fmt: skip
# What modular addition needs to be memorized first and understood later: strong decay of all matrices, a constant rate.
MODULAR = DEFAULTS | {
    "steps": 4000, "layers": 1, "width": 64, "block_size": 3, "lr": 2e-3, "weight_decay": 1.0, "warmup": 0,
    "eval_every": 25,
}  # fmt: skip
SIZES = ("layers", "heads", "width", "block_size")


def every(text: str) -> int | str:
    if text == "auto":
        return text
    try:
        return int(number(int, 1)(text))
    except argparse.ArgumentTypeError as error:
        raise argparse.ArgumentTypeError(f"{error}, or auto") from error


def build_parser() -> Parser:
    parser = Parser(description="Train a small GPT and watch it learn in TensorBoard.")
    add, count = parser.add_argument, number(int, 1)
    add("--dataset", help="shakespeare, python, modular, a UTF-8 text file or a nanoGPT data directory")
    add("--logdir", help="where the run stands; default runs/<dataset>-<time>")
    add("--steps", type=count, help="optimizer steps (2000; modular: 4000)")
    add("--device", choices=("auto", "cpu", "cuda", "mps"), default="auto")
    add("--seed", type=number(int, 0, 2**63 - 1), help="of the weights and the batches (0)")
    add("--resume", action="store_true", help="go on from ckpt.pt in --logdir, with its options")
    add("--layers", type=count)
    add("--heads", type=count)
    add("--width", type=count)
    add("--block-size", type=count, help="context length in tokens")
    add("--batch-size", type=count)
    add("--dropout", type=number(float, 0, 0.99))
    add("--lr", type=number(float, 0), help="the highest learning rate")
    add("--weight-decay", type=number(float, 0))
    add("--warmup", type=number(int, 0), help="steps of linear warm-up")
    add("--eval-every", type=count, help="steps between validations")
    add("--checkpoint-every", type=count, help="steps between saves of ckpt.pt")
    add("--every", type=every, help="steps between snapshots, or auto")
    add("--rows", type=count, help="at most so many embedding rows in a snapshot (2000)")
    add("--max-overhead", type=overhead, help="share of the time that snapshots may cost (0.01; none = any)")
    return parser


def overhead(text: str) -> float:
    return math.inf if text == "none" else number(float, 0.0001, LARGEST_OVERHEAD)(text)


def load_checkpoint(options: argparse.Namespace) -> dict[str, Any]:
    if not options.logdir:
        raise OptionError("--resume needs the run's directory: add --logdir runs/NAME")
    path = Path(options.logdir) / "ckpt.pt"
    if not path.is_file():
        raise OptionError(f"--resume finds no {path}: check --logdir, or start without --resume")
    try:
        saved = torch.load(path, map_location="cpu", weights_only=True)
        if {"model", "optimizer", "random", "step", "options"} <= saved.keys():
            return saved
        reason = "it is not from train.py"
    except Exception as error:  # a damaged file raises nearly anything
        reason = str(error).splitlines()[0]
    raise OptionError(f"{path} can't be resumed from ({reason}): start without --resume")


def fill_options(options: argparse.Namespace, saved: dict[str, Any] | None) -> None:
    """What the person left out comes from the checkpoint, else from the defaults; then the whole is checked."""
    if options.dataset and options.dataset not in train_data.NAMES:
        options.dataset = str(Path(options.dataset).expanduser().absolute())
    before = saved["options"] if saved else {}
    for name in (*SIZES, "dataset") if saved else ():
        if getattr(options, name) not in (None, before[name]):
            flag = name.replace("_", "-")
            raise OptionError(f"--{flag} can't change on --resume: the run has {before[name]}; leave --{flag} away")
    defaults = (MODULAR if options.dataset == "modular" else DEFAULTS) | before
    for name, value in defaults.items():
        if getattr(options, name) is None:
            setattr(options, name, value)

    if options.max_overhead is not None and options.max_overhead > LARGEST_OVERHEAD:  # "none", or an older run's
        options.max_overhead = None
    if options.width % options.heads:
        fix = f"--width {options.width + options.heads - options.width % options.heads}"
        raise OptionError(f"--width {options.width} can't be shared by --heads {options.heads}: e.g. {fix}")
    if saved and saved["step"] >= options.steps:
        raise OptionError(f"the run has its {saved['step']} steps already: to go on give more, e.g. "
                          f"--steps {2 * saved['step']}")  # fmt: skip
    usable = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if options.device == "auto":
        options.device = "cuda" if usable["cuda"] else "mps" if usable["mps"] else "cpu"
    if not usable[options.device]:
        raise OptionError(f"--device {options.device}: PyTorch finds none on this machine: give --device cpu or auto")
