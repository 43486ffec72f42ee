"""Both libraries take seconds to import: one process for all of these."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import torch

from tensorboard_plugin_paramviz import Finding
from tensorboard_plugin_paramviz.capture import insight_alerts

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "capture")]
torch.set_num_threads(1)


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch) -> list[Finding]:
    """To be filled by `on_insight=`; on a busy machine, too, the last look is waited for."""
    monkeypatch.setattr(insight_alerts, "LAST_LOOK_SECS", 100.0)
    return []


@pytest.fixture(autouse=True)
def same_start() -> None:
    torch.manual_seed(7)
