"""A training that ends when it gets sick: the learning rate is absurd, and a callback of `on_insight` tells the loop.

python examples/stop_when_sick.py [LOGDIR]
"""

import sys
import threading

import torch
from torch import Tensor, nn
from torch.utils.tensorboard import SummaryWriter

from tensorboard_plugin_paramviz import Finding, watch

STEPS, NUMBERS, LENGTH = 100_000, 32, 16


class Counter(nn.Module):
    def __init__(self, dims: int = 32) -> None:
        super().__init__()
        self.numbers, self.positions = nn.Embedding(NUMBERS, dims), nn.Embedding(LENGTH, dims)
        self.mlp = nn.Sequential(nn.Linear(dims, 4 * dims), nn.GELU(), nn.Linear(4 * dims, dims))
        self.head = nn.Linear(dims, NUMBERS, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        x = self.numbers(x) + self.positions.weight  # [batch, LENGTH, dims]
        return self.head(x + self.mlp(x))  # [batch, LENGTH, NUMBERS]


sick = threading.Event()


def told(finding: Finding) -> None:
    """Called in a thread of its own, seconds after the snapshot that shows it."""
    print(f"{finding.severity}: {finding.sentence}")
    print(f"  likely: {'; '.join(finding.causes)}")
    print(f"  what people do: {'; '.join(finding.remedies)}")
    if finding.severity == "problem":
        sick.set()


logdir = sys.argv[1] if len(sys.argv) > 1 else "runs/stop_when_sick"
torch.manual_seed(0)
model = Counter()
optimizer = torch.optim.SGD(model.parameters(), lr=1e4)  # nothing bears that
writer = SummaryWriter(logdir)
with watch(model, writer, optimizer=optimizer) as viz:
    viz.on_insight(told)
    for step in range(STEPS):
        rows = (torch.randint(NUMBERS, (16, 1)) + torch.arange(LENGTH + 1)) % NUMBERS
        loss = nn.functional.cross_entropy(model(rows[:, :-1]).flatten(0, 1), rows[:, 1:].flatten())
        loss.backward()
        optimizer.step()
        viz.step(step, loss=loss)  # between optimizer.step() and zero_grad()
        optimizer.zero_grad(set_to_none=True)
        if sick.is_set():
            break
writer.close()
print(f"Stopped {'early' if sick.is_set() else 'at the end'}, at step {step}. See why: tensorboard --logdir {logdir}")
