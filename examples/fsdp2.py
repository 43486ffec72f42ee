"""Fully sharded parameters (FSDP2): shard first, then call `watch()` and `viz.step()` on every rank; rank 0 writes.

torchrun --nproc_per_node 2 examples/fsdp2.py [LOGDIR]
"""

import os
import sys

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.distributed.fsdp import fully_shard

from tensorboard_plugin_paramviz import watch

STEPS, NUMBERS, LENGTH = 200, 32, 16


class Block(nn.Module):
    def __init__(self, dims: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(dims)
        self.up, self.down = nn.Linear(dims, 4 * dims), nn.Linear(4 * dims, dims)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.down(nn.functional.gelu(self.up(self.norm(x))))  # [batch, LENGTH, dims]


class Counter(nn.Module):
    """Predicts the next number from the sum of a number's and a position's vector."""

    def __init__(self, dims: int = 32, blocks: int = 2) -> None:
        super().__init__()
        self.numbers, self.positions = nn.Embedding(NUMBERS, dims), nn.Embedding(LENGTH, dims)
        self.blocks = nn.ModuleList(Block(dims) for _ in range(blocks))
        self.head = nn.Linear(dims, NUMBERS, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        x = self.numbers(x) + self.positions(torch.arange(LENGTH, device=x.device))  # [batch, LENGTH, dims]
        for block in self.blocks:
            x = block(x)
        return self.head(x)  # [batch, LENGTH, NUMBERS]


logdir = sys.argv[1] if len(sys.argv) > 1 else "runs/fsdp2"
has_cuda = torch.cuda.is_available()
device = torch.device("cuda", int(os.environ["LOCAL_RANK"])) if has_cuda else torch.device("cpu")
if has_cuda:
    torch.cuda.set_device(device)
dist.init_process_group("nccl" if has_cuda else "gloo")
torch.manual_seed(0)  # the same weights on each rank, before they are shared out
model = Counter().to(device)
for block in model.blocks:
    fully_shard(block)
fully_shard(model)
optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
torch.manual_seed(dist.get_rank())  # its own data for each rank
# So small a model would be recorded more rarely by itself: leave `every` and `max_overhead` out in a real training.
with watch(model, logdir, optimizer=optimizer, every=10, max_overhead=None) as viz:
    for step in range(STEPS):
        rows = (torch.randint(NUMBERS, (16, 1)) + torch.arange(LENGTH + 1)).to(device) % NUMBERS
        loss = nn.functional.cross_entropy(model(rows[:, :-1]).flatten(0, 1), rows[:, 1:].flatten())
        loss.backward()  # averages the gradients over the ranks; each keeps those of its part
        optimizer.step()
        viz.step(step, loss=loss)
        optimizer.zero_grad(set_to_none=True)
if dist.get_rank() == 0:
    print(f"Loss {loss:.3f} after {STEPS} steps. See it learn: tensorboard --logdir {logdir}")
dist.barrier()  # a rank that leaves first may break the others' connection
dist.destroy_process_group()
