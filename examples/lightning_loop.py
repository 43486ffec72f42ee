"""Lightning's Trainer: one callback. A small transformer learns to count.

python examples/lightning_loop.py [DIRECTORY]

The snapshots go into the file of Lightning's own TensorBoardLogger.
"""

import sys

import lightning
import torch
from lightning.pytorch.loggers import TensorBoardLogger
from torch import Tensor, nn
from torch.utils.data import DataLoader

from tensorboard_plugin_paramviz import LightningCallback

STEPS, NUMBERS, LENGTH = 200, 32, 16


class Counter(lightning.LightningModule):
    def __init__(self, dims: int = 32) -> None:
        super().__init__()
        self.numbers, self.positions = nn.Embedding(NUMBERS, dims), nn.Embedding(LENGTH, dims)
        layer = nn.TransformerEncoderLayer(dims, nhead=4, dim_feedforward=4 * dims, dropout=0.0, batch_first=True)
        self.encoder = nn.TransformerEncoder(layer, num_layers=2, enable_nested_tensor=False)
        self.head = nn.Linear(dims, NUMBERS, bias=False)
        self.register_buffer("mask", nn.Transformer.generate_square_subsequent_mask(LENGTH))

    def training_step(self, rows: Tensor) -> Tensor:
        x = self.numbers(rows[:, :-1]) + self.positions.weight  # [batch, LENGTH, dims]
        logits = self.head(self.encoder(x, mask=self.mask, is_causal=True))  # [batch, LENGTH, NUMBERS]
        loss = nn.functional.cross_entropy(logits.flatten(0, 1), rows[:, 1:].flatten())
        self.log("loss", loss)
        return loss

    def configure_optimizers(self) -> torch.optim.Optimizer:
        return torch.optim.AdamW(self.parameters(), lr=3e-3)


directory = sys.argv[1] if len(sys.argv) > 1 else "runs/lightning"
lightning.seed_everything(0, verbose=False)
rows = (torch.randint(NUMBERS, (1024, 1)) + torch.arange(LENGTH + 1)) % NUMBERS  # successive numbers, 31 followed by 0
trainer = lightning.Trainer(
    max_steps=STEPS,
    logger=TensorBoardLogger(directory, name="count"),
    # So small a model would be recorded more rarely by itself: leave `every` and `max_overhead` out in a real training.
    callbacks=[LightningCallback(labels=[str(number) for number in range(NUMBERS)], every=10, max_overhead=None)],
    enable_checkpointing=False,
    enable_model_summary=False,
    enable_progress_bar=False,
)
trainer.fit(Counter(), DataLoader(rows, batch_size=16, shuffle=True))
print(f"See it learn: tensorboard --logdir {directory}")
