"""Small models with the shapes of real ones, and how to train and read them back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from tensorboard.backend.event_processing.event_file_loader import RawEventFileLoader
from tensorboard.compat.proto.event_pb2 import Event
from torch import Tensor, nn

from tensorboard_plugin_paramviz import Watcher
from tensorboard_plugin_paramviz.record import ModelRecord, Snapshot
from tensorboard_plugin_paramviz.record.names import MODEL_TAG
from tensorboard_plugin_paramviz.record.summary import decode_snapshot


class Attention(nn.Module):
    def __init__(self, dims: int) -> None:
        super().__init__()
        self.c_attn = nn.Linear(dims, 3 * dims)
        self.c_proj = nn.Linear(dims, dims)

    def forward(self, x: Tensor) -> Tensor:
        q, k, v = self.c_attn(x).split(x.shape[-1], -1)  # [B, T, D] each
        return self.c_proj(nn.functional.scaled_dot_product_attention(q, k, v, is_causal=True))


class Mlp(nn.Module):
    def __init__(self, dims: int) -> None:
        super().__init__()
        self.c_fc = nn.Linear(dims, 4 * dims)
        self.c_proj = nn.Linear(4 * dims, dims)

    def forward(self, x: Tensor) -> Tensor:
        return self.c_proj(nn.functional.gelu(self.c_fc(x)))


class Block(nn.Module):
    def __init__(self, dims: int, dropout: float) -> None:
        super().__init__()
        self.ln_1, self.ln_2 = nn.LayerNorm(dims), nn.LayerNorm(dims)
        self.attn, self.mlp = Attention(dims), Mlp(dims)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.dropout(self.attn(self.ln_1(x)))
        return x + self.mlp(self.ln_2(x))


class Gpt(nn.Module):
    """nanoGPT's names and tying. forward gives the loss of predicting the ids from themselves."""

    def __init__(
        self,
        vocabulary: int = 65,
        length: int = 16,
        blocks: int = 2,
        dims: int = 16,
        dropout: float = 0.1,
        **table: Any,
    ) -> None:
        super().__init__()
        self.transformer = nn.ModuleDict(
            {
                "wte": nn.Embedding(vocabulary, dims, **table),
                "wpe": nn.Embedding(length, dims),
                "h": nn.ModuleList(Block(dims, dropout) for _ in range(blocks)),
                "ln_f": nn.LayerNorm(dims),
            }
        )
        self.lm_head = nn.Linear(dims, vocabulary, bias=False)
        if not table:
            self.transformer["wte"].weight = self.lm_head.weight

    def forward(self, ids: Tensor) -> Tensor:
        x = self.transformer["wte"](ids) + self.transformer["wpe"](torch.arange(ids.shape[1]))
        for block in self.transformer["h"]:
            x = block(x)
        logits = self.lm_head(self.transformer["ln_f"](x))  # [B, T, V]
        return nn.functional.cross_entropy(logits.flatten(0, 1), ids.flatten())


def adam(model: nn.Module) -> torch.optim.Optimizer:
    return torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=1e-2)


def train(model: Gpt, optimizer: torch.optim.Optimizer, viz: Watcher | None, steps: int, start: int = 0) -> list[float]:
    """The loop of the README. Returns the losses."""
    losses = []
    vocabulary = model.transformer["wte"].num_embeddings
    for step in range(start, start + steps):
        loss = model(torch.randint(0, vocabulary, (4, 8)))
        loss.backward()
        optimizer.step()
        if viz is not None:
            viz.step(step, loss=loss)
        optimizer.zero_grad(set_to_none=True)
        losses.append(loss.item())
    return losses


def events(logdir: Path) -> Iterator[Event]:
    for path in sorted(logdir.glob("*tfevents*")):
        for raw in RawEventFileLoader(str(path)).Load():
            yield Event.FromString(raw)


def read(logdir: Path) -> tuple[list[ModelRecord], list[Snapshot], dict[int, float]]:
    """(model records, snapshots, losses by step) of a run directory, by TensorBoard's own reading and checksums."""
    models, snapshots, losses, bases = [], [], {}, {}
    for event in events(logdir):
        tags = [value.tag for value in event.summary.value]
        if MODEL_TAG in tags:
            models.append(ModelRecord.from_json(event.summary.value[0].tensor.string_val[0]))
        elif any(tag.startswith("paramviz/") for tag in tags):
            snapshots.append(decode_snapshot(event.summary, event.step, event.wall_time, bases))
            if snapshots[-1].loss is not None:
                losses[event.step] = snapshots[-1].loss
    return models, snapshots, losses
