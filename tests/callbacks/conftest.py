"""Both libraries take seconds to import: one process for all of these."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import torch

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "capture")]
torch.set_num_threads(1)


@pytest.fixture(autouse=True)
def same_start() -> None:
    torch.manual_seed(7)
