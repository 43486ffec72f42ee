"""Small transformers whose attention is written in the ways people write it, all from the same weights."""

from __future__ import annotations

import math
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.attention.flex_attention import create_block_mask, flex_attention

DIMS, HEADS, LENGTH = 16, 4, 128
WAYS = ("sdpa", "softmax", "einsum", "flex", "mha", "mha_weights")


class Attention(nn.Module):
    def __init__(self, way: str) -> None:
        super().__init__()
        self.way = way
        self.c_attn, self.c_proj = nn.Linear(DIMS, 3 * DIMS), nn.Linear(DIMS, DIMS)
        self.register_buffer("hidden", torch.ones(LENGTH, LENGTH, dtype=torch.bool).triu(1), persistent=False)
        self.visible = create_block_mask(lambda b, h, q, k: q >= k, None, None, LENGTH, LENGTH, device="cpu")

    def forward(self, x: Tensor) -> Tensor:
        batch, length, _ = x.shape
        hidden = self.hidden[:length, :length]
        if self.way.startswith("mha"):
            weights = (
                self.c_attn.weight,
                self.c_attn.bias,
                None,
                None,
                False,
                0.0,
                self.c_proj.weight,
                self.c_proj.bias,
            )
            x = x.transpose(0, 1)  # [T, B, D]
            kept = {"attn_mask": hidden, "need_weights": self.way == "mha_weights"}
            return F.multi_head_attention_forward(x, x, x, DIMS, HEADS, *weights, **kept)[0].transpose(0, 1)
        shape = (batch, length, HEADS, DIMS // HEADS)
        q, k, v = (part.view(shape).transpose(1, 2) for part in self.c_attn(x).split(DIMS, -1))  # [B, H, T, E]
        if self.way == "sdpa":
            y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        elif self.way == "flex":
            y = flex_attention(q, k, v, block_mask=self.visible)
        else:
            products = q @ k.mT if self.way == "softmax" else torch.einsum("bhte,bhse->bhts", q, k)
            logits = (products / math.sqrt(q.shape[-1])).masked_fill(hidden, -math.inf)
            y = (F.softmax(logits, dim=-1) if self.way == "softmax" else logits.softmax(-1)) @ v
        return self.c_proj(y.transpose(1, 2).flatten(2))


class Mlp(nn.Module):
    """relu, so that units die; with a router's softmax that looks like a head's logits, but isn't."""

    def __init__(self) -> None:
        super().__init__()
        self.c_fc, self.c_proj, self.router = nn.Linear(DIMS, 40), nn.Linear(40, DIMS), nn.Linear(DIMS, LENGTH)

    def forward(self, x: Tensor) -> Tensor:
        share = (x[:, None] @ self.router.weight.mT).softmax(-1)[:, 0, :, :1]  # [B, T, 1]
        return share * self.c_proj(self.c_fc(x).relu())


class Block(nn.Module):
    def __init__(self, way: str) -> None:
        super().__init__()
        self.ln_1, self.attn, self.ln_2, self.mlp = nn.LayerNorm(DIMS), Attention(way), nn.LayerNorm(DIMS), Mlp()
        self.dropout = nn.Dropout(0.2)
        self.register_buffer("calls", torch.tensor(0.0))

    def forward(self, x: Tensor) -> Tensor:
        self.calls += 1
        x = x + self.dropout(self.attn(self.ln_1(x)))
        return x + self.mlp(self.ln_2(x)) * (1 + self.calls / 1000)


class Transformer(nn.Module):
    """forward gives the loss; with a BatchNorm before the head, and noise that is drawn in eval mode too."""

    def __init__(self, way: str = "sdpa", blocks: int = 2) -> None:
        super().__init__()
        self.wte, self.h = nn.Embedding(30, DIMS), nn.ModuleList(Block(way) for _ in range(blocks))
        self.norm, self.lm_head = nn.BatchNorm1d(DIMS), nn.Linear(DIMS, 30)

    def forward(self, ids: Tensor, labels: Tensor | None = None) -> Tensor:
        x = self.wte(ids)
        x = x + 0.01 * torch.randn_like(x)
        for block in self.h:
            x = block(x)
        logits = self.lm_head(self.norm(x.transpose(1, 2)).transpose(1, 2))
        return -logits.softmax(-1).gather(-1, (ids if labels is None else labels)[..., None]).log().mean()


def ids(batch: int = 2, length: int = LENGTH) -> Tensor:
    return torch.randint(0, 30, (batch, length))


def hooks_of(model: nn.Module) -> list[Any]:
    kinds = ("_forward_hooks", "_forward_pre_hooks", "_forward_hooks_always_called", "_forward_pre_hooks_with_kwargs")
    return [hook for module in model.modules() for kind in kinds for hook in getattr(module, kind)]
