"""What the processes of `test_distributed.py` run, and the one that starts them."""

from __future__ import annotations

import atexit
import json
import logging
import os
import re
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor, nn

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent.parent)]

from toy_models import Gpt  # noqa: E402

from tensorboard_plugin_paramviz import Watcher, watch  # noqa: E402
from tensorboard_plugin_paramviz.capture import exchange  # noqa: E402

STEPS, BATCH, LENGTH = 6, 4, 8
VOCABULARY, DIMS, ROWS = 1001, 15, 300  # no size that two or four processes could share evenly


class Odd(Gpt):
    """A parameter of one entry beside: all processes but one hold nothing of it."""

    def __init__(self) -> None:
        super().__init__(VOCABULARY, LENGTH, dims=DIMS, dropout=0.0)
        self.scale = nn.Parameter(torch.ones(1))

    def forward(self, ids: Tensor) -> Tensor:
        return super().forward(ids) * self.scale


def start() -> Odd:
    torch.manual_seed(7)
    return Odd()


def sgd(model: nn.Module) -> torch.optim.Optimizer:
    # Not Adam, which makes steps of the same size from gradients that are nothing but rounding.
    return torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)


def train(
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    viz: Watcher | None,
    *,
    rank: int = 0,
    ranks: int = 1,
    steps: range = range(STEPS),
    calls: Callable[[int], bool] = lambda step: True,
    evaluate: bool = False,
) -> None:
    """Each process takes its share of each batch, in two micro-batches where there is enough of it."""
    for step in steps:
        batch = torch.randint(0, VOCABULARY, (BATCH, LENGTH), generator=torch.Generator().manual_seed(step))
        loss = model(batch.chunk(ranks)[rank])
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 0.5)
        optimizer.step()
        if evaluate:
            with torch.no_grad():
                model(batch[:1])
        if viz is not None and calls(step):
            viz.step(step, loss=loss)
        optimizer.zero_grad(set_to_none=True)


@contextmanager
def process_group() -> Iterator[tuple[int, int]]:
    dist.init_process_group("gloo")
    yield dist.get_rank(), dist.get_world_size()
    dist.barrier()
    dist.destroy_process_group()


def watched(model: nn.Module, optimizer: torch.optim.Optimizer | None, logdir: Path, **options: Any) -> Watcher:
    # As scripts do: a place to write on the first rank alone.
    place = logdir if not dist.is_initialized() or dist.get_rank() == 0 else None
    settings: dict[str, Any] = {"every": 1, "max_overhead": None, "rows": ROWS, "strict": True} | options
    return watch(model, place, optimizer=optimizer, **settings)


def sharded(shard_blocks: bool = True) -> nn.Module:
    from torch.distributed.fsdp import fully_shard

    model = start()
    if shard_blocks:
        for block in model.transformer["h"]:
            fully_shard(block)
    fully_shard(model)
    return model


def ddp(folder: Path) -> None:
    with process_group() as (rank, ranks):
        model = nn.parallel.DistributedDataParallel(start())
        optimizer = sgd(model)
        with watched(model, optimizer, folder / "run") as viz:
            train(model, optimizer, viz, rank=rank, ranks=ranks, calls=lambda step: rank == 0 or step < 2)


def ddp_dies(folder: Path) -> None:
    dist.init_process_group("gloo")
    rank, ranks = dist.get_rank(), dist.get_world_size()
    model = nn.parallel.DistributedDataParallel(start())
    optimizer = sgd(model)
    with watched(model, optimizer, folder / "run") as viz:
        _until_killed(model, optimizer, viz, rank, ranks)


def fsdp(folder: Path) -> None:
    with process_group() as (rank, ranks):
        model = sharded()
        optimizer = sgd(model)
        with watched(model, optimizer, folder / "same") as viz:
            train(model, optimizer, viz, rank=rank, ranks=ranks, evaluate=True)
        unwatched = sharded()
        without = sgd(unwatched)
        train(unwatched, without, None, rank=rank, ranks=ranks, evaluate=True)
        for ours, theirs in zip(*(o.param_groups[0]["params"] for o in (optimizer, without)), strict=True):
            assert torch.equal(ours.to_local(), theirs.to_local()), "training differs"
        model = sharded()
        optimizer = sgd(model)
        with watched(model, optimizer, folder / "skipped", strict=False) as viz:
            for step in range(STEPS):  # long enough apart that the breaker has closed again
                train(
                    model,
                    optimizer,
                    viz,
                    rank=rank,
                    ranks=ranks,
                    steps=range(step, step + 1),
                    calls=lambda step: rank == 0 or step != 2,
                )
                time.sleep(1.2 if step == 3 else 0.0)


def fsdp_states(folder: Path) -> None:
    """Sharded after `watch()`, lent whole to the modules at `watch()`, and cut by FSDP's first version."""
    from torch.distributed.fsdp import FullyShardedDataParallel, fully_shard

    with process_group() as (rank, ranks):
        late = start()
        with watched(late, None, folder / "late", strict=False) as viz:
            fully_shard(late)
            train(late, sgd(late), viz, rank=rank, ranks=ranks, steps=range(2))
        model = sharded(shard_blocks=False)
        optimizer = sgd(model)
        with torch.no_grad():
            model(torch.zeros(1, LENGTH, dtype=torch.long))
        with watched(model, optimizer, folder / "evaluated") as viz:
            train(model, optimizer, viz, rank=rank, ranks=ranks)
        flat = FullyShardedDataParallel(start(), device_id=torch.device("cpu"))
        optimizer = sgd(flat)
        with watched(flat, optimizer, folder / "flat") as viz:
            train(flat, optimizer, viz, rank=rank, ranks=ranks, steps=range(2))


def fsdp_silent(folder: Path) -> None:
    exchange.GATHER_SECS = 0.5
    with process_group() as (rank, ranks):
        model = sharded()
        optimizer = sgd(model)
        viz = watched(model, optimizer, folder / "run", strict=False) if rank == 0 else None
        train(model, optimizer, viz, rank=rank, ranks=ranks)
        if viz is not None:
            viz.close()
            (folder / "snapshots").write_text(str(viz.snapshots))


def fsdp_policies(folder: Path) -> None:
    """Half precision, gradients summed over micro-batches, parameters that stay whole after a step; the true norms,
    gathered by the script itself, stand beside the recorded ones."""
    from torch.distributed.fsdp import MixedPrecisionPolicy, fully_shard
    from torch.distributed.tensor import Replicate, distribute_tensor

    with process_group() as (rank, _):
        model = start()
        policy = MixedPrecisionPolicy(param_dtype=torch.bfloat16, reduce_dtype=torch.float32)
        for part in (*model.transformer["h"], model):
            fully_shard(part, mp_policy=policy)
        model.set_reshard_after_backward(False)
        optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
        truth = {}
        with watched(model, optimizer, folder / "run") as viz:
            for step in range(3):
                for micro in range(2):
                    model.set_requires_gradient_sync(micro == 1)
                    loss = model(torch.randint(0, VOCABULARY, (2, LENGTH)))
                    loss.backward()
                optimizer.step()
                # As the optimizer has them: the modules still hold whole, outdated ones.
                held = {id(p): p for p in optimizer.param_groups[0]["params"]}
                assert len(held) == len(list(model.parameters()))
                truth[step] = [
                    float(torch.stack([what(p).full_tensor().norm() for p in held.values()]).norm())
                    for what in (lambda p: p.detach(), lambda p: p.grad)
                ]
                mesh = next(iter(held.values())).device_mesh
                viz.step(step, loss=distribute_tensor(torch.tensor(float(step)), mesh, [Replicate()]))
                optimizer.zero_grad(set_to_none=True)
        if rank == 0:
            (folder / "truth.json").write_text(json.dumps(truth))


def fsdp_dies(folder: Path) -> None:
    dist.init_process_group("gloo")
    rank, ranks = dist.get_rank(), dist.get_world_size()
    model = sharded()
    optimizer = sgd(model)
    with watched(model, optimizer, folder / "run", strict=False) as viz:
        _until_killed(model, optimizer, viz, rank, ranks)


def _until_killed(model: nn.Module, optimizer: torch.optim.Optimizer, viz: Watcher, rank: int, ranks: int) -> None:
    train(model, optimizer, viz, rank=rank, ranks=ranks, steps=range(3))
    if rank:
        time.sleep(1.0)  # the last share is on its way
        os._exit(3)
    try:
        train(model, optimizer, viz, rank=rank, ranks=ranks, steps=range(3, STEPS))
    except RuntimeError as error:  # the training's own collective tells that rank 1 is gone
        print("training ended:", type(error).__name__)


#: Placements on a mesh of 2 x 2 processes.
LAYOUTS = ("RS0", "S0R", "S0S0", "S0S1", "S1R", "RR")


def placed(spread: bool) -> nn.Module:
    """Each way to spread a parameter, in one model without a forward pass; whole where there is no process group."""
    torch.manual_seed(7)
    model = nn.Module()
    model.wte = nn.Embedding(101, 7)
    model.partial = nn.Linear(5, 5)
    for name in LAYOUTS:
        model.add_module(name, nn.Linear(131, 77))  # large: its entries are sampled
    for parameter in model.parameters():
        parameter.grad = torch.randn_like(parameter)
    if not spread:
        return model
    from torch.distributed.device_mesh import init_device_mesh
    from torch.distributed.tensor import DTensor, Partial, Replicate, Shard, distribute_tensor

    mesh = init_device_mesh("cpu", (2, 2))
    kinds = {"R": Replicate(), "S0": Shard(0), "S1": Shard(1)}
    for path, module in model.named_modules():
        for name, parameter in list(module.named_parameters(recurse=False)):
            layout = "RS0" if path in ("wte", "partial") else path
            keys = re.findall("R|S0|S1", layout)
            placements = [kinds[key] if parameter.ndim > 1 or key != "S1" else Replicate() for key in keys]
            whole_grad = parameter.grad
            local = nn.Parameter(distribute_tensor(parameter.detach(), mesh, placements))
            local.grad = distribute_tensor(whole_grad, mesh, placements)
            if path == "partial":
                local.grad = DTensor.from_local(whole_grad, mesh, [Partial(), Partial()], run_check=False)
            setattr(module, name, local)
    return model


def placements(folder: Path) -> None:
    with process_group():
        model = placed(spread=True)
        with watched(model, None, folder / "run", rows=40) as viz:
            viz.step(0)


SCENARIOS = {
    work.__name__: work
    for work in (ddp, ddp_dies, fsdp, fsdp_silent, fsdp_states, fsdp_policies, fsdp_dies, placements)
}


def child(scenario: str, folder: Path, rank: int, ranks: int, port: int) -> None:
    output = os.open(folder / f"rank{rank}.txt", os.O_WRONLY | os.O_CREAT)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.environ |= {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port), "RANK": str(rank), "WORLD_SIZE": str(ranks)}
    status = 1
    try:
        SCENARIOS[scenario](folder)
        atexit._run_exitfuncs()
        status = 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        os._exit(status)


def serve() -> None:
    """Run what is asked for, line by line, each rank in a child of this process, so that torch loads once."""
    logging.basicConfig(format="LOG %(message)s")
    torch.set_num_threads(1)
    for line in sys.stdin:
        scenario, folder, ranks, port = json.loads(line)
        children = {}
        for rank in range(ranks):
            pid = os.fork()
            if not pid:
                child(scenario, Path(folder), rank, ranks, port)
            children[pid] = rank
        statuses, deadline = [None] * ranks, time.monotonic() + 120
        while children and time.monotonic() < deadline:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid:
                statuses[children.pop(pid)] = os.waitstatus_to_exitcode(status)
            else:
                time.sleep(0.01)
        for pid in children:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
        print(json.dumps(statuses), flush=True)


if __name__ == "__main__":
    import torch.distributed.fsdp
    import torch.distributed.tensor

    serve()
