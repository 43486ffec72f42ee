"""Any nn.Module, in a plain PyTorch loop: a small transformer learns to count.

python examples/any_module.py [LOGDIR]
"""

import sys

import torch
from torch import Tensor, nn
from torch.utils.tensorboard import SummaryWriter

from tensorboard_plugin_paramviz import watch

STEPS, NUMBERS, LENGTH = 200, 32, 16


class Counter(nn.Module):
    def __init__(self, dims: int = 32) -> None:
        super().__init__()
        self.numbers, self.positions = nn.Embedding(NUMBERS, dims), nn.Embedding(LENGTH, dims)
        layer = nn.TransformerEncoderLayer(dims, nhead=4, dim_feedforward=4 * dims, dropout=0.0, batch_first=True)
        self.encoder = nn.TransformerEncoder(layer, num_layers=2, enable_nested_tensor=False)
        self.head = nn.Linear(dims, NUMBERS, bias=False)
        self.register_buffer("mask", nn.Transformer.generate_square_subsequent_mask(LENGTH))

    def forward(self, x: Tensor) -> Tensor:
        x = self.numbers(x) + self.positions.weight  # [batch, LENGTH, dims]
        return self.head(self.encoder(x, mask=self.mask, is_causal=True))  # [batch, LENGTH, NUMBERS]


def batch(size: int = 16) -> tuple[Tensor, Tensor]:
    """Rows of successive numbers, 31 followed by 0, and the same shifted by one."""
    rows = (torch.randint(NUMBERS, (size, 1)) + torch.arange(LENGTH + 1)) % NUMBERS
    return rows[:, :-1], rows[:, 1:]


logdir = sys.argv[1] if len(sys.argv) > 1 else "runs/any_module"
torch.manual_seed(0)
model = Counter()
optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
writer = SummaryWriter(logdir)
labels = [str(number) for number in range(NUMBERS)]
# So small a model would be recorded more rarely by itself: leave `every` and `max_overhead` out in a real training.
with watch(model, writer, optimizer=optimizer, labels=labels, every=10, max_overhead=None) as viz:
    for step in range(STEPS):
        x, y = batch()
        loss = nn.functional.cross_entropy(model(x).flatten(0, 1), y.flatten())
        loss.backward()
        optimizer.step()
        viz.step(step, loss=loss)  # between optimizer.step() and zero_grad()
        optimizer.zero_grad(set_to_none=True)
        writer.add_scalar("loss", loss, step)
writer.close()
print(f"Loss {loss:.3f} after {STEPS} steps. See it learn: tensorboard --logdir {logdir}")
