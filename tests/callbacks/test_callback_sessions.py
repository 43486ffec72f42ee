"""What both callbacks share: options, the session's end, the place that is written to, and a missing library."""

from __future__ import annotations

import gc
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from recorded_by_callbacks import ALL, steps_of
from torch.utils.tensorboard import SummaryWriter
from toy_models import Gpt

import tensorboard_plugin_paramviz as package
from tensorboard_plugin_paramviz.callbacks.session import Session, choose_place

pytestmark = pytest.mark.xdist_group("callbacks")


@pytest.mark.parametrize("name", ["HuggingFaceCallback", "LightningCallback"])
def test_a_wrong_option_is_told_before_training(name: str) -> None:
    with pytest.raises(TypeError, match=rf"{name}\(\) has no option 'evry'; it takes .*every.*level"):
        getattr(package, name)(evry=3)
    with pytest.raises(TypeError, match=r"on_insight\(\): 3 can't be called"):
        getattr(package, name)(on_insight=3)


def test_a_training_nobody_ended_is_closed_with_its_callback(tmp_path: Path) -> None:
    class Owner:
        pass

    owner, model = Owner(), Gpt()
    optimizer = torch.optim.SGD(model.parameters())
    session = Session(owner, ALL)
    session.start(model, tmp_path, [optimizer])
    model(torch.arange(8)[None]).backward()
    optimizer.step()
    session.step(0)
    assert optimizer._optimizer_step_pre_hooks
    del owner
    gc.collect()
    assert not optimizer._optimizer_step_pre_hooks
    assert steps_of(tmp_path) == [0]


def test_a_path_that_a_writer_has_already_is_that_writer(tmp_path: Path) -> None:
    with SummaryWriter(str(tmp_path)) as writer:
        assert choose_place(f"{tmp_path}/.", [None, writer], lambda: "") is writer
        assert choose_place("elsewhere", [writer], lambda: "") == "elsewhere"


@pytest.mark.parametrize(
    ("name", "missing"),
    [("HuggingFaceCallback", ("transformers",)), ("LightningCallback", ("lightning", "pytorch_lightning"))],
)
def test_a_missing_library_is_one_line_and_leaves_the_rest_alone(name: str, missing: tuple[str, ...]) -> None:
    code = (
        f"import sys; sys.modules.update(dict.fromkeys({missing!r}))\n"
        "from tensorboard_plugin_paramviz import *\n"
        "assert watch\n"
        "try:\n"
        f"    from tensorboard_plugin_paramviz import {name}\n"
        "except ImportError as error:\n"
        "    print(error)\n"
    )
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, check=True)
    (line,) = done.stdout.splitlines()
    assert name in line
    assert "pip install" in line
