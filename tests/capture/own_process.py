"""Training scripts in processes of their own. One process starts many children by fork, so that torch loads once."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

HERE = Path(__file__).parent
HEAD = f"""
    import os, random, signal, sys, threading, time
    sys.path[:0] = [{str(HERE)!r}, {str(HERE.parent.parent)!r}]
    from pathlib import Path
    import torch
    torch.set_num_threads(1)
    from torch import nn
    from torch.utils.tensorboard import SummaryWriter
    from toy_models import Gpt, adam, read, train
    from tensorboard_plugin_paramviz import watch
    adam(nn.Linear(1, 1)).step()  # loads what torch loads late, once for all children
"""
MODEL = """
    model = Gpt()
    optimizer = adam(model)
"""


def script(body: str, logdir: Path, *command: str, head: str = HEAD + MODEL) -> subprocess.CompletedProcess[str]:
    """Run `body` with a model, its optimizer and `logdir` at hand. command: what stands before python, if anything."""
    source = textwrap.dedent(head) + f"logdir = {str(logdir)!r}\n" + textwrap.dedent(body)
    started = [*command, sys.executable, "-c", source]
    return subprocess.run(started, capture_output=True, text=True, timeout=120, check=False)


def mounted(size: str, folder: Path) -> tuple[str, ...] | None:
    """What, before a command, gives it a file system of its own at `folder`; None where that isn't allowed."""
    folder.mkdir()
    mount = 'mount -t tmpfs -o size="$0" none "$1" && shift && exec "$@"'
    command = ("unshare", "--map-root-user", "--mount", "sh", "-c", mount, size, str(folder))
    try:
        return command if subprocess.run([*command, "true"], capture_output=True, check=False).returncode == 0 else None
    except OSError:
        return None
