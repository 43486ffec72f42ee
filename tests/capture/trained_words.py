"""Embeddings that were really trained: a small GPT over the words of Python's own documentation."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pydoc_data import topics

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from toy_models import Gpt


class Words:
    """The `vocabulary` most frequent words of a text; 0 = any other. ids: int64 [N]. counts: int64 [V]"""

    def __init__(self, vocabulary: int, text: str | None = None) -> None:
        found = re.findall(r"[A-Za-z_']+|[^\sA-Za-z_]|\n", text or "\n".join(topics.topics.values()))
        self.labels = ["…", *(word for word, _ in Counter(found).most_common(vocabulary - 1))]
        index = {word: at for at, word in enumerate(self.labels)}
        self.ids = torch.tensor([index.get(word, 0) for word in found])
        self.counts = np.bincount(self.ids.numpy(), minlength=vocabulary)

    def batch(self, rows: int, length: int) -> tuple[Tensor, Tensor]:
        starts = torch.randint(0, len(self.ids) - length - 1, (rows,))
        windows = torch.stack([self.ids[start : start + length + 1] for start in starts])
        return windows[:, :-1], windows[:, 1:]


def next_word_loss(model: Gpt, ids: Tensor, targets: Tensor) -> Tensor:
    x = model.transformer["wte"](ids) + model.transformer["wpe"](torch.arange(ids.shape[1]))
    for block in model.transformer["h"]:
        x = block(x)
    logits = model.lm_head(model.transformer["ln_f"](x))  # [B, T, V]
    return nn.functional.cross_entropy(logits.flatten(0, 1), targets.flatten())


def train_words(
    words: Words, dims: int, steps: int, *, batch: int = 16, length: int = 32, lr: float = 1e-3
) -> Iterator[tuple[int, Gpt, torch.optim.Optimizer, Tensor]]:
    """(step, model, optimizer, loss) after each optimizer step, gradients still there. GPT-2's initialization, a
    warm-up of 50 steps, embedding and head tied. The caller may log what it likes."""
    model = Gpt(len(words.labels), length, 1, dims, 0.0)
    for parameter in model.parameters():
        if parameter.dim() == 2:
            nn.init.normal_(parameter, std=0.02)
    optimizer = torch.optim.AdamW(model.parameters(), lr=lr, weight_decay=0.1, betas=(0.9, 0.95))
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = lr * min(1, (step + 1) / 50)
        optimizer.zero_grad()
        loss = next_word_loss(model, *words.batch(batch, length))
        loss.backward()
        optimizer.step()
        yield step, model, optimizer, loss.detach()


def table(model: Gpt) -> npt.NDArray[np.float32]:
    values: npt.NDArray[np.float32] = model.transformer["wte"].weight.detach().numpy().copy()
    return values
