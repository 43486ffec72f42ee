"""DistributedDataParallel: call `watch()` on every rank; rank 0 writes.

torchrun --nproc_per_node 2 examples/ddp.py [LOGDIR]
"""

import os
import sys

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

from tensorboard_plugin_paramviz import watch

STEPS, NUMBERS, LENGTH = 200, 32, 16


class Counter(nn.Module):
    """Predicts the next number from the sum of a number's and a position's vector."""

    def __init__(self, dims: int = 32) -> None:
        super().__init__()
        self.numbers, self.positions = nn.Embedding(NUMBERS, dims), nn.Embedding(LENGTH, dims)
        self.up, self.down = nn.Linear(dims, 4 * dims), nn.Linear(4 * dims, dims)
        self.head = nn.Linear(dims, NUMBERS, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        x = self.numbers(x) + self.positions.weight  # [batch, LENGTH, dims]
        return self.head(x + self.down(nn.functional.gelu(self.up(x))))  # [batch, LENGTH, NUMBERS]


logdir = sys.argv[1] if len(sys.argv) > 1 else "runs/ddp"
has_cuda = torch.cuda.is_available()
dist.init_process_group("nccl" if has_cuda else "gloo")
device = torch.device("cuda", int(os.environ["LOCAL_RANK"])) if has_cuda else torch.device("cpu")
torch.manual_seed(0)
model = DistributedDataParallel(Counter().to(device))
optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
torch.manual_seed(dist.get_rank())  # its own data for each rank
# So small a model would be recorded more rarely by itself: leave `every` and `max_overhead` out in a real training.
with watch(model, logdir, optimizer=optimizer, every=10, max_overhead=None) as viz:  # the wrapped model is fine
    for step in range(STEPS):
        rows = (torch.randint(NUMBERS, (16, 1)) + torch.arange(LENGTH + 1)).to(device) % NUMBERS
        loss = nn.functional.cross_entropy(model(rows[:, :-1]).flatten(0, 1), rows[:, 1:].flatten())
        loss.backward()  # averages the gradients over the ranks
        optimizer.step()
        viz.step(step, loss=loss)
        optimizer.zero_grad(set_to_none=True)
if dist.get_rank() == 0:
    print(f"Loss {loss:.3f} after {STEPS} steps. See it learn: tensorboard --logdir {logdir}")
dist.barrier()  # a rank that leaves first may break the others' connection
dist.destroy_process_group()
