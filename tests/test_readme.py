"""The README's code runs as it is printed."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import torch
from torch.utils.tensorboard import SummaryWriter

from tensorboard_plugin_paramviz.reader import Index, SnapshotReader, roots_of

README = Path(__file__).parent.parent / "README.md"


def test_the_snippet_records_a_run(tmp_path: Path, monkeypatch: Any) -> None:
    snippet = re.search(r"```python\n(.*?)```", README.read_text(), re.DOTALL)
    assert snippet
    monkeypatch.chdir(tmp_path)
    model = torch.nn.Sequential(torch.nn.Embedding(10, 4), torch.nn.Linear(4, 10))
    tokens = torch.arange(10)
    exec(  # the README's own words
        snippet[1],
        {
            "SummaryWriter": SummaryWriter,
            "model": model,
            "optimizer": torch.optim.AdamW(model.parameters()),
            "batches": [(tokens, tokens)] * 5,
            "loss_of": torch.nn.functional.cross_entropy,
        },
    )
    index = Index(roots_of("runs", ""))
    index.scan()
    index.poll()
    run = index.runs["exp1"]
    assert run.snapshot_steps()[0].tolist() == [0, 1, 2, 3, 4]
    assert SnapshotReader(run).embedding_paths() == ["0"]


def test_both_commands_of_the_readme_are_targets_of_the_makefile() -> None:
    commands = re.findall(r"^make (\w+)", README.read_text(), re.MULTILINE)
    makefile = (README.parent / "Makefile").read_text()
    assert commands == ["demo", "test"]
    for command in commands:
        assert re.search(rf"^{command}:", makefile, re.MULTILINE)
