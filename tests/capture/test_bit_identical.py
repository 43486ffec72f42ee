"""Training with `watch()` is the same to the bit as without: every loss, every weight, the optimizer's state, and every
random number drawn, in the ways that people train."""

from __future__ import annotations

import contextlib
import functools
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.utils.checkpoint import checkpoint
from torch.utils.data import DataLoader, Dataset
from toy_models import Gpt

from tensorboard_plugin_paramviz import watch

STEPS = 12


class Sentences(Dataset[Tensor]):
    """Each sample is drawn with all three generators: one number more or less anywhere, and all that follow differ."""

    def __len__(self) -> int:
        return 4 * STEPS

    def __getitem__(self, index: int) -> Tensor:
        torch.rand(1), random.random(), np.random.random()
        shift = int(torch.randint(0, 9, ())) + random.randint(0, 9) + np.random.randint(0, 9)
        return (torch.arange(8) * index + shift) % 65


@dataclass(frozen=True)
class Case:
    """How somebody trains. watching: arguments of `watch()`."""

    dropout: float = 0.2
    autocast: bool = False
    scale: float | None = None
    compiled: str = ""
    workers: int = 0
    checkpointed: bool = False
    deterministic: bool = False
    optimizer: str = "AdamW"
    options: dict[str, Any] = field(default_factory=dict)
    accumulates: int = 1
    watching: dict[str, Any] = field(default_factory=dict)


CASES = {
    "plain": Case(dropout=0.0),
    "dropout": Case(),
    "each third step": Case(watching={"every": 3}),
    "auto, held at one percent": Case(watching={"every": "auto", "max_overhead": 0.01}),
    "light": Case(watching={"level": "light"}),
    "bf16 autocast": Case(autocast=True),
    "gradient scaler": Case(scale=2.0**10),
    "gradient scaler that overflows at first": Case(scale=3e38),
    "gradient scaler, fused": Case(scale=3e38, options={"fused": True}),
    "fused": Case(options={"fused": True}),
    "sgd": Case(optimizer="SGD", options={"momentum": 0.9}),
    "accumulation": Case(accumulates=3),
    "compiled model": Case(compiled="model"),
    "compiled step": Case(compiled="step"),
    "workers and shuffling": Case(workers=2),
    "gradient checkpointing": Case(checkpointed=True),
    "deterministic algorithms": Case(deterministic=True),
    "full": Case(watching={"level": "full"}),
    "full with a probe": Case(watching={"level": "full", "probe": True}),
}


@contextlib.contextmanager
def deterministic(wanted: bool) -> Iterator[None]:
    torch.use_deterministic_algorithms(wanted)
    try:
        yield
    finally:
        torch.use_deterministic_algorithms(False)


def prepared(case: Case) -> tuple[Gpt, Any, torch.optim.Optimizer]:
    """(the module, what is called, its optimizer), after seeding everything."""
    torch.manual_seed(3)
    random.seed(3)
    np.random.seed(3)
    torch.compiler.reset()
    model = Gpt(dropout=case.dropout)
    if case.checkpointed:
        for block in model.transformer["h"]:
            block.forward = functools.partial(checkpoint, block.forward, use_reentrant=False)
    optimizer = getattr(torch.optim, case.optimizer)(model.parameters(), lr=1e-2, **case.options)
    called = torch.compile(model, backend="eager") if case.compiled == "model" else model
    return model, called, optimizer


def trained(case: Case, logdir: Path | None) -> dict[str, Any]:
    """Everything that must not differ: watched where there is a logdir."""
    model, called, optimizer = prepared(case)
    scaler = torch.amp.GradScaler("cpu", init_scale=case.scale or 1.0, enabled=case.scale is not None)
    step_compiled = torch.compile(optimizer.step, backend="eager") if case.compiled == "step" else None
    viz, losses = None, []
    if logdir is not None:
        arguments = {"every": 1, "max_overhead": None, "strict": True} | case.watching
        if arguments.get("probe"):
            arguments["probe"] = torch.arange(8)[None]  # [1, T]
        viz = watch(called, logdir, optimizer=optimizer, **arguments)
    batches = DataLoader(Sentences(), batch_size=4, shuffle=True, num_workers=case.workers)
    with deterministic(case.deterministic):
        for step, ids in enumerate(batches):
            with torch.autocast("cpu", torch.bfloat16, enabled=case.autocast):
                loss = called(ids)
            scaler.scale(loss).backward()
            losses.append(loss.item())
            if (step + 1) % case.accumulates:
                continue
            if step_compiled is not None:
                step_compiled()
            else:
                scaler.step(optimizer)
                scaler.update()
            if viz is not None:
                viz.step(step, loss=loss)
            optimizer.zero_grad(set_to_none=True)
    if viz is not None:
        viz.close()
        # Held at one percent, a loaded machine may leave time for the first one alone.
        assert viz.snapshots >= (3 if arguments["max_overhead"] is None else 1)
    return {
        "losses": losses,
        "weights": [parameter.detach().tolist() for parameter in model.parameters()],
        "optimizer": repr(optimizer.state_dict()["state"]),
        "scale": scaler.get_scale(),
        "modes": [module.training for module in model.modules()],
        "torch": torch.get_rng_state().tolist(),
        "python": random.getstate(),
        "numpy": np.random.get_state()[1].tolist(),
    }


@pytest.mark.filterwarnings("ignore:.torch.jit.script_method. is deprecated:DeprecationWarning")  # torch's own
@pytest.mark.parametrize("name", CASES)
def test_training_is_the_same_to_the_bit_with_and_without(tmp_path, name: str) -> None:
    case = CASES[name]
    without, watched = trained(case, None), trained(case, tmp_path)
    for part, expected in without.items():
        assert watched[part] == expected, part
    assert len(set(without["losses"])) > STEPS / 2  # it did train


def test_the_comparison_would_notice_a_single_random_number() -> None:
    case = CASES["dropout"]
    first = trained(case, None)
    drawn, forward = [], Gpt.forward

    def draws_one(model: Gpt, ids: Tensor) -> Tensor:
        drawn or drawn.append(torch.rand(1))
        return forward(model, ids)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Gpt, "forward", draws_one)
        second = trained(case, None)
    assert first["losses"] != second["losses"]
    assert first["torch"] != second["torch"]
