"""The examples run as they are printed, and what they record is there."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent / "capture"))
from toy_models import read

from tensorboard_plugin_paramviz.record import ModelRecord, Snapshot

ROOT = Path(__file__).parent.parent
EXAMPLES = ROOT / "examples"
ENVIRONMENT = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT), "HF_HUB_OFFLINE": "1"}
COUNTING = {"token_embedding", "position_embedding", "lm_head"}
TRANSFORMER = COUNTING | {"attn_qkv", "attn_out", "mlp_up", "mlp_down", "norm"}
#: One process of tests for those that import transformers or lightning.
SLOW_IMPORT = pytest.mark.xdist_group("callbacks")


#: What torch ends a process with now and then that has used gloo, after the script's last line, with or without us.
TORCHS_OWN_END = "terminate called without an active exception"


def start(*command: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    python = [sys.executable, "-W", "ignore", *command]
    return subprocess.run(python, capture_output=True, text=True, timeout=300, check=False, cwd=cwd, env=ENVIRONMENT)


def only_run(folder: Path) -> tuple[ModelRecord, list[Snapshot]]:
    """What one writer wrote into one file, wherever under `folder` that is."""
    (path,) = (path for path in folder.rglob("*tfevents*") if b"paramviz/model" in path.read_bytes())
    (model,), snapshots, _ = read(path.parent)
    return model, snapshots


def norms(snapshots: list[Snapshot], path: str) -> list[float]:
    """Mean length of a table's gradients at each snapshot."""
    return [float(np.mean(snapshot.embeddings[path].grad_norms)) for snapshot in snapshots]


@pytest.mark.parametrize(
    ("command", "steps", "roles"),
    [
        pytest.param(("any_module.py",), range(0, 200, 10), TRANSFORMER, id="any_module"),
        pytest.param(("hugging_face.py",), [1, *range(10, 201, 10)], TRANSFORMER, id="hugging_face", marks=SLOW_IMPORT),
        pytest.param(("lightning_loop.py",), range(0, 200, 10), TRANSFORMER, id="lightning", marks=SLOW_IMPORT),
        pytest.param(
            ("-m", "torch.distributed.run", "--standalone", "--nproc_per_node", "2", "ddp.py"),
            range(0, 200, 10),
            COUNTING,
            id="ddp",
        ),
    ],
)
def test_an_example_records_what_it_says(
    command: tuple[str, ...], steps: list[int], roles: set[str], tmp_path: Path
) -> None:
    *before, script = command
    for attempt in ("first", "second", "third"):
        folder = tmp_path / attempt
        folder.mkdir()
        done = start(*before, str(EXAMPLES / script), str(folder), cwd=folder)
        if done.returncode == 0 or TORCHS_OWN_END not in done.stderr:
            break
    assert done.returncode == 0, done.stderr
    assert "paramviz" not in done.stderr, done.stderr
    assert done.stdout.count(f"tensorboard --logdir {folder}") == 1
    model, snapshots = only_run(folder)
    assert [snapshot.step for snapshot in snapshots] == list(steps)
    assert roles <= {layer.role for layer in model.layers}
    tokens, positions = model.embeddings
    assert (tokens.shape, positions.shape) == ((32, 32), (16, 32))
    if script != "ddp.py":
        assert tokens.labels == tuple(str(number) for number in range(32))
    lengths = norms(snapshots, tokens.path)
    assert lengths[0] > 5 * lengths[-1] > 0  # it has learned to count


def test_a_training_that_gets_sick_is_ended_by_what_was_found(tmp_path: Path) -> None:
    done = start(str(EXAMPLES / "stop_when_sick.py"), str(tmp_path), cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "problem: " in done.stdout
    assert "what people do: " in done.stdout
    last = done.stdout.splitlines()[-1]
    assert last.startswith("Stopped early, at step ")
    assert last.endswith(f"tensorboard --logdir {tmp_path}")


def test_every_example_is_in_the_index_and_imports_nothing_to_download() -> None:
    index = (EXAMPLES / "README.md").read_text()
    names = {path.name for path in EXAMPLES.iterdir() if path.is_file()} - {"README.md"}
    assert {name for name in names if f"]({name})" not in index} == set()
    for script in EXAMPLES.glob("*.py"):
        assert "from_pretrained" not in script.read_text()
        assert len(script.read_text().splitlines()) <= 80


# A training loop of our own around the lines that nanogpt.diff finds its places by.
LOOP = """
import os
import pickle
import sys

import torch

from model import GPTConfig, GPT

# data
out_dir, data_dir, gradient_accumulation_steps = 'out', 'data', 2
iter_num, max_iters, ddp = int(sys.argv[1]), int(sys.argv[2]), False
meta_path = os.path.join(data_dir, 'meta.pkl')
with open(meta_path, 'rb') as file:
    meta_vocab_size = pickle.load(file)['vocab_size']
model = GPT(GPTConfig(meta_vocab_size))
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
scaler = torch.amp.GradScaler('cpu', enabled=False)

# loop
raw_model = model.module if ddp else model # unwrap DDP container if needed
running_mfu = -1.0
while True:
    for micro_step in range(gradient_accumulation_steps):
        loss = model(torch.randint(meta_vocab_size, (2, 8))) / gradient_accumulation_steps
        scaler.scale(loss).backward()
    scaler.step(optimizer)
    scaler.update()
    # flush the gradients as soon as we can, no need for this memory anymore
    optimizer.zero_grad(set_to_none=True)
    iter_num += 1
    if iter_num > max_iters:
        break

if ddp:
    raise SystemExit
"""


def test_six_lines_record_a_nanogpt_loop_and_its_continuation(tmp_path: Path) -> None:
    diff = (EXAMPLES / "nanogpt.diff").read_text().splitlines()
    assert sum(line.startswith("+") and not line.startswith("+++") for line in diff) == 6
    assert not any(line.startswith("-") and not line.startswith("---") for line in diff)
    (tmp_path / "train.py").write_text(LOOP)
    (tmp_path / "model.py").write_text("from toy_models import Gpt as GPT\n\nGPTConfig = int\n")
    data = tmp_path / "data"
    data.mkdir()
    itos = dict(enumerate("abcdefgh"))
    (data / "meta.pkl").write_bytes(pickle.dumps({"vocab_size": 8, "itos": itos}))
    np.arange(80, dtype=np.uint16).__mod__(8).astype(np.uint16).tofile(data / "train.bin")
    subprocess.run(["git", "apply", str(EXAMPLES / "nanogpt.diff")], cwd=tmp_path, check=True)
    here = f"import sys; sys.path[:0] = {[str(tmp_path), str(ROOT / 'tests' / 'capture')]!r}; import train"
    for begin, end in (("0", "3"), ("3", "5")):  # the second one is resumed
        done = start("-c", here, begin, end, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        assert "paramviz" not in done.stderr, done.stderr
    models, snapshots, losses = read(tmp_path / "out" / "tensorboard")
    assert [snapshot.step for snapshot in snapshots] == [0, 1, 2, 3, 3, 4, 5]
    assert len(models) == 2
    assert models[0].embeddings[0].labels == tuple("abcdefgh")
    assert models[0].embeddings[0].counts == (10,) * 8
    assert losses[0] == pytest.approx(np.log(8), rel=0.2)  # whole, not a share of the accumulated batches
